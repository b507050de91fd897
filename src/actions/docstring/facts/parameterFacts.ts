// What holds of any call of a function, whatever its guards: defaults that it takes, parameters that it changes, that it calls itself, locks.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { unwrapped } from "./codeFacts.ts";
import {
  assignmentOf,
  bare,
  type Code,
  callOf,
  expressionOf,
  inside,
  listed,
  loopOf,
  quoted,
  rootParameter,
  simpleIf,
  statementsOf,
} from "./codeParts.ts";
import type { Fact } from "./fact.ts";

/** What a parameter is taken for where it is missing: `a = a ?? b`, `if a is None: a = b`. */
export function defaultFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
  const found: Fact[] = [];
  for (const statement of statements) {
    const guard = simpleIf(statement);
    const only =
      guard?.branch.length === 1 ? expressionOf(guard.branch[0]) : guard ? undefined : expressionOf(statement);
    const set = only && assignmentOf(only, code);
    const name = set ? code.textOf(set.left) : "";
    if (!set || !code.parameters.has(name)) break;
    const given = defaultOf(set.right, set.operator, name, guard?.condition, code);
    const value =
      given && !/^(?:\{\}|\[\]|\(\))$/.test(code.textOf(given.value)) ? quoted(given.value, code) : undefined;
    if (given && value)
      found.push({ verb: "use", rest: `${value} as \`${name}\` if that is ${given.missing}`, rank: 7.5 });
  }
  return found.slice(0, 1);
}

function defaultOf(
  right: SyntaxNode,
  operator: string,
  name: string,
  condition: SyntaxNode | undefined,
  { textOf }: Code,
) {
  if (condition) {
    const asked = unwrapped(textOf(condition));
    const forms: Readonly<Record<string, string>> = {
      ...{ [`!${name}`]: "falsy", [`not ${name}`]: "falsy", [`${name} is None`]: "None" },
      ...{
        [`${name} === undefined`]: "undefined",
        [`${name} === null`]: "null",
        [`${name} == null`]: "null or undefined",
      },
    };
    return operator === "=" && forms[asked] ? { value: right, missing: forms[asked] } : undefined;
  }
  if (operator === "??=") return { value: right, missing: "null or undefined" };
  if (operator === "||=") return { value: right, missing: "falsy" };
  const [left, other] = [right.childForFieldName("left"), right.childForFieldName("right")];
  const joint = right.childForFieldName("operator");
  if (operator !== "=" || !left || !other || !joint || textOf(left) !== name) return undefined;
  const missing = ({ "??": "null or undefined", "||": "falsy", or: "falsy" } as Record<string, string>)[textOf(joint)];
  return missing ? { value: other, missing } : undefined;
}

/** What holds of any call, whatever its guards: that it changes a parameter, calls itself, or holds a lock. */
export function generalFacts(body: SyntaxNode, code: Code): Fact[] {
  return [...changedParameters(body, code), ...recursion(body, code), ...locks(body, code)];
}

const CHANGES = /^(?:push|pop|shift|unshift|splice|append|extend|insert|clear|update|setdefault|popitem|reverse|sort)$/;

function changedParameters(body: SyntaxNode, code: Code): Fact[] {
  const changed = new Set<string>();
  const add = (name: string | undefined) => name && !code.collected.has(name) && changed.add(name);
  for (const node of inside(body)) {
    const left = assignmentOf(node, code)?.left;
    if (left && left.type !== "identifier") add(rootParameter(left, code));
    const call = callOf(node, code);
    if (call?.on?.type === "identifier" && CHANGES.test(call.method)) {
      const isStatement = node.parent?.type === "expression_statement"; // else it may be a method that returns a copy
      const isSure = isStatement || /^(?:push|pop|shift|unshift|splice|setdefault)$/.test(call.method);
      if (isSure) add(rootParameter(call.on, code));
    }
  }
  const names = [...changed].map((name) => `\`${name}\``);
  return names.length === 0 ? [] : [{ verb: "change", rest: `${listed(names)} in place`, rank: 6.5 }];
}

/** Over what it calls itself. */
function recursion(body: SyntaxNode, code: Code): Fact[] {
  const own = (node: SyntaxNode) => {
    const call = callOf(node, code);
    if (!call || call.method !== code.name) return undefined;
    const isOwn = call.on ? /^(?:this|self|cls)$/.test(code.textOf(call.on)) : true;
    return isOwn && call.callee.type !== "super" ? call : undefined;
  };
  const isMethod = body.parent?.type === "method_definition" || code.isMethod;
  const all = inside(body, true).flatMap((node) => own(node) ?? []);
  const call = all.find(({ on }) => (on !== undefined) === isMethod);
  if (!call || code.unknown.has(code.name)) return [];
  for (const node of inside(body)) {
    const loop = loopOf(node, code);
    const isIn = loop && call.callee.startIndex >= node.startIndex && call.callee.endIndex <= node.endIndex;
    const list = isIn ? quoted(loop.of, code) : undefined;
    const passes = isIn && call.arguments.some((one) => code.textOf(bare(one)) === loop.variable);
    if (isIn && list && passes)
      return [{ verb: "recurse", rest: `into each \`${loop.variable}\` of ${list}`, rank: 7 }];
  }
  const given = call.arguments.map((one) => quoted(one, code));
  const isTold = given.length > 0 && given.length <= 2 && !given.includes(undefined);
  return [{ verb: "call", rest: `itself${isTold ? ` with ${listed(given.map(String))}` : " recursively"}`, rank: 6 }];
}

function locks(body: SyntaxNode, code: Code): Fact[] {
  const statement = statementsOf(body).find(({ type }) => type === "with_statement");
  const head = statement && code.textOf(statement).slice(0, 120);
  const lock = head && /^(?:async )?with ((?:self\.|cls\.)?\w*(?:lock|mutex|semaphore)\w*)(?=\s?:)/i.exec(head)?.[1];
  return lock ? [{ verb: "hold", rest: `\`${lock}\` meanwhile`, rank: 6 }] : [];
}
