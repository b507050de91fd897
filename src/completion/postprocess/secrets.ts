// Tells whether a suggestion holds what looks like a secret, or goes on with one that begins before the cursor. A model that has seen
// secrets may say one again, and an invented one invites to put the real one there. Pure; what a secret is, `common/rules` says.

import { secretsIn } from "../../../common/rules/redactSecrets.ts";
import { bracketsOf } from "../text/brackets.ts";

/** A secret's name stands on its line or few lines before it; a key's lines are many, but one of them tells. */
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

/** What closes a secret, or a blank, adds nothing to it. */
function adds(whole: string, secret: { start: number; end: number }, start: number, end: number): boolean {
  return /[\p{L}\p{N}]/u.test(whole.slice(Math.max(secret.start, start), Math.min(secret.end, end)));
}
