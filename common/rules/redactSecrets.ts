// Takes secrets out of a text before it becomes part of a prompt: known shapes, literals beside telling names, long random literals.
// Never changes the number of lines. Linear in the text: each rule passes over it a fixed number of times.

import { privateKeys, publicKeyLines } from "./privateKeys.ts";
import { keywordSecrets, type Span } from "./secretKeywords.ts";
import { type SecretShape, secretShapes } from "./secretShapes.ts";
import { isFiller, isPlaceholder, isSecretValue } from "./secretValue.ts";

/** The text that replaces a secret. No rule takes it for a secret again. */
export const REDACTED = "<redacted>";

export interface Redaction {
  text: string;
  /** How many secrets which rule has found. */
  found: Record<string, number>;
}

interface Found extends Span {
  rule: string;
  counted: boolean; // false for the further lines of a key
}

/** How many characters before a literal are examined to recognise a URL or an image. */
const LOOK_BACK_UNITS = 200;

/** Where the secrets of a text lie, in order and without overlaps. */
export function secretsIn(text: string): readonly Span[] {
  return foundIn(text);
}

function foundIn(text: string): Found[] {
  const all = [...keysIn(text), ...shapesIn(text), ...namedIn(text)];
  all.push(...loneIn(text, all));
  return withoutOverlaps(all);
}

export function redactSecrets(text: string): Redaction {
  const spans = foundIn(text);
  const found: Record<string, number> = {};
  let redacted = "";
  let at = 0;
  for (const { start, end, rule, counted } of spans) {
    redacted += text.slice(at, start) + REDACTED;
    at = end;
    if (counted) found[rule] = (found[rule] ?? 0) + 1;
  }
  return { text: redacted + text.slice(at), found };
}

function keysIn(text: string): Found[] {
  return privateKeys(text).flatMap((spans) =>
    spans.map((span, i) => ({ ...span, rule: "privateKey", counted: i === 0 })),
  );
}

function shapesIn(text: string): Found[] {
  return secretShapes
    .filter(({ hints }) => hints.some((hint) => text.includes(hint)))
    .flatMap((shape) => shapeIn(text, shape));
}

function shapeIn(text: string, { name, pattern }: SecretShape): Found[] {
  return [...text.matchAll(pattern)].flatMap((match) => {
    const value = match[1] ?? match[0];
    if (match[1] === undefined ? isFiller(value) : !isWorthIt(name, value)) return [];
    const start = match.index + match[0].lastIndexOf(value);
    return [{ start, end: start + value.length, rule: name, counted: true }];
  });
}

/** Where the shape says little, the value has to say more: words may follow "bearer", and class names begin with "sk-". */
function isWorthIt(rule: string, value: string): boolean {
  if (isPlaceholder(value)) return false;
  if (rule === "openAiStyle" || rule === "prefixedToken") return isSecretValue(value, "weak");
  if (rule === "authorizationHeader") return value.length >= 32 || isSecretValue(value, "weak") || isBasicAuth(value);
  return true;
}

/** "user:password" in base64 (RFC 7617). */
function isBasicAuth(value: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return false;
  return /^[!-9;-~]+:[!-~]+$/.test(Buffer.from(value, "base64").toString("latin1"));
}

function namedIn(text: string): Found[] {
  return keywordSecrets(text).map((span) => ({ ...span, rule: "keyword", counted: true }));
}

/** Long random runs that no other rule has found and that are not known to be public. */
function loneIn(text: string, known: readonly Span[]): Found[] {
  const lone: Found[] = [];
  let covered: Set<number> | undefined;
  for (const match of text.matchAll(/[\w+/=-]+/g)) {
    const [run] = match;
    if (run.length < 32 || !isSecretValue(run, "nothing")) continue;
    covered ??= new Set([...publicKeyLines(text), ...known].map(({ start }) => start));
    if (covered.has(match.index) || isPublicPlace(text, match.index)) continue;
    lone.push({ start: match.index, end: match.index + run.length, rule: "random", counted: true });
  }
  return lone;
}

/** In a URL, or after what says that data or a hash follows. */
function isPublicPlace(text: string, index: number): boolean {
  const before = /(?<![^\s"'`])[^\s"'`]*$/.exec(text.slice(Math.max(0, index - LOOK_BACK_UNITS), index))![0];
  return /:\/\/|base64,|sha\d+[-:=]|integrity/i.test(before);
}

/** In the order of the text; of two that overlap the one that begins first, and of those the longer. */
function withoutOverlaps(found: Found[]): Found[] {
  const kept: Found[] = [];
  for (const span of found.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const last = kept.at(-1);
    if (last === undefined || span.start >= last.end) kept.push(span);
    else if (span.end > last.end) kept.push({ ...span, start: last.end, counted: false });
  }
  return kept;
}
