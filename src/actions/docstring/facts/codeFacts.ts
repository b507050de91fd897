// What a function's own code does, read from its tree: under which conditions it throws which class, and which values it returns. Knows the grammars'
// node types of TypeScript, JavaScript and Python; says "unknown" where the tree alone does not tell.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";

/** A condition in code, and whether it holds or not. */
export interface Condition {
  code: string;
  holds: boolean;
}

/** Conditions that hold together; undefined where the tree does not tell: after an early return, in a loop, in a `catch`. */
export type Conditions = readonly Condition[] | undefined;

export interface CodeFacts {
  /** For each class, by its name as thrown, the conditions of each place that throws it. */
  thrownIf: ReadonlyMap<string, readonly Conditions[]>;
  /** The names of variables of its body. */
  locals: ReadonlySet<string>;
  /** Whether a loop of it may end, or go on, before its body does. */
  hasLeavingLoop: boolean;
  /** The code of each returned value. */
  returned: readonly string[];
  /** The value that the only statement returns. */
  only?: string;
  /** The only statement, where it is an expression. */
  does?: string;
  /** What the first statement returns at once: `if (a) return null;` */
  early?: { conditions: readonly Condition[]; value: string };
}

const FUNCTION = /^(?:(?:generator_)?function_?|arrow_function|method_definition|lambda|class)/;
const LOOP = /^(?:for_|while_|do_|switch_|match_|except|catch|finally)/;
const BLOCK = /^(?:statement_block|block|program|module)$/;
const LEAVES = /\b(?:return|continue|break|yield)\b/;

interface Open {
  node: SyntaxNode;
  conditions: Conditions;
}

/** @param node a function */
export function codeFactsOf(text: string, node: SyntaxNode): CodeFacts {
  const body = node.childForFieldName("body");
  const thrownIf = new Map<string, Conditions[]>();
  const returned: string[] = [];
  const locals = new Set<string>();
  let hasLeavingLoop = false;
  if (!body) return { thrownIf, returned, locals, hasLeavingLoop };
  const textOf = (part: SyntaxNode) => text.slice(part.startIndex, part.endIndex);
  if (!BLOCK.test(body.type))
    return { thrownIf, locals, hasLeavingLoop, returned: [textOf(body)], only: unwrapped(textOf(body)) };
  const open: Open[] = [{ node: body, conditions: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node: at, conditions } = next;
    if (at !== body && FUNCTION.test(at.type)) continue;
    const value = at.namedChildren[0];
    for (const name of declaredBy(at, textOf)) locals.add(name);
    if (/^(?:for|while|do)_/.test(at.type)) hasLeavingLoop ||= LEAVES.test(textOf(at).replace(/\byield\b/g, ""));
    if (at.type === "return_statement" && value) returned.push(textOf(value));
    if (/^(?:throw|raise)_statement$/.test(at.type) && value) {
      const type = classOf(textOf(value));
      if (type) thrownIf.set(type, [...(thrownIf.get(type) ?? []), conditions]);
    }
    const inside = BLOCK.test(at.type)
      ? inBlock(at, conditions, textOf)
      : at.type === "if_statement"
        ? branches(at, conditions, textOf)
        : at.namedChildren.map((child) => ({ node: child, conditions: underIn(at, child, conditions) }));
    open.push(...inside.toReversed());
  }
  const only = onlyReturned(body, textOf);
  const early = earlyReturned(body, textOf);
  const [first, ...others] = statementsOf(body);
  const does =
    first?.type === "expression_statement" && others.length === 0 ? textOf(first).replace(/;$/, "") : undefined;
  const one = { ...(only === undefined ? {} : { only }), ...(does === undefined ? {} : { does }) };
  return { thrownIf, returned, locals, hasLeavingLoop, ...one, ...(early ? { early } : {}) };
}

type TextOf = (node: SyntaxNode) => string;

const DECLARES: Readonly<Record<string, string>> = {
  ...{
    variable_declarator: "name",
    assignment: "left",
    for_statement: "left",
    for_in_statement: "left",
    named_expression: "name",
    as_pattern: "alias",
  },
};

/** The variables that a declaration, an assignment of Python or a loop makes. */
function declaredBy(node: SyntaxNode, textOf: TextOf): string[] {
  const field = DECLARES[node.type];
  const made = field === undefined ? null : node.childForFieldName(field);
  const isPart = made !== null && /^(?:attribute|subscript)$/.test(made.type); // of what is there already
  const names = made && !isPart ? textOf(made).slice(0, 400) : "";
  return /^[\s\w$,(){}[\]:=.]*$/.test(names) && !/^(?:self|this|cls)\b/.test(names)
    ? (names.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [])
    : [];
}

/** After a statement that may leave the block, what follows depends on more than the conditions around it. */
function inBlock(block: SyntaxNode, conditions: Conditions, textOf: TextOf): Open[] {
  let now = conditions;
  return block.namedChildren.map((child) => {
    const one = { node: child, conditions: now };
    if (child.type !== "expression_statement" && LEAVES.test(textOf(child))) now = undefined;
    return one;
  });
}

/** The branches of an `if`, each under its condition and the opposite of those before it. */
function branches(node: SyntaxNode, conditions: Conditions, textOf: TextOf): Open[] {
  const found: Open[] = [];
  let before: Condition[] = [];
  const add = (part: SyntaxNode | null, own: Condition[]) => {
    if (part) found.push({ node: part, conditions: conditions && [...conditions, ...before, ...own] });
  };
  for (const part of [node, ...node.namedChildren.filter(({ type }) => /^(?:elif|else)_clause$/.test(type))]) {
    const condition = part.childForFieldName("condition");
    if (!condition) {
      for (const child of part.namedChildren) add(child, []);
      continue;
    }
    const code = unwrapped(textOf(condition));
    add(part.childForFieldName("consequence"), [{ code, holds: true }]);
    before = [...before, { code, holds: false }];
  }
  return found;
}

const underIn = (outer: SyntaxNode, child: SyntaxNode, conditions: Conditions): Conditions => {
  const isCaught = outer.type === "try_statement";
  return isCaught || LOOP.test(outer.type) || LOOP.test(child.type) || /conditional|ternary/.test(outer.type)
    ? undefined
    : conditions;
};

/** Without the brackets around it. */
export function unwrapped(code: string): string {
  let text = code.trim();
  while (text.startsWith("(") && closes(text)) text = text.slice(1, -1).trim();
  return text;
}

/** Whether the first bracket is closed by the last character. */
function closes(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at === text.length - 1;
  }
  return false;
}

/** The class of `new A(…)`, `A(…)` or `A`. */
const classOf = (code: string): string | undefined =>
  /^(?:new\s+)?([\p{L}\p{N}_$.]+)(?=\s*\(|$)/u.exec(code.slice(0, 200))?.[1];

/** The body's statements, without comments and the docstring. */
const statementsOf = (body: SyntaxNode): SyntaxNode[] =>
  body.namedChildren.filter((child, at) => {
    const isDocstring = at === 0 && child.type === "expression_statement" && child.namedChildren[0]?.type === "string";
    return child.type !== "comment" && !isDocstring;
  });

function onlyReturned(body: SyntaxNode, textOf: TextOf): string | undefined {
  const [first, ...others] = statementsOf(body);
  const value = first?.type === "return_statement" && others.length === 0 ? first.namedChildren[0] : undefined;
  return value && unwrapped(textOf(value));
}

function earlyReturned(body: SyntaxNode, textOf: TextOf): CodeFacts["early"] {
  const [first, ...others] = statementsOf(body);
  if (first?.type !== "if_statement" || others.length === 0 || first.childForFieldName("alternative")) return undefined;
  const [condition, consequence] = [first.childForFieldName("condition"), first.childForFieldName("consequence")];
  if (!condition || !consequence) return undefined;
  const [only, ...more] = BLOCK.test(consequence.type) ? statementsOf(consequence) : [consequence];
  const value = only?.type === "return_statement" && more.length === 0 ? only.namedChildren[0] : undefined;
  return value && { conditions: [{ code: unwrapped(textOf(condition)), holds: true }], value: textOf(value) };
}
