// `equals`, and `toJSON` with `fromJSON`, for a class whose fields are plain values. In TypeScript only: both need types.

import type ts from "typescript";
import { memberName } from "./literals.ts";
import type { Drafted } from "./piece.ts";
import type { Site } from "./site.ts";

const MOST_FIELDS = 20;
const MOST_LINE_UNITS = 80; // of what is compared in one line

interface Field {
  name: string; // as it is accessed: with "#"
  key: string; // in JSON
  type: ts.Type;
  typeText: string;
  isOptional: boolean; // JSON leaves out what is undefined
}

export function comparisons(site: Site): Drafted[] {
  if (!site.isTyped) return [];
  const { compiler } = site;
  return site.nodes(compiler.isClassDeclaration).flatMap((node) => (site.isAsked(node) ? piecesOf(site, node) : []));
}

function piecesOf(site: Site, node: ts.ClassDeclaration): Drafted[] {
  const { checker, compiler } = site;
  const fields = fieldsOf(site, node);
  if (!node.name || !fields || fields.length === 0 || fields.length > MOST_FIELDS) return [];
  if (node.heritageClauses?.some(({ token }) => token === compiler.SyntaxKind.ExtendsKeyword)) return []; // its fields are not all of them
  const type = checker.getTypeAtLocation(node);
  const has = (name: string) => checker.getPropertyOfType(type, name) !== undefined;
  const { semicolon, indent } = site.style;
  const own =
    node.name.text + (node.typeParameters ? `<${node.typeParameters.map(({ name }) => name.text).join(", ")}>` : "");
  const drafts: Drafted[] = [];
  const add = (kind: "equality" | "json", title: string, lines: readonly string[]) =>
    drafts.push({ kind, title, mends: false, ways: [[inClass(site, node, lines)]] });

  const compared = fields.map((field) => comparison(site, field));
  if (!has("equals") && compared.every((one) => one !== undefined))
    add("equality", "Add equals by the fields", [
      `equals(other: ${own}): boolean {`,
      `${indent}return ${compared.join(compared.join(" && ").length > MOST_LINE_UNITS ? " &&\n" : " && ")}${semicolon}`,
      "}",
    ]);
  if (has("toJSON") || !fields.every((field) => isPlain(site, field.type))) return drafts;
  const shape = `{ ${fields.map(({ key, typeText, isOptional }) => `${key}${isOptional ? "?" : ""}: ${typeText}`).join("; ")} }`;
  const written = fields.map(({ key, name }) => `${key}: this.${name}`).join(", ");
  const toJSON = [`toJSON(): ${shape} {`, `${indent}return { ${written} }${semicolon}`, "}"];
  const taken = isAbstract(site, node) ? undefined : constructorKeys(site, node, fields);
  const isStatic = checker.getPropertyOfType(checker.getTypeOfSymbolAtLocation(type.symbol, node), "fromJSON");
  if (!taken || isStatic || node.typeParameters) add("json", "Add toJSON", toJSON);
  else {
    const back = `new ${node.name.text}(${taken.map((key) => `json.${key}`).join(", ")})`;
    const fromJSON = [`static fromJSON(json: ${shape}): ${own} {`, `${indent}return ${back}${semicolon}`, "}"];
    add("json", "Add toJSON and fromJSON", [...toJSON, "", ...fromJSON]);
  }
  return drafts;
}

/** The instance fields with their types; undefined where one has a name that is computed. */
function fieldsOf(site: Site, node: ts.ClassDeclaration): Field[] | undefined {
  const { compiler, checker, textOf } = site;
  const { Static, Ambient } = compiler.ModifierFlags;
  const { TypeFlags, TypeFormatFlags } = compiler;
  const declared = node.members.filter(compiler.isPropertyDeclaration);
  const made = constructorsOf(site, node).flatMap(({ parameters }) => parameters.filter((one) => one.modifiers));
  const fields: Field[] = [];
  for (const one of [...declared, ...made]) {
    if (compiler.getCombinedModifierFlags(one) & (Static | Ambient)) continue;
    if (!compiler.isIdentifier(one.name) && !compiler.isPrivateIdentifier(one.name)) return undefined;
    const name = textOf(one.name);
    const type = checker.getTypeAtLocation(one);
    fields.push({
      name,
      key: memberName(site, name.replace(/^[#_]/, "")),
      type,
      typeText: checker.typeToString(type, node, TypeFormatFlags.NoTruncation),
      isOptional: (type.isUnion() ? type.types : [type]).some(({ flags }) => (flags & TypeFlags.Undefined) !== 0),
    });
  }
  return new Set(fields.map(({ key }) => key)).size === fields.length ? fields : undefined;
}

/** How a field of two objects is compared; undefined where its type does not tell. */
function comparison(site: Site, { name, type }: Field): string | undefined {
  if (isPlain(site, type)) return `this.${name} === other.${name}`;
  const equals = site.checker.getPropertyOfType(type, "equals");
  return equals && !type.isUnion() ? `this.${name}.equals(other.${name})` : undefined;
}

/** Whether values of a type are the same if `===` says so, and JSON has them. */
function isPlain({ compiler }: Site, type: ts.Type): boolean {
  const { TypeFlags } = compiler;
  const plain =
    TypeFlags.StringLike | TypeFlags.NumberLike | TypeFlags.BooleanLike | TypeFlags.Null | TypeFlags.Undefined;
  const parts = type.isUnion() ? type.types : [type];
  return parts.every(({ flags }) => (flags & plain) !== 0);
}

const constructorsOf = ({ compiler }: Site, node: ts.ClassDeclaration): ts.ConstructorDeclaration[] =>
  node.members.filter(compiler.isConstructorDeclaration);

const isAbstract = ({ compiler }: Site, node: ts.ClassDeclaration): boolean =>
  (compiler.getCombinedModifierFlags(node) & compiler.ModifierFlags.Abstract) !== 0;

/** The keys in the order of the constructor's parameters; undefined where it does anything else than to set each field to one of them. */
function constructorKeys(site: Site, node: ts.ClassDeclaration, fields: readonly Field[]): string[] | undefined {
  const { compiler, textOf } = site;
  const [only, ...others] = constructorsOf(site, node);
  if (!only?.body || others.length > 0 || only.parameters.length !== fields.length) return undefined;
  const fieldOf = new Map<string, string>(); // by the parameter
  for (const { name, modifiers } of only.parameters) if (modifiers) fieldOf.set(textOf(name), textOf(name));
  for (const statement of only.body.statements) {
    const [, field, parameter] = /^this\.(#?[\w$]+) = ([\w$]+);?$/.exec(textOf(statement)) ?? [];
    if (field === undefined || parameter === undefined || fieldOf.has(parameter)) return undefined;
    fieldOf.set(parameter, field);
  }
  const keys = only.parameters.map((one) => {
    const isWhole = compiler.isIdentifier(one.name) && !one.dotDotDotToken;
    return isWhole ? fields.find(({ name }) => name === fieldOf.get(textOf(one.name)))?.key : undefined;
  });
  return keys.every((key) => key !== undefined) && new Set(keys).size === keys.length ? keys : undefined;
}

/** Lines of members at the end of a class, one level in. */
function inClass(site: Site, node: ts.ClassDeclaration, lines: readonly string[]) {
  const indent = site.indentAt(node.getStart(site.source)) + site.style.indent;
  const text = lines.flatMap((line) =>
    line.split("\n").map((part, at) => (at === 0 ? part : `${site.style.indent}${site.style.indent}${part}`)),
  );
  return site.beforeClosing(node, ["", ...text.map((line) => (line === "" ? "" : indent + line))]);
}
