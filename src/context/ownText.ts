// The text of the document itself as it goes into a prompt: without its secrets, and with the line that the cursor is in as it stands.
// What comes out is shorter or longer than what went in: offsets of the document mean nothing in it.

import { type Redaction, redactSecrets } from "../../common/rules/redactSecrets.ts";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";

/** Typing changes neither what stands before the line nor what stands after it: each is looked through once. */
const MAX_KNOWN = 8;
const known = new Map<string, Redaction>(); // in the order of use

/**
 * @param prefix up to the cursor, and `pendingUnits` beyond it that are not in the document yet
 * @returns what of both may go into a prompt, and how many secrets which rule has found
 */
export function ownText(
  prefix: string,
  suffix: string,
  pendingUnits = 0,
): { prefix: string; suffix: string; found: Record<string, number> } {
  const lineStart = lineStartOf(prefix, prefix.length - pendingUnits);
  const lineEnd = lineEndOf(suffix, 0);
  const before = redacted(prefix.slice(0, lineStart));
  const after = redacted(suffix.slice(lineEnd));
  const found = { ...before.found };
  for (const [rule, count] of Object.entries(after.found)) found[rule] = (found[rule] ?? 0) + count;
  return { prefix: before.text + prefix.slice(lineStart), suffix: suffix.slice(0, lineEnd) + after.text, found };
}

function redacted(text: string): Redaction {
  const redaction = known.get(text) ?? redactSecrets(text);
  known.delete(text);
  known.set(text, redaction);
  if (known.size > MAX_KNOWN) known.delete(known.keys().next().value!);
  return redaction;
}
