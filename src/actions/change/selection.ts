// The lines that a selection stands for, and the whole statements that a model is shown in their place: half of a statement cannot be written
// anew on its own. Pure.

import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";

/** Whole lines of a text, in UTF-16 units; the last line break is not part of them. */
export interface Lines {
  start: number;
  end: number;
}

export interface SelectedLines extends Lines {
  firstLine: number; // from 0
  lastLine: number; // from 0, itself included
  isWider: boolean; // than what was selected, by more than blanks
}

/** Without blank lines at the ends. @returns undefined where nothing but blanks is selected */
export function selectedLines(text: string, from: number, to: number): SelectedLines | undefined {
  const [first, last] = [Math.min(from, to), Math.max(from, to)];
  const chosen = text.slice(first, last);
  const isEmpty = chosen.trim() === ""; // a cursor stands for its line
  const begin = isEmpty ? first : first + (chosen.length - chosen.trimStart().length);
  const finish = isEmpty ? first : last - (chosen.length - chosen.trimEnd().length);
  const { start, end } = linesAround(text, begin, finish);
  if (start === end) return undefined;
  const breaksIn = (part: string) => part.split("\n").length - 1;
  const firstLine = breaksIn(text.slice(0, start));
  const lastLine = firstLine + breaksIn(text.slice(start, end));
  const isWider = isEmpty || text.slice(start, begin).trim() !== "" || text.slice(finish, end).trim() !== "";
  return { start, end, firstLine, lastLine, isWider };
}

function linesAround(text: string, from: number, to: number): Lines {
  const start = text.lastIndexOf("\n", from - 1) + 1;
  const lineEnd = text.indexOf("\n", to);
  return { start, end: start + text.slice(start, lineEnd < 0 ? text.length : lineEnd).trimEnd().length };
}

const MOST_ROUNDS = 20;

/** The lines with the rest of the statements, members or elements that they cut; the lines themselves where that would be more than `mostUnits`. */
export function wholeStatements(text: string, tree: SyntaxTree, { start, end }: Lines, mostUnits: number): Lines {
  let lines: Lines = { start, end };
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const { start: from, end: to } = unitsAround(tree.rootNode, firstUnit(text, lines.start), lines.end);
    const wider = linesAround(text, Math.min(from, lines.start), Math.max(to, lines.end));
    if (wider.end - wider.start > mostUnits) break;
    if (wider.start === lines.start && wider.end === lines.end) return lines;
    lines = wider;
  }
  return { start, end };
}

const firstUnit = (text: string, start: number): number => start + /^\s*/.exec(text.slice(start))![0].length;

/** The children of the smallest node around a range that the range touches; the node where one of them is half of a pair, or a keyword. */
function unitsAround(root: SyntaxNode, from: number, to: number): Lines {
  const node = root.descendantForIndex(from, to) ?? root;
  const touched = node.children.filter(({ startIndex, endIndex }) => endIndex > from && startIndex < to);
  const [first, last] = [touched[0], touched.at(-1)];
  const isApart = ({ isNamed, type }: SyntaxNode) => !isNamed && type !== "," && type !== ";";
  if (!first || !last || touched.some(isApart)) return { start: node.startIndex, end: node.endIndex };
  return { start: first.startIndex, end: last.endIndex };
}
