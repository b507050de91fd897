// The document's own text for a prompt: secrets are redacted, and the brackets and quotes that the editor has auto-closed after the cursor are
// removed; otherwise the cursor's line stays unchanged.
// The result may be shorter or longer than the input: offsets of the document are not valid in it.

import { type Redaction, redactSecrets, secretsIn } from "../../common/rules/redactSecrets.ts";
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
  const [above, below] = [prefix.slice(0, lineStart), suffix.slice(lineEnd)];
  // Together, since a secret may begin above the line and end below it; redaction keeps the number of lines.
  const { text, found } = redacted(above + below);
  const cut = endOfLines(text, above);
  const line = prefix.slice(lineStart) + rest;
  const after = withoutContinued(line, text.slice(cut));
  return {
    prefix: text.slice(0, cut) + prefix.slice(lineStart),
    suffix: (isAutoClosed ? "" : rest) + after.text,
    found: after.count === 0 ? { ...found } : { ...found, keyword: (found.keyword ?? 0) + after.count },
  };
}

/** Where in a text as many lines end as another has. */
function endOfLines(text: string, other: string): number {
  let end = 0;
  for (let at = other.indexOf("\n"); at !== -1; at = other.indexOf("\n", at + 1)) end = text.indexOf("\n", end) + 1;
  return end;
}

/** How far below the cursor's line a value may stand whose name is in it. */
const CONTINUED_UNITS = 400;

/** The text below the cursor's line without secrets that only the line gives away: `password =` and the value in the next line. */
function withoutContinued(line: string, below: string): { text: string; count: number } {
  const near = secretsIn(line.slice(-CONTINUED_UNITS) + below.slice(0, CONTINUED_UNITS));
  const count = near.filter(({ start }) => start >= Math.min(line.length, CONTINUED_UNITS)).length;
  if (count === 0) return { text: below, count };
  const whole = redactSecrets(line + below).text;
  return { text: whole.slice(whole.indexOf("\n")), count };
}

const redacted = (text: string): Redaction => remembered(known, text, MAX_KNOWN, redactSecrets);
