// The classes of a union that a chain of `if (x instanceof A) … else if (x instanceof B) …` lacks, with and without an `else` that the compiler checks for
// completeness.

import type ts from "typescript";
import { named, refuses } from "./missingCases.ts";
import type { Drafted } from "./piece.ts";
import type { Site } from "./site.ts";

/** The fewest tests of a chain: a single one asks about one class, not about all. */
const FEWEST_TESTS = 2;
const MOST_CLASSES = 12;

interface Test {
  statement: ts.IfStatement;
  object: ts.Expression;
  made: ts.Type; // what the class makes
}

export function instanceofChains(site: Site): Drafted[] {
  const { compiler } = site;
  return site.nodes(compiler.isIfStatement).flatMap((node) => {
    const isInner = compiler.isIfStatement(node.parent) && node.parent.elseStatement === node;
    return isInner || !site.isAsked(node) ? [] : chainOf(site, node);
  });
}

function chainOf(site: Site, first: ts.IfStatement): Drafted[] {
  const { checker, compiler, textOf } = site;
  const tests: Test[] = [];
  let at: ts.Statement | undefined = first;
  for (; at && compiler.isIfStatement(at); at = at.elseStatement) {
    const test = testOf(site, at);
    if (!test || (tests[0] && textOf(test.object) !== textOf(tests[0].object))) return [];
    tests.push(test);
  }
  const last = tests.at(-1);
  if (!last || tests.length < FEWEST_TESTS || (at && !isRefusing(site, at))) return [];
  const left = checker.getTypeAtLocation(last.object); // what the tests before have left
  const parts = left.isUnion() ? left.types : [left];
  const isWithin = (one: ts.Type, other: ts.Type) => checker.isTypeAssignableTo?.(one, other) ?? true;
  const lacking = parts.filter((one) => !isWithin(one, last.made));
  const missing = lacking.filter(
    (one, index) =>
      !lacking.some((other, at) => at !== index && isWithin(one, other) && (at < index || !isWithin(other, one))),
  ); // a class covers those derived from it
  if (missing.length === 0 || !checker.getTypeAtLocation(tests[0]!.object).isUnion()) return [];
  if (missing.length > MOST_CLASSES) return [{ kind: "cases", refusal: "tooMany" }];
  if (!missing.every(({ symbol }) => symbol && symbol.flags & compiler.SymbolFlags.Class)) return []; // no `instanceof` tells it
  const names = missing.map(({ symbol }) => site.nameInScope(symbol, first));
  if (!names.every((name) => name !== undefined)) return [{ kind: "cases", refusal: "outOfScope" }];

  const isLeaving = tests.every(({ statement }) => leaves(site, statement.thenStatement));
  const title = `Add ${named(names)}`;
  const ways = [changesFor(site, first, { last, names, isLeaving, rest: at })];
  const cases: Drafted = { kind: "cases", title, mends: false, ways };
  if (at || !site.isTyped) return [cases];
  const checked = changesFor(site, first, { last, names, isLeaving, rest: at, isChecked: true });
  return [cases, { kind: "cases", title: `${title} and an else of type never`, mends: false, ways: [checked] }];
}

/** A condition that is `x instanceof A` and nothing else. */
function testOf({ checker, compiler }: Site, statement: ts.IfStatement): Test | undefined {
  const { expression } = statement;
  const isTest =
    compiler.isBinaryExpression(expression) &&
    expression.operatorToken.kind === compiler.SyntaxKind.InstanceOfKeyword &&
    (compiler.isIdentifier(expression.left) || compiler.isPropertyAccessExpression(expression.left));
  if (!isTest) return undefined;
  const made = checker.getTypeAtLocation(expression.right).getConstructSignatures()[0]?.getReturnType();
  return made && { statement, object: expression.left, made };
}

const statementsOf = ({ compiler }: Site, statement: ts.Statement): readonly ts.Statement[] =>
  compiler.isBlock(statement) ? statement.statements : [statement];

/** Whether an `else` only says that nothing should come to it. */
function isRefusing(site: Site, statement: ts.Statement): boolean {
  const inner = statementsOf(site, statement);
  return inner.length > 0 && inner.every((one) => refuses(site, one));
}

function leaves(site: Site, statement: ts.Statement): boolean {
  const last = statementsOf(site, statement).at(-1);
  return last !== undefined && (site.compiler.isReturnStatement(last) || site.compiler.isThrowStatement(last));
}

function changesFor(
  site: Site,
  first: ts.IfStatement,
  parts: {
    last: Test;
    names: readonly string[];
    isLeaving: boolean;
    rest: ts.Statement | undefined;
    isChecked?: boolean;
  },
) {
  const { last, names, isLeaving, rest, isChecked } = parts;
  const { indent: level, semicolon, newline } = site.style;
  const indent = site.indentAt(first.getStart(site.source));
  const object = site.textOf(last.object);
  const block = (lines: readonly string[]) =>
    `{${newline}${lines.map((line) => indent + level + line + newline).join("")}${indent}}`;
  const branches = names.map((name) => {
    const told = site.quoted(`Not handled yet: ${name}`);
    return `if (${object} instanceof ${name}) ${block([isLeaving ? `throw new Error(${told})${semicolon}` : `// TODO: ${name}`])}`;
  });
  if (isChecked)
    branches.push(
      block([
        `const unhandled: never = ${object}${semicolon}`,
        `throw new Error(\`Not handled: \${String(unhandled)}\`)${semicolon}`,
      ]),
    );
  const written = branches.join(" else ");
  if (rest) {
    const start = rest.getStart(site.source);
    return [{ start, end: start, newText: `${written} else ` }];
  }
  return [{ start: last.statement.end, end: last.statement.end, newText: ` else ${written}` }];
}
