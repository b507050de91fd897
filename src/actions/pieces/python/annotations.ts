// What the annotations of a Python file tell of their values: whether JSON has them, whether they have a hash. By their text. Pure.

import type { PythonClass, PythonFile } from "./pythonFile.ts";

const ENUM_BASE = /^(?:enum\.)?(?:Enum|IntEnum|StrEnum)$/;
const SAME_IN_JSON = /^(?:str|int|float|bool|None)$/;
const HASHABLE =
  /^(?:str|int|float|bool|bytes|complex|None|(?:\w+\.)?(?:Path|PurePath|Decimal|Fraction|UUID|date|datetime|timedelta))$/;

/** Whether a value of the type comes back from JSON as it was. */
export function isSameInJson(annotation: string): boolean {
  const { name, inner } = readType(annotation);
  if (name === "|" || name === "Optional" || name === "Union") return inner.length > 0 && inner.every(isSameInJson);
  if (name === "list" || name === "List") return inner.length === 1 && inner.every(isSameInJson);
  if (name === "dict" || name === "Dict") return inner.length === 2 && inner[0] === "str" && isSameInJson(inner[1]!);
  return inner.length === 0 && SAME_IN_JSON.test(name);
}

/** Whether every value of the type has a hash. */
export function isHashable(file: PythonFile, annotation: string): boolean {
  const { name, inner } = readType(annotation);
  if (name === "Literal") return true;
  const holds = name === "|" || /^(?:Optional|Union|tuple|Tuple|frozenset|FrozenSet)$/.test(name);
  if (holds) return inner.length > 0 && inner.every((one) => one === "..." || isHashable(file, one));
  return inner.length === 0 && (HASHABLE.test(name) || file.classes.some((one) => one.name === name && isEnum(one)));
}

export const isEnum = ({ bases }: PythonClass): boolean => bases.some((base) => ENUM_BASE.test(base));

/** The names of an enum's values. */
export const membersOf = ({ constants }: PythonClass): string[] => constants.filter((name) => !name.startsWith("_"));

/** The name of a type without its module, and the types within it; "|" for a union. */
function readType(annotation: string): { name: string; inner: string[] } {
  const bare = annotation.trim().replace(/^(["'])(.*)\1$/s, "$2");
  const parts = splitAtTop(bare, "|");
  if (parts.length > 1) return { name: "|", inner: parts };
  const [, wrapper, inner] = /^(?:\w+\.)*(\w+)\[(.*)\]$/s.exec(bare) ?? [];
  if (wrapper === undefined) return { name: bare, inner: [] };
  return { name: wrapper, inner: splitAtTop(inner!, ",").filter((one) => one !== "") };
}

/** The parts between separators that no bracket or quote holds. */
export function splitAtTop(text: string, separator: string): string[] {
  const parts = [""];
  let depth = 0;
  let quote: string | undefined;
  for (const unit of text) {
    if (quote === undefined && unit === separator && depth === 0) {
      parts.push("");
      continue;
    }
    if (quote === unit) quote = undefined;
    else if (quote === undefined && /["']/.test(unit)) quote = unit;
    else if (quote === undefined) depth += Number(/[[({]/.test(unit)) - Number(/[\])}]/.test(unit));
    parts[parts.length - 1] += unit;
  }
  return parts.map((part) => part.trim());
}
