// Private keys in PEM (RFC 7468) and OpenPGP armour, whole or cut: a prompt may begin or end within one.
// Works line by line, so that code which only mentions the marks loses nothing.

import type { Span } from "./secretKeywords.ts";

const begin = /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
const end = /-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----/g;
const publicBlock =
  /-----BEGIN (?:[A-Z0-9]+ ){0,4}(?:CERTIFICATE|CERTIFICATE REQUEST|PUBLIC KEY|PUBLIC KEY BLOCK|SIGNATURE|CRL)-----/g;

/** One entry for each key: its lines without the marks and what surrounds them (quotes, `+`, comment marks). */
export function privateKeys(text: string): Span[][] {
  const keys = [...text.matchAll(begin)].map((match) => linesAfter(text, match.index + match[0].length));
  const known = new Set(keys.flat().map(({ end }) => end));
  for (const match of text.matchAll(end)) {
    const lines = linesBefore(text, match.index);
    if (lines.length > 0 && !known.has(lines.at(-1)!.end)) keys.push(lines);
  }
  return keys.filter((lines) => lines.length > 0);
}

/** The lines of certificates and public keys: they look as random as secrets and are none. */
export function publicKeyLines(text: string): Span[] {
  return [...text.matchAll(publicBlock)].flatMap((match) => linesAfter(text, match.index + match[0].length));
}

/** The lines of data after a mark, up to the next mark or to the first line that holds something else. */
function linesAfter(text: string, from: number): Span[] {
  const mark = text.indexOf("-----", from);
  const body = text.slice(from, mark === -1 ? text.length : mark);
  const lines: Span[] = [];
  for (let start = 0; start < body.length; ) {
    const end = endOfLine(body, start);
    const data = dataIn(body, start, end);
    if (data) lines.push({ start: from + data.start, end: from + data.end });
    else if (start > 0 && !/^\W*$|^\W*[A-Z][\w-]*: /.test(body.slice(start, end))) break; // Proc-Type, DEK-Info, Version
    start = end + 1;
  }
  return lines;
}

/** The lines of data before a mark, back to the mark before it or to the last line that holds something else. */
function linesBefore(text: string, to: number): Span[] {
  const mark = text.lastIndexOf("-----", to - 1);
  const from = mark === -1 ? 0 : mark + 5;
  const body = text.slice(from, to);
  const lines: Span[] = [];
  for (let end = body.length; end > 0; ) {
    const start = body.lastIndexOf("\n", end - 1) + 1;
    const data = dataIn(body, start, end);
    if (data) lines.unshift({ start: from + data.start, end: from + data.end });
    else if (!/^[\s"'`]*$/.test(body.slice(start, end))) break;
    end = start - 1;
  }
  return lines;
}

/** The base64 of a line; undefined where the line holds something else. The last line of a key may be short. */
function dataIn(text: string, start: number, end: number): Span | undefined {
  around.lastIndex = start;
  around.test(text);
  const from = Math.min(around.lastIndex, end);
  let to = end;
  for (;;) {
    if (to > from && /[\s"'`+,;)]/.test(text[to - 1])) to--;
    else if (to - 1 > from && /[nr]/.test(text[to - 1]) && text[to - 2] === "\\") to -= 2;
    else break;
  }
  const data = text.slice(from, to);
  if (!/^(?:[A-Za-z0-9+/=]|\\[nr])+$/.test(data)) return undefined;
  return data.length >= 16 || /[\d+/=]/.test(data) ? { start: from, end: to } : undefined;
}

/** What may stand before the data of a line: indentation, a quote, a comment mark, a written line break. */
const around = /(?:[\s"'`,#*]|\+ |\\[nr]|\/\/ )*/y;

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at === -1 ? text.length : at;
}
