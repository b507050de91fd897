// What a function does to what outlives it: fields that it sets, parameters that it changes, events that it emits, itself and its base class that it
// calls, locks that it holds. What happens only sometimes is told with its condition, or not at all.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { unwrapped } from "./codeFacts.ts";
import {
  assignmentOf,
  bare,
  type Code,
  callOf,
  canLeave,
  expressionOf,
  inside,
  isLiteral,
  listed,
  loopOf,
  ownField,
  quoted,
  rootParameter,
  simpleIf,
  statementsOf,
} from "./codeParts.ts";
import type { Fact } from "./fact.ts";
import { conditionWords } from "./guards.ts";

/** The most fields that are listed. */
const MOST_FIELDS = 4;

interface Effect {
  statement: SyntaxNode;
  /** "if …"; "" where it always happens. */
  condition: string;
}

/** What happens always or under one condition, in the order of the code; nothing after a statement that may leave. */
function effectsIn(statements: readonly SyntaxNode[], code: Code, condition = "", changed: string[] = []): Effect[] {
  const found: Effect[] = [];
  for (const statement of statements) {
    const guard = condition === "" ? simpleIf(statement) : undefined;
    const body = /^(?:try|with)_statement$/.test(statement.type) ? statement.childForFieldName("body") : null;
    if (guard) {
      const words = conditionWords(guard.condition, code);
      const isStale = changed.some((path) => code.textOf(guard.condition).includes(path));
      if (words && !isStale) found.push(...effectsIn(guard.branch, code, ` ${words}`, changed));
    } else if (body) found.push(...effectsIn(statementsOf(body), code, condition, changed));
    else if (statement.type === "expression_statement" || statement.type === "delete_statement")
      found.push({ statement, condition });
    for (const node of inside(statement)) {
      const left =
        assignmentOf(node, code)?.left ?? (/^update_expression$/.test(node.type) ? node.namedChildren[0] : undefined);
      if (left) changed.push(code.textOf(left));
    }
    if (canLeave(statement)) break;
  }
  return found;
}

/** @param statements what is reached where no guard has left */
export function effectFacts(statements: readonly SyntaxNode[], body: SyntaxNode, code: Code): Fact[] {
  const effects = effectsIn(statements, code);
  return [
    ...fieldFacts(effects, assignedOften(body, code), code),
    ...callFacts(effects, code),
    ...baseFacts(statements, code),
  ];
}

/** The fields that are assigned at several places, so that one of these is not what remains. */
function assignedOften(body: SyntaxNode, code: Code): Set<string> {
  const seen = new Set<string>();
  const often = new Set<string>();
  for (const node of inside(body)) {
    const left = assignmentOf(node, code)?.left;
    const field = left && ownField(left, code);
    if (field === undefined) continue;
    if (seen.has(field)) often.add(field);
    seen.add(field);
  }
  return often;
}

function fieldFacts(effects: readonly Effect[], often: ReadonlySet<string>, code: Code): Fact[] {
  const byValue = new Map<string, string[]>();
  const found: Fact[] = [];
  for (const { statement, condition } of effects) {
    const expression = statement.type === "delete_statement" ? statement : expressionOf(statement);
    for (const { left, right, operator } of expression ? chainOf(expression, code) : []) {
      const field = ownField(left, code) ?? memberOfParameter(left, code);
      const entry = field === undefined ? entryOf(left, right, code) : undefined;
      if (entry) found.push({ verb: "store", rest: `${entry}${condition}`, rank: 7 });
      if (field === undefined || often.has(field)) continue;
      if (operator === "=") {
        const text = code.textOf(right);
        const isTold = isLiteral(text) || /^(?:new )?[\w.]+(?:\(\))?$/.test(text);
        const value = isTold ? quoted(right, code) : undefined;
        const key = `${value ? ` to ${value}` : ""}${condition}`;
        byValue.set(key, [...(byValue.get(key) ?? []).filter((one) => one !== field), field]);
      } else if (/^[-+]=$/.test(operator)) {
        const value = quoted(right, code);
        const [verb, word] = operator === "+=" ? ["add", "to"] : ["subtract", "from"];
        if (value) found.push({ verb, rest: `${value} ${word} \`${field}\`${condition}`, rank: 7 });
      }
    }
  }
  for (const [key, fields] of byValue) {
    const shown = fields.slice(0, MOST_FIELDS).map((field) => `\`${field}\``);
    const rest = fields.length > MOST_FIELDS ? `${shown.slice(0, 3).join(", ")} and others` : listed(shown);
    found.push({ verb: "set", rest: `${rest}${key}`, rank: key === "" ? 6 : 7 });
  }
  return found;
}

/** `a.b` of a parameter. */
function memberOfParameter(left: SyntaxNode, code: Code): string | undefined {
  const text = code.textOf(left);
  return /^[\w$]+(?:\.[\w$]+){1,3}$/.test(text) && rootParameter(left, code) !== undefined ? text : undefined;
}

/** `this.a[b] = c`, and such an entry of a variable of the file. */
function entryOf(left: SyntaxNode, right: SyntaxNode, code: Code): string | undefined {
  if (!/^subscript(?:_expression)?$/.test(left.type)) return undefined;
  const [object, index] = [left.namedChildren[0], left.namedChildren[1]];
  const isOfFile = object?.type === "identifier" && !code.parameters.has(code.textOf(object));
  const place = object && (ownField(object, code) !== undefined || isOfFile) ? quoted(object, code) : undefined;
  if (!place || !index) return undefined;
  const [key, value] = [quoted(index, code), quoted(right, code)];
  return `${value ?? "a value"} in ${place}${key ? ` under ${key}` : ""}`;
}

/** `a = b = c` gives both. */
function chainOf(node: SyntaxNode, code: Code): { left: SyntaxNode; right: SyntaxNode; operator: string }[] {
  const found = [];
  let right = node;
  for (let one = assignmentOf(node, code); one; one = assignmentOf(one.right, code)) {
    found.push(one);
    right = one.right;
  }
  return found.map((one) => (one.operator === "=" ? { ...one, right } : one));
}

const EMITS = /^(?:emit|trigger|fire|dispatchEvent|emitAsync|publish|notify)$/;

function callFacts(effects: readonly Effect[], code: Code): Fact[] {
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

/** A call of the base class's method of the same name. */
function baseFacts(statements: readonly SyntaxNode[], code: Code): Fact[] {
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
