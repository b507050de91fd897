// What the compiler says of one open file, asked in this process (`Projects.checkerOf`) or of its thread (`CompilerThread.checkerOf`). Types only.

import type { NoFix, Problem, TextChange } from "./problems.ts";

export interface Checker {
  problems(): Promise<Problem[]>;
  /** The compiler's own candidates. */
  ownFixes(problem: Problem): Promise<TextChange[][]>;
  /** Why the changes are no fix of the problem; undefined where they are one. @param before all problems of the file */
  faultOf(changes: readonly TextChange[], problem: Problem, before: readonly Problem[]): Promise<NoFix | undefined>;
}
