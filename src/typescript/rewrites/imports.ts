// The import of names that an edit brought in, where the language service knows exactly one for each.

import { posix } from "node:path";
import type ts from "typescript";
import { type TextChange, withChanges } from "../problems.ts";
import { parentOf } from "../projectFiles.ts";
import { newlyUnresolvedIn, type Range } from "../unresolved.ts";
import { changeBetween } from "./edit.ts";
import {
  addChange,
  areClean,
  type Changes,
  countOf,
  countsOf,
  isNoWorse,
  isOwn,
  type ProjectView,
  placesOf,
  problemsIn,
} from "./projectView.ts";
import type { Edited, NoRewrite, Rewrite } from "./rewrite.ts";

/** The most names that are imported for one edit. */
const MOST_NAMES = 12;

/** So many files at least must agree on where a name is imported from. */
const LEAST_IMPORTS = 2;

/** TypeScript's code of a name that is not found: the fixes of all its kin are the same. */
const NAME_NOT_FOUND = 2304;

export function restOfImport(view: ProjectView, { file, before, now }: Edited): Rewrite {
  const { start, newText } = changeBetween(before, now);
  const found = importsFor(view, file, { start, end: start + newText.length });
  if ("reason" in found) return found;
  const { names, text, range } = found;
  const changes: Changes = new Map();
  const added = changeBetween(now, text);
  addChange(changes, file, added);
  const places = placesOf(view, changes);
  if (typeof places === "string") return { reason: places };
  const title = `Import ${names.join(", ")}`;
  const after = view.withTexts(new Map([[file, text]]), (program) => {
    const imported = { file, start: added.start, end: added.start + added.newText.length };
    if (areClean(view, program, [imported, { file, ...range }])) return undefined; // nothing else uses the names
    return problemsIn(view, program, [file]);
  });
  if (!after) return { title, places, problemsAfter: 0 };
  const without = view.withTexts(new Map(), (program) => problemsIn(view, program, [file]));
  if (!isNoWorse(without, after) || countOf(after) >= countOf(without)) return { reason: "newProblem" };
  return { title, places, ...countsOf(without, after) };
}

/** The text of a file with the imports of the names that are unknown in a range, and where that is then. */
function importsFor(
  view: ProjectView,
  file: string,
  range: Range,
): { names: string[]; text: string; range: Range } | { reason: NoRewrite } {
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
  return names.length > 0 ? { names, text, range: at } : { reason: "otherEdit" };
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

/**
 * The one import of an unknown name: into a line that imports from there already, or the only one.
 * @param home the file that it has to come from, where that is known
 */
export function importAt(
  view: ProjectView,
  file: string,
  { name, start }: { name: string; start: number },
  home?: string,
): Import | { reason: NoRewrite } {
  const fixes = view.service
    .getCodeFixesAtPosition(file, start, start + name.length, [NAME_NOT_FOUND], {}, {})
    .filter(({ fixName }) => fixName === "import");
  const usable = fixes.flatMap(({ changes: [only, ...others] }) =>
    only?.fileName === file && others.length === 0 ? [only] : [],
  );
  const extending = usable.filter(({ textChanges }) => textChanges.every(({ newText }) => !/\bimport\b/.test(newText)));
  const [first, ...more] = extending.length === 1 ? extending : usable;
  if (!first) return { reason: "noneToImport" };
  const fromHome = usable.filter(({ textChanges }) => home !== undefined && moduleIn(file, textChanges) === bare(home));
  const one = more.length === 0 ? first : (fromHome[0] ?? usualOne(view, file, name, usable));
  if (!one) return { reason: "severalToImport" };
  const changes = one.textChanges.map(({ span, newText }) => ({
    start: span.start,
    end: span.start + span.length,
    newText,
  }));
  return { name, changes };
}

/** The one of several imports that all other files of the project have where they use the name; undefined where they differ, or are too few. */
function usualOne(
  view: ProjectView,
  file: string,
  name: string,
  imports: readonly ts.FileTextChanges[],
): ts.FileTextChanges | undefined {
  const { compiler, service } = view;
  const usual = new Map<string, number>();
  for (const source of service.getProgram()!.getSourceFiles()) {
    if (source.fileName === file || !source.text.includes(name) || !isOwn(view, source.fileName)) continue;
    for (const statement of source.statements) {
      if (!compiler.isImportDeclaration(statement) || !compiler.isStringLiteral(statement.moduleSpecifier)) continue;
      const bindings = statement.importClause?.namedBindings;
      if (!bindings || !compiler.isNamedImports(bindings)) continue;
      if (!bindings.elements.some((element) => (element.propertyName ?? element.name).text === name)) continue;
      const module = moduleAt(source.fileName, statement.moduleSpecifier.text);
      usual.set(module, (usual.get(module) ?? 0) + 1);
    }
  }
  const [[module, count] = ["", 0], ...others] = usual;
  if (others.length > 0 || count < LEAST_IMPORTS) return undefined;
  const same = imports.filter(({ textChanges }) => moduleIn(file, textChanges) === module);
  return same.length === 1 ? same[0] : undefined;
}

/** The module that a new import names. */
function moduleIn(file: string, changes: readonly ts.TextChange[]): string | undefined {
  const path = /\bfrom\s*["']([^"']+)["']/.exec(changes.map(({ newText }) => newText).join())?.[1];
  return path === undefined ? undefined : moduleAt(file, path);
}

/** A module's identity: of a relative path the file that it leads to, without its ending. */
export const moduleAt = (file: string, path: string): string =>
  path.startsWith(".") ? bare(posix.join(parentOf(file), path)) : path;

export const bare = (path: string): string => path.replace(/\.[cm]?[jt]sx?$/, "").replace(/\/index$/, "");
