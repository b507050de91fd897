// The text of the document itself as it goes into a prompt: without its secrets, and without what the editor has closed by itself behind the
// cursor; else the line that the cursor is in stays as it stands.
// What comes out is shorter or longer than what went in: offsets of the document mean nothing in it.

import { type Redaction, redactSecrets } from "../../common/rules/redactSecrets.ts";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import { remembered } from "../../common/util/remembered.ts";

/**
 * Closing brackets and quotes come and go while one types. Behind the cursor they would change the prompt before everything that is cached, and
 * the model does better without them (LOG, 2026-11-25, the context engine): it writes them, and the filters know that they are there.
 */
export const AUTO_CLOSED = /^[)\]}>"'`;,\s]+$/;

/** Typing changes neither what stands before the line nor what stands after it: each is looked through once. */
const MAX_KNOWN = 8;
const known = new Map<string, Redaction>(); // in the order of use

/**
 * @param prefix up to the cursor, and `pendingUnits` beyond it that are not in the document yet
 * @param typing something is about to be typed at the cursor: no blank line then
 * @returns what of both may go into a prompt, and how many secrets which rule has found
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
