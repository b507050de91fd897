// What is wrong with one open file: TypeScript's compiler says it, asked in this process (`Projects.checkerOf`) or of its thread
// (`CompilerThread.checkerOf`), or for Python `pythonChecker`. Types only.

import type { NoFix, Problem, TextChange } from "./problems.ts";

export interface Checker {
  problems(): Promise<Problem[]>;
  /** Those that there would be with the changes. */
  problemsWith(changes: readonly TextChange[]): Promise<Problem[]>;
  /** The language's own candidates. */
  ownFixes(problem: Problem): Promise<TextChange[][]>;
  /** Why the changes are no fix of the problem; undefined where they are one. @param before all problems of the file */
  faultOf(changes: readonly TextChange[], problem: Problem, before: readonly Problem[]): Promise<NoFix | undefined>;
}
