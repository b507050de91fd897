// The document's own text for a prompt: secrets are redacted, and the brackets and quotes that the editor has auto-closed after the cursor are
// removed; otherwise the cursor's line stays unchanged.
// The result may be shorter or longer than the input: offsets of the document are not valid in it.

import { type Redaction, redactSecrets } from "../../common/rules/redactSecrets.ts";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import { remembered } from "../../common/util/remembered.ts";

/**
 * Auto-closed brackets and quotes, which come and go during typing. After the cursor they would change the prompt before everything that is
 * cached, and the model does better without them (LOG, 2026-11-25, the context engine): it writes them, and the filters know that they are there.
 */
export const AUTO_CLOSED = /^[)\]}>"'`;,\s]+$/;

/** How many redacted texts are remembered. Typing changes neither the text before the line nor the text after it: each is searched once. */
const MAX_KNOWN = 8;
const known = new Map<string, Redaction>(); // in the order of use

/**
 * @param prefix the text up to the cursor, and `pendingUnits` more units that are not in the document yet
 * @param typing whether a key is about to be typed at the cursor, so that its line will not be blank
 * @returns the parts of both texts that may go into a prompt, and the number of secrets found, by rule
 */
export function ownText(
  prefix: string,
  suffix: string,
  pendingUnits = 0,
  typing = false,
): { prefix: string; suffix: string; found: Record<string, number> } {
  const lineStart = lineStartOf(prefix, prefix.length - pendingUnits);
  const lineEnd = lineEndOf(suffix, 0);
  const rest = suffix.slice(0, lineEnd);
  const isAutoClosed = AUTO_CLOSED.test(rest) && (typing || prefix.slice(lineStart).trim() !== "");
  const before = redacted(prefix.slice(0, lineStart));
  const after = redacted(suffix.slice(lineEnd));
  const found = { ...before.found };
  for (const [rule, count] of Object.entries(after.found)) found[rule] = (found[rule] ?? 0) + count;
  return { prefix: before.text + prefix.slice(lineStart), suffix: (isAutoClosed ? "" : rest) + after.text, found };
}

const redacted = (text: string): Redaction => remembered(known, text, MAX_KNOWN, redactSecrets);
