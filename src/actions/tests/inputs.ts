// Calls to try: values by the types of the parameters, literals of the function's body, and what callers write. Texts of code, without any name of the file.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import { callersArguments } from "./callers.ts";
import { type Literals, literalsOf } from "./literals.ts";
import type { FunctionNode, Target } from "./target.ts";
import { type Usage, usageOf } from "./usage.ts";

/** The most calls that are tried; about a dozen of them is kept. */
const MOST_CALLS = 72;
const MOST_VALUES = 16; // of a parameter
const MOST_DEPTH = 3;
const MOST_OVERLOADS = 4;
const MOST_FIRST = 8; // calls whose result, a function, is called with each list of arguments

const STRINGS = ['""', '"a"', '"Hello World"', '"foo-bar_baz"', '"42"', '" a, b "'];
const NUMBERS = ["0", "1", "-1", "2.5", "100", "3", "NaN"];
const ANYTHING = [
  '"a"',
  "0",
  "1",
  "undefined",
  "null",
  "true",
  "false",
  "[]",
  "[1, 2, 3]",
  "{}",
  "{ a: 1, b: { c: 2 } }",
  '""',
  "new Date(0)",
  "() => 1",
  '["a", "b"]',
];

const LISTS = [
  "[]",
  "[3, 1, 2]",
  '["b", "a", "c", "a"]',
  "[1]",
  "[5, 5, NaN, 2]",
  "[[1, 2], [3]]",
  "[{ a: 1 }, { a: 2 }]",
  "[undefined, null, 4]",
];
const FUNCTIONS = [
  "(value) => value",
  "(value) => -value",
  "(a, b) => a - b",
  "() => true",
  "(value) => value > 1",
  "() => {}",
];
const MEMBER_VALUES = ["1", "true", '"a"', "0", "false", "[1, 2]"];
const MOST_MEMBERS = 6;

/** Values of the language's own classes. */
const OF_CLASS: Readonly<Record<string, readonly string[]>> = {
  Date: ["new Date(0)", "new Date(1700000000000)"],
  RegExp: ["/a/", "/\\d+/g"],
  Error: ['new Error("wrong")'],
  URL: ['new URL("https://example.org/a?b=c")'],
  Uint8Array: ["new Uint8Array()", "new Uint8Array([1, 2, 255])"],
  ArrayBuffer: ["new ArrayBuffer(4)"],
  Object: ["{}", "{ a: 1 }"],
};

export interface CallsAsked {
  compiler: Compiler;
  checker: ts.TypeChecker;
  target: Target;
  sources: readonly ts.SourceFile[]; // in which calls of the function are looked for
}

/**
 * Calls as they stand after the function's name, such as `(1, "a")`, and `(1)("a")` where a function comes out; none where a required parameter has no
 * value.
 */
export function callsOf({ compiler, checker, target, sources }: CallsAsked): string[] {
  const { node, name, signatures } = target;
  const values = new Values(compiler, checker, node, literalsOf(compiler, node.getSourceFile(), node));
  const calls = new Set<string>();
  const lists = inTurns(
    signatures.slice(0, MOST_OVERLOADS).map((one) => argumentsOf(compiler, checker, values, one, node)),
  );
  const written = callersArguments(compiler, name, sources);
  const results = signatures
    .slice(0, MOST_OVERLOADS)
    .flatMap((one) => one.getReturnType().getCallSignatures().slice(0, 1));
  const further = inTurns(results.map((one) => argumentsOf(compiler, checker, values, one, undefined)));
  if (lists.length === 0) return [];
  const first = [...written, ...lists];
  for (const [index, second] of further.slice(0, MOST_CALLS).entries())
    for (const one of [first[0]!, first[index % Math.min(first.length, MOST_FIRST)]!]) calls.add(`(${one})(${second})`);
  for (const one of first) calls.add(`(${one})`);
  return [...calls].slice(0, MOST_CALLS);
}

/** Lists of arguments for a signature. @param node the function itself, where its text may tell what a parameter is */
function argumentsOf(
  compiler: Compiler,
  checker: ts.TypeChecker,
  values: Values,
  signature: ts.Signature,
  node: FunctionNode | undefined,
): string[] {
  const declared = signature.getDeclaration()?.parameters ?? [];
  const parameters = signature.parameters.map((symbol, index) => {
    const declaration = declared.find((one) => one === symbol.valueDeclaration) ?? declared[index];
    const type = checker.getTypeOfSymbolAtLocation(symbol, values.place);
    const isRest =
      declaration !== undefined && "dotDotDotToken" in declaration && declaration.dotDotDotToken !== undefined;
    const isOmittable = isRest || declaration?.questionToken !== undefined || declaration?.initializer !== undefined;
    const isUntyped = (type.flags & compiler.TypeFlags.Any) !== 0;
    const usage = isUntyped && node ? usageOf(compiler, node, symbol.name) : undefined;
    const all = usage ? values.fitting(usage) : values.of(type);
    return { all: all.filter((text) => !isOmittable || text !== "undefined"), isRest, isOmittable };
  });
  if (parameters.some(({ all, isOmittable }) => all.length === 0 && !isOmittable)) return [];
  const usable = parameters.slice(0, firstEmpty(parameters.map(({ all }) => all.length)));
  const required = usable.filter(({ isOmittable }) => !isOmittable).length;
  const lists = new Set<string>();
  const add = (texts: readonly string[]) => {
    const last = usable[texts.length - 1];
    const given = last?.isRest ? [...texts.slice(0, -1), ...spread(texts.at(-1)!)] : texts;
    lists.add(given.join(", "));
  };
  const base = usable.map(({ all }) => all[Math.min(1, all.length - 1)]!);
  add(base.slice(0, required));
  add(base);
  const longest = Math.max(0, ...usable.map(({ all }) => all.length));
  for (let turn = 0; turn < longest; turn++)
    for (const [index, { all }] of usable.entries()) {
      if (turn >= all.length) continue;
      const given = base.map((text, at) => (at === index ? all[turn]! : text));
      add(given.slice(0, Math.max(required, index + 1)));
      if (index + 1 < usable.length) add(given);
    }
  for (let turn = 0; turn < MOST_CALLS && usable.length > 1; turn++)
    add(usable.map(({ all }, index) => all[(turn * (2 * index + 1) + Math.floor(turn / (index + 1))) % all.length]!));
  if (required === 0) lists.add("");
  return [...lists].slice(0, MOST_CALLS);
}

const firstEmpty = (lengths: readonly number[]): number => {
  const at = lengths.indexOf(0);
  return at < 0 ? lengths.length : at;
};

/** The elements of a list's text as arguments of their own. */
const spread = (text: string): string[] =>
  text === "[]" ? [] : [text.startsWith("[") ? text.slice(1, -1) : `...${text}`];

class Values {
  readonly #compiler: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly place: ts.Node;
  readonly #literals: Literals;

  constructor(compiler: Compiler, checker: ts.TypeChecker, place: ts.Node, literals: Literals) {
    this.#compiler = compiler;
    this.#checker = checker;
    this.place = place;
    this.#literals = literals;
  }

  of(type: ts.Type, depth = 0): string[] {
    return [...new Set(this.#all(type, depth))].slice(0, depth === 0 ? MOST_VALUES : 4);
  }

  /** Values for a parameter of which only its use is known; some that do not fit, too. */
  fitting({ isText, isNumber, isList, isCalled, members }: Usage): string[] {
    const { strings, numbers } = this.#literals;
    const lists: (readonly string[])[] = [];
    if (isText) lists.push(alternate(strings, STRINGS));
    if (isNumber) lists.push(alternate(numbers, NUMBERS));
    if (isList) lists.push(LISTS);
    if (isCalled) lists.push(FUNCTIONS);
    if (members.length > 0) {
      const objects = members
        .slice(0, MOST_MEMBERS)
        .map((one) => MEMBER_VALUES.map((value) => `{ ${keyText(one)}: ${value} }`));
      const whole = MEMBER_VALUES.map(
        (value) =>
          `{ ${members
            .slice(0, MOST_MEMBERS)
            .map((one) => `${keyText(one)}: ${value}`)
            .join(", ")} }`,
      );
      lists.push([...whole, "{}"], inTurns(objects));
    }
    const fitting = inTurns(lists).slice(0, MOST_VALUES);
    return [...new Set([...fitting, "undefined", "null", isText ? "0" : '"a"'])];
  }

  #all(type: ts.Type, depth: number): string[] {
    const { TypeFlags } = this.#compiler;
    const { flags } = type;
    if (depth > MOST_DEPTH || flags & TypeFlags.Never) return [];
    if (flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.NonPrimitive)) return this.#anything(flags);
    if (flags & (TypeFlags.Undefined | TypeFlags.Void)) return ["undefined"];
    if (flags & TypeFlags.Null) return ["null"];
    if (type.isStringLiteral()) return flags & TypeFlags.EnumLiteral ? [] : [JSON.stringify(type.value)];
    if (type.isNumberLiteral()) return [String(type.value)];
    if (flags & TypeFlags.BooleanLiteral) return [this.#checker.typeToString(type)];
    if (flags & TypeFlags.Boolean) return ["true", "false"];
    if (flags & TypeFlags.String) return alternate(this.#literals.strings, STRINGS);
    if (flags & TypeFlags.Number) return alternate(this.#literals.numbers, NUMBERS);
    if (flags & TypeFlags.BigInt) return ["0n", "1n", "-5n"];
    if (flags & TypeFlags.TypeParameter) {
      const constraint = this.#checker.getBaseConstraintOfType(type);
      return constraint && constraint !== type ? this.#all(constraint, depth) : this.#anything(flags);
    }
    if (type.isUnion()) return inTurns(type.types.map((one) => this.of(one, depth)));
    if (flags & TypeFlags.Object || type.isIntersection()) return this.#objects(type, depth);
    return [];
  }

  #anything(flags: ts.TypeFlags): string[] {
    if (flags & this.#compiler.TypeFlags.NonPrimitive) return ["{}", "{ a: 1 }", "[1]", "() => 1"];
    return [
      ...inTurns([ANYTHING.slice(0, 9), this.#literals.strings.slice(0, 5), this.#literals.numbers.slice(0, 3)]),
      ...ANYTHING.slice(9),
    ];
  }

  #objects(type: ts.Type, depth: number): string[] {
    const checker = this.#checker;
    const [signature] = type.getCallSignatures();
    if (signature) return this.#functions(signature, depth);
    if (type.getConstructSignatures().length > 0) return [];
    const parts = () => checker.getTypeArguments(type as ts.TypeReference);
    if (checker.isArrayType(type)) return this.#lists(parts()[0], depth);
    if (checker.isTupleType(type)) {
      const rows = parts().map((one) => this.of(one, depth + 1));
      return rows.some(({ length }) => length === 0) ? [] : zipped(rows).map((row) => `[${row.join(", ")}]`);
    }
    const name = type.symbol?.name ?? "";
    const isLibrary = type.symbol?.declarations?.some((it) => /\/lib\.[^/]*\.d\.ts$/.test(it.getSourceFile().fileName));
    if (isLibrary && !/^(?:__type|__object)$/.test(name) && !type.aliasSymbol) {
      if (Object.hasOwn(OF_CLASS, name)) return [...OF_CLASS[name]!];
      const [first, second] = parts();
      if (/^(?:Iterable|ArrayLike|ReadonlyArray|Array|ConcatArray)$/.test(name)) return this.#lists(first, depth);
      if (/^(?:Readonly)?Set$/.test(name)) return this.#lists(first, depth).map((list) => `new Set(${list})`);
      if (/^Promise(?:Like)?$/.test(name) && first)
        return this.of(first, depth + 1).map((value) => `Promise.resolve(${value})`);
      if (/^(?:Readonly)?Map$/.test(name) && first && second) {
        const [key, value] = [this.of(first, depth + 1)[0], this.of(second, depth + 1)[0]];
        return key && value ? ["new Map()", `new Map([[${key}, ${value}]])`] : ["new Map()"];
      }
      return [];
    }
    return this.#literalObjects(type, depth);
  }

  #lists(element: ts.Type | undefined, depth: number): string[] {
    const values = element ? this.of(element, depth + 1) : ANYTHING.slice(0, 3);
    if (values.length === 0) return ["[]"];
    const [a, b = a, c = b] = values;
    return [...new Set(["[]", `[${a}, ${b}, ${c}]`, `[${b}]`, `[${c}, ${a}, ${b}, ${a}]`])];
  }

  #functions(signature: ts.Signature, depth: number): string[] {
    const { TypeFlags } = this.#compiler;
    const result = signature.getReturnType();
    if (result.flags & TypeFlags.Void) return ["() => {}"];
    const constant = this.of(result, depth + 1)
      .slice(0, 3)
      .map((value) => `() => ${value.startsWith("{") ? `(${value})` : value}`);
    const types = signature.parameters.map((one) => this.#checker.getTypeOfSymbolAtLocation(one, this.place));
    const isFree = (type: ts.Type) =>
      (type.flags & (TypeFlags.Any | TypeFlags.Unknown | TypeFlags.TypeParameter)) !== 0;
    const goes = (from: ts.Type, to: ts.Type) =>
      (isFree(from) && isFree(to)) || (this.#checker.isTypeAssignableTo?.(from, to) ?? false);
    const [a, b] = types;
    const own: string[] = [];
    const names = (count: number) => ["a", "b"].slice(0, count).join(", ");
    if (a && goes(a, result)) own.push(types.length > 1 ? `(${names(2)}) => a` : "(value) => value");
    if (b && goes(b, result)) own.push(`(${names(2)}) => b`);
    const { String: Text, Number: Num, Boolean: Bool } = TypeFlags;
    if (a && result.flags & Bool) {
      own.push("(value) => Boolean(value)");
      if (isFree(a) || a.flags & Num) own.push("(value) => value > 1");
      if (isFree(a) || a.flags & Text) own.push('(value) => value === "a"');
    }
    if (a && result.flags & Text) own.push("(value) => String(value)");
    if (a && b && result.flags & Num)
      own.push(a.flags & Num || isFree(a) ? "(a, b) => a - b" : "(a, b) => (a < b ? -1 : 1)");
    if (a && result.flags & Num) own.push("(value) => Number(value)");
    return inTurns([own, constant]);
  }

  #literalObjects(type: ts.Type, depth: number): string[] {
    const { compiler, checker, place } = { compiler: this.#compiler, checker: this.#checker, place: this.place };
    if (type.symbol && type.symbol.flags & compiler.SymbolFlags.Class) return [];
    const [key, value] = type.aliasSymbol?.name === "Record" ? (type.aliasTypeArguments ?? []) : [];
    if (key && value && key.flags & compiler.TypeFlags.TypeParameter) return this.#dictionaries(value, depth);
    const members = checker.getPropertiesOfType(type);
    if (members.some(({ name }) => name.startsWith("__@") || name.startsWith("#"))) return [];
    const rowsOf = (chosen: readonly ts.Symbol[]) =>
      chosen.map((member) => ({
        name: keyText(member.name),
        values: this.of(checker.getTypeOfSymbolAtLocation(member, place), depth + 1),
      }));
    const isOptional = ({ flags }: ts.Symbol) => (flags & compiler.SymbolFlags.Optional) !== 0;
    const required = rowsOf(members.filter((one) => !isOptional(one)));
    if (required.some(({ values }) => values.length === 0)) return [];
    const optional = rowsOf(members.filter(isOptional)).filter(({ values }) =>
      values.some((one) => one !== "undefined"),
    );
    const index = checker.getIndexTypeOfType(type, compiler.IndexKind.String);
    const text = (rows: readonly { name: string }[], values: readonly string[]) =>
      rows.length === 0 ? "{}" : `{ ${rows.map(({ name }, at) => `${name}: ${values[at]}`).join(", ")} }`;
    const made = zipped(required.map(({ values }) => values)).map((row) => text(required, row));
    if (index && members.length === 0) return this.#dictionaries(index, depth);
    const first = required.map(({ values }) => values[0]!);
    const withOne = optional.slice(0, 8).flatMap((row) =>
      row.values
        .filter((value) => value !== "undefined")
        .slice(0, 2)
        .map((value) => text([...required, row], [...first, value])),
    );
    return [...made.slice(0, 4), ...withOne];
  }

  /** Objects with names of one's own choice. */
  #dictionaries(element: ts.Type, depth: number): string[] {
    const [one, two = one, three = two] = this.of(element, depth + 1);
    return one ? ["{}", `{ a: ${one}, b: ${two} }`, `{ b: ${three}, c: ${one}, a: ${two} }`] : ["{}"];
  }
}

/** Rows of one value of each list, so that each value stands in one; a single empty row where there is no list. */
function zipped(lists: readonly (readonly string[])[]): string[][] {
  const longest = Math.max(1, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    lists.map((list, at) => list[(turn + at * (turn > 0 ? 1 : 0)) % list.length]!),
  );
}

/** The first of each list, then the second of each. */
function inTurns(lists: readonly (readonly string[])[]): string[] {
  const longest = Math.max(0, ...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) => lists.flatMap((list) => list.slice(turn, turn + 1))).flat();
}

const alternate = (a: readonly string[], b: readonly string[]): string[] => inTurns([b, a]);

const keyText = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name));
