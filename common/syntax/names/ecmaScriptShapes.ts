// Members of classes, enums and constant objects, where all of them stand in the file. Where something may add to them nothing is said.

import type { SyntaxNode } from "../syntax.ts";
import { type Range, type Shape, textOf } from "./names.ts";

/** What every object has. */
const OBJECT_MEMBERS = [
  "constructor",
  "hasOwnProperty",
  "isPrototypeOf",
  "propertyIsEnumerable",
  "toLocaleString",
  "toString",
  "valueOf",
];

const isClass = (type: string): boolean => /^(abstract_)?class(_declaration)?$/.test(type);

/**
 * The class that `this` speaks of, or the nearest class (for private names).
 * @param path to the member's name
 */
export function ownMemberOwner(path: readonly SyntaxNode[], nearest: boolean): SyntaxNode | undefined {
  for (let at = path.length - 1; at > 0; at--) {
    const { type } = path[at]!;
    if (isClass(type)) return path[at];
    if (nearest) continue;
    if (type === "class_static_block" || type === "ERROR" || type === "object") return undefined;
    if (type === "method_definition" || /field_definition$/.test(type)) {
      if (path[at - 1]!.type !== "class_body" || path[at]!.children.some((child) => child.type === "static"))
        return undefined;
    } else if (/function/.test(type) && type !== "arrow_function") return undefined;
  }
  return undefined;
}

/** @param written its own uses of members say nothing about them */
export function classShape(node: SyntaxNode | undefined, text: string, written: Range): Shape | undefined {
  const body = node?.childForFieldName("body");
  if (!node || !body || node.namedChildren.some(extendsSomething)) return undefined;
  const name = node.childForFieldName("name");
  if (name && isExtendedElsewhere(textOf(text, name), text)) return undefined;
  const members = new Set(OBJECT_MEMBERS);
  for (const child of body.namedChildren) {
    if (child.type === "index_signature" || child.type === "ERROR") return undefined;
    const key = child.childForFieldName("name") ?? child.childForFieldName("property");
    if (key?.type === "computed_property_name") return undefined;
    if (!key) continue;
    members.add(unquoted(textOf(text, key)));
    if (textOf(text, key) === "constructor") addParameterProperties(child, text, members);
  }
  const uses = textOf(text, node).matchAll(/\bthis\s*[?!]?\.\s*(#?[\w$\u0080-\uffff]+)/g);
  for (const { index, 0: use, 1: member } of uses) {
    const at = node.startIndex + index;
    if (at + use.length <= written.startIndex || at >= written.endIndex) members.add(member!);
  }
  return { members };
}

/** `extends`; what a class implements it declares itself. */
function extendsSomething({ type, namedChildren }: SyntaxNode): boolean {
  return type === "class_heritage" && !(namedChildren.length > 0 && namedChildren.every(isImplements));
}
const isImplements = ({ type }: SyntaxNode): boolean => type === "implements_clause";

function isExtendedElsewhere(name: string, text: string): boolean {
  const word = name.replaceAll("$", "\\$");
  return (
    new RegExp(`\\b(interface|namespace)\\s+${word}(?![\\w$])|(?<![\\w$])${word}\\.prototype\\b`).test(text) ||
    /\bObject\.(assign|defineProperty|defineProperties)\(\s*this\b|\bthis\s*\[/.test(text)
  );
}

/** `constructor(private a: string)` */
function addParameterProperties(method: SyntaxNode, text: string, members: Set<string>): void {
  for (const parameter of method.childForFieldName("parameters")?.namedChildren ?? []) {
    const name = parameter.childForFieldName("pattern");
    const isProperty = parameter.children.some(({ type }) =>
      /^(accessibility|override)_modifier$|^readonly$/.test(type),
    );
    if (name && isProperty) members.add(textOf(text, name));
  }
}

/** The members of an enum or a constant object. @param owner the enum, or what declares the constant */
export function objectShape(name: string, owner: SyntaxNode, text: string): Shape | undefined {
  if (owner.type === "enum_declaration") {
    if (isDeclaredAgain(name, text)) return undefined;
    const body = owner.childForFieldName("body");
    const keys = body?.namedChildren.map((member) => member.childForFieldName("name") ?? member);
    return keys && shapeOf(keys, text);
  }
  const object = withoutAssertion(owner.childForFieldName("value"), text);
  if (object?.type !== "object" || isChanged(name, text)) return undefined;
  const keys: SyntaxNode[] = [];
  for (const child of object.namedChildren) {
    if (child.type === "comment") continue;
    const key = child.childForFieldName("key") ?? child.childForFieldName("name") ?? child;
    if (!/^(property_identifier|string|number|shorthand_property_identifier)$/.test(key.type)) return undefined;
    keys.push(key);
  }
  return shapeOf(keys, text);
}

function shapeOf(keys: readonly SyntaxNode[], text: string): Shape | undefined {
  if (keys.some(({ type, hasError }) => hasError || type === "ERROR" || type === "computed_property_name"))
    return undefined;
  return { members: new Set([...OBJECT_MEMBERS, ...keys.map((key) => unquoted(textOf(text, key)))]) };
}

/** The object of `{ … } as const` and `{ … } satisfies T`. */
function withoutAssertion(value: SyntaxNode | null, text: string): SyntaxNode | undefined {
  if (value?.type === "satisfies_expression") return withoutAssertion(value.namedChildren[0] ?? null, text);
  if (value?.type !== "as_expression") return value ?? undefined;
  return /\bas\s+const$/.test(textOf(text, value)) ? value.namedChildren[0] : undefined;
}

/** An enum may be written in parts, and a namespace may add to it. */
function isDeclaredAgain(name: string, text: string): boolean {
  const word = name.replaceAll("$", "\\$");
  return (text.match(new RegExp(`\\b(enum|namespace)\\s+${word}(?![\\w$])`, "g")) ?? []).length > 1;
}

/** Whether something may add members: an assignment, a key in brackets, or a call that is given the object itself. */
function isChanged(name: string, text: string): boolean {
  const word = `(?<![\\w$.])${name.replaceAll("$", "\\$")}(?![\\w$])`;
  return new RegExp(`${word}\\s*\\.\\s*[\\w$]+\\s*=(?![=>])|${word}\\s*\\[|[(,]\\s*${word}\\s*[,)]`).test(text);
}

const unquoted = (name: string): string => name.replace(/^(["'])(.*)\1$/s, "$2");
