// What a function calls that a caller should know: events, entries of its own lists, the base class, what a `finally` does, a sequence of steps.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { type Code, callOf, canLeave, expressionOf, listed, ownField, quoted, statementsOf } from "./codeParts.ts";
import type { Fact } from "./fact.ts";

export interface Effect {
  statement: SyntaxNode;
  /** "if …"; "" where it always happens. */
  condition: string;
}

const EMITS = /^(?:emit|trigger|fire|dispatchEvent|emitAsync|publish|notify)$/;

export function callFacts(effects: readonly Effect[], code: Code): Fact[] {
  return effects.flatMap(({ statement, condition }) => {
    const expression = expressionOf(statement);
    const call = expression && callOf(expression, code);
    if (!call) return [];
    const { on, method, arguments: given } = call;
    const [first, second] = given;
    if (EMITS.test(method) && first) {
      const event = eventOf(first, code);
      return event ? [{ verb: method === "trigger" ? "trigger" : "emit", rest: `${event}${condition}`, rank: 8 }] : [];
    }
    const field = on && ownField(on, code);
    if (field === undefined) return [];
    const [one, other] = [first, second].map((part) => part && quoted(part, code));
    const told = (verb: string, rest: string) => [{ verb, rest: `${rest}${condition}`, rank: 7 }];
    if (/^(?:push|append)$/.test(method) && given.length === 1)
      return told("append", `${one ?? "an entry"} to \`${field}\``);
    if (method === "add" && given.length === 1 && one) return told("add", `${one} to \`${field}\``);
    if (method === "set" && given.length === 2 && one && other)
      return told("store", `${other} in \`${field}\` under ${one}`);
    if (/^(?:delete|remove|discard)$/.test(method) && given.length === 1 && one)
      return told("remove", `${one} from \`${field}\``);
    return method === "clear" && given.length === 0 ? told("clear", `\`${field}\``) : [];
  });
}

/** The name of an event: a text, a constant's path, or what an object of an event is made with. */
function eventOf(node: SyntaxNode, code: Code): string | undefined {
  if (node.type === "new_expression") {
    const list = node.childForFieldName("arguments")?.namedChildren ?? [];
    return list[0] && eventOf(list[0], code);
  }
  const text = code.textOf(node);
  if (node.type === "string") return /^.[\w:. /-]{1,40}.$/.test(text) ? `\`${text.slice(1, -1)}\`` : undefined;
  return /^(?:\p{Lu}[\p{L}\p{N}]*\.)+[\p{Lu}\p{N}_]+$|^\p{Lu}[\p{Lu}\p{N}_]{3,}$/u.test(text)
    ? quoted(node, code)
    : undefined;
}

/** What a `finally` calls. */
export function lastFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const at = statements.findIndex(({ type }) => type === "try_statement");
  if (at === -1 || statements.slice(0, at).some(canLeave)) return [];
  const clause = statements[at].namedChildren.find(({ type }) => type === "finally_clause");
  const body = clause?.childForFieldName("body") ?? clause?.namedChildren.find(({ type }) => type === "block");
  const [only, ...more] = body ? statementsOf(body) : [];
  const expression = only && more.length === 0 ? expressionOf(only) : undefined;
  const call = expression && callOf(expression, code) ? quoted(expression, code) : undefined;
  return call ? [{ verb: "call", rest: `${call} at the end, after an error too`, rank: 7 }] : [];
}

/** How many calls make a sequence that is worth telling, and how many can be listed. */
const STEPS = { least: 3, most: 5 };

/** A function that only calls others, one after the other. */
export function stepFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const names = statements.flatMap((statement) => {
    const expression = expressionOf(statement);
    const call = expression && callOf(expression, code);
    const isStep = call && call.method !== code.name && (!call.on || /^(?:this|self)$/.test(code.textOf(call.on)));
    return (isStep && quoted(call.callee, code)) || [];
  });
  if (names.length !== statements.length || new Set(names).size !== names.length) return [];
  if (names.length < STEPS.least || names.length > STEPS.most) return [];
  return [{ verb: "call", rest: `${listed(names)}, in this order`, rank: 6, isWhole: true }];
}

/** A call of the base class's method of the same name. */
export function baseFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const isBase = (node: SyntaxNode) => {
    const call = callOf(node, code);
    return call?.on && /^super(?:\(.{0,80}\))?$/.test(code.textOf(call.on)) && call.method === code.name;
  };
  const at = statements.findIndex((statement) => {
    const expression = expressionOf(statement);
    return expression !== undefined && isBase(expression);
  });
  if (at === -1 || statements.length < 2) return [];
  const when = at === 0 ? " first" : at === statements.length - 1 ? " last" : "";
  return [{ verb: "call", rest: `the base class's \`${code.name}\`${when}`, rank: 4 }];
}
