// What a class of a Python file lacks: `__init__` for its fields, the abstract methods of its base classes, `__eq__` and `to_dict`.

import type { SyntaxNode } from "../../../../common/syntax/syntax.ts";
import type { Drafted, PieceKind } from "../../../typescript/pieces/piece.ts";
import { isHashable, isSameInJson } from "./annotations.ts";
import { type Field, isCode, type Method, type PythonClass, type PythonFile } from "./pythonFile.ts";

export function classPieces(file: PythonFile): Drafted[] {
  return file.classes
    .filter(({ node }) => file.isAsked(node))
    .flatMap((one) => [...constructorOf(file, one), ...stubsOf(file, one), ...comparisonsOf(file, one)]);
}

/** Whether nothing but the class itself decides about its methods: no base class, no decorator such as `@dataclass`. */
const isAlone = ({ bases, isDecorated }: PythonClass): boolean =>
  !isDecorated && bases.every((base) => base === "object");

function constructorOf(file: PythonFile, one: PythonClass): Drafted[] {
  const { bare, methods } = one;
  const isMade = methods.some(({ name }) => name === "__init__" || name === "__new__");
  if (!isAlone(one) || isMade || bare.length === 0 || bare.some(({ type }) => /\bClassVar\b/.test(type))) return [];
  const list = bare.map(({ name, type }) => `${name}: ${type}`).join(", ");
  const lines = [
    `def __init__(self, ${list}) -> None:`,
    ...bare.map(({ name }) => `${file.indent}self.${name} = ${name}`),
  ];
  const title =
    bare.length === 1 ? `Add __init__ that sets ${bare[0]!.name}` : `Add __init__ that sets the ${bare.length} fields`;
  return [{ kind: "constructor", title, mends: false, ways: [[file.inClass(one, lines)]] }];
}

function stubsOf(file: PythonFile, one: PythonClass): Drafted[] {
  if (one.bases.some((base) => /^(?:abc\.)?ABC$|^metaclass=|^Protocol\b/.test(base))) return []; // it is abstract itself
  const missing = abstractMethods(file, one);
  if (missing.length === 0 || one.methods.some(isAbstract)) return [];
  if (!isKnown(file, one)) return [{ kind: "stubs", refusal: "unknownBase" }];
  const lines = missing.flatMap(({ decorators, node }, index) => {
    const body = node.childForFieldName("body")!;
    const head = file.text.slice(node.startIndex, body.startIndex).trimEnd().split("\n");
    const kept = decorators.filter((name) => !/abstract/.test(name));
    return [
      ...(index > 0 ? [""] : []),
      ...kept.map((name) => `@${name}`),
      ...head.map((line, at) => (at === 0 ? line : line.replace(file.indentOf(node), ""))),
      `${file.indent}${decorators.some((name) => /^(?:\w+\.)?overload$/.test(name)) ? "..." : "raise NotImplementedError"}`,
    ];
  });
  const names = new Set(missing.map(({ name }) => name));
  const title =
    names.size === 1 ? `Add the abstract method ${missing[0]!.name}` : `Add the ${names.size} abstract methods`;
  return [{ kind: "stubs", title, mends: false, ways: [[file.inClass(one, lines)]] }];
}

/** Whether all that a class inherits stands in the file, or is known to bring no methods. */
const isKnown = (file: PythonFile, { bases }: PythonClass): boolean =>
  bases.every((base) => {
    if (/^(?:object|(?:abc\.)?ABC|(?:typing\.)?(?:Protocol|Generic)(?:\[.*\])?|metaclass=.*)$/s.test(base)) return true;
    const its = file.classes.find(({ name }) => name === base);
    return its !== undefined && isKnown(file, its);
  });

const isAbstract = ({ decorators }: Method): boolean => decorators.some((name) => /^(?:abc\.)?abstract/.test(name));

/** The abstract methods that nothing implements, each with its setter or overloads; of unknown base classes nothing is known. */
function abstractMethods(file: PythonFile, one: PythonClass): Method[] {
  const found = new Map<string, Method[]>(); // by name: what stands first in the order in which Python looks
  for (const { constants, methods } of lookedThrough(file, one)) {
    const own = new Map<string, Method[]>(constants.map((name) => [name, []]));
    for (const method of methods) own.set(method.name, [...(own.get(method.name) ?? []), method]);
    for (const [name, its] of own) if (!found.has(name)) found.set(name, its);
  }
  return [...found.values()].filter((its) => its.some(isAbstract)).flat();
}

/** A class and its base classes of this file, in the order in which Python looks for a method: one that several share comes last. */
function lookedThrough(file: PythonFile, one: PythonClass, below: readonly PythonClass[] = []): PythonClass[] {
  if (below.includes(one)) return [];
  const bases = one.bases.flatMap((base) => file.classes.filter(({ name }) => name === base));
  const all = [one, ...bases.flatMap((base) => lookedThrough(file, base, [...below, one]))];
  return all.filter((it, index) => all.lastIndexOf(it) === index);
}

function comparisonsOf(file: PythonFile, one: PythonClass): Drafted[] {
  const fields = isAlone(one) ? fieldsOf(file, one) : [];
  if (fields.length === 0) return [];
  const has = (name: string) => one.constants.includes(name) || one.methods.some((method) => method.name === name);
  const { indent } = file;
  const drafts: Drafted[] = [];
  const add = (kind: PieceKind, title: string, lines: readonly string[]) =>
    drafts.push({ kind, title, mends: false, ways: [[file.inClass(one, lines)]] });
  const isKept = fields.every(({ type }) => isHashable(file, type)); // else a set could no longer hold it
  if (has("__eq__")) {
    // what equality means is written already
  } else if (has("__hash__")) drafts.push({ kind: "equality", refusal: "ownHash" });
  else if (isKept) {
    const same = fields.map(({ name }) => `self.${name} == other.${name}`).join(" and ");
    const equal = [
      "def __eq__(self, other: object) -> bool:",
      `${indent}if not isinstance(other, ${one.name}):`,
      `${indent}${indent}return NotImplemented`,
      `${indent}return ${same}`,
    ];
    const hashed = fields.map(({ name }) => `self.${name}`).join(", ");
    const hash = [
      "",
      "def __hash__(self) -> int:",
      `${indent}return hash((${hashed}${fields.length === 1 ? "," : ""}))`,
    ];
    add("equality", "Add __eq__ and __hash__ by the fields", [...equal, ...hash]);
  } else drafts.push({ kind: "equality", refusal: "notHashable" });
  if (has("to_dict") || !fields.every(({ type }) => isSameInJson(type))) return drafts;
  const entries = fields.map(({ name }) => `"${name}": self.${name}`).join(", ");
  const there = ["def to_dict(self) -> dict[str, object]:", `${indent}return {${entries}}`];
  if (has("from_dict") || !fields.every(({ isNamed }) => isNamed)) add("json", "Add to_dict", there);
  else {
    const given = fields.map(({ name, parameter }) => `${parameter}=data["${name}"]`).join(", ");
    const back = [
      "",
      "@classmethod",
      `def from_dict(cls, data: dict) -> "${one.name}":`,
      `${indent}return cls(${given})`,
    ];
    add("json", "Add to_dict and from_dict", [...there, ...back]);
  }
  return drafts;
}

/** A field that `__init__` sets from a parameter. */
interface SetField extends Field {
  parameter: string;
  isNamed: boolean; // whether a call can name the parameter
}

/** The fields that `__init__` sets from its parameters; none where it does anything else. */
function fieldsOf(file: PythonFile, { methods }: PythonClass): SetField[] {
  const init = methods.find(({ name }) => name === "__init__")?.node;
  const parameters = init?.childForFieldName("parameters")?.namedChildren ?? [];
  const positional = parameters.findIndex(({ type }) => type === "positional_separator");
  const named = parameters.filter(({ type }) => !/separator$/.test(type)).slice(1); // without self
  const fields: SetField[] = [];
  for (const statement of init?.childForFieldName("body")?.namedChildren ?? []) {
    if (fields.length === 0 && !isCode(statement)) continue;
    const [, name, parameter] = /^self\.(\w+)(?::[^=]+)? = (\w+)$/.exec(file.textOf(statement)) ?? [];
    if (name === undefined || parameter === undefined) return [];
    const index = parameters.findIndex((one) => nameOf(file, one) === parameter);
    const type = parameters[index]?.childForFieldName("type");
    const isOnce = fields.every((field) => field.parameter !== parameter && field.name !== name);
    const isPlain =
      index > positional &&
      /^(?:identifier|(?:typed_|default_|typed_default_)parameter)$/.test(parameters[index]!.type);
    fields.push({ name, parameter, isNamed: isPlain && isOnce, type: type ? file.textOf(type) : "" });
  }
  const isAll = named.every((one) => fields.some(({ parameter }) => parameter === nameOf(file, one)));
  return fields.map((field) => ({ ...field, isNamed: field.isNamed && isAll })); // what no field keeps cannot be given back
}

const nameOf = (file: PythonFile, parameter: SyntaxNode): string | undefined =>
  /^\w+/.exec(file.textOf(parameter))?.[0];
