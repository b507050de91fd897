// Long runs of the characters that tokens are made of: those that begin as their makers let them begin, and those that are random by themselves.
// One loop finds the runs; only what is long and looks unlike a word is looked at closer.

import type { Span } from "./literals.ts";
import { type MarkedShape, makers, markedShapes, runShapes } from "./secretShapes.ts";
import { isFiller, isPlaceholder, isSecretValue } from "./secretValue.ts";
import { surprise } from "./surprise.ts";

export interface NamedSpan extends Span {
  rule: string;
}

const MIN_RUN_UNITS = 14;
const MIN_BODY_UNITS = 16;
const MAX_RUN_UNITS = 4_096;

const OTHER = 0;
const PART = 1; // of a run
const DIGIT = 2;
const kindOf = new Uint8Array(128);
for (const unit of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-+/=.~$@") kindOf[unit.charCodeAt(0)] = PART;
for (const unit of "0123456789") kindOf[unit.charCodeAt(0)] = DIGIT;

/** Runs of 14 characters and more that hold a digit; without one only long ones with separators or without small letters. */
export function longRuns(text: string): Span[] {
  const runs: Span[] = [];
  let start = 0;
  let digits = 0;
  let joints = 0;
  let small = 0;
  for (let at = 0; at <= text.length; at++) {
    const unit = at < text.length ? text.charCodeAt(at) : 0;
    const kind = unit < 128 ? kindOf[unit] : OTHER;
    if (kind === DIGIT) digits++;
    else if (kind === PART) {
      if (unit >= 97) small++;
      else if (unit === 95 || unit === 45) joints++; // _ and -
    } else {
      if (at - start >= MIN_RUN_UNITS && (digits > 0 || (at - start >= 20 && (joints > 0 || small === 0))))
        runs.push({ start, end: at });
      start = at + 1;
      digits = 0;
      joints = 0;
      small = 0;
    }
  }
  return runs;
}

const prefixes = new Map(
  makers.flatMap((maker) =>
    maker.prefixes
      .trim()
      .split(/\s+/)
      .map((prefix) => [prefix, maker]),
  ),
);
const escaped = (text: string): string => text.replace(/[$.+/=]/g, "\\$&");
/** All prefixes, the longest first, where no other token goes on into them. */
const anyPrefix = new RegExp(
  `(?<![A-Za-z0-9])(?:${[...prefixes.keys()]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join("|")})`,
  "g",
);
const randomBody = /[\w.~+/=-]+/y;

/** Tokens whose maker is known by how they begin. */
export function makersTokens(text: string, runs: readonly Span[]): NamedSpan[] {
  return runs.flatMap(({ start, end }) => {
    if (end - start > MAX_RUN_UNITS) return []; // data
    const run = text.slice(start, end);
    const spans: NamedSpan[] = [];
    for (const { 0: prefix, index } of run.matchAll(anyPrefix)) {
      if (index < (spans.at(-1)?.end ?? 0) - start) continue;
      const { name, body = randomBody, areWords } = prefixes.get(prefix)!;
      body.lastIndex = index + prefix.length;
      const rest = body.exec(run)?.[0];
      if (rest === undefined) continue;
      const secret = withoutEnd(run.slice(index, body.lastIndex));
      if (
        body !== randomBody
          ? isFiller(secret) || isPlaceholder(secret)
          : !isToken(secret.slice(prefix.length), areWords)
      )
        continue;
      spans.push({ start: start + index, end: start + index + secret.length, rule: name });
    }
    return spans;
  });
}

/** The end of a sentence, a path or a query is no part of a token. */
const withoutEnd = (token: string): string => token.replace(/[./~+-]{1,3}$/, "");

/** Prefixes that are words say little: what follows them has to say more. */
function isToken(body: string, areWords = false): boolean {
  const first = body.split(/[./=]/, 1)[0]!;
  const value = first.length >= MIN_BODY_UNITS ? first : body;
  if (value.length < MIN_BODY_UNITS || isFiller(value) || isPlaceholder(value)) return false;
  if (areWords) return isRandomBody(value);
  return surprise(value) >= 0.25 || (value.match(/\d/g)?.length ?? 0) >= 6;
}

const isRandomBody = (value: string): boolean =>
  value.length >= 20 && isSecretValue(value, "weak") && (surprise(value) >= 0.35 || /^[0-9a-f]{32,}$/.test(value));

/** `name_` or `name-` and a random rest: tokens of makers that no list has. */
export function prefixedTokens(text: string, runs: readonly Span[]): NamedSpan[] {
  return runs.flatMap(({ start, end }) => {
    if (end - start < 26 || end - start > 300) return [];
    const run = text.slice(start, end);
    const match = /^(?:[\w.-]*[=/])?((?:[A-Za-z][A-Za-z0-9]{1,11}[_-]){1,3})([A-Za-z0-9]{22,})(?![\w./+=-])/.exec(run);
    if (!match || /sha|md5|hash|commit|rev|etag|id[_-]|chunk|asset|css|build|img|file|blob/i.test(match[1]!)) return [];
    const body = match[2]!;
    if (isFiller(body) || surprise(body) < 0.5 || !isVaried(body)) return [];
    const from = start + match[0].length - body.length - match[1]!.length;
    return [{ start: from, end: start + match[0].length, rule: "prefixedToken" }];
  });
}

const isVaried = (body: string): boolean =>
  (body.match(/\d/g)?.length ?? 0) >= (body.length < 28 ? 3 : 1) &&
  /[a-z]/.test(body) &&
  /[A-Z]/.test(body) &&
  !/^[0-9a-f]+$/i.test(body);

/** Tokens of several parts. */
export function shapedTokens(text: string, runs: readonly Span[]): NamedSpan[] {
  return runs.flatMap(({ start, end }) => {
    if (end - start < 30) return [];
    const run = text.slice(start, end);
    return runShapes.flatMap(({ name, pattern }) =>
      [...run.matchAll(pattern)]
        .filter(({ 0: token }) => !isFiller(token))
        .map(({ 0: token, index }) => ({ start: start + index, end: start + index + token.length, rule: name })),
    );
  });
}

/** What stands beside fixed words or signs. */
export function markedSecrets(text: string): NamedSpan[] {
  return markedShapes.flatMap((shape) => shape.marks.flatMap((mark) => markedBy(text, mark, shape)));
}

function markedBy(text: string, mark: string, { name, pattern, backUnits }: MarkedShape): NamedSpan[] {
  const spans: NamedSpan[] = [];
  let lastEnd = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) {
    for (let from = Math.max(lastEnd, at - backUnits); from <= at; from++) {
      pattern.lastIndex = from;
      const match = pattern.exec(text);
      if (!match) continue;
      const value = match[1] ?? match[0];
      if (match[1] === undefined ? isFiller(value) : !isWorthIt(name, value)) break;
      lastEnd = pattern.lastIndex;
      spans.push({ start: lastEnd - value.length, end: lastEnd, rule: name });
      break;
    }
  }
  return spans;
}

/** Where the shape says little, the value has to say more: words may follow "bearer". */
function isWorthIt(rule: string, value: string): boolean {
  if (isPlaceholder(value)) return false;
  if (rule === "authorizationHeader") {
    const password = basicPassword(value);
    if (password !== undefined) return !isPlaceholder(password);
    return value.length >= 32 || isSecretValue(value, "weak");
  }
  if (rule === "passwordOption") return isSecretValue(value, "password");
  return true;
}

/** The password of "user:password" in base64 (RFC 7617). */
function basicPassword(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value)) return undefined;
  return /^[!-9;-~]+:([!-~]+)$/.exec(Buffer.from(value, "base64").toString("latin1"))?.[1];
}

/** How many characters before a literal are examined to recognise a URL or an image. */
const LOOK_BACK_UNITS = 200;

/** Long random runs that no other rule has found and that are not known to be public. */
export function loneSecrets(text: string, runs: readonly Span[], known: () => ReadonlySet<number>): NamedSpan[] {
  const lone: NamedSpan[] = [];
  for (const { start, end } of runs) {
    if (end - start < 24) continue;
    for (const match of text.slice(start, end).matchAll(/[\w+/=-]{24,}/g)) {
      const at = start + match.index;
      if (!isSecretValue(match[0], "nothing") || known().has(at) || isPublicPlace(text, at)) continue;
      lone.push({ start: at, end: at + match[0].length, rule: "random" });
    }
  }
  return lone;
}

/** In a URL, or after what says that data or a hash follows. */
function isPublicPlace(text: string, index: number): boolean {
  const before = /(?<![^\s"'`])[^\s"'`]*$/.exec(text.slice(Math.max(0, index - LOOK_BACK_UNITS), index))![0];
  return /:\/\/|base64,|sha\d+[-:=]|integrity/i.test(before);
}
