// Tells whether a suggestion holds something like a secret, or continues one that begins before the cursor. A model may reproduce secrets
// that it has seen, and an invented secret invites people to put the real one there. Pure; `common/rules` defines what a secret is.

import { secretsIn } from "../../../common/rules/redactSecrets.ts";
import { bracketsOf } from "../text/brackets.ts";

/** How much text before the cursor is searched. A secret's name is on its line or few lines above; any one line of a key identifies it. */
const BEFORE_UNITS = 2_000;
const AFTER_UNITS = 200;

export function holdsSecret(prefix: string, text: string, suffix: string): boolean {
  const before = prefix.slice(-BEFORE_UNITS);
  const whole = before + text + suffix.slice(0, AFTER_UNITS);
  if (tells(whole, before.length, text)) return true;
  // a string that is still open: its end supplied
  const line = before.slice(before.lastIndexOf("\n") + 1) + text;
  const { quote } = bracketsOf(line.slice(line.lastIndexOf("\n") + 1));
  return quote !== undefined && tells(before + text + quote, before.length, text);
}

function tells(whole: string, start: number, text: string): boolean {
  const end = start + text.length;
  return secretsIn(whole).some((secret) => secret.start < end && secret.end > start && adds(whole, secret, start, end));
}

/** Whether the suggestion adds to a secret: a closing quote or a blank does not. */
function adds(whole: string, secret: { start: number; end: number }, start: number, end: number): boolean {
  return /[\p{L}\p{N}]/u.test(whole.slice(Math.max(secret.start, start), Math.min(secret.end, end)));
}
