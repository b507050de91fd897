// The problems of one open file, as a checker finds them: TypeScript's compiler, in this process (`Projects.checkerOf`) or in its thread
// (`CompilerThread.checkerOf`), or for Python `pythonChecker`. Types only.

import type { Candidate } from "./candidates/candidate.ts";
import type { PiecesFound } from "./pieces/piece.ts";
import type { NoFix, Problem, TextChange } from "./problems.ts";
import type { Range } from "./unresolved.ts";

export interface Checker {
  problems(): Promise<Problem[]>;
  /** The problems that the file would have with the changes. */
  problemsWith(changes: readonly TextChange[]): Promise<Problem[]>;
  /** The candidate fixes of the language's own compiler. */
  ownFixes(problem: Problem): Promise<Candidate[]>;
  /**
   * Why the changes do not fix the problem; undefined where they do.
   * @param problem undefined where nothing has to go, and nothing may come
   * @param before all problems of the file
   */
  faultOf(
    changes: readonly TextChange[],
    problem: Problem | undefined,
    before: readonly Problem[],
  ): Promise<NoFix | undefined>;
}

/** TypeScript's compiler also tells what is missing. */
export interface CompilerChecker extends Checker {
  /** On the lines of a range. */
  pieces(range: Range): Promise<PiecesFound>;
}
