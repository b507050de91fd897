// What the compiler says is wrong with a file, and whether a change makes it better without making anything worse. Pure functions over programs.

import type ts from "typescript";
import type { Compiler } from "./compiler.ts";
import type { Range } from "./unresolved.ts";

/** An error of a file. */
export interface Problem extends Range {
  code: number; // TypeScript's: 2304
  message: string; // as a person reads it, in one text
  isSyntax: boolean;
}

/** In the order of the text: syntax errors, and what the types say. */
export function problemsOf(compiler: Compiler, program: ts.Program, source: ts.SourceFile): Problem[] {
  const read = (diagnostics: readonly ts.Diagnostic[], isSyntax: boolean): Problem[] =>
    diagnostics.flatMap(({ category, code, start, length = 0, messageText }) => {
      if (category !== compiler.DiagnosticCategory.Error || start === undefined) return [];
      const message = compiler.flattenDiagnosticMessageText(messageText, "\n");
      return [{ start, end: start + length, code, message, isSyntax }];
    });
  const problems = [
    ...read(program.getSyntacticDiagnostics(source), true),
    ...read(program.getSemanticDiagnostics(source), false),
  ];
  return problems.sort((a, b) => a.start - b.start || a.end - b.end || a.code - b.code);
}

/** Why a change is no fix. */
export type NoFix =
  | "syntaxError" // the text parses less well than before
  | "stays" // the problem is still there
  | "newProblem" // in the file
  | "breaksOther" // in a file that imports it
  | "suppresses" // it has the checker look away
  | "compilerFailed"; // a bug of the compiler's: nobody knows

/**
 * Whether `target` is gone and nothing is new in the same file. Problems are told apart by what they say, since what stands behind a change moves.
 * @param before the file's problems without the change, `target` among them
 * @param after those with it
 */
export function faultOfChange(
  target: Problem,
  before: readonly Problem[],
  after: readonly Problem[],
): NoFix | undefined {
  const [was, is] = [counted(before), counted(after)];
  if (syntaxErrors(after) > syntaxErrors(before)) return "syntaxError";
  if ((is.get(keyOf(target)) ?? 0) >= (was.get(keyOf(target)) ?? 0)) return "stays";
  return moreIn(is, was) ? "newProblem" : undefined;
}

export const syntaxErrors = (problems: readonly Problem[]): number =>
  problems.filter(({ isSyntax }) => isSyntax).length;

/** Whether a file that was not changed has problems that it had not. */
export const isWorse = (before: readonly Problem[], after: readonly Problem[]): boolean =>
  moreIn(counted(after), counted(before));

/** What tells problems of one file apart, wherever they stand by now. */
export const keyOf = ({ code, message }: Problem): string => `${code} ${message}`;

function counted(problems: readonly Problem[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const problem of problems) counts.set(keyOf(problem), (counts.get(keyOf(problem)) ?? 0) + 1);
  return counts;
}

const moreIn = (counts: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean =>
  [...counts].some(([key, count]) => count > (others.get(key) ?? 0));

/** A part of a file and what takes its place, in UTF-16 units of the text before. */
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
