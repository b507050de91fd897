// The pieces that TypeScript's language service makes itself: stubs for what a class declares and does not implement, and the members of a literal
// where ours has none.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import { type Problem, type TextChange, withChanges } from "../problems.ts";
import type { Drafted, PieceKind } from "./piece.ts";
import type { Site } from "./site.ts";
import { plainValue } from "./values.ts";

/** Kinds by the service's names for its fixes. */
const KINDS: Readonly<Record<string, PieceKind>> = {
  fixClassIncorrectlyImplementsInterface: "stubs",
  fixClassDoesntImplementInheritedAbstractMember: "stubs",
  fixMissingProperties: "members",
};

/** The most problems of the lines that the service is asked about. */
const MOST_PROBLEMS = 4;

/** The service's fixes for one problem, in the style of the file. */
export type CodeFixes = (
  problem: Problem,
  format: ts.FormatCodeSettings,
  preferences: ts.UserPreferences,
) => readonly ts.CodeFixAction[];

export function compilersOwn(site: Site, problems: readonly Problem[], codeFixes: CodeFixes): Drafted[] {
  const { compiler, style, lines } = site;
  const format: ts.FormatCodeSettings = {
    ...compiler.getDefaultFormatCodeSettings(style.newline),
    indentSize: style.indent === "\t" ? 4 : style.indent.length,
    tabSize: 4,
    convertTabsToSpaces: style.indent !== "\t",
    semicolons: style.semicolon === "" ? compiler.SemicolonPreference.Remove : compiler.SemicolonPreference.Insert,
  };
  const quotePreference = style.quote === "'" ? "single" : "double";
  const here = problems.filter(({ start, end }) => start <= lines.end && end >= lines.start);
  return here.slice(0, MOST_PROBLEMS).flatMap((problem) =>
    codeFixes(problem, format, { quotePreference }).flatMap(({ fixName, description, changes }): Drafted[] => {
      const kind = Object.hasOwn(KINDS, fixName) ? KINDS[fixName] : undefined;
      const [only, ...others] = changes;
      if (!kind || !only || others.length > 0 || only.fileName !== site.source.fileName) return [];
      const own = only.textChanges.map(({ span: { start, length }, newText }) => ({
        start,
        end: start + length,
        newText,
      }));
      const unread = own.map((change) => ({ ...change, newText: withUnread(compiler, change.newText) }));
      const ways = kind === "stubs" ? [own, unread].flatMap((way) => [way, withValues(site, way)]) : [own];
      return [{ kind, title: description, mends: true, ways, isLast: kind === "members" }];
    }),
  );
}

/** Stubs whose fields have plain values: a project may forbid fields that nothing sets. */
function withValues(site: Site, stubs: readonly TextChange[]): TextChange[] {
  const { compiler, checker } = site;
  const [at] = stubs;
  const owner = at && site.nodes(compiler.isClassLike).find(({ pos, end }) => pos <= at.start && at.end <= end);
  if (!owner) return [...stubs];
  const wanted = (owner.heritageClauses ?? []).flatMap(({ types }) =>
    types.map((one) => checker.getTypeAtLocation(one)),
  );
  return stubs.map((change) => ({
    ...change,
    newText: changedMembers(compiler, change.newText, (node, source) => {
      if (!compiler.isPropertyDeclaration(node) || node.initializer || node.questionToken || !node.type)
        return undefined;
      const name = node.name.getText(source);
      const member = wanted.flatMap((type) => checker.getPropertyOfType(type, name) ?? [])[0];
      const value = member && plainValue(site, checker.getTypeOfSymbolAtLocation(member, owner), owner);
      return value === undefined ? undefined : { start: node.type.end, end: node.type.end, newText: ` = ${value}` };
    }),
  }));
}

/** Stubs with "_" before the parameters of their bodies, which only throw: some projects forbid parameters that nothing reads. */
const withUnread = (compiler: Compiler, members: string): string =>
  changedMembers(compiler, members, (node, source) => {
    const isUnread = compiler.isParameter(node) && compiler.isMethodDeclaration(node.parent) && node.parent.body;
    if (!isUnread || !compiler.isIdentifier(node.name)) return undefined;
    const start = node.name.getStart(source);
    return { start, end: start, newText: "_" };
  });

/** The text of a class's members with what `change` makes of its nodes. */
function changedMembers(
  compiler: Compiler,
  members: string,
  change: (node: ts.Node, source: ts.SourceFile) => TextChange | undefined,
): string {
  const head = "abstract class A {";
  const source = compiler.createSourceFile("a.ts", `${head}${members}}`, compiler.ScriptTarget.Latest, true);
  const changes: TextChange[] = [];
  const visit = (node: ts.Node): void => {
    const one = change(node, source);
    if (one) changes.push(one);
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return withChanges(source.text, changes).slice(head.length, -1);
}
