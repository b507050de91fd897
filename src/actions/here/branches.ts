// The conditions on which a definition's code branches, each in words with what happens then: "if `a` is empty: returns `null`". By template; what has
// no plain wording stays code.

import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { whetherWords } from "../docstring/facts/conditionWords.ts";
import { outcomeOf, quoted, type TextOf } from "./outcomes.ts";

export interface Branch {
  words: string; // "if `a` is empty"
  /** What the branch does: "returns `null`", "sets `a` and ends the loop". */
  then?: string;
  startIndex: number;
  /** Of an "otherwise": where its condition stands. */
  of?: number;
}

const CONDITIONAL =
  /^(?:if_statement|elif_clause|if_expression|while_statement|ternary_expression|conditional_expression)$/;
const CASE = /^(?:switch_case|case_clause|expression_case|type_case|match_arm|switch_section)$/;
/** The most nodes that are looked at. */
const MOST_NODES = 20_000;

/** The branches in [start, end), in order. */
export function branchesIn(text: string, tree: SyntaxTree, start: number, end: number): Branch[] {
  const textOf = (node: SyntaxNode) => text.slice(node.startIndex, node.endIndex);
  const found: Branch[] = [];
  const open: SyntaxNode[] = [tree.rootNode];
  for (let seen = 0; open.length > 0 && seen < MOST_NODES; seen++) {
    const node = open.pop()!;
    if (node.endIndex <= start || node.startIndex >= end) continue;
    const isInside = node.startIndex >= start && node.endIndex <= end;
    const branch = isInside ? branchOf(node, textOf) : undefined;
    if (branch) found.push({ ...branch, startIndex: node.startIndex });
    const other = isInside ? otherwiseOf(node, textOf) : undefined;
    if (other) found.push(other);
    open.push(...node.namedChildren.toReversed());
  }
  return found.sort((a, b) => a.startIndex - b.startIndex);
}

function branchOf(node: SyntaxNode, textOf: TextOf): Omit<Branch, "startIndex"> | undefined {
  if (CONDITIONAL.test(node.type)) {
    const isPython = node.type === "conditional_expression" && !node.childForFieldName("condition");
    const condition = isPython ? node.namedChildren[1] : node.childForFieldName("condition");
    if (!condition) return undefined;
    const when = node.type === "while_statement" ? "while" : "if";
    const words = `${when} ${asWords(textOf(condition))}${afterWords(node, textOf(condition), textOf)}`;
    const then = isChoice(node)
      ? choiceOf(node, isPython, textOf)
      : outcomeOf(node.childForFieldName("consequence") ?? node.childForFieldName("body"), textOf);
    return { words, ...(then !== undefined && { then }) };
  }
  if (!CASE.test(node.type)) return undefined;
  const value = node.childForFieldName("value") ?? node.childForFieldName("pattern") ?? node.namedChildren[0];
  return value ? { words: `in the case ${quoted(textOf(value))}` } : undefined;
}

const isChoice = ({ type }: SyntaxNode): boolean => /^(?:ternary|conditional)_expression$/.test(type);

/** "gives `a`, otherwise `b`" */
function choiceOf(node: SyntaxNode, isPython: boolean, textOf: TextOf): string | undefined {
  const [one, other] = isPython
    ? [node.namedChildren[0], node.namedChildren[2]]
    : [node.childForFieldName("consequence"), node.childForFieldName("alternative")];
  return one && other ? `gives ${quoted(textOf(one))}, otherwise ${quoted(textOf(other))}` : undefined;
}

/** The last branch of an `if`, which has no condition. */
function otherwiseOf(node: SyntaxNode, textOf: TextOf): Branch | undefined {
  if (!/^(?:if_statement|elif_clause|if_expression)$/.test(node.type)) return undefined;
  const alternative = node.childForFieldName("alternative");
  const last =
    node.namedChildren.findLast(({ type }) => type === "else_clause") ??
    (alternative && /block/.test(alternative.type) ? alternative : undefined);
  const first = last?.type === "else_clause" ? last.namedChildren.find(({ type }) => type !== "comment") : undefined;
  if (!last || /^if_(?:statement|expression)$/.test(first?.type ?? "")) return undefined;
  const then = outcomeOf(last, textOf);
  return then === undefined
    ? undefined
    : { words: "otherwise", then, startIndex: last.startIndex, of: node.startIndex };
}

/** For a check that says little alone, as Go's `err != nil`: what was done right before. */
function afterWords(node: SyntaxNode, condition: string, textOf: TextOf): string {
  if (node.type !== "if_statement") return "";
  const name = /^!?(\w+)(?:\s*[!=]=\s*nil)?$/.exec(condition.trim())?.[1];
  if (name === undefined) return "";
  const before = node.childForFieldName("initializer") ?? previous(node);
  if (!before || !/^(?:short_var_declaration|assignment_statement)$/.test(before.type)) return "";
  const left = before.childForFieldName("left");
  const isSet = left !== null && new RegExp(`\\b${name}\\b`).test(textOf(left));
  return isSet ? `, after ${quoted(textOf(before))}` : "";
}

const previous = (node: SyntaxNode): SyntaxNode | undefined => {
  const beside = node.parent?.namedChildren ?? [];
  return beside[beside.findIndex(({ startIndex }) => startIndex === node.startIndex) - 1];
};

function asWords(code: string): string {
  const flat = code
    .replace(/\s+/g, " ")
    .replace(/([([]) /g, "$1")
    .replace(/ ([)\]])/g, "$1")
    .trim();
  return whetherWords(flat) ?? quoted(flat);
}
