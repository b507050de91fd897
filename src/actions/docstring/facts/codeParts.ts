// The parts of a function's code that facts are made of, the same for TypeScript, JavaScript and Python: statements, calls, assignments, loops.
// Knows the grammars' node types; decides nothing.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { unwrapped } from "./codeFacts.ts";

/** What is known of the function that its parts lie in. */
export interface Code {
  textOf(node: SyntaxNode): string;
  name: string;
  parameters: ReadonlySet<string>;
  /** The parameters that collect arguments, as `...rest`: the caller has no hold of what they are. */
  collected: ReadonlySet<string>;
  /** Names that no caller knows or that stand for several values: variables of the body, and parameters that are assigned. */
  unknown: ReadonlySet<string>;
  /** What a variable of the body stands for throughout: the code that it was declared with. */
  standsFor: ReadonlyMap<string, string>;
  givesNothing: boolean;
  /** What a `return` without a value gives: `undefined`, `None`. */
  nothing: string;
  isMethod: boolean;
}

const FUNCTION = /^(?:(?:async_)?(?:generator_)?function_?|arrow_function|method_definition|lambda|class)/;
const BLOCK = /^(?:statement_block|block)$/;
/** The longest code that is quoted, in UTF-16 units. */
const MOST_UNITS = 50;

/** Whether it is a function or a class, whose code is not its surroundings' own. */
export const isNested = (node: SyntaxNode): boolean => FUNCTION.test(node.type);

/** The body's statements, without comments and the docstring. */
export const statementsOf = (body: SyntaxNode): SyntaxNode[] =>
  body.namedChildren.filter((child, at) => {
    const isDocstring = at === 0 && child.type === "expression_statement" && child.namedChildren[0]?.type === "string";
    return child.type !== "comment" && child.type !== "pass_statement" && !isDocstring;
  });

/** The statements of a branch, which may be a block or one statement. */
const branchOf = (node: SyntaxNode): SyntaxNode[] => (BLOCK.test(node.type) ? statementsOf(node) : [node]);

/** A node and what lies in it, in the order of the code. @param withNested functions inside too */
export function inside(node: SyntaxNode, withNested = false): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  const open = [node];
  for (let next = open.pop(); next; next = open.pop()) {
    if (!withNested && isNested(next)) continue;
    found.push(next);
    open.push(...next.namedChildren.toReversed());
  }
  return found;
}

/** Whether a statement can end the function or the loop around it before what follows. */
export const canLeave = (node: SyntaxNode): boolean =>
  inside(node).some(({ type }) => /^(?:return|break|continue)_statement$/.test(type));

/** Without brackets, `await`, and what only the type checker reads. */
export function bare(node: SyntaxNode): SyntaxNode {
  let now = node;
  const isShell = () => /^(?:parenthesized|await|as|satisfies|non_null)_?expression$|^await$/.test(now.type);
  while (isShell() && now.namedChildren[0]) now = now.namedChildren[0];
  return now;
}

/** Code in backticks; undefined where it is long, or names what no caller knows. @param local names that the sentence has explained */
export function quoted(node: SyntaxNode, code: Code, local: readonly string[] = []): string | undefined {
  const written = code.textOf(node);
  const text = resolved((node.type === "tuple" ? written : unwrapped(written)).replace(/^await\s+/, ""), code, local);
  if (text.length > MOST_UNITS || /[\n`]|=>|\bfunction\b|\blambda\b/.test(text) || text.trim() === "") return undefined;
  return namesUnknown(text, code, local) ? undefined : `\`${text}\``;
}

export const namesUnknown = (text: string, { unknown }: Code, local: readonly string[] = []): boolean =>
  (withoutStrings(text).match(/(?<![.\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []).some(
    (name) => unknown.has(name) && !local.includes(name),
  );

/** Code in which each variable that stands for one thing is that thing. */
export const resolved = (text: string, { standsFor }: Code, local: readonly string[] = []): string =>
  standsFor.size === 0 || /["'`]/.test(text)
    ? text
    : text.replace(/(?<![.\p{L}\p{N}_$])[\p{L}_$][\p{L}\p{N}_$]*(?![\p{L}\p{N}_$]|:|=(?!=))/gu, (name) =>
        local.includes(name) ? name : (standsFor.get(name) ?? name),
      );

/** Texts name nothing, but in Python those that are put together of names. */
const withoutStrings = (text: string): string => text.replace(/(?<![fF]|[fF][rR])(?:"[^"\n]*"|'[^'\n]*')/g, "");

const LITERAL = /^(?:null|undefined|None|true|false|True|False|-?\d{1,9}(?:\.\d{1,9})?|\[\]|\{\}|\(\)|""|'')$/;
/** A value that a caller meets as such. */
export const isLiteral = (text: string): boolean => LITERAL.test(text) || /^(["'])[^"'\n\\]{1,30}\1$/.test(text);

export interface Call {
  callee: SyntaxNode;
  /** The object that a method is called on. */
  on?: SyntaxNode;
  /** The name of the method or function. */
  method: string;
  arguments: SyntaxNode[];
}

export function callOf(node: SyntaxNode, { textOf }: Code): Call | undefined {
  if (node.type !== "call_expression" && node.type !== "call") return undefined;
  const callee = node.childForFieldName("function");
  const list = node.childForFieldName("arguments");
  if (!callee || !list) return undefined;
  const property = callee.childForFieldName("property") ?? callee.childForFieldName("attribute");
  const on = callee.childForFieldName("object");
  const given =
    list.type === "generator_expression" ? [list] : list.namedChildren.filter((one) => one.type !== "comment");
  return { callee, ...(on && property ? { on } : {}), method: textOf(property ?? callee), arguments: given };
}

/** The expression of a statement, without `await`. */
export const expressionOf = (statement: SyntaxNode): SyntaxNode | undefined => {
  const only = statement.type === "expression_statement" ? statement.namedChildren[0] : undefined;
  return only && bare(only);
};

/** `a = b`, `a += b`; the operator is "=" or such as "+=". */
export function assignmentOf(node: SyntaxNode, { textOf }: Code) {
  if (!/^(?:augmented_)?assignment(?:_expression)?$/.test(node.type)) return undefined;
  const [left, right] = [node.childForFieldName("left"), node.childForFieldName("right")];
  if (!left || !right) return undefined;
  const operator = node.childForFieldName("operator");
  return { left, right, operator: operator ? textOf(operator) : "=" };
}

interface Loop {
  variable: string;
  of: SyntaxNode;
  body: SyntaxNode[];
}

/** `for (const a of b)`, `for a in b:`; no `else`. */
export function loopOf(node: SyntaxNode, { textOf }: Code): Loop | undefined {
  if (!/^for_(?:in_)?statement$/.test(node.type) || node.childForFieldName("alternative")) return undefined;
  const [left, of, body] = ["left", "right", "body"].map((field) => node.childForFieldName(field));
  if (!left || !of || !body) return undefined;
  const operator = node.childForFieldName("operator");
  if (operator && textOf(operator) !== "of") return undefined;
  return { variable: textOf(left), of, body: branchOf(body) };
}

/** An `if` without `else` or `elif`. */
export function simpleIf(node: SyntaxNode) {
  if (node.type !== "if_statement" || node.childForFieldName("alternative")) return undefined;
  const [condition, consequence] = [node.childForFieldName("condition"), node.childForFieldName("consequence")];
  return condition && consequence ? { condition, branch: branchOf(consequence) } : undefined;
}

/** The value of a `return`; null where it has none; undefined where the node is no `return`. */
export const returnedBy = (node: SyntaxNode | undefined): SyntaxNode | null | undefined =>
  node?.type === "return_statement" ? (node.namedChildren.find(({ type }) => type !== "comment") ?? null) : undefined;

/** `this.a.b`, `self.a`; undefined for anything else, and where a part is computed. */
export function ownField(node: SyntaxNode, { textOf }: Code): string | undefined {
  const text = textOf(node);
  return /^(?:this|self|cls)(?:\.#?[\p{L}_$][\p{L}\p{N}_$]{0,60}){1,4}$/u.test(text) ? text : undefined;
}

/** The parameter that an expression begins with: `a` of `a.b[c]`. */
export function rootParameter(node: SyntaxNode, { textOf, parameters, unknown }: Code): string | undefined {
  let now = node;
  for (let object = objectOf(now); object; object = objectOf(now)) now = object;
  const name = textOf(now);
  return /^identifier$/.test(now.type) && parameters.has(name) && !unknown.has(name) ? name : undefined;
}

const objectOf = (node: SyntaxNode): SyntaxNode | null =>
  /^(?:member_expression|subscript_expression|attribute|subscript|non_null_expression)$/.test(node.type)
    ? (node.childForFieldName("object") ?? node.childForFieldName("value") ?? node.namedChildren[0])
    : null;

/** "a", "a and b", "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
