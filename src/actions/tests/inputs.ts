// Calls to try: values by the types of the parameters, literals of the function's body, and what callers write. Texts of code, without any name of the file.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import type { FunctionNode, Target } from "./target.ts";

/** The most calls that are tried; about a dozen of them is kept. */
const MOST_CALLS = 72;
const MOST_VALUES = 16; // of a parameter
const MOST_DEPTH = 3;
const MOST_LITERALS = 10; // of a kind
const MOST_CALLERS = 12;
const MOST_LITERAL_UNITS = 120;

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

interface Literals {
  strings: string[];
  numbers: string[];
}

export interface CallsAsked {
  compiler: Compiler;
  checker: ts.TypeChecker;
  target: Target;
  sources: readonly ts.SourceFile[]; // in which calls of the function are looked for
}

/** Lists of arguments as they stand between the brackets of a call; none where a required parameter has no value. */
export function callsOf({ compiler, checker, target, sources }: CallsAsked): string[] {
  const { node, signature } = target;
  const literals = literalsIn(compiler, node);
  const values = new Values(compiler, checker, node, literals);
  const parameters = signature.parameters.map((symbol, index) => {
    const declaration = node.parameters.find((one) => one === symbol.valueDeclaration) ?? node.parameters[index];
    const type = checker.getTypeOfSymbolAtLocation(symbol, node);
    const isRest = declaration?.dotDotDotToken !== undefined;
    const isOmittable = isRest || declaration?.questionToken !== undefined || declaration?.initializer !== undefined;
    const all = values.of(type).filter((text) => !isOmittable || text !== "undefined");
    return { all, isRest, isOmittable };
  });
  if (parameters.some(({ all, isOmittable }) => all.length === 0 && !isOmittable)) return [];
  const usable = parameters.slice(0, firstEmpty(parameters.map(({ all }) => all.length)));
  const required = usable.filter(({ isOmittable }) => !isOmittable).length;
  const calls = new Set<string>(callersArguments(compiler, target, sources));
  const call = (texts: readonly string[]) => {
    const last = usable[texts.length - 1];
    const given = last?.isRest ? [...texts.slice(0, -1), ...spread(texts.at(-1)!)] : texts;
    calls.add(given.join(", "));
  };
  const base = usable.map(({ all }) => all[Math.min(1, all.length - 1)]!);
  call(base.slice(0, required));
  call(base);
  const longest = Math.max(0, ...usable.map(({ all }) => all.length));
  for (let turn = 0; turn < longest; turn++)
    for (const [index, { all }] of usable.entries()) {
      if (turn >= all.length) continue;
      const given = base.map((text, at) => (at === index ? all[turn]! : text));
      call(given.slice(0, Math.max(required, index + 1)));
      if (index + 1 < usable.length) call(given);
    }
  for (let turn = 0; turn < MOST_CALLS && usable.length > 1; turn++)
    call(usable.map(({ all }, index) => all[(turn * (2 * index + 1) + Math.floor(turn / (index + 1))) % all.length]!));
  if (required === 0) calls.add("");
  return [...calls].slice(0, MOST_CALLS);
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
  readonly #place: ts.Node;
  readonly #literals: Literals;

  constructor(compiler: Compiler, checker: ts.TypeChecker, place: ts.Node, literals: Literals) {
    this.#compiler = compiler;
    this.#checker = checker;
    this.#place = place;
    this.#literals = literals;
  }

  of(type: ts.Type, depth = 0): string[] {
    return [...new Set(this.#all(type, depth))].slice(0, depth === 0 ? MOST_VALUES : 4);
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
    const results = this.of(signature.getReturnType(), depth + 1).slice(0, 3);
    const constant = results.map((value) => `() => ${value.startsWith("{") ? `(${value})` : value}`);
    if (signature.getReturnType().flags & this.#compiler.TypeFlags.Void) return ["() => {}"];
    if (signature.parameters.length === 0) return constant;
    const [first] = signature.parameters;
    const from = this.#checker.getTypeOfSymbolAtLocation(first!, this.#place);
    const isSame = this.#checker.isTypeAssignableTo?.(from, signature.getReturnType()) ?? false;
    return isSame ? ["(value) => value", ...constant] : constant;
  }

  #literalObjects(type: ts.Type, depth: number): string[] {
    const { compiler, checker, place } = { compiler: this.#compiler, checker: this.#checker, place: this.#place };
    if (type.symbol && type.symbol.flags & compiler.SymbolFlags.Class) return [];
    const members = checker.getPropertiesOfType(type);
    if (members.some(({ name }) => name.startsWith("__@") || name.startsWith("#"))) return [];
    const rowsOf = (chosen: readonly ts.Symbol[]) =>
      chosen.map((member) => ({
        name: /^[A-Za-z_$][\w$]*$/.test(member.name) ? member.name : JSON.stringify(member.name),
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
    if (index && members.length === 0) {
      const [one, two = one] = this.of(index, depth + 1);
      return one ? ["{}", `{ a: ${one}, b: ${two} }`] : ["{}"];
    }
    const first = required.map(({ values }) => values[0]!);
    const withOne = optional.slice(0, 8).flatMap((row) =>
      row.values
        .filter((value) => value !== "undefined")
        .slice(0, 2)
        .map((value) => text([...required, row], [...first, value])),
    );
    return [...made.slice(0, 4), ...withOne];
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

function literalsIn(compiler: Compiler, node: FunctionNode): Literals {
  const strings = new Set<string>();
  const numbers = new Set<string>();
  const visit = (at: ts.Node): void => {
    if (compiler.isStringLiteralLike(at) && at.text.length <= MOST_LITERAL_UNITS) {
      strings.add(JSON.stringify(at.text));
      if (at.text.length > 0 && at.text.length < 20) strings.add(JSON.stringify(`a${at.text}b`));
    } else if (compiler.isNumericLiteral(at)) {
      const value = Number(at.text);
      if (Number.isFinite(value) && Math.abs(value) < 100_000)
        for (const one of [value, value - 1, value + 1]) numbers.add(String(one));
    } else if (compiler.isRegularExpressionLiteral(at)) {
      const plain = at.text
        .slice(1, at.text.lastIndexOf("/"))
        .replace(/\\(.)/g, (_, letter) => CLASS_SAMPLE[letter] ?? letter);
      const sample = plain.replace(/[\^$()?:*+|[\]{}]/g, "");
      if (sample.length > 0 && sample.length < 40) strings.add(JSON.stringify(sample));
    }
    compiler.forEachChild(at, visit);
  };
  visit(node);
  return { strings: [...strings].slice(0, MOST_LITERALS), numbers: [...numbers].slice(0, MOST_LITERALS) };
}

/** A character of each class of a pattern. */
const CLASS_SAMPLE: Readonly<Record<string, string>> = { d: "7", w: "x", s: " ", b: "", n: "\n", t: "\t", r: "\r" };

/** Arguments of calls by this name that are made of literals alone. */
function callersArguments(compiler: Compiler, { name }: Target, sources: readonly ts.SourceFile[]): string[] {
  const found = new Set<string>();
  const isPlain = (node: ts.Node): boolean => {
    if (compiler.isIdentifier(node)) return node.text === "undefined";
    if (compiler.isPropertyAssignment(node))
      return !compiler.isComputedPropertyName(node.name) && isPlain(node.initializer);
    const isMade = compiler.isObjectLiteralExpression(node) || compiler.isArrayLiteralExpression(node);
    if (isMade) return (compiler.isObjectLiteralExpression(node) ? node.properties : node.elements).every(isPlain);
    if (compiler.isPrefixUnaryExpression(node)) return isPlain(node.operand);
    const { TrueKeyword, FalseKeyword, NullKeyword } = compiler.SyntaxKind;
    return (
      compiler.isStringLiteralLike(node) ||
      compiler.isNumericLiteral(node) ||
      compiler.isRegularExpressionLiteral(node) ||
      [TrueKeyword, FalseKeyword, NullKeyword].some((kind) => kind === node.kind)
    );
  };
  for (const source of sources) {
    if (!source.text.includes(`${name}(`)) continue;
    const visit = (node: ts.Node): void => {
      if (found.size >= MOST_CALLERS) return;
      if (compiler.isCallExpression(node) && compiler.isIdentifier(node.expression) && node.expression.text === name) {
        const texts = node.arguments.map((one) => one.getText(source));
        const isShort = texts.join().length <= MOST_LITERAL_UNITS && !texts.join().includes("\n");
        if (isShort && node.arguments.length > 0 && node.arguments.every(isPlain)) found.add(texts.join(", "));
      }
      compiler.forEachChild(node, visit);
    };
    visit(source);
  }
  return [...found];
}
