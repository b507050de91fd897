// What a function does to what outlives it: fields that it sets and entries that it stores. What happens only sometimes is told with its condition,
// or not at all.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { baseFacts, callFacts, type Effect, lastFacts, stepFacts } from "./callFacts.ts";
import {
  assignmentOf,
  type Code,
  callOf,
  canLeave,
  expressionOf,
  inside,
  isLiteral,
  listed,
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
  const set = [...fieldFacts(effects, assignedOften(body, code), code), ...callFacts(effects, code)];
  const found = [...set, ...baseFacts(statements, code), ...lastFacts(statements, code)];
  return found.length > 0 ? found : stepFacts(statements, code);
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
        if (BEGINS.test(text) && goesOn(statement, code)) continue;
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
    found.push({ verb: "set", rest: `${rest}${key}`, rank: key === "" ? 5 : 7 });
  }
  return found;
}

/** What a field begins with that something is then put into. */
const BEGINS = /^(?:\[\]|\{\}|""|''|0|new [\w.]+\(\)|[A-Z]\w*\(\)|dict\(\)|list\(\)|set\(\))$/;

/** Whether a method of the same object is called after a statement, which may put something into a field. */
function goesOn(statement: SyntaxNode, code: Code): boolean {
  const all = statement.parent?.namedChildren ?? [];
  const after = all.filter(({ startIndex }) => startIndex > statement.startIndex).flatMap((one) => inside(one, true));
  return after.some((one) => {
    const on = callOf(one, code)?.on;
    return on !== undefined && /^(?:this|self)$/.test(code.textOf(on));
  });
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
