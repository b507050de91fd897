// What a file of TypeScript or JavaScript lets others import, by the statements of its top level: those of modules, and CommonJS's assignments.
// Must not read other files: what it hands on is named by its module.

import { statement } from "../../../common/syntax/names/ecmaScript.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";

export interface ExportedName {
  name: string; // "default" for a default export
  /** What the file itself calls it, where it is a name. */
  local?: string;
  /** The module that it is handed on from. */
  module?: string;
  startIndex: number; // of the name, or of the statement
}

export interface EcmaScriptExports {
  names: ExportedName[];
  /** Modules of which everything is handed on. */
  stars: { module: string; startIndex: number }[];
}

export function ecmaScriptExports(text: string, tree: SyntaxTree): EcmaScriptExports {
  const found: EcmaScriptExports = { names: [], stars: [] };
  for (const node of tree.rootNode.namedChildren) if (node.type === "export_statement") readExport(node, text, found);
  const isModule = found.names.length + found.stars.length > 0;
  if (!isModule)
    for (const node of tree.rootNode.namedChildren)
      if (node.type === "expression_statement" && node.namedChildren[0])
        readAssignment(node.namedChildren[0], text, found);
  const first = new Map<string, ExportedName>(); // overloads, and a type beside a value of the same name, are one
  for (const one of found.names) if (!first.has(one.name)) first.set(one.name, one);
  return { ...found, names: [...first.values()] };
}

const textOf = (text: string, { startIndex, endIndex }: SyntaxNode): string => text.slice(startIndex, endIndex);
const unquoted = (name: string): string => name.replace(/^(["'])(.*)\1$/s, "$2");

function readExport(node: SyntaxNode, text: string, { names, stars }: EcmaScriptExports): void {
  const has = (token: string) => node.children.some(({ type }) => type === token);
  const source = node.childForFieldName("source");
  const module = source ? unquoted(textOf(text, source)) : undefined;
  const clause = node.namedChildren.find(({ type }) => type === "export_clause" || type === "namespace_export");
  const declaration = node.childForFieldName("declaration");
  const value = node.childForFieldName("value");
  if (has("default") && !clause) {
    const named = declaration?.childForFieldName("name") ?? (value?.type === "identifier" ? value : undefined);
    names.push({
      name: "default",
      ...(named && { local: textOf(text, named) }),
      startIndex: named?.startIndex ?? node.startIndex,
    });
  } else if (clause?.type === "namespace_export") {
    const name = clause.namedChildren[0];
    if (name)
      names.push({
        name: unquoted(textOf(text, name)),
        ...(module !== undefined && { module }),
        startIndex: name.startIndex,
      });
  } else if (clause) {
    for (const specifier of clause.namedChildren) {
      const local = specifier.childForFieldName("name");
      const name = specifier.childForFieldName("alias") ?? local;
      if (!local || !name) continue;
      const from = module === undefined ? { local: textOf(text, local) } : { module };
      names.push({ name: unquoted(textOf(text, name)), ...from, startIndex: name.startIndex });
    }
  } else if (module !== undefined) stars.push({ module, startIndex: node.startIndex });
  else if (declaration) {
    statement(declaration, {
      name: (name) =>
        void names.push({ name: textOf(text, name), local: textOf(text, name), startIndex: name.startIndex }),
      damaged: () => {},
      everything: () => {},
    });
  } else if (has("=")) {
    const named = node.namedChildren.find(({ type }) => type === "identifier");
    names.push({
      name: "export=",
      ...(named && { local: textOf(text, named) }),
      startIndex: named?.startIndex ?? node.startIndex,
    });
  }
}

/** `exports.a = …`, `module.exports = { a, b: c }`, and chains of both. */
function readAssignment(node: SyntaxNode, text: string, found: EcmaScriptExports): void {
  if (node.type !== "assignment_expression") return;
  const [left, right] = [node.childForFieldName("left"), node.childForFieldName("right")];
  if (!left || !right) return;
  const target = textOf(text, left).replace(/\s/g, "");
  const member = /^(?:module\.)?exports\.([\p{L}_$][\p{L}\p{N}_$]*)$/u.exec(target)?.[1];
  const own = right.type === "identifier" ? { local: textOf(text, right) } : {};
  const property = left.childForFieldName("property");
  if (member !== undefined)
    found.names.push({ name: member, ...own, startIndex: property?.startIndex ?? left.startIndex });
  else if (target === "module.exports" && right.type === "object") readKeys(right, text, found);
  else if (target === "module.exports") found.names.push({ name: "export=", ...own, startIndex: left.startIndex });
  if (target === "module.exports") for (const keys of assignedOnto(right, text)) readKeys(keys, text, found);
  readAssignment(right, text, found);
}

/** The objects whose keys `Object.assign(a, { b })` adds to what it returns. */
function assignedOnto(call: SyntaxNode, text: string): SyntaxNode[] {
  const callee = call.type === "call_expression" ? call.childForFieldName("function") : null;
  if (!callee || textOf(text, callee) !== "Object.assign") return [];
  return (
    call
      .childForFieldName("arguments")
      ?.namedChildren.slice(1)
      .filter(({ type }) => type === "object") ?? []
  );
}

function readKeys(object: SyntaxNode, text: string, { names }: EcmaScriptExports): void {
  for (const one of object.namedChildren) {
    const key =
      one.type === "shorthand_property_identifier"
        ? one
        : (one.childForFieldName("key") ?? one.childForFieldName("name"));
    if (!key || !/^(?:property_identifier|shorthand_property_identifier|string)$/.test(key.type)) continue;
    const value = one.childForFieldName("value");
    const local = one === key ? key : value?.type === "identifier" ? value : undefined;
    names.push({
      name: unquoted(textOf(text, key)),
      ...(local && { local: textOf(text, local) }),
      startIndex: key.startIndex,
    });
  }
}
