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

/** The parameters that the constructor of the base class needs, by its type arguments; undefined where they cannot be told. */
function baseParameters(site: Site, node: ts.ClassLikeDeclaration): Parameter[] | undefined {
  const { checker, compiler } = site;
  if (!extendsOf(site, node)) return [];
  const { symbol } = checker.getTypeAtLocation(node);
  const inherited = checker.getTypeOfSymbolAtLocation(symbol, node).getConstructSignatures(); // the class has none of its own
  const needed = inherited.map(({ parameters }) =>
    parameters.filter(({ valueDeclaration }) => !isOmittable(compiler, valueDeclaration)),
  );
  const [fewest] = needed.toSorted((a, b) => a.length - b.length);
  const told = fewest?.flatMap((one) => parameterOf(site, one, node) ?? []);
  return told?.length === fewest?.length ? told : undefined;
}

function parameterOf({ checker, compiler }: Site, symbol: ts.Symbol, node: ts.Node): Parameter | undefined {
  const declaration = symbol.valueDeclaration;
  if (!declaration || !compiler.isParameter(declaration) || !compiler.isIdentifier(declaration.name)) return undefined;
  const type = checker.getTypeOfSymbolAtLocation(symbol, node);
  const { NoTruncation, UseAliasDefinedOutsideCurrentScope } = compiler.TypeFormatFlags;
  const isUnknown = (type.flags & compiler.TypeFlags.Any) !== 0; // also where it is imported from what cannot be read
  const written = isUnknown ? declaration.type?.getText() : undefined;
  const text = written ?? checker.typeToString(type, node, NoTruncation | UseAliasDefinedOutsideCurrentScope);
  return { name: declaration.name.text, type: text };
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
