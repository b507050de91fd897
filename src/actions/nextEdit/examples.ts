// What an episode shows: its changes, each as the nodes around it before and after. Holds tokens and gaps, no nodes, so that it outlives the trees.

import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { Range } from "../../typescript/unresolved.ts";
import { type Difference, differences, type Token, tokensOf } from "./tokens.ts";
import type { Episode } from "./types.ts";

/** Tokens of a part of a text, with the white space before each: of the first one none. */
export interface Row {
  tokens: string[];
  gaps: string[];
}

/** A node around a change, as it was and as it became. */
export interface Level {
  kind: string; // the grammar's name of the node
  before: Row;
  after: Row;
  isTail: boolean; // something was added behind it, at the end of its line
}

/** One change of an episode. */
export interface Example {
  uri: string;
  languageId: string;
  at: Range; // of the innermost level in the episode's text after
  indentation: string; // of the line that it begins in
  /** The tokens that were taken away and added. */
  removed: string[];
  added: string[];
  /** The tokens of the whole lines. */
  lines: { before: string[]; after: string[] };
  levels: Level[]; // the innermost first, at least one
}

/** The most tokens of a level: a larger node is a whole definition, which hardly stands elsewhere in the same form. */
const MAX_LEVEL_TOKENS = 100;
const MAX_LEVELS = 8;
/** The most of an episode's changes, and of its units: more were pasted, or made by a tool. */
const MAX_CHANGES = 24;
const MAX_CHANGED_UNITS = 6_000;
/** The most places of a node that differ, and new tokens in them. */
const MAX_PARTS = 5;
const MAX_WRITTEN_TOKENS = 16;

/** @param tree of the text before */
export function examplesOf(episode: Episode, tree: SyntaxTree): Example[] {
  const change = tokenChange(episode);
  if (!change) return [];
  const groups = groupsOf(episode.before, change);
  return groups.length > MAX_CHANGES ? [] : groups.flatMap((group) => exampleOf(episode, tree, change, group) ?? []);
}

/** The changed lines as tokens. */
interface TokenChange {
  was: Token[];
  is: Token[];
  found: Difference[];
  lines: Range; // of the text before: whole ones
  newLines: Range;
}

function tokenChange({ before, after, changed }: Episode): TokenChange | undefined {
  const lines = wholeLines(before, changed.before);
  const newLines = wholeLines(after, changed.after);
  if (Math.max(lines.end - lines.start, newLines.end - newLines.start) > MAX_CHANGED_UNITS) return undefined;
  const was = tokensOf(before, lines.start, lines.end);
  const is = tokensOf(after, newLines.start, newLines.end);
  return { was, is, found: differences(textsOf(was), textsOf(is)), lines, newLines };
}

const textsOf = (tokens: readonly Token[]): string[] => tokens.map(({ text }) => text);

const wholeLines = (text: string, { start, end }: Range): Range => ({
  start: lineStartOf(text, start),
  end: lineEndOf(text, end),
});

/** Differences of the same lines belong together. */
function groupsOf(text: string, { was, found }: TokenChange): Difference[] {
  const groups: Difference[] = [];
  for (const difference of found) {
    const last = groups.at(-1);
    const [end, start] = [last && was[last.end - 1], was[difference.start]];
    if (last && end && start && !text.slice(end.end, start.start).includes("\n")) {
      last.end = difference.end;
      last.newEnd = difference.newEnd;
    } else groups.push({ ...difference });
  }
  return groups;
}

function exampleOf(
  { uri, languageId, before, after }: Episode,
  tree: SyntaxTree,
  change: TokenChange,
  { start, end, newStart, newEnd }: Difference,
): Example | undefined {
  const { was, is } = change;
  if (newEnd - newStart > MAX_WRITTEN_TOKENS) return undefined;
  const isTail = isAtEndOfLine({ before, after }, change, { start, end, newStart, newEnd });
  const [first, last] = start === end ? [was[start - 1], was[isTail ? start - 1 : start]] : [was[start], was[end - 1]];
  if (!first || !last) return undefined; // a line of its own: nothing says where it belongs
  const [from, to] = start === end ? [first.end - 1, isTail ? first.end : last.start + 1] : [first.start, last.end];
  const levels: Level[] = [];
  let at: Range | undefined;
  for (const node of nodesAround(tree, from, to)) {
    const row = rowOf(before, { start: node.startIndex, end: node.endIndex });
    if (row.tokens.length > MAX_LEVEL_TOKENS || levels.length === MAX_LEVELS) break;
    const range = newRange(node, change, after.length - before.length);
    if (!range) continue;
    const isBehind = isTail && node.endIndex === first.end;
    if (isBehind) range.end = is[newEnd - 1].end;
    const level = { kind: node.type, before: row, after: rowOf(after, range), isTail: isBehind };
    if (isWrittenAnew(level)) break;
    at ??= range;
    levels.push(level);
  }
  if (!at) return undefined;
  const removed = textsOf(was.slice(start, end));
  const added = textsOf(is.slice(newStart, newEnd));
  const whole = wholeLines(before, { start: from, end: to });
  const head = was.findIndex((token) => token.start >= whole.start);
  const tail = was.findLastIndex((token) => token.end <= whole.end) + 1;
  const lines = {
    before: textsOf(was.slice(head, tail)),
    after: textsOf(is.slice(newStart - (start - head), newEnd + (tail - end))),
  };
  const indentation = indentationAt(before, from);
  return { uri, languageId, at, indentation, removed, added, lines, levels };
}

/** Whether something was added behind what the line ended with. */
function isAtEndOfLine(
  { before, after }: Pick<Episode, "before" | "after">,
  { was, is }: TokenChange,
  { start, end, newStart, newEnd }: Difference,
): boolean {
  if (start !== end || start === 0 || newStart === newEnd) return false;
  const added = after.slice(is[newStart - 1].end, is[newEnd - 1].end);
  return isEndOfLine(before, was[start - 1].end) && !added.includes("\n");
}

/** Whether nothing but white space follows in the line. */
export const isEndOfLine = (text: string, offset: number): boolean =>
  text.slice(offset, lineEndOf(text, offset)).trim() === "";

/** A node with more new in it was not changed, and is hardly wanted again. */
function isWrittenAnew({ before, after }: Level): boolean {
  const parts = differences(before.tokens, after.tokens);
  const written = parts.reduce((sum, { newStart, newEnd }) => sum + newEnd - newStart, 0);
  return parts.length > MAX_PARTS || written > MAX_WRITTEN_TOKENS;
}

/** The white space that the line begins with. */
export const indentationAt = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(lineStartOf(text, offset), lineEndOf(text, offset)))![0];

/** The named nodes that hold [from, to), the innermost first; of several with the same range the outermost. */
export function nodesAround(tree: SyntaxTree, from: number, to: number): SyntaxNode[] {
  const around: SyntaxNode[] = [];
  for (const node of tree.pathTo(from)) {
    if (node.endIndex < to) break;
    const last = around.at(-1);
    const isSame = last && last.startIndex === node.startIndex && last.endIndex === node.endIndex;
    if (node.isNamed && node.type !== "ERROR" && !isSame) around.push(node);
  }
  return around.reverse();
}

export function rowOf(text: string, { start, end }: Range): Row {
  const tokens = tokensOf(text, start, end);
  return {
    tokens: textsOf(tokens),
    gaps: tokens.map((token, index) => (index === 0 ? "" : text.slice(tokens[index - 1].end, token.start))),
  };
}

/** Where a node of the text before is now; undefined where one of its ends was changed together with what stands beside it. */
function newRange(
  node: SyntaxNode,
  { was, is, found, lines, newLines }: TokenChange,
  grown: number,
): Range | undefined {
  let start = node.startIndex;
  if (start >= lines.start) {
    const index = was.findIndex((token) => token.start >= node.startIndex);
    const shifted = newIndex(found, index, true);
    if (shifted === undefined) return undefined;
    start = is[shifted]?.start ?? newLines.end;
  }
  if (node.endIndex > lines.end) return { start, end: node.endIndex + grown };
  const count = was.findLastIndex((token) => token.end <= node.endIndex) + 1;
  const shifted = newIndex(found, count, false);
  if (shifted === undefined) return undefined;
  return { start, end: Math.max(start, is[shifted - 1]?.end ?? start) };
}

/** The index after the change; what is inserted right there stays outside of the node. */
function newIndex(found: readonly Difference[], index: number, isStart: boolean): number | undefined {
  let shift = 0;
  for (const { start, end, newStart, newEnd } of found) {
    if (start < index && index < end) return undefined;
    const isBefore = end <= index && (start < index || (isStart && start === end));
    if (isBefore) shift = newEnd - end;
    else if (start === index && !isStart) shift = newStart - start;
  }
  return index + shift;
}
