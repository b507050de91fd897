// Private keys in blocks: PEM (RFC 7468), OpenPGP armour, SSH2, OpenVPN, PuTTY, minisign, OpenSSL's text; whole or cut, as a prompt may begin or end
// within one. Works line by line, so that code which only mentions the marks loses nothing.

import type { Span } from "./literals.ts";
import { surprise } from "./surprise.ts";

const mark = /-{4,5} ?(BEGIN|END) ([A-Za-z0-9 ._-]{3,60}?) ?-{4,5}/g;
const secretLabel = /private|secret|static key|\bkey\b|tls-crypt|pkcs12|pfx/i;
const publicLabel = /public|certificate|signature|signed|request|parameters/i;

/** How far apart the marks of one block may be. */
const MAX_BLOCK_UNITS = 20_000;
const MIN_RUN_UNITS = 20;

/** One entry for each key: its lines without the marks and what surrounds them (quotes, `+`, comment marks). */
export function privateKeys(text: string): Span[][] {
  const keys: Span[][] = [...puttyKeys(text), ...dumpedKeys(text), ...commentedKeys(text)];
  const known = new Set<number>();
  let begun: number | undefined;
  for (const { 0: whole, 1: which, 2: label, index } of marksIn(text)) {
    const isSecret = secretLabel.test(label!) && !publicLabel.test(label!);
    if (which === "BEGIN") {
      begun = isSecret ? index + whole.length : undefined;
      if (begun === undefined) continue;
      const lines = linesAfter(text, begun);
      if (lines.length > 0) keys.push(lines);
      for (const { end } of lines) known.add(end);
    } else if (isSecret) {
      const lines = [...linesBefore(text, index), ...(begun === undefined ? [] : runsBetween(text, begun, index))];
      const left = lines.filter(({ end }) => !known.has(end));
      if (left.length > 0) keys.push(left.sort((a, b) => a.start - b.start));
      begun = undefined;
    }
  }
  return keys;
}

const marksIn = (text: string): Iterable<RegExpExecArray> => (text.includes("----") ? text.matchAll(mark) : []);

/** The lines of certificates and public keys: they look as random as secrets and are none. */
export function publicKeyLines(text: string): Span[] {
  return [...marksIn(text)].flatMap(({ 0: whole, 1: which, 2: label, index }) =>
    which === "BEGIN" && publicLabel.test(label!) ? linesAfter(text, index + whole.length) : [],
  );
}

/** The lines of data after a mark, up to the next mark or to the first line that holds something else. */
function linesAfter(text: string, from: number): Span[] {
  const next = text.indexOf("----", from);
  const body = text.slice(from, next === -1 ? text.length : next);
  const lines: Span[] = [];
  for (let start = 0; start < body.length; ) {
    const end = endOfLine(body, start);
    const data = dataIn(body, start, end);
    if (data) lines.push({ start: from + data.start, end: from + data.end });
    // Proc-Type, DEK-Info, Version
    else if (
      start > 0 &&
      !/^\W*(?:[nr]\W*)?$|^\W*(?:n\W*)?[A-Z][\w-]*: /.test(body.slice(start, Math.min(end, start + 200)))
    )
      break;
    start = end + 1;
  }
  return lines;
}

/** The lines of data before a mark, back to the mark before it or to the last line that holds something else. */
function linesBefore(text: string, to: number): Span[] {
  const last = text.lastIndexOf("----", to - 1);
  const from = last === -1 ? 0 : last + 4;
  const body = text.slice(from, to);
  const lines: Span[] = [];
  for (let end = body.length; end > 0; ) {
    const start = body.lastIndexOf("\n", end - 1) + 1;
    const data = dataIn(body, start, end);
    if (data) lines.push({ start: from + data.start, end: from + data.end });
    else if (!/^[\s"'`#*/;>|-]*$/.test(body.slice(start, end))) break;
    end = start - 1;
  }
  return lines.reverse();
}

/** Between two marks what is random, however it is written. */
function runsBetween(text: string, from: number, to: number): Span[] {
  if (to - from > MAX_BLOCK_UNITS) return [];
  return [...text.slice(from, to).matchAll(/[A-Za-z0-9+/=_]{20,}/g)]
    .filter(({ 0: run }) => run.length >= MIN_RUN_UNITS && surprise(run) >= 0.35)
    .map(({ 0: run, index }) => ({ start: from + index, end: from + index + run.length }));
}

/** The data of a line; undefined where the line holds something else. The last line of a key may be short. */
function dataIn(text: string, start: number, end: number): Span | undefined {
  around.lastIndex = start;
  around.test(text);
  const from = Math.min(around.lastIndex, end);
  let to = end;
  for (;;) {
    if (to > from && /[\s"'`+,;).|\\<\]}]/.test(text[to - 1]!)) to--;
    else if (to - 1 > from && /[nr]/.test(text[to - 1]!) && text[to - 2] === "\\") to -= 2;
    else break;
  }
  const data = text.slice(from, to);
  if (!/^(?:[A-Za-z0-9+/=_-]|\\{1,4}[nr])+$/.test(data))
    return isWordsOfData(data) ? { start: from, end: to } : undefined;
  return data.length >= 16 || /[\d+/=]/.test(data) ? { start: from, end: to } : undefined;
}

/** A key in one line, with blanks where its lines ended. */
function isWordsOfData(data: string): boolean {
  const [first = "", ...others] = data.split(" ");
  return first.length >= 32 && others.length > 0 && [first, ...others].every((word) => /^[A-Za-z0-9+/=]+$/.test(word));
}

/** What may stand before the data of a line: indentation, a quote, a comment mark, a written line break. */
const around = /(?:[\s"'`,#*>|;]|[+-] |\\{1,4}[nr]|\/\/ )*/y;

/** PuTTY says how many lines there are. */
function puttyKeys(text: string): Span[][] {
  if (!text.includes("Private-")) return [];
  const keys: Span[][] = [];
  let lastEnd = 0;
  for (const { 0: whole, 1: count, 2: code, index } of text.matchAll(
    /Private-(?:Lines: (\d{1,3})|MAC: ([0-9a-f]{20,128}))/g,
  )) {
    const end = index + whole.length;
    if (code !== undefined) keys.push([{ start: end - code.length, end }]);
    else if (index >= lastEnd) {
      lastEnd = end + 100 * Number(count);
      const lines = [...text.slice(end, lastEnd).matchAll(/(?<![^\s"'])[A-Za-z0-9+/=]{16,100}/g)].slice(
        0,
        Number(count),
      );
      if (lines.length > 0)
        keys.push(lines.map(({ 0: line, index: at }) => ({ start: end + at, end: end + at + line.length })));
    }
  }
  return keys;
}

/** `openssl rsa -text`: bytes with colons below the name of a number. */
function dumpedKeys(text: string): Span[][] {
  if (!text.includes("prime1:") && !text.includes("priv:") && !text.includes("rivateExponent:")) return [];
  return [...text.matchAll(/(?:privateExponent|prime[12]|exponent[12]|coefficient|priv):\s{1,40}/g)]
    .map(({ 0: head, index }) => {
      const start = index + head.length;
      const body = /^(?:(?:[0-9a-f]{2}:?)+\s{0,40})*/.exec(text.slice(start, start + MAX_BLOCK_UNITS))![0];
      return [...body.matchAll(/[0-9a-f:]{12,}/g)].map(({ 0: line, index: at }) => ({
        start: start + at,
        end: start + at + line.length,
      }));
    })
    .filter((lines) => lines.length > 0);
}

/** signify's and minisign's: a comment that says so, and a line. */
function commentedKeys(text: string): Span[][] {
  if (!text.includes("untrusted comment")) return [];
  return [...text.matchAll(/untrusted comment:[^\r\n]{0,100}secret key[^\r\n]{0,100}\r?\n([\w+/=]{40,})/g)].map(
    ({ 0: whole, 1: line, index }) => {
      const end = index + whole.length;
      return [{ start: end - line!.length, end }];
    },
  );
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}
