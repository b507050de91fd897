// A guard around a call that is documented to throw, or that throws by its own body: a `catch` that tells the error's class, and throws it on until
// somebody has written what is to be done.

import type ts from "typescript";
import type { Drafted } from "./piece.ts";
import type { Site } from "./site.ts";

const MOST_CLASSES = 4;

export function guards(site: Site): Drafted[] {
  const { compiler } = site;
  const isStatement = (node: ts.Node): node is ts.Statement =>
    compiler.isExpressionStatement(node) || compiler.isReturnStatement(node) || compiler.isVariableStatement(node);
  return site.nodes(isStatement).flatMap((node) => (site.isAsked(node) ? (guardOf(site, node) ?? []) : []));
}

function guardOf(site: Site, node: ts.Statement): Drafted | undefined {
  const { compiler, source, style, textOf } = site;
  if (!compiler.isBlock(node.parent) || isHandled(site, node)) return undefined;
  const written = assigned(site, node);
  const call = written && callIn(compiler, written.value);
  if (!written || !call) return undefined;
  const thrown = thrownBy(site, call);
  if (thrown.length === 0) return undefined;
  const classes = thrown.filter((name) => isErrorClass(site, name, call)).slice(0, MOST_CLASSES);
  if (classes.length === 0) return { kind: "guard", refusal: "outOfScope" };
  const text = written.statement;
  if (text.includes("\n") && text.includes("`")) return undefined; // a text over several lines keeps its indentation
  const { indent: level, newline, semicolon } = style;
  const indent = site.indentAt(node.getStart(source));
  const checks = classes.flatMap((name) => [
    `${level}if (error instanceof ${name}) {`,
    `${level}${level}// TODO: ${textOf(call.expression).split(".").at(-1)} has failed`,
    `${level}}`,
  ]);
  const lines = [
    ...(written.declared === undefined ? [] : [`${written.declared}${semicolon}`]),
    "try {",
    ...text.split(/\r?\n/).map((line) => level + (line.startsWith(indent) ? line.slice(indent.length) : line)),
    "} catch (error) {",
    ...checks,
    `${level}throw error${semicolon}`,
    "}",
  ];
  const change = {
    start: node.getStart(source),
    end: node.end,
    newText: lines.map((line, at) => (at === 0 ? line : indent + line)).join(newline),
  };
  return { kind: "guard", title: `Catch ${classes.join(" and ")} here`, mends: false, ways: [[change]] };
}

/** The statement as it stands within `try`, with the declaration that has to stand before it. */
function assigned(
  site: Site,
  node: ts.Statement,
): { value: ts.Expression; statement: string; declared?: string } | undefined {
  const { compiler, checker, textOf, style } = site;
  if (compiler.isExpressionStatement(node) || compiler.isReturnStatement(node))
    return node.expression && { value: node.expression, statement: textOf(node) };
  if (!compiler.isVariableStatement(node) || node.modifiers) return undefined;
  const [only, ...others] = node.declarationList.declarations;
  if (!only?.initializer || others.length > 0 || !compiler.isIdentifier(only.name)) return undefined;
  const type = only.type
    ? textOf(only.type)
    : checker.typeToString(checker.getTypeAtLocation(only.name), node, compiler.TypeFormatFlags.NoTruncation);
  const statement = `${only.name.text} = ${textOf(only.initializer)}${style.semicolon}`;
  return { value: only.initializer, statement, declared: `let ${only.name.text}${site.isTyped ? `: ${type}` : ""}` };
}

/** Whether a `try` around it, or the documentation of its function, says what becomes of what is thrown. */
function isHandled({ compiler }: Site, node: ts.Node): boolean {
  for (let at = node.parent, inner = node; at; inner = at, at = at.parent) {
    if (compiler.isTryStatement(at) && at.tryBlock === inner) return true;
    if (compiler.isFunctionLike(at)) return throwTags(compiler, at).length > 0;
  }
  return false;
}

function callIn(compiler: Site["compiler"], value: ts.Expression): ts.CallExpression | undefined {
  if (compiler.isCallExpression(value)) return value;
  return compiler.isAwaitExpression(value) ? callIn(compiler, value.expression) : undefined;
}

const throwTags = (compiler: Site["compiler"], node: ts.Node): readonly ts.JSDocTag[] =>
  compiler.getJSDocTags(node).filter(({ tagName }) => tagName.text === "throws" || tagName.text === "exception");

/** The names of the classes of errors. */
function thrownBy(site: Site, call: ts.CallExpression): string[] {
  const { checker, compiler } = site;
  const declaration = checker.getResolvedSignature(call)?.declaration;
  if (!declaration) return [];
  const documented = throwTags(compiler, declaration).flatMap((tag) => {
    const text = tag.getText();
    return [...text.matchAll(/\b[A-Z]\w*\b/g)].map(([name]) => name);
  });
  return [...new Set([...documented, ...thrownIn(compiler, declaration)])];
}

/** `throw new X` of a function's own body, without those in a `try` or in a function within it. */
function thrownIn(compiler: Site["compiler"], declaration: ts.Node): string[] {
  const found: string[] = [];
  const { body } = declaration as { body?: ts.Node };
  const visit = (node: ts.Node): void => {
    if (compiler.isFunctionLike(node) || compiler.isTryStatement(node)) return;
    if (compiler.isThrowStatement(node) && compiler.isNewExpression(node.expression)) {
      const { expression } = node.expression;
      if (compiler.isIdentifier(expression)) found.push(expression.text);
    }
    compiler.forEachChild(node, visit);
  };
  if (body) visit(body);
  return found;
}

function isErrorClass({ checker, compiler }: Site, name: string, place: ts.Node): boolean {
  const symbol = checker.resolveName?.(name, place, compiler.SymbolFlags.Value, false);
  if (!symbol) return false;
  const made = checker.getTypeOfSymbolAtLocation(symbol, place).getConstructSignatures()[0]?.getReturnType();
  return made !== undefined && ["name", "message"].every((key) => checker.getPropertyOfType(made, key) !== undefined);
}
