// What a branch's code does, in a few words: "calls `log.warn` and returns `null`", "sets `max`, …, in the end returns `true`". By template.

import type { SyntaxNode } from "../../../common/syntax/syntax.ts";

export type TextOf = (node: SyntaxNode) => string;

const LEAVES: readonly (readonly [RegExp, string])[] = [
  [/^return_(?:statement|expression)$/, "returns"],
  [/^(?:throw|raise)_statement$/, "throws"],
  [/^continue_(?:statement|expression)$/, "goes on with the next round"],
  [/^break_(?:statement|expression)$/, "ends the loop"],
];
const CALL = /^(?:call|call_expression|method_invocation|invocation_expression)$/;
const SETS = /^(?:assignment|assignment_expression|assignment_statement)$/;
const CHANGES =
  /^(?:augmented_assignment|augmented_assignment_expression|compound_assignment_expr|update_expression|inc_statement|dec_statement)$/;
const MOST_UNITS = 60;
/** The most statements of a branch that are told. */
const MOST_TOLD = 2;

/** Code on one line, cut where it is long. */
export function quoted(code: string): string {
  const flat = code.replace(/\s+/g, " ").trim();
  const cut = flat.length > MOST_UNITS ? `${flat.slice(0, MOST_UNITS)} …` : flat;
  return cut.includes("`") ? cut : `\`${cut}\``;
}

/** "sets `a` and `b`", not "sets `a` and sets `b`" */
function withoutSameVerb(words: string, before: string): string {
  const verb = /^(?:calls|sets|changes) /.exec(words)?.[0];
  return verb !== undefined && before.startsWith(verb) ? words.slice(verb.length) : words;
}

/** Of a block or a single statement; undefined where nothing of it has plain words. */
export function outcomeOf(branch: SyntaxNode | null, textOf: TextOf): string | undefined {
  const statements = branch ? statementsOf(branch) : [];
  const last = statements.at(-1);
  if (!last) return undefined;
  const told = statements.map((one) => leaving(one, textOf) ?? acting(one, textOf));
  const [first, ...more] = told.filter((words, at) => words === undefined || words !== told[at - 1]);
  if (more.length < MOST_TOLD && first !== undefined && !more.includes(undefined))
    return [first, ...more.map((words) => withoutSameVerb(words!, first))].join(" and ");
  const end = told.at(-1);
  if (end === undefined) return first === undefined || statements.length === 1 ? undefined : `${first}, …`;
  return first === undefined || statements.length === 1 ? `in the end ${end}` : `${first}, …, in the end ${end}`;
}

function statementsOf(branch: SyntaxNode): SyntaxNode[] {
  const inner = /^(?:else_clause|expression_clause)$/.test(branch.type)
    ? (branch.childForFieldName("body") ?? branch.namedChildren[0] ?? branch)
    : branch;
  if (!/block/.test(inner.type)) return [inner];
  const list = inner.namedChildren[0]?.type === "statement_list" ? inner.namedChildren[0] : inner;
  return list.namedChildren.filter(({ type }) => type !== "comment");
}

/** "returns `a`", where the statement leaves its block. */
function leaving(statement: SyntaxNode, textOf: TextOf): string | undefined {
  const verb = LEAVES.find(([type]) => type.test(statement.type))?.[1];
  if (verb === undefined) return undefined;
  const value = /^(?:returns|throws)$/.test(verb)
    ? statement.namedChildren.find(({ type }) => type !== "comment")
    : undefined;
  if (!value) return verb;
  const thrown =
    verb === "throws" ? /^(?:new\s+)?([\p{L}_$][\p{L}\p{N}_$.]*)\s*\(/u.exec(textOf(value))?.[1] : undefined;
  return `${verb} ${quoted(thrown ?? textOf(value))}`;
}

/** "calls `f`", "sets `a`", "changes `a`". */
function acting(statement: SyntaxNode, textOf: TextOf): string | undefined {
  const only = statement.type === "expression_statement" ? statement.namedChildren[0] : statement;
  const node = only && /^await(?:_expression)?$/.test(only.type) ? only.namedChildren[0] : only;
  if (!node) return undefined;
  if (CALL.test(node.type)) {
    const callee = node.childForFieldName("function") ?? node.childForFieldName("name");
    return callee ? `calls ${quoted(textOf(callee))}` : undefined;
  }
  const target = node.childForFieldName("left") ?? node.childForFieldName("argument") ?? node.namedChildren[0];
  if (!target) return undefined;
  if (SETS.test(node.type)) return `sets ${quoted(textOf(target))}`;
  return CHANGES.test(node.type) ? `changes ${quoted(textOf(target))}` : undefined;
}
