// What a class of a Python file lacks: `__init__` for its fields, the abstract methods of its base classes, `__eq__` and `to_dict`.

import type { Drafted } from "../../../typescript/pieces/piece.ts";
import type { Field, Method, PythonClass, PythonFile } from "./pythonFile.ts";

/** Annotations whose values JSON has, too. */
const PLAIN =
  /^(?:str|int|float|bool|None|dict\[str, (?:str|int|float|bool)\]|list\[(?:str|int|float|bool)\])(?: \| None)?$/;

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
  const missing = abstractMethods(file, one, new Set());
  if (missing.length === 0 || one.methods.some(isAbstract)) return [];
  const lines = missing.flatMap(({ decorators, node }, index) => {
    const body = node.childForFieldName("body")!;
    const head = file.text.slice(node.startIndex, body.startIndex).trimEnd().split("\n");
    const kept = decorators.filter((name) => !/abstract/.test(name));
    return [
      ...(index > 0 ? [""] : []),
      ...kept.map((name) => `@${name}`),
      ...head.map((line, at) => (at === 0 ? line : line.replace(file.indentOf(node), ""))),
      `${file.indent}raise NotImplementedError`,
    ];
  });
  const title =
    missing.length === 1 ? `Add the abstract method ${missing[0]!.name}` : `Add the ${missing.length} abstract methods`;
  return [{ kind: "stubs", title, mends: false, ways: [[file.inClass(one, lines)]] }];
}

const isAbstract = ({ decorators }: Method): boolean => decorators.some((name) => /^(?:abc\.)?abstract/.test(name));

/** The abstract methods of the base classes of this file that nothing implements; of unknown base classes nothing is known. */
function abstractMethods(file: PythonFile, one: PythonClass, seen: Set<PythonClass>): Method[] {
  if (seen.has(one)) return [];
  seen.add(one);
  const bases = file.classes.filter(({ name }) => one.bases.includes(name));
  const inherited = bases.flatMap((base) => [...base.methods.filter(isAbstract), ...abstractMethods(file, base, seen)]);
  const done = new Set([
    ...one.constants,
    ...[one, ...bases].flatMap(({ methods }) => methods.filter((it) => !isAbstract(it)).map(({ name }) => name)),
  ]);
  const byName = new Map(inherited.filter(({ name }) => !done.has(name)).map((method) => [method.name, method]));
  return [...byName.values()];
}

function comparisonsOf(file: PythonFile, one: PythonClass): Drafted[] {
  const fields = isAlone(one) ? fieldsOf(file, one) : [];
  if (fields.length === 0) return [];
  const has = (name: string) => one.methods.some((method) => method.name === name);
  const drafts: Drafted[] = [];
  if (!has("__eq__")) {
    const same = fields.map(({ name }) => `self.${name} == other.${name}`).join(" and ");
    const lines = [
      "def __eq__(self, other: object) -> bool:",
      `${file.indent}if not isinstance(other, ${one.name}):`,
      `${file.indent}${file.indent}return NotImplemented`,
      `${file.indent}return ${same}`,
    ];
    drafts.push({
      kind: "equality",
      title: "Add __eq__ by the fields",
      mends: false,
      ways: [[file.inClass(one, lines)]],
    });
  }
  if (!has("to_dict") && fields.every(({ type }) => PLAIN.test(type))) {
    const entries = fields.map(({ name }) => `"${name}": self.${name}`).join(", ");
    const lines = ["def to_dict(self) -> dict[str, object]:", `${file.indent}return {${entries}}`];
    drafts.push({ kind: "json", title: "Add to_dict", mends: false, ways: [[file.inClass(one, lines)]] });
  }
  return drafts;
}

/** The fields that `__init__` sets from its parameters; none where it does anything else. */
function fieldsOf(file: PythonFile, { methods }: PythonClass): Field[] {
  const init = methods.find(({ name }) => name === "__init__")?.node;
  const parameters = init?.childForFieldName("parameters")?.namedChildren ?? [];
  const fields: Field[] = [];
  for (const statement of init?.childForFieldName("body")?.namedChildren ?? []) {
    const [, name, value] = /^self\.(\w+) = (\w+)$/.exec(file.textOf(statement)) ?? [];
    if (name === undefined) return [];
    const parameter = parameters.find((one) => file.textOf(one).match(/^\w+/)?.[0] === value);
    const type = parameter?.childForFieldName("type");
    fields.push({ name, type: type ? file.textOf(type) : "" });
  }
  return fields;
}
