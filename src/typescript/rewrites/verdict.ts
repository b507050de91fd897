// The compiler's verdict on changes that were found without it. Pure but for the project's texts, which are as before afterwards.

import { keyOf, type TextChange, withChanges } from "../problems.ts";
import { areClean, faultsUnused, type ProjectView, problemsIn, startAfter } from "./projectView.ts";

/**
 * Whether changes of a file bring a problem that stands nowhere in the file yet. One that is there already is no news: whoever changes calls before
 * the function makes the same problem at each.
 */
export function addsProblem(view: ProjectView, file: string, changes: readonly TextChange[]): boolean {
  const now = view.textOf(file);
  if (now === undefined) return false;
  const places = changes.map(({ start, newText }) => {
    const from = startAfter(start, changes);
    return { file, start: from, end: from + newText.length };
  });
  const after = view.withTexts(new Map([[file, withChanges(now, changes)]]), (program) =>
    !faultsUnused(program) && areClean(view, program, places)
      ? []
      : (problemsIn(view, program, [file]).get(file) ?? []),
  );
  if (after.length === 0) return false;
  const before = view.withTexts(new Map(), (program) => problemsIn(view, program, [file]).get(file) ?? []);
  const known = new Set(before.map(keyOf));
  return after.some((problem) => !known.has(keyOf(problem)));
}
