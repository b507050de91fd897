// Fixes for all problems of a file, chosen so that they are right together: each is checked with those before it. Returns edits; applies none.

import { keyOf, type Problem, syntaxErrors, type TextChange } from "../../typescript/problems.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { isSure } from "./confidence.ts";
import { type Fix, type FixDeps, fixesFor } from "./fix.ts";

export interface FileFixes {
  problems: Problem[]; // of the file as it is
  fixes: Fix[]; // in the order of the file; none overlap
  left: Problem[]; // problems that remain with all fixes
  unsure: number; // problems that have a verified fix which is not sure enough
  tooMany: boolean; // more than `MOST_PROBLEMS` were asked for: then none was looked at
}

/** A file with more problems than this is not mended as a whole: they rarely have as many causes. */
export const MOST_PROBLEMS = 100;

/** Called before each problem is handled. */
export type OnProblem = (progress: { problem: Problem; done: number; total: number }) => void;

/**
 * @param isAsked problems that are to be fixed
 * @param isTaken whether a fix is good enough to be made without a person who chooses
 * @throws UserError when the model cannot be asked; what the checker throws; Cancelled
 */
export async function fixFile(
  document: OpenDocument,
  deps: FixDeps,
  isAsked: (problem: Problem) => boolean,
  onProblem: OnProblem,
  signal: AbortSignal,
  isTaken: (fix: Fix) => boolean = ({ confidence }) => isSure(confidence),
): Promise<FileFixes> {
  const { checker } = deps;
  const problems = await checker.problems();
  const asked = problems.filter(isAsked);
  if (asked.length > MOST_PROBLEMS) return { problems, fixes: [], left: problems, unsure: 0, tooMany: true };
  const fixes: Fix[] = [];
  let left = problems;
  let unsure = 0;
  for (const [done, problem] of asked.entries()) {
    onProblem({ problem, done, total: asked.length });
    const taken = fixes.map(({ edit }) => edit);
    if (!isStillThere(problem, taken, left)) continue;
    const found = (await fixesFor(document, problem, problems, deps, signal)).fixes;
    if (found.length > 0 && !found.some(isTaken)) unsure++;
    for (const fix of found.filter(isTaken)) {
      const together = [...taken, fix.edit];
      if (taken.some((edit) => overlap(edit, fix.edit))) continue;
      if (taken.length > 0 && (await checker.faultOf(together, problem, problems))) continue;
      const after = await checker.problemsWith(together);
      if (!isBetter(after, left)) continue;
      fixes.push(fix);
      left = after;
      break;
    }
  }
  return { problems, fixes: fixes.toSorted((a, b) => a.edit.start - b.edit.start), left, unsure, tooMany: false };
}

/** Whether the problems after a fix are an improvement. Code that parses again may reveal further problems. */
function isBetter(after: readonly Problem[], left: readonly Problem[]): boolean {
  const [is, was] = [syntaxErrors(after), syntaxErrors(left)];
  return is < was || (is === was && after.length < left.length);
}

/** Whether a problem remains: another fix may have fixed or moved it. */
function isStillThere(problem: Problem, taken: readonly TextChange[], left: readonly Problem[]): boolean {
  if (taken.some(({ start, end }) => start < problem.end && problem.start < end)) return false; // rewritten
  const moved = taken
    .filter(({ end }) => end <= problem.start)
    .reduce((sum, { start, end, newText }) => sum + newText.length - (end - start), 0);
  return left.some((other) => other.start === problem.start + moved && keyOf(other) === keyOf(problem));
}

/** Whether two changes overlap. The order of two insertions at one place is undefined, which only whole lines tolerate. */
function overlap(a: TextChange, b: TextChange): boolean {
  if (a.start < b.end && b.start < a.end) return true;
  const isSamePlace = a.start === b.start && (a.start === a.end || b.start === b.end);
  return isSamePlace && !(a.newText.endsWith("\n") && b.newText.endsWith("\n"));
}
