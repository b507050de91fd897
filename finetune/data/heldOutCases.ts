// Cuts the report's cases from held-out files. A case is the rest of a line at a place where a person could have asked for it. Cases are spread
// over the files, those of recently added lines first. Reads texts and their trees; asks no model.

import { languageOfPath, lineSyntax } from "../../common/syntax/languages.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { regionAt } from "../../common/syntax/region.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import type { SourceFile } from "../sourceFile.ts";
import { commentLines } from "./commentLines.ts";
import type { IsRecent } from "./recentLines.ts";
import { SeededRandom, shuffled } from "./seededRandom.ts";

const MIN_EXPECTED = 3; // characters that are not white space
const AT_LINE_START = 0.5; // share of the cases that start after the indentation; the others start before a token of the line
const TOKEN = /[A-Za-z_$][\w$]*|\d[\w.]*|"|'|`|[^\s\w]+/g;

/** @param most the most cases; fewer where the files have fewer places */
export function cutHeldOutCases(
  files: readonly SourceFile[],
  isRecent: IsRecent,
  most: number,
  seed: number,
  parsers: Parsers,
): HeldOutCase[] {
  const random = new SeededRandom(seed);
  const queues = shuffled(files, random).map((file) => ({ file, places: placesOf(file, isRecent, parsers, random) }));
  const cases: HeldOutCase[] = [];
  const seen = new Set<string>();
  while (cases.length < most && queues.some(({ places }) => places.length > 0)) {
    for (const { file, places } of queues) {
      if (cases.length === most) break;
      const next = nextUnseen(file, places, seen);
      if (next) cases.push(next);
    }
  }
  return cases.sort((a, b) => (a.id < b.id ? -1 : 1));
}

interface HeldOutPlace {
  line: number; // from 0
  lineEnd: number; // offset
  cursor: number; // offset
}

/** The next case of a file whose expected text and line differ from those of all cases so far. */
function nextUnseen({ path, text }: SourceFile, places: HeldOutPlace[], seen: Set<string>): HeldOutCase | undefined {
  for (let place = places.shift(); place; place = places.shift()) {
    const { line, lineEnd, cursor } = place;
    const expected = text.slice(cursor, lineEnd);
    const whole = text.slice(text.lastIndexOf("\n", cursor - 1) + 1, lineEnd).trim();
    if (seen.has(expected.trim()) || seen.has(whole)) continue;
    seen.add(expected.trim()).add(whole);
    const column = cursor - (text.lastIndexOf("\n", cursor - 1) + 1);
    const id = `${path}:${line + 1}:${column + 1}`;
    return { id, path, prefix: text.slice(0, cursor), suffix: text.slice(lineEnd), expected, kind: "line" };
  }
  return undefined;
}

/** One place for each suitable line, those of recent lines first, in random order otherwise. */
function placesOf(file: SourceFile, isRecent: IsRecent, parsers: Parsers, random: SeededRandom): HeldOutPlace[] {
  const languageId = languageOfPath(file.path);
  const tree = languageId === undefined ? undefined : parsers.for(languageId)?.parse(file.text);
  const places: HeldOutPlace[] = [];
  try {
    let start = 0;
    const comments = languageId === undefined ? undefined : commentLines(file.text, languageId, tree);
    file.text.split("\n").forEach((text, line) => {
      const place =
        languageId && !comments?.has(line) && placeIn(file.text, text, line, start, languageId, tree, random);
      if (place) places.push(place);
      start += text.length + 1;
    });
  } finally {
    tree?.dispose();
  }
  const order = shuffled(places, random);
  return [
    ...order.filter(({ line }) => isRecent(file.path, line)),
    ...order.filter(({ line }) => !isRecent(file.path, line)),
  ];
}

function placeIn(
  text: string,
  lineText: string,
  line: number,
  start: number,
  languageId: string,
  tree: SyntaxTree | undefined,
  random: SeededRandom,
): HeldOutPlace | undefined {
  const indentation = lineText.length - lineText.trimStart().length;
  const columns = [...lineText.matchAll(TOKEN)]
    .map(({ index }) => index)
    .filter((index) => isAsked(lineText.slice(index)));
  if (columns.length === 0) return undefined;
  const language = lineSyntax(languageId)!;
  const later = columns.filter((column) => column > indentation);
  const column = later.length === 0 || random.chance(AT_LINE_START) ? indentation : random.pick(later);
  const cursor = start + column;
  if (column > indentation && regionAt(text, cursor, tree, language) === "comment") return undefined; // a comment at the line's end
  return { line, cursor, lineEnd: start + lineText.trimEnd().length };
}

/** Whether the rest is long enough to be asked for, and more than brackets. */
function isAsked(rest: string): boolean {
  return rest.replace(/\s/g, "").length >= MIN_EXPECTED && /[^\s()[\]{};,]/.test(rest);
}
