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
  const { compiler } = site;
  const owners = site.nodes(compiler.isClassLike);
  const ofAsked = owners.filter((node) => site.isAsked(node)).flatMap(({ members }) => [...members]);
  const made = new Set([
    ...site.nodes(compiler.isConstructorDeclaration),
    ...ofAsked.filter(compiler.isConstructorDeclaration),
  ]);
  return [
    ...owners.flatMap((node) => constructorOf(site, node) ?? []),
    ...[...made].flatMap((node) => fieldsOf(site, node) ?? []),
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
  const base = extendsOf(site, node);
  if (!base) return [];
  if (checker.getTypeAtLocation(base.expression).flags & compiler.TypeFlags.Any) return undefined; // it cannot be read
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
  const type = checker.getTypeAtLocation(parent);
  const read = ownMembers(site, parent);
  const [readInBody, used] = [ownMembers(site, body), namesIn(site, body)];
  const bare = node.parameters.flatMap((one) => {
    const isPlain = compiler.isIdentifier(one.name) && (one.type ?? one.initializer) && !one.modifiers;
    const name = textOf(one.name);
    if (!isPlain || one.dotDotDotToken || checker.getPropertyOfType(type, name)) return [];
    if (!read.has(name) && (used.has(name) || name.startsWith("_"))) return []; // it is taken, or marked, so nothing is missing
    const written = one.type ? textOf(one.type) : checker.typeToString(checker.getTypeAtLocation(one), node);
    return [{ name, declaration: `${name}${one.questionToken ? "?" : ""}: ${written}` }];
  });
  if (bare.length === 0) return undefined;

  const { semicolon, newline, indent: level } = site.style;
  const indent = site.indentAt(node.getStart(source));
  const start = node.getStart(source);
  const set = assignedIn(site, body);
  const unset = bare.filter(({ name }) => !set.has(name));
  const lines = unset.map(({ name }) => `${indent}${level}this.${name} = ${name}${semicolon}`);
  const isReadFirst = unset.some(({ name }) => readInBody.has(name));
  const setting = lines.length === 0 ? [] : [isReadFirst ? first(site, body, lines) : site.beforeClosing(body, lines)];
  const declaring = (modifier: string): TextChange => {
    const declared = bare.map(({ declaration }) => `${modifier}${declaration}${semicolon}${newline}`);
    return { start, end: start, newText: `${declared.join(indent)}${newline}${indent}` };
  };
  const names = bare.map(({ name }) => name).join(", ");
  const title = bare.length === 1 ? `Add the field ${names}` : `Add the fields ${names}`;
  const ways = ["readonly ", ""].map((modifier) => [declaring(modifier), ...setting]);
  return { kind: "fields", title, mends: bare.some(({ name }) => read.has(name)), ways };
}

/** Lines at the beginning of a constructor, after the call of its base class's. */
function first({ compiler, source, style }: Site, body: ts.Block, lines: readonly string[]): TextChange {
  const isSuper = (it: ts.Statement) =>
    compiler.isExpressionStatement(it) &&
    compiler.isCallExpression(it.expression) &&
    it.expression.expression.kind === compiler.SyntaxKind.SuperKeyword;
  const at = body.statements.find(isSuper)?.end ?? body.getStart(source) + 1;
  return { start: at, end: at, newText: lines.map((line) => style.newline + line).join("") };
}

/** Names after `this.` in a part of a class. */
function ownMembers({ compiler }: Site, node: ts.Node): Set<string> {
  const names = new Set<string>();
  const visit = (it: ts.Node): void => {
    const isOwn = compiler.isPropertyAccessExpression(it) && it.expression.kind === compiler.SyntaxKind.ThisKeyword;
    if (isOwn) names.add(it.name.text);
    compiler.forEachChild(it, visit);
  };
  visit(node);
  return names;
}

/** Names that stand for variables, without those after a dot. */
function namesIn({ compiler }: Site, node: ts.Node): Set<string> {
  const names = new Set<string>();
  const visit = (it: ts.Node): void => {
    const isMember = compiler.isPropertyAccessExpression(it.parent) && it.parent.name === it;
    if (compiler.isIdentifier(it) && !isMember) names.add(it.text);
    compiler.forEachChild(it, visit);
  };
  visit(node);
  return names;
}

/** Own members that the statements of a constructor set. */
function assignedIn({ compiler }: Site, body: ts.Block): Set<string> {
  const names = body.statements.flatMap((it) => {
    const one = compiler.isExpressionStatement(it) && compiler.isBinaryExpression(it.expression) && it.expression;
    if (!one || one.operatorToken.kind !== compiler.SyntaxKind.EqualsToken) return [];
    const { left } = one;
    const isOwn = compiler.isPropertyAccessExpression(left) && left.expression.kind === compiler.SyntaxKind.ThisKeyword;
    return isOwn ? [left.name.text] : [];
  });
  return new Set(names);
}

/** The end of the line, if nothing but a comment stands on it after a place. */
function lineRest({ text }: Site, at: number): number {
  const rest = /^[ \t]*;?[ \t]*(?:\/\/[^\r\n]*)?/.exec(text.slice(at))![0];
  return at + rest.trimEnd().length;
}
