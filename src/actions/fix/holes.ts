// The parts of the text that a fix of a problem may rewrite: the part that the compiler points to, and the tree's nodes around it. Pure; asks no
// model.

import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";

/** A part that the model is to rewrite, or an empty place where it is to write; in UTF-16 units. */
export interface Hole {
  kind: "place" | "argument" | "expression" | "line" | "statement";
  start: number;
  end: number;
  /** Text before the model's text: ", " before a further argument. */
  lead: string;
}

/** The most lines of a hole: a longer one would not be a small change. */
const MOST_LINES = 4;
const MOST_UNITS = 400;

/** TypeScript's codes: "Expected 2 arguments, but got 1", "… at least …". */
export const TOO_FEW_ARGUMENTS = new Set([2554, 2555]);

/** From the smallest to the largest, each place once. */
export function holesOf(
  text: string,
  tree: SyntaxTree | undefined,
  problem: { start: number; end: number; code: number },
): Hole[] {
  const holes: Hole[] = [];
  const add = (kind: Hole["kind"], start: number, end: number, lead = "") => {
    const part = text.slice(start, end);
    if (part.length > MOST_UNITS || part.split("\n").length > MOST_LINES) return;
    if (!holes.some((hole) => hole.start === start && hole.end === end)) holes.push({ kind, start, end, lead });
  };
  const path = tree?.pathTo(problem.start) ?? [];
  const call = missingArgumentAt(path, problem);
  if (call) add("argument", call.end, call.end, call.lead);
  if (problem.end > problem.start) add("place", problem.start, problem.end);
  const expression = path.findLast((node) => /_expression$/.test(node.type) && node.endIndex >= problem.end);
  if (expression) add("expression", expression.startIndex, expression.endIndex);
  const lineStart = lineStartOf(text, problem.start);
  const indent = /^[ \t]*/.exec(text.slice(lineStart))![0].length;
  add("line", lineStart + indent, lineEndOf(text, problem.start));
  const statement = path.findLast(
    (node) => /(_statement|_declaration)$/.test(node.type) && node.endIndex >= problem.end,
  );
  if (statement) add("statement", statement.startIndex, statement.endIndex);
  return holes;
}

/**
 * The place for a further argument of the call that the problem points to: before its closing bracket.
 * @returns undefined where no argument is missing; `start` is that of the call
 */
export function missingArgumentAt(
  path: readonly SyntaxNode[],
  { start, end, code }: { start: number; end: number; code: number },
): { start: number; end: number; lead: string } | undefined {
  if (!TOO_FEW_ARGUMENTS.has(code)) return undefined;
  const call = path.findLast(
    (node) => /^(call|new)_expression$/.test(node.type) && node.startIndex <= start && node.endIndex >= end,
  );
  const list = call?.childForFieldName("arguments");
  if (list?.type !== "arguments" || list.hasError) return undefined;
  return { start: call!.startIndex, end: list.endIndex - 1, lead: list.namedChildren.length > 0 ? ", " : "" };
}
