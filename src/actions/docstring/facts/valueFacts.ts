// What a returned expression tells of the result: defaults, both sides of a choice, a copy, a search, a function, an order.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import { bare, type Call, type Code, callOf, isLiteral, isNested, listed, quoted } from "./codeParts.ts";
import type { Fact } from "./fact.ts";
import { conditionWords } from "./guards.ts";

/** The fact about an arrow function that is one expression. */
export const expressionFacts = (body: SyntaxNode, code: Code): Fact[] => {
  const fact = valueFact(bare(body), code) ?? functionFact(bare(body), [], code);
  return fact ? [{ ...fact, isWhole: true }] : [];
};

/** A condition that is to be satisfied: code as it is, words in brackets. */
export const asCode = (words: string): string => (/^`[^`]*`$/.test(words) ? words : `"${words}"`);

/** What an expression tells of its result that a reader of the name does not know. */
export function valueFact(value: SyntaxNode, code: Code): Fact | undefined {
  const { textOf } = code;
  const text = textOf(value);
  const chained = code.name.startsWith("__") ? "" : ", so that calls can be chained";
  if (/^(?:this|self)$/.test(text)) return { verb: "return", rest: `\`${text}\`${chained}`, rank: 5 };
  if (code.parameters.has(text) && !code.unknown.has(text))
    return { verb: "return", rest: `\`${text}\` itself`, rank: 5 };
  const copied = copyWords(value, code);
  if (copied) return { verb: "return", rest: copied, rank: 7 };
  const found = (rest: string | undefined, rank = 7): Fact | undefined =>
    rest ? { verb: "return", rest, rank } : undefined;
  if (/^(?:ternary|conditional)_expression$/.test(value.type)) return found(choiceWords(value, code));
  const operator = value.childForFieldName("operator");
  const [left, right] = [value.childForFieldName("left"), value.childForFieldName("right")];
  if (operator && left && right && /^(?:\?\?|\|\||or)$/.test(textOf(operator))) {
    const [one, other] = [quoted(bare(left), code), quoted(bare(right), code)];
    const isTruth = [left, right].some((side) =>
      /[<>]|[!=]=|\b(?:in|is|not|instanceof)\b|^!|\b(?:is|has)[A-Z_]/.test(textOf(side)),
    );
    if (!one || !other || isTruth || /^(?:binary_expression|boolean_operator)$/.test(left.type)) return undefined;
    return found(`${one}, or ${other} if that is ${textOf(operator) === "??" ? "null or undefined" : "falsy"}`);
  }
  const call = callOf(value, code);
  return call
    ? (found(defaultWords(call, code)) ?? found(searchWords(call, code), 8))
    : found(comprehensionWords(value, code), 8);
}

/** `{ ...a, b }`, also frozen or given to a constructor: what it is with is told, the original is not changed. */
function copyWords(value: SyntaxNode, code: Code): string | undefined {
  const made = value.type === "new_expression" ? value.childForFieldName("constructor") : null;
  const call = callOf(value, code);
  const isFrozen = call !== undefined && call.method === "freeze" && call.arguments.length === 1;
  const given = made
    ? (value.childForFieldName("arguments")?.namedChildren ?? [])
    : isFrozen
      ? call.arguments
      : [value];
  const object = given.length === 1 && given[0].type === "object" ? given[0] : undefined;
  const [first, ...rest] = object?.namedChildren ?? [];
  const source = first?.type === "spread_element" ? first.namedChildren[0] : undefined;
  const from = source && quoted(source, code);
  const keys = rest.map((one) => (one.type === "pair" ? one.childForFieldName("key") : one));
  const names = keys.map((key) =>
    key && /^(?:property_identifier|shorthand_property_identifier)$/.test(key.type) ? code.textOf(key) : "",
  );
  if (!from || names.length === 0 || names.length > 4 || names.includes("")) return undefined;
  const only = rest.length === 1 ? rest[0].childForFieldName("value") : null;
  const same = only && isLiteral(code.textOf(only)) ? ` \`${code.textOf(only)}\`` : " set";
  const set = `in which ${listed(names.map((name) => `\`${name}\``))} ${names.length === 1 ? "is" : "are"}${same}`;
  return made ? `a new \`${code.textOf(made)}\` of ${from} ${set}` : `a copy of ${from} ${set}`;
}

/** `a ? b : c`, `b if a else c` */
function choiceWords(value: SyntaxNode, code: Code): string | undefined {
  const isPython = value.type === "conditional_expression";
  const parts = isPython
    ? [value.namedChildren[1], value.namedChildren[0], value.namedChildren[2]]
    : ["condition", "consequence", "alternative"].map((field) => value.childForFieldName(field));
  const [condition, yes, no] = parts;
  if (!condition || !yes || !no) return undefined;
  const words = conditionWords(condition, code);
  const [one, other] = [quoted(bare(yes), code), quoted(bare(no), code)];
  if (words && one && other) return `${one} ${words}, otherwise ${other}`;
  if (words && one) return `${one} ${words}`;
  const unless = conditionWords(condition, code, [], false);
  return unless && other ? `${other} ${unless}` : undefined;
}

/** `a.get(k, d)` of a dictionary, `getattr(a, "b", d)` */
function defaultWords({ on, method, arguments: given, callee }: Call, code: Code): string | undefined {
  if (callee.type === "attribute" && on && method === "get" && given.length === 2) {
    const [key, other, from] = [given[0], given[1], on].map((part) => quoted(part, code));
    const isKeyword = given.some(({ type }) => type === "keyword_argument");
    return key && other && from && !isKeyword
      ? `the value of ${key} in ${from}, or ${other} if it is missing`
      : undefined;
  }
  if (method !== "getattr" || given.length !== 3) return undefined;
  const [from, name, other] = given.map((part) => quoted(part, code));
  return from && name && other ? `the attribute ${name} of ${from}, or ${other} if it is missing` : undefined;
}

const SEARCHES: Readonly<Record<string, (one: string, list: string, body: string) => string>> = {
  find: (one, list, body) => `the first ${one} of ${list} where ${body}, or \`undefined\` if there is none`,
  findIndex: (one, list, body) => `the index of the first ${one} of ${list} where ${body}, or \`-1\` if there is none`,
  some: (one, list, body) => `whether any ${one} of ${list} satisfies ${asCode(body)}`,
  every: (one, list, body) => `whether every ${one} of ${list} satisfies ${asCode(body)}`,
  filter: (one, list, body) => `each ${one} of ${list} where ${body}`,
  map: (one, list, body) => `${body} for each ${one} of ${list}`,
};

/** `a.find((b) => …)`, `any(… for b in a)` */
function searchWords({ on, method, arguments: given }: Call, code: Code): string | undefined {
  const first = given[0];
  if (on && given.length === 1 && first.type === "arrow_function" && SEARCHES[method]) {
    const body = first.childForFieldName("body");
    const one = first.childForFieldName("parameter") ?? onlyParameter(first);
    const list = quoted(on, code);
    if (!body || !list || one?.type !== "identifier" || body.type === "statement_block") return undefined;
    const local = [code.textOf(one)];
    const words =
      method === "map" ? quoted(bare(body), code, local) : conditionWords(body, code, local)?.replace(/^if /, "");
    return words && SEARCHES[method](`\`${local[0]}\``, list, words);
  }
  if (on || first?.type !== "generator_expression") return undefined;
  const parts = comprehended(first, code);
  if (!parts || parts.condition || !/^(?:any|all)$/.test(method)) return undefined;
  return `whether ${method === "any" ? "any" : "every"} \`${parts.variable}\` of ${parts.list} satisfies ${parts.result}`;
}

function onlyParameter(node: SyntaxNode): SyntaxNode | undefined {
  const all = node.childForFieldName("parameters")?.namedChildren ?? [];
  const one = all.length === 1 ? all[0] : undefined;
  return one && (one.childForFieldName("pattern") ?? one);
}

/** `[b for a in c if d]` */
function comprehensionWords(node: SyntaxNode, code: Code): string | undefined {
  if (!/^(?:list|set)_comprehension$/.test(node.type)) return undefined;
  const parts = comprehended(node, code);
  if (!parts) return undefined;
  const { variable, list, result, condition } = parts;
  const where = condition ? ` where ${condition}` : "";
  return result === `\`${variable}\``
    ? `each ${result} of ${list}${where}`
    : `${result} for each \`${variable}\` of ${list}${where}`;
}

function comprehended(node: SyntaxNode, code: Code) {
  const [result, loop, filter, ...more] = node.namedChildren.filter(({ type }) => type !== "comment");
  const [left, right] = [loop?.childForFieldName("left"), loop?.childForFieldName("right")];
  if (!left || !right || loop.type !== "for_in_clause" || more.length > 0) return undefined;
  if (filter && filter.type !== "if_clause") return undefined;
  const variable = code.textOf(left);
  const local = variable.match(/[\p{L}_][\p{L}\p{N}_]*/gu) ?? [];
  const [list, given] = [quoted(right, code), quoted(result, code, local)];
  const condition = filter && conditionWords(filter.namedChildren[0], code, local)?.replace(/^if /, "");
  return list && given && (!filter || condition) ? { variable, list, result: given, condition } : undefined;
}

/** A function that is made and returned. */
export function functionFact(value: SyntaxNode, statements: readonly SyntaxNode[], code: Code): Fact | undefined {
  const isNamed = value.type === "identifier";
  const name = code.textOf(value);
  const made = isNamed
    ? statements
        .map((one) => (one.type === "decorated_definition" ? one.childForFieldName("definition") : one))
        .find((one) => {
          const own = one && isNested(one) && !one.type.startsWith("class") ? one.childForFieldName("name") : null;
          return own && code.textOf(own) === name;
        })
    : isNested(value) && !value.type.startsWith("class")
      ? value
      : undefined;
  if (!made) return undefined;
  const single = made.childForFieldName("parameter");
  const list = single ? [single] : (made.childForFieldName("parameters")?.namedChildren ?? []);
  const names = list.map((one) => {
    const name = code.textOf(one.childForFieldName("pattern") ?? one.childForFieldName("name") ?? one);
    return name.split(/[:=]/, 1)[0].trim();
  });
  const simple =
    names.every((one) => /^[*.]{0,3}[\p{L}_$][\p{L}\p{N}_$]*$/u.test(one)) && names.length > 0 && names.length < 4;
  return {
    verb: "return",
    rest: `a function${simple ? ` of ${listed(names.map((one) => `\`${one}\``))}` : ""}`,
    rank: 6,
  };
}

/** The order of a comparison: only where one difference of the same part of both is all that is returned. */
export function orderFact(
  value: SyntaxNode | undefined,
  names: readonly string[],
  { name, textOf }: Code,
): Fact | undefined {
  if (!value || names.length !== 2 || !/compare|sort|order|cmp|^by[A-Z_]/i.test(name)) return undefined;
  const text = textOf(bare(value)).trim();
  const call = /^([\w$.]+)\.localeCompare\(([\w$.]+)\)$/.exec(text) ?? /^([\w$.]+) - ([\w$.]+)$/.exec(text);
  if (!call) return undefined;
  const [, one, other] = call;
  const [a, b] = names;
  const part = (path: string, root: string) =>
    path === root ? "" : path.startsWith(`${root}.`) ? path.slice(root.length + 1) : undefined;
  const by = (path: string) => (path === "" ? "" : ` by \`${path}\``);
  const up = part(one, a);
  if (up !== undefined && up === part(other, b))
    return { verb: "order", rest: `\`${a}\` and \`${b}\`${by(up)}, ascending`, rank: 10, isWhole: true };
  const down = part(one, b);
  if (down === undefined || down !== part(other, a)) return undefined;
  return { verb: "order", rest: `\`${a}\` and \`${b}\`${by(down)}, descending`, rank: 10, isWhole: true };
}
