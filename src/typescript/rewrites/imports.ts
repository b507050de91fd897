// The import of names that an edit brought in, where the language service knows exactly one for each.

import type ts from "typescript";
import { type TextChange, withChanges } from "../problems.ts";
import { newlyUnresolvedIn, type Range } from "../unresolved.ts";
import { changeBetween } from "./edit.ts";
import {
  addChange,
  type Changes,
  countOf,
  countsOf,
  isNoWorse,
  type ProjectView,
  placesOf,
  problemsIn,
} from "./projectView.ts";
import type { Edited, NoRewrite, Rewrite } from "./rewrite.ts";

/** The most names that are imported for one edit. */
const MOST_NAMES = 12;

/** TypeScript's code of a name that is not found: the fixes of all its kin are the same. */
const NAME_NOT_FOUND = 2304;

export function restOfImport(view: ProjectView, { file, before, now }: Edited): Rewrite {
  const { start, newText } = changeBetween(before, now);
  const found = importsFor(view, file, { start, end: start + newText.length });
  if ("reason" in found) return found;
  const { names, text } = found;
  const changes: Changes = new Map();
  addChange(changes, file, changeBetween(now, text));
  const places = placesOf(view, changes);
  if (typeof places === "string") return { reason: places };
  const after = view.withTexts(new Map([[file, text]]), (program) => problemsIn(view, program, [file]));
  const without = view.withTexts(new Map(), (program) => problemsIn(view, program, [file]));
  if (!isNoWorse(without, after) || countOf(after) >= countOf(without)) return { reason: "newProblem" };
  const title = `Import ${names.join(", ")}`;
  return { title, places, ...countsOf(without, after) };
}

/** The text of a file with the imports of the names that are unknown in a range. */
function importsFor(
  view: ProjectView,
  file: string,
  range: Range,
): { names: string[]; text: string } | { reason: NoRewrite } {
  const names: string[] = [];
  let text = view.textOf(file)!;
  let at = range;
  for (;;) {
    const step = view.withTexts(new Map([[file, text]]), (program) => importOfFirst(view, program, file, at));
    if (step === undefined) break;
    if ("reason" in step) return step;
    if (names.includes(step.name) || names.length >= MOST_NAMES) return { reason: "noneToImport" };
    names.push(step.name);
    const changed = withChanges(text, step.changes);
    const shift = step.changes
      .filter(({ end }) => end <= at.start)
      .reduce((sum, change) => sum + change.newText.length - (change.end - change.start), 0);
    at = { start: at.start + shift, end: at.end + shift };
    text = changed;
  }
  return names.length > 0 ? { names, text } : { reason: "otherEdit" };
}

/** The one import of the first unknown name in a range; undefined where all are known. */
function importOfFirst(
  view: ProjectView,
  program: ts.Program,
  file: string,
  range: Range,
): Import | { reason: NoRewrite } | undefined {
  const source = program.getSourceFile(file);
  if (!source) return { reason: "otherEdit" };
  const { compiler } = view;
  const [unknown] = newlyUnresolvedIn(compiler, program, source, range, { names: true, members: false });
  return unknown && importAt(view, file, unknown);
}

export interface Import {
  name: string;
  changes: TextChange[];
}

/** The one import of an unknown name: into a line that imports from there already, or the only one. */
export function importAt(
  { service }: ProjectView,
  file: string,
  { name, start }: { name: string; start: number },
): Import | { reason: NoRewrite } {
  const fixes = service
    .getCodeFixesAtPosition(file, start, start + name.length, [NAME_NOT_FOUND], {}, {})
    .filter(({ fixName }) => fixName === "import");
  const usable = fixes.flatMap(({ changes: [only, ...others] }) =>
    only?.fileName === file && others.length === 0 ? [only] : [],
  );
  const extending = usable.filter(({ textChanges }) => textChanges.every(({ newText }) => !/\bimport\b/.test(newText)));
  const [one, ...more] = extending.length === 1 ? extending : usable;
  if (!one) return { reason: "noneToImport" };
  if (more.length > 0) return { reason: "severalToImport" };
  const changes = one.textChanges.map(({ span, newText }) => ({
    start: span.start,
    end: span.start + span.length,
    newText,
  }));
  return { name, changes };
}
