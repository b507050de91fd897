// The conditions on which a definition's code branches, each in words with what happens then: "if `a` is empty: returns `null`". By template; what has
// no plain wording stays code.

import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { whetherWords } from "../docstring/facts/conditionWords.ts";

export interface Branch {
  words: string; // "if `a` is empty"
  /** What the branch does at once, where it leaves: "returns `null`", "throws `A`". */
  then?: string;
  startIndex: number;
}

const CONDITIONAL =
  /^(?:if_statement|elif_clause|if_expression|while_statement|ternary_expression|conditional_expression)$/;
const CASE = /^(?:switch_case|case_clause|expression_case|type_case|match_arm|switch_section)$/;
const LEAVES: readonly (readonly [RegExp, string])[] = [
  [/^return_(?:statement|expression)$/, "returns"],
  [/^(?:throw|raise)_statement$/, "throws"],
  [/^continue_(?:statement|expression)$/, "goes on with the next round"],
  [/^break_(?:statement|expression)$/, "ends the loop"],
];
const MOST_UNITS = 60;
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
    open.push(...node.namedChildren.toReversed());
  }
  return found;
}

function branchOf(node: SyntaxNode, textOf: (node: SyntaxNode) => string): Omit<Branch, "startIndex"> | undefined {
  if (CONDITIONAL.test(node.type)) {
    const isPython = node.type === "conditional_expression" && !node.childForFieldName("condition");
    const condition = isPython ? node.namedChildren[1] : node.childForFieldName("condition");
    if (!condition) return undefined;
    const when = node.type === "while_statement" ? "while" : "if";
    const then = leaving(node.childForFieldName("consequence"), textOf);
    return { words: `${when} ${asWords(textOf(condition))}`, ...(then !== undefined && { then }) };
  }
  if (!CASE.test(node.type)) return undefined;
  const value = node.childForFieldName("value") ?? node.childForFieldName("pattern") ?? node.namedChildren[0];
  return value ? { words: `in the case ${quoted(textOf(value))}` } : undefined;
}

const asWords = (code: string): string => whetherWords(code) ?? quoted(code);

/** Code on one line, cut where it is long. */
function quoted(code: string): string {
  const flat = code.replace(/\s+/g, " ").trim();
  const cut = flat.length > MOST_UNITS ? `${flat.slice(0, MOST_UNITS)} …` : flat;
  return cut.includes("`") ? cut : `\`${cut}\``;
}

/** What the first statement of a branch does, where it leaves. */
function leaving(branch: SyntaxNode | null, textOf: (node: SyntaxNode) => string): string | undefined {
  const isBlock = branch !== null && /block/.test(branch.type);
  const list = isBlock && branch.namedChildren[0]?.type === "statement_list" ? branch.namedChildren[0] : branch;
  const first = isBlock ? list?.namedChildren.find(({ type }) => type !== "comment") : branch;
  const verb = first ? LEAVES.find(([type]) => type.test(first.type))?.[1] : undefined;
  if (!first || verb === undefined) return undefined;
  const value = /^(?:returns|throws)$/.test(verb)
    ? first.namedChildren.find(({ type }) => type !== "comment")
    : undefined;
  if (!value) return verb;
  const thrown =
    verb === "throws" ? /^(?:new\s+)?([\p{L}_$][\p{L}\p{N}_$.]*)\s*\(/u.exec(textOf(value))?.[1] : undefined;
  return `${verb} ${quoted(thrown ?? textOf(value))}`;
}
