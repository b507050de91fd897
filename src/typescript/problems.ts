// The compiler's errors in a file, and whether a change fixes one without adding others. Pure functions over programs.

import type ts from "typescript";
import type { Compiler } from "./compiler.ts";
import type { Range } from "./unresolved.ts";

/** An error of a file. */
export interface Problem extends Range {
  code: number; // TypeScript's error code, such as 2304
  message: string; // for a person, as one text
  isSyntax: boolean;
}

/** Syntax errors and type errors, in the order of the text. */
export function problemsOf(compiler: Compiler, program: ts.Program, source: ts.SourceFile): Problem[] {
  const problems = [
    ...read(compiler, program.getSyntacticDiagnostics(source), true),
    ...semanticProblems(compiler, program.getSemanticDiagnostics(source)),
  ];
  return problems.sort((a, b) => a.start - b.start || a.end - b.end || a.code - b.code);
}

/** The errors among what the type checker says. */
export const semanticProblems = (compiler: Compiler, diagnostics: readonly ts.Diagnostic[]): Problem[] =>
  read(compiler, diagnostics, false);

const read = (compiler: Compiler, diagnostics: readonly ts.Diagnostic[], isSyntax: boolean): Problem[] =>
  diagnostics.flatMap(({ category, code, start, length = 0, messageText }) => {
    if (category !== compiler.DiagnosticCategory.Error || start === undefined) return [];
    const message = compiler.flattenDiagnosticMessageText(messageText, "\n");
    return [{ start, end: start + length, code, message, isSyntax }];
  });

/** Why a change does not count as a fix. */
export type NoFix =
  | "syntaxError" // the text parses less well than before
  | "stays" // the problem is still there
  | "newProblem" // in the file
  | "breaksOther" // in a file that imports it
  | "suppresses" // it has the checker look away
  | "compilerFailed"; // a bug of the compiler: there is no verdict

/**
 * Whether `target` is gone and the same file has no new problem. Problems are compared by their messages, since text after a change moves.
 * @param target undefined where nothing has to go
 * @param before the file's problems without the change, including `target`
 * @param after the file's problems with the change
 */
export function faultOfChange(
  target: Problem | undefined,
  before: readonly Problem[],
  after: readonly Problem[],
): NoFix | undefined {
  const [was, is] = [counted(before), counted(after)];
  if (syntaxErrors(after) > syntaxErrors(before)) return "syntaxError";
  if (target && (is.get(keyOf(target)) ?? 0) >= (was.get(keyOf(target)) ?? 0)) return "stays";
  return moreIn(is, was) ? "newProblem" : undefined;
}

export const syntaxErrors = (problems: readonly Problem[]): number =>
  problems.filter(({ isSyntax }) => isSyntax).length;

/** Whether an unchanged file has problems that it did not have before. */
export const isWorse = (before: readonly Problem[], after: readonly Problem[]): boolean =>
  moreIn(counted(after), counted(before));

/** What the compiler adds, under another code, for the first few names that it does not find: which ones they are depends on what it checked before. */
const HINT = / (?:Did you mean|Do you need to) [^\n]*/g;

/** The identity of a problem within a file, independent of its position and of hints. */
export const keyOf = ({ message }: Problem): string => message.replaceAll(HINT, "");

function counted(problems: readonly Problem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(keyOf(problem), (counts.get(keyOf(problem)) ?? 0) + 1);
  return counts;
}

const moreIn = (counts: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean =>
  [...counts].some(([key, count]) => count > (others.get(key) ?? 0));

/** A part of a file and its replacement, in UTF-16 units of the text before the change. */
export interface TextChange extends Range {
  newText: string;
}

/** The text with all changes; none of them overlap. */
export function withChanges(text: string, changes: readonly TextChange[]): string {
  let result = "";
  let at = 0;
  for (const { start, end, newText } of changes.toSorted((a, b) => a.start - b.start)) {
    result += text.slice(at, start) + newText;
    at = end;
  }
  return result + text.slice(at);
}
