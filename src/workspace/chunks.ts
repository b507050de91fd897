// Cuts a file into chunks of whole lines along its syntax nodes: a node that is too big is split into its children, small neighbours are
// merged (the idea of cAST: Zhang et al., "cAST: Enhancing Code Retrieval-Augmented Generation with Structural Chunking via Abstract
// Syntax Tree", 2025). Without a tree it cuts at blank lines. Knows no terms and no index. Iterative: a tree may be deeper than the stack.

import { MAX_PATH_DEPTH, type SyntaxNode, type SyntaxTree } from "../../common/syntax/syntax.ts";

export interface LineSpan {
  startLine: number; // 0-based
  endLine: number; // exclusive
}

/** Largest chunk, in UTF-16 units: about 400 tokens, so that three fit into the repository's share of a prompt. A longer line stays whole. */
export const MAX_CHUNK_UNITS = 1_200;

/** Smallest chunk, in UTF-16 units: a smaller piece joins its neighbour, whatever the tree says. */
const MIN_CHUNK_UNITS = 200;

/** A unit that is not cut further: a node or a paragraph. */
interface Atom {
  start: number;
  end: number; // exclusive, at least start + 1
  /** Whether the inside of a node that was split begins or ends here. */
  border: boolean;
  comment: boolean;
}

/** The chunks of a text in order. Blank lines between chunks belong to none. */
export function chunkLines(text: string, tree?: SyntaxTree): LineSpan[] {
  const lineStarts = lineStartsOf(text);
  const atoms = tree ? nodeAtoms(tree, text) : paragraphAtoms(text, lineStarts);
  return mergeAtoms(text, atoms, lineStarts).flatMap((span) => cutByLines(span, lineStarts));
}

/** The offset of each line's beginning, followed by the offset of the text's end. */
export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  if (starts.at(-1) !== text.length) starts.push(text.length);
  return starts;
}

/** The most children of a node that is cut along them, since the binding makes an object of each: text with more is cut by its lines. */
const MAX_CHILDREN = 5_000;
const isCut = ({ childCount }: SyntaxNode): boolean => childCount > 0 && childCount <= MAX_CHILDREN;

function* nodeAtoms(tree: SyntaxTree, text: string): Generator<Atom> {
  const stack: ({ node: SyntaxNode; depth: number } | undefined)[] = [{ node: tree.rootNode, depth: 0 }];
  let border = false;
  while (stack.length > 0) {
    const top = stack.pop();
    if (top === undefined) {
      border = true; // after the last child of a node that was cut
      continue;
    }
    const { node, depth } = top;
    const { startIndex: start } = node;
    const end = Math.min(node.endIndex, text.length);
    if (end <= start) continue; // a missing node
    if (end - start > MAX_CHUNK_UNITS && depth < MAX_PATH_DEPTH && isCut(node)) {
      const { children } = node;
      stack.push(undefined);
      for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i], depth: depth + 1 });
      border = true;
      continue;
    }
    yield { start, end, border, comment: node.type.includes("comment") };
    border = false;
  }
}

function* paragraphAtoms(text: string, lineStarts: readonly number[]): Generator<Atom> {
  let start = -1;
  for (let line = 0; line + 1 < lineStarts.length; line++) {
    const blank = text.slice(lineStarts[line], lineStarts[line + 1]).trim() === "";
    if (!blank && start === -1) start = lineStarts[line];
    if (blank && start !== -1 && !isHeading(text, start, lineStarts[line])) {
      yield { start, end: lineStarts[line], border: false, comment: false };
      start = -1;
    }
  }
  if (start !== -1) yield { start, end: text.length, border: false, comment: false };
}

/** Whether it is a Markdown heading: that stays with the text below it. */
const isHeading = (text: string, start: number, end: number) =>
  /^#+ [^\n]*\n$/.test(text.slice(start, end).slice(0, 200));

function mergeAtoms(text: string, atoms: Iterable<Atom>, lineStarts: readonly number[]): LineSpan[] {
  const spans: LineSpan[] = [];
  const units = (startLine: number, endLine: number) => lineStarts[endLine] - lineStarts[startLine];
  let comment: { startLine: number; endLine: number; border: boolean } | undefined; // to be joined with the next node
  let line = 0;

  const add = (startLine: number, endLine: number, border: boolean) => {
    const last = spans.at(-1);
    if (last && startLine < last.endLine) last.endLine = Math.max(last.endLine, endLine);
    else if (
      !last ||
      units(last.startLine, endLine) > MAX_CHUNK_UNITS ||
      (border && units(last.startLine, last.endLine) >= MIN_CHUNK_UNITS)
    )
      spans.push({ startLine, endLine });
    else last.endLine = endLine;
  };

  for (const atom of atoms) {
    while (lineStarts[line + 1] <= atom.start) line++;
    let startLine = line;
    while (lineStarts[line + 1] < atom.end) line++;
    const endLine = line + 1;
    let { border } = atom;
    if (comment) {
      const together = startLine <= comment.endLine && units(comment.startLine, endLine) <= MAX_CHUNK_UNITS;
      if (together) {
        startLine = comment.startLine;
        border = comment.border;
      } else add(comment.startLine, comment.endLine, comment.border);
      comment = undefined;
    }
    const last = spans.at(-1);
    if (atom.comment && !(last && startLine < last.endLine)) comment = { startLine, endLine, border };
    else if (last && onlyCloses(text, atom)) last.endLine = Math.max(last.endLine, endLine);
    else add(startLine, endLine, border);
  }
  if (comment) add(comment.startLine, comment.endLine, comment.border);
  return spans;
}

/** Whether it consists of closing brackets: they stay with the node that they close. */
function onlyCloses(text: string, { start, end }: Atom): boolean {
  return end - start <= 3 && /^[)\]}>;,]+$/.test(text.slice(start, end));
}

function cutByLines(span: LineSpan, lineStarts: readonly number[]): LineSpan[] {
  if (lineStarts[span.endLine] - lineStarts[span.startLine] <= MAX_CHUNK_UNITS * 1.5) return [span];
  const spans: LineSpan[] = [];
  let { startLine } = span;
  for (let line = startLine + 1; line < span.endLine; line++) {
    if (lineStarts[line + 1] - lineStarts[startLine] <= MAX_CHUNK_UNITS) continue;
    spans.push({ startLine, endLine: line });
    startLine = line;
  }
  return [...spans, { startLine, endLine: span.endLine }];
}
