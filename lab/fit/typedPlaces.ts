// Cuts the places at which people type out of a file: the beginning of a line, the border of a token, the inside of a word, an empty block.
// What follows on the line is gone, but for brackets that an editor has closed. Pure; reads no files.

import type { EvaluationCase } from "../../cli/evaluation/cases.ts";
import { indentationOf } from "../../common/syntax/lines.ts";
import type { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { bracketsOf } from "../../src/completion/text/brackets.ts";

/**
 * Places in a few lines that are gone from the file and are written anew from the top: in the order of typing. They share what follows the
 * lines, but where a bracket is closed.
 */
export type TypedLines = EvaluationCase[];

export interface SourceText {
  source: string; // package@version
  licence: string;
  path: string;
  language: EvaluationCase["language"];
  text: string;
}

const LEAST_LINE_CHARS = 6;
const MOST_LINE_CHARS = 120;
const LEAST_EXPECTED_CHARS = 2;
const LINES_ABOVE = 5; // at least
const MOST_BLOCK_LINES = 6;
const LEAST_WORD_CHARS = 4;
const GONE_LINES = [3, 6] as const;

const BLOCK_CHANCE = 0.3; // where a short one begins
const COMMENT_CHANCE = 0.15;
const CLOSED_BRACKET_CHANCE = 0.15; // where the line ends in what an editor would have closed

/** The places in a few lines of the file, drawn at random, or none where they are not fit. */
export function typedLines(file: SourceText, random: SeededRandom): TypedLines {
  const lines = file.text.split("\n");
  if (lines.length <= LINES_ABOVE) return [];
  const first = random.between(LINES_ABOVE, lines.length - 1);
  if (random.chance(BLOCK_CHANCE)) {
    const block = emptiedBlock(lines, first);
    if (block) return [caseOf(file, lines, block)];
  }
  const to = Math.min(lines.length, first + random.between(...GONE_LINES));
  return lines.slice(first, to).flatMap((_, index) => placesOfLine(file, lines, { row: first + index, to }, random));
}

function placesOfLine(
  file: SourceText,
  lines: readonly string[],
  { row, to }: { row: number; to: number },
  random: SeededRandom,
): EvaluationCase[] {
  const line = lines[row];
  const written = line.trim();
  if (written.length < LEAST_LINE_CHARS || written.length > MOST_LINE_CHARS || !/\w\w/.test(written)) return [];
  if (/^(\/\/|\/?\*|#)/.test(written) && !random.chance(COMMENT_CHANCE)) return [];
  const indent = line.length - line.trimStart().length;
  const end = line.trimEnd().length;
  const cuts: { kind: string; at: number }[] = [{ kind: "lineStart", at: indent }];
  const borders = places(line, indent, end, /(?<=\W)(?=.)|(?<=\w)(?=\W)/g);
  if (borders.length > 0) cuts.push({ kind: "border", at: random.pick(borders) });
  const words = places(line, indent, end, /(?<=\w)(?=\w)/g).filter((at) => wordAt(line, at).length >= LEAST_WORD_CHARS);
  if (words.length > 0) cuts.push({ kind: "word", at: random.pick(words) });
  return cuts
    .toSorted((a, b) => a.at - b.at)
    .map(({ kind, at }) => {
      const closed = random.chance(CLOSED_BRACKET_CHANCE) ? closedByEditor(line, at, end) : 0;
      const [before, expected, after] = [
        line.slice(0, at),
        line.slice(at, end - closed),
        line.slice(end - closed, end),
      ];
      return caseOf(file, lines, { row, kind, before, expected, after, to });
    });
}

interface Cut {
  row: number;
  kind: string;
  before: string; // of the line, or lines, at `row`
  expected: string;
  after: string; // what stays behind the cursor on its line
  to: number; // the first line that follows
}

function caseOf(file: SourceText, lines: readonly string[], cut: Cut): EvaluationCase {
  const above = lines.slice(0, cut.row).map((line) => `${line}\n`);
  const below = lines.slice(cut.to).map((line) => `\n${line}`);
  const { source, licence, path, language } = file;
  return {
    id: `${source}/${path}:${cut.row + 1}:${cut.before.length}:${cut.kind}${cut.after}`,
    source,
    licence,
    language,
    kind: cut.kind,
    path,
    prefix: above.join("") + cut.before,
    suffix: cut.after + below.join(""),
    expected: cut.expected,
  };
}

/** Columns inside the line's text where the pattern, which matches nothing but a place, holds. */
function places(line: string, indent: number, end: number, pattern: RegExp): number[] {
  return [...line.matchAll(pattern)]
    .map(({ index }) => index)
    .filter((at) => at > indent && at <= end - LEAST_EXPECTED_CHARS);
}

const wordAt = (line: string, at: number): string =>
  /\w*$/.exec(line.slice(0, at))![0] + /^\w*/.exec(line.slice(at))![0];

/** Characters at the line's end that only close what is open at the cursor, with the statement's end; 0 where there are none. */
function closedByEditor(line: string, at: number, end: number): number {
  const tail = /[)\]}]+;?$/.exec(line.slice(at, end))?.[0] ?? "";
  const closers = tail.replace(";", "").length;
  const open = bracketsOf(line.slice(0, at)).open.length;
  return closers > 0 && closers <= open && end - at - tail.length >= LEAST_EXPECTED_CHARS ? tail.length : 0;
}

/** Where a short block begins after the line: the cursor on a line of its own in it, the block without anything in it. */
function emptiedBlock(lines: readonly string[], row: number): Cut | undefined {
  if (!/[{:]\s*$/.test(lines[row])) return undefined;
  const base = indentationOf(lines[row]);
  let to = row + 1;
  while (to < lines.length && (lines[to].trim() === "" || indentationOf(lines[to]) > base)) to++;
  while (to > row + 1 && lines[to - 1].trim() === "") to--;
  const body = lines.slice(row + 1, to);
  if (body.length === 0 || body.length > MOST_BLOCK_LINES || body[0].trim() === "") return undefined;
  const indent = /^\s*/.exec(body[0])![0];
  const expected = body.join("\n").slice(indent.length).trimEnd();
  return { row, kind: "block", before: `${lines[row]}\n${indent}`, expected, after: "", to };
}
