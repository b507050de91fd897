// The cases that a switch over a union or an enum lacks, with and without a default that the compiler checks for completeness.

import type ts from "typescript";
import type { TextChange } from "../problems.ts";
import { literalText, valueOfLiteral } from "./literals.ts";
import type { Drafted, NoPiece } from "./piece.ts";
import type { Site } from "./site.ts";

/** The most cases that are added at once: an enum of a hundred members is not switched over by hand. */
const MOST_CASES = 60;
const MOST_NAMED = 3; // in a title

/** What functions are called that are given what should not be. */
const NEVER_NAME = /never|unreachable|exhaust/i;

export function missingCases(site: Site): Drafted[] {
  return site.nodes(site.compiler.isSwitchStatement).flatMap((node) => casesOf(site, node));
}

function casesOf(site: Site, node: ts.SwitchStatement): Drafted[] {
  const { compiler } = site;
  if (compiler.isTypeOfExpression(node.expression)) return [];
  const { clauses } = node.caseBlock;
  const last = clauses.find(compiler.isDefaultClause);
  if (last && !isRefusing(site, last)) return []; // it handles whatever has no case
  const missing = missingOf(site, node);
  if (typeof missing === "string") return missing === "openType" ? [] : [{ kind: "cases", refusal: missing }];
  if (missing.length === 0) return [];
  if (missing.length > MOST_CASES) return [{ kind: "cases", refusal: "tooMany" }];
  const texts = missing.map((type) => literalText(site, type, node, casePrefix(site, node)));
  if (!texts.every((text) => text !== undefined)) return [{ kind: "cases", refusal: "outOfScope" }];

  const written = (body: Body, object?: string) => changesFor(site, node, { labels: texts, ...body, object });
  const ends = clauses.flatMap(({ statements }) => statements.at(-1) ?? []);
  const isLeaving = ends.length > 0 && ends.every((it) => isLeft(site, it) && !compiler.isBreakStatement(it));
  const bodies = isLeaving || last ? [THROWING, BREAKING, ALL_THROWING] : [BREAKING, THROWING, ALL_THROWING];
  const cases: Drafted = {
    kind: "cases",
    title: `Add ${named(texts)}`,
    mends: false,
    ways: bodies.map((it) => written(it)),
  };
  if (last || !site.isTyped) return [cases];
  const objects = checkedObjects(site, node.expression);
  const ways = objects.flatMap((object) => bodies.map((body) => written(body, object)));
  const checked: Drafted = {
    kind: "cases",
    title: `Add ${named(texts)} and a default of type never`,
    mends: false,
    ways,
  };
  return ways.length > 0 ? [cases, checked] : [cases];
}

/** What the new cases do, and what ends a last case that is open: by itself it does what follows the switch. */
interface Body {
  own: "break" | "throw";
  open: "break" | "throw";
}

const BREAKING: Body = { own: "break", open: "break" };
const THROWING: Body = { own: "throw", open: "break" };
const ALL_THROWING: Body = { own: "throw", open: "throw" };

/** Cases as a title names them. */
export function named(texts: readonly string[]): string {
  if (texts.length > MOST_NAMED) return `the ${texts.length} missing cases`;
  return texts.length === 1 ? `the missing case ${texts[0]}` : `the missing cases ${texts.join(", ")}`;
}

/** The single values of the type that no case names; or why they cannot be told. */
export function missingOf({ compiler, checker }: Site, node: ts.SwitchStatement): ts.Type[] | NoPiece {
  const found = checker.getTypeAtLocation(node.expression);
  const type = checker.getBaseConstraintOfType(found) ?? found;
  if (!type.isUnion()) return "openType"; // of a single value there is nothing to choose
  const covered = new Set<string>();
  const values = type.types.map((one) => ({ one, value: valueOfLiteral(compiler, checker, one) }));
  if (values.some(({ value }) => value === undefined)) return "openType";
  for (const clause of node.caseBlock.clauses) {
    if (!compiler.isCaseClause(clause)) continue;
    const value = valueOfLiteral(compiler, checker, checker.getTypeAtLocation(clause.expression));
    if (value === undefined) return "computedCase";
    covered.add(value);
  }
  return values.filter(({ value }) => !covered.has(value!)).map(({ one }) => one);
}

/** Whether a default only says that nothing should come to it. */
function isRefusing(site: Site, { statements }: ts.DefaultClause): boolean {
  const { compiler } = site;
  const [first] = statements;
  const inner = statements.length === 1 && first && compiler.isBlock(first) ? first.statements : statements;
  return inner.length > 0 && inner.every((statement) => refuses(site, statement));
}

/** Whether a statement throws, or says that a value should be of type `never`. */
export function refuses(site: Site, statement: ts.Statement): boolean {
  const { compiler } = site;
  if (compiler.isThrowStatement(statement)) return true;
  if (compiler.isTryStatement(statement)) return statement.tryBlock.statements.every((it) => refuses(site, it));
  if (compiler.isVariableStatement(statement))
    return statement.declarationList.declarations.every(({ type }) => type?.kind === compiler.SyntaxKind.NeverKeyword);
  if (!compiler.isExpressionStatement(statement) && !compiler.isReturnStatement(statement)) return false;
  return statement.expression !== undefined && saysNever(site, statement.expression);
}

function saysNever(site: Site, expression: ts.Expression): boolean {
  const { compiler, checker } = site;
  if (compiler.isParenthesizedExpression(expression) || compiler.isVoidExpression(expression))
    return saysNever(site, expression.expression);
  if (compiler.isSatisfiesExpression(expression)) return expression.type.kind === compiler.SyntaxKind.NeverKeyword;
  if (compiler.isCallExpression(expression) && wantsNever(site, expression)) return true;
  return (checker.getTypeAtLocation(expression).flags & compiler.TypeFlags.Never) !== 0;
}

/** Whether a call wants a value of type `never`: by its parameters, or by its name where nothing else is known of the function. */
function wantsNever({ compiler, checker, textOf }: Site, call: ts.CallExpression): boolean {
  const called = checker.getTypeAtLocation(call.expression);
  if (called.flags & compiler.TypeFlags.Any) return NEVER_NAME.test(textOf(call.expression));
  return called.getCallSignatures().some(({ parameters }) => {
    const [first] = parameters;
    return first && (checker.getTypeOfSymbolAtLocation(first, call).flags & compiler.TypeFlags.Never) !== 0;
  });
}

/** What other cases write before an enum's member. */
function casePrefix({ compiler, checker, textOf }: Site, node: ts.SwitchStatement): Map<ts.Symbol, string> {
  const prefixes = new Map<ts.Symbol, string>();
  for (const clause of node.caseBlock.clauses) {
    if (!compiler.isCaseClause(clause) || !compiler.isPropertyAccessExpression(clause.expression)) continue;
    const declared = checker.getSymbolAtLocation(clause.expression)?.valueDeclaration;
    const owner = declared && compiler.isEnumMember(declared) && checker.getSymbolAtLocation(declared.parent.name);
    if (owner) prefixes.set(owner, textOf(clause.expression.expression));
  }
  return prefixes;
}

/** What may be of type `never` after all cases: the object whose member tells its kind, or the value itself. */
function checkedObjects({ compiler, textOf }: Site, expression: ts.Expression): string[] {
  const inner = compiler.isParenthesizedExpression(expression) ? expression.expression : expression;
  const isPlain = (node: ts.Node): boolean =>
    compiler.isIdentifier(node) ||
    node.kind === compiler.SyntaxKind.ThisKeyword ||
    (compiler.isPropertyAccessExpression(node) && isPlain(node.expression));
  if (!isPlain(inner)) return [];
  const object = compiler.isPropertyAccessExpression(inner) ? [textOf(inner.expression)] : [];
  return [...object, textOf(inner)];
}

function changesFor(
  site: Site,
  node: ts.SwitchStatement,
  { labels, own, open, object }: Body & { labels: readonly string[]; object: string | undefined },
): TextChange[] {
  const { compiler, source, style } = site;
  const { indent: level, semicolon, newline } = style;
  const { clauses } = node.caseBlock;
  const [first] = clauses;
  const outer = site.indentAt(node.getStart(source));
  const indent = first ? site.indentAt(first.getStart(source)) : outer + level;
  const statement = (does: "break" | "throw", label: string): string => {
    const told = site.quoted(`Not handled yet: ${label.replace(/^["'](.*)["']$/, "$1")}`);
    return `${does === "break" ? does : `throw new Error(${told})`}${semicolon}`;
  };
  const lines = labels.flatMap((label) => [`${indent}case ${label}:`, `${indent}${level}${statement(own, label)}`]);
  if (object !== undefined)
    lines.push(
      `${indent}default: {`,
      `${indent}${level}const unhandled: never = ${object}${semicolon}`,
      `${indent}${level}throw new Error(\`Not handled: \${String(unhandled)}\`)${semicolon}`,
      `${indent}}`,
    );
  const at = clauses.findIndex(compiler.isDefaultClause);
  let before = at < 0 ? clauses.length : at;
  while (at >= 0 && before > 0 && clauses[before - 1]!.statements.length === 0) before--; // those share the default's body
  const previous = clauses[before - 1];
  const isOpen = previous && !(previous.statements.at(-1) && isLeft(site, previous.statements.at(-1)!));
  const ended: TextChange[] = [];
  if (previous && isOpen) {
    const end = previous.end;
    const does = open === "throw" && previous.statements.length > 0 ? "break" : open;
    const label = compiler.isCaseClause(previous) ? site.textOf(previous.expression) : "";
    const closing = `${newline}${site.indentAt(previous.getStart(source))}${level}${statement(does, label)}`;
    ended.push({ start: end, end, newText: closing });
  }
  const next = clauses[before];
  if (next) {
    const start = next.getStart(source);
    const text = `${lines.join(newline).trimStart()}${newline}${indent}`;
    return [...ended, { start, end: start, newText: text }];
  }
  return [...ended, site.beforeClosing(node, lines)];
}

/** Whether nothing after a statement is reached, as far as its form tells. */
function isLeft(site: Site, statement: ts.Statement): boolean {
  const { compiler, checker } = site;
  const { isReturnStatement, isThrowStatement, isBreakStatement, isContinueStatement } = compiler;
  if (isReturnStatement(statement) || isThrowStatement(statement)) return true;
  if (isBreakStatement(statement) || isContinueStatement(statement)) return true;
  if (compiler.isBlock(statement)) return statement.statements.some((inner) => isLeft(site, inner));
  if (compiler.isIfStatement(statement))
    return isLeft(site, statement.thenStatement) && !!statement.elseStatement && isLeft(site, statement.elseStatement);
  if (compiler.isTryStatement(statement))
    return isLeft(site, statement.tryBlock) && (!statement.catchClause || isLeft(site, statement.catchClause.block));
  if (!compiler.isExpressionStatement(statement)) return false;
  return (checker.getTypeAtLocation(statement.expression).flags & compiler.TypeFlags.Never) !== 0;
}
