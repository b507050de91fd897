// The constructor that a class with unset fields lacks, and the fields that a constructor's parameters lack. In TypeScript only: both need types.

import type ts from "typescript";
import type { TextChange } from "../problems.ts";
import type { Drafted } from "./piece.ts";
import type { Site } from "./site.ts";

/** The longest line of parameters, in UTF-16 units. */
const MOST_LINE_UNITS = 100;

interface Parameter {
  name: string;
  type: string;
}

export function constructors(site: Site): Drafted[] {
  if (!site.isTyped) return [];
  return [
    ...site.nodes(site.compiler.isClassLike).flatMap((node) => constructorOf(site, node) ?? []),
    ...site.nodes(site.compiler.isConstructorDeclaration).flatMap((node) => fieldsOf(site, node) ?? []),
  ];
}

function constructorOf(site: Site, node: ts.ClassLikeDeclaration): Drafted | undefined {
  const { compiler, textOf } = site;
  if (node.members.some(compiler.isConstructorDeclaration)) return undefined;
  const fields = node.members.filter(compiler.isPropertyDeclaration);
  const unset = fields.filter((field) => isUnset(site, field));
  const last = fields.at(-1);
  if (unset.length === 0 || !last) return undefined;
  const own = unset.map(({ name, type }) => ({ name: textOf(name).replace(/^[#_]/, ""), type: textOf(type!) }));
  const base = baseParameters(site, node);
  if (!base) return { kind: "constructor", refusal: "baseParameters" };
  const passedOn = base.filter(({ name }) => !own.some((one) => one.name === name));
  const parameters = [...passedOn, ...own];
  if (new Set(parameters.map(({ name }) => name)).size < parameters.length) return undefined;

  const { indent: level, semicolon, newline } = site.style;
  const indent = site.indentAt(last.getStart(site.source));
  const inner = indent + level;
  const list = parameters.map(({ name, type }) => `${name}: ${type}`);
  const inLine = `${indent}constructor(${list.join(", ")}) {`;
  const head =
    inLine.length <= MOST_LINE_UNITS
      ? inLine
      : [`${indent}constructor(`, ...list.map((one) => `${inner}${one},`), `${indent}) {`].join(newline);
  const derived = extendsOf(site, node) !== undefined;
  const lines = [
    ...(derived ? [`super(${base.map(({ name }) => name).join(", ")})`] : []),
    ...unset.map(({ name }, index) => `this.${textOf(name)} = ${own[index]!.name}`),
  ];
  const text = [head, ...lines.map((line) => `${inner}${line}${semicolon}`), `${indent}}`].join(newline);
  const at = lineRest(site, last.end);
  const change = { start: at, end: at, newText: `${newline}${newline}${text}` };
  const title =
    unset.length === 1
      ? `Add a constructor that sets ${own[0]!.name}`
      : `Add a constructor that sets the ${unset.length} fields`;
  return { kind: "constructor", title, mends: true, ways: [[change]] };
}

/** Whether a field must be set, and nothing but a constructor could: one that may be undefined is what somebody sets later. */
function isUnset({ compiler, checker }: Site, field: ts.PropertyDeclaration): boolean {
  const { Static, Abstract, Ambient } = compiler.ModifierFlags;
  const { initializer, questionToken, exclamationToken, type, name } = field;
  if (initializer || questionToken || exclamationToken || !type) return false;
  if (!compiler.isIdentifier(name) && !compiler.isPrivateIdentifier(name)) return false;
  const its = checker.getTypeAtLocation(field);
  const parts = its.isUnion() ? its.types : [its];
  if (parts.some(({ flags }) => (flags & compiler.TypeFlags.Undefined) !== 0)) return false;
  return (compiler.getCombinedModifierFlags(field) & (Static | Abstract | Ambient)) === 0;
}

const extendsOf = ({ compiler }: Site, node: ts.ClassLikeDeclaration): ts.ExpressionWithTypeArguments | undefined =>
  node.heritageClauses?.find(({ token }) => token === compiler.SyntaxKind.ExtendsKeyword)?.types[0];

/** The parameters that the constructor of the base class needs; undefined where they cannot be told. */
function baseParameters(site: Site, node: ts.ClassLikeDeclaration): Parameter[] | undefined {
  const { checker, compiler } = site;
  const base = extendsOf(site, node);
  if (!base) return [];
  const signatures = checker.getTypeAtLocation(base.expression).getConstructSignatures();
  if (signatures.some(({ parameters }) => parameters.every((one) => isOmittable(compiler, one.valueDeclaration))))
    return [];
  const [only, ...others] = signatures;
  if (!only || others.length > 0 || base.typeArguments) return undefined;
  const needed = only.parameters.filter((one) => !isOmittable(compiler, one.valueDeclaration));
  const told = needed.flatMap(({ valueDeclaration: it }) =>
    it && compiler.isParameter(it) && compiler.isIdentifier(it.name) && it.type
      ? [{ name: it.name.text, type: it.type.getText() }]
      : [],
  );
  return told.length === needed.length ? told : undefined;
}

export function isOmittable(compiler: Site["compiler"], declaration: ts.Declaration | undefined): boolean {
  if (!declaration || !compiler.isParameter(declaration)) return false;
  return (declaration.questionToken ?? declaration.initializer ?? declaration.dotDotDotToken) !== undefined;
}

function fieldsOf(site: Site, node: ts.ConstructorDeclaration): Drafted | undefined {
  const { compiler, checker, textOf, source } = site;
  const { body, parent } = node;
  if (!body || node.parameters.length === 0) return undefined;
  const written = textOf(body);
  const type = checker.getTypeAtLocation(parent);
  const bare = node.parameters.flatMap((one) => {
    const isPlain = compiler.isIdentifier(one.name) && one.type && !one.modifiers && !one.dotDotDotToken;
    const name = textOf(one.name);
    if (!isPlain || name.startsWith("_") || checker.getPropertyOfType(type, name)) return [];
    const assigned = written.includes(`this.${name} = ${name}`);
    if (!assigned && new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`).test(written)) return []; // it is used, so nothing is missing
    const optional = one.questionToken ? "?" : "";
    return [{ name, assigned, declaration: `readonly ${name}${optional}: ${textOf(one.type!)}` }];
  });
  if (bare.length === 0) return undefined;
  const { semicolon, newline, indent: level } = site.style;
  const indent = site.indentAt(node.getStart(source));
  const start = node.getStart(source);
  const declared = bare.map(({ declaration }) => `${declaration}${semicolon}${newline}${indent}`).join("");
  const changes: TextChange[] = [{ start, end: start, newText: `${declared.trimEnd()}${newline}${newline}${indent}` }];
  const unset = bare.filter(({ assigned }) => !assigned);
  const lines = unset.map(({ name }) => `${indent}${level}this.${name} = ${name}${semicolon}`);
  if (lines.length > 0) changes.push(site.beforeClosing(body, lines));
  const names = bare.map(({ name }) => name).join(", ");
  const title = bare.length === 1 ? `Add the field ${names}` : `Add the fields ${names}`;
  return { kind: "fields", title, mends: unset.length < bare.length, ways: [changes] };
}

/** The end of the line, if nothing but a comment stands on it after a place. */
function lineRest({ text }: Site, at: number): number {
  const rest = /^[ \t]*;?[ \t]*(?:\/\/[^\r\n]*)?/.exec(text.slice(at))![0];
  return at + rest.trimEnd().length;
}
