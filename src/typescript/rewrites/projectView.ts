// What rewrites need of a project: its language service in any state of its texts, and the one test that all rewrites must pass. Nothing stays changed.

import type ts from "typescript";
import { isSecretPath } from "../../../common/rules/pathRules.ts";
import { saysGenerated } from "../../../common/rules/textRules.ts";
import { isDeclaration, isOfDependency } from "../../workspace/declarationFiles.ts";
import type { Compiler } from "../compiler.ts";
import { isWorse, type Problem, problemsOf, semanticProblems, type TextChange, withChanges } from "../problems.ts";
import type { Range } from "../unresolved.ts";
import type { NoRewrite, RewritePlace } from "./rewrite.ts";

/** The most places of a rewrite: more than a person looks at. */
const MOST_PLACES = 200;

/** The most files with places: all of them are checked. */
const MOST_CHANGED = 40;

/** The most files that are checked for new problems. */
const MOST_CHECKED = 50;

const CONFLICT = /^(?:<{7}|>{7}) /m;

/** The most importing files that are checked besides those with places. */
const MOST_IMPORTING = 8;

export type Texts = ReadonlyMap<string, string>;

/** A range of a file. */
export interface PlaceInFile extends Range {
  file: string;
}

/** Changes by file. */
export type Changes = Map<string, TextChange[]>;

export interface ProjectView {
  readonly compiler: Compiler;
  readonly service: ts.LanguageService;
  readonly root: string;
  readonly isConfigured: boolean; // a configuration names the project's files: otherwise they are the open ones and what these import
  /** The text of a file as it is now. */
  textOf(file: string): string | undefined;
  /** The syntax tree of a text of a file, with parents. */
  parsed(file: string, text: string): ts.SourceFile;
  /** Runs `use` with other texts of some files; afterwards everything is as it is now. */
  withTexts<T>(texts: Texts, use: (program: ts.Program) => T): T;
}

/** The files of the program that a person may want to change. */
export const ownFiles = (view: ProjectView, program: ts.Program): ts.SourceFile[] =>
  program.getSourceFiles().filter(({ fileName }) => isOwn(view, fileName));

/** A file of the workspace folder that a person may want to change. */
export const isOwn = ({ root }: ProjectView, file: string): boolean =>
  file.startsWith(`${root}/`) && !isOfDependency(file) && !isDeclaration(file) && !isSecretPath(file);

/** Files that import one, up to the number that is checked. */
export const importingFiles = ({ service }: ProjectView, file: string): string[] =>
  [...new Set(service.getFileReferences(file).map(({ fileName }) => fileName))].slice(0, MOST_IMPORTING);

export const addChange = (changes: Changes, file: string, change: TextChange): void => {
  const known = changes.get(file);
  if (known) known.push(change);
  else changes.set(file, [change]);
};

/** The changes as places, in order; or why they cannot be offered. */
export function placesOf(view: ProjectView, changes: Changes): RewritePlace[] | NoRewrite {
  const places: RewritePlace[] = [];
  for (const [file, inFile] of [...changes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const text = view.textOf(file);
    if (text === undefined || !isOwn(view, file)) return "outsideProject";
    if (saysGenerated(text)) return "generatedFile";
    if (CONFLICT.test(text)) return "mergeConflict";
    let last = -1;
    for (const { start, end, newText } of inFile.toSorted((a, b) => a.start - b.start)) {
      if (start < last) return "callDiffers";
      last = end;
      const oldText = text.slice(start, end);
      places.push({ file, start, end, oldText, newText });
    }
  }
  if (places.length === 0) return "noPlace";
  return places.length > MOST_PLACES || changes.size > MOST_CHANGED ? "tooManyPlaces" : places;
}

/** The texts of the changed files with all changes. */
export const changedTexts = (view: ProjectView, changes: Changes): Map<string, string> =>
  new Map([...changes].map(([file, inFile]) => [file, withChanges(view.textOf(file) ?? "", inFile)]));

/** Where an offset of a text lies after changes of it. */
export const startAfter = (start: number, changes: readonly TextChange[]): number =>
  changes
    .filter((change) => change.start < start)
    .reduce((sum, change) => sum + change.newText.length - (change.end - change.start), start);

/** What a title adds where files that nobody has opened may hold more places. @param file of the edit */
export const reachOf = ({ isConfigured }: ProjectView, file: string, places: readonly RewritePlace[]): string =>
  isConfigured || places.every((place) => place.file === file) ? "" : " (in open files)";

export type ProblemsByFile = Map<string, Problem[]>;

/** The problems of files in a state of the project. */
export function problemsIn({ compiler }: ProjectView, program: ts.Program, files: Iterable<string>): ProblemsByFile {
  const found: ProblemsByFile = new Map();
  for (const file of [...new Set(files)].slice(0, MOST_CHECKED)) {
    const source = program.getSourceFile(file);
    if (source) found.set(file, problemsOf(compiler, program, source));
  }
  return found;
}

/** The part of the language service that checks some statements of a file; it has no type (since 5.6). */
interface RegionCheck {
  getRegionSemanticDiagnostics?(
    file: string,
    ranges: readonly ts.TextRange[],
  ): { diagnostics: readonly ts.Diagnostic[] } | undefined;
}

/** The problems of the statements around places, which cost much less than those of their files; undefined where they cannot be told alone. */
export function problemsAt(
  { compiler, service }: ProjectView,
  program: ts.Program,
  places: readonly PlaceInFile[],
): ProblemsByFile | undefined {
  const found: ProblemsByFile = new Map();
  for (const file of new Set(places.map((place) => place.file))) {
    const source = program.getSourceFile(file);
    if (!source || program.getSyntacticDiagnostics(source).length > 0) return undefined;
    const asked = places.flatMap((place) => (place.file === file ? [{ pos: place.start, end: place.end }] : []));
    const answer = (service as RegionCheck).getRegionSemanticDiagnostics?.(file, asked);
    if (!answer) return undefined;
    found.set(file, semanticProblems(compiler, answer.diagnostics));
  }
  return found;
}

/** Whether the statements around places are certainly without a problem. */
export const areClean = (view: ProjectView, program: ts.Program, places: readonly PlaceInFile[]): boolean => {
  const found = problemsAt(view, program, places);
  return found !== undefined && countOf(found) === 0;
};

/** Whether the compiler also finds fault with what is no longer used: that is no problem of the statement that used it last. */
export function faultsUnused(program: ts.Program): boolean {
  const { noUnusedLocals, noUnusedParameters } = program.getCompilerOptions();
  return noUnusedLocals === true || noUnusedParameters === true;
}

export const countOf = (problems: ProblemsByFile): number =>
  [...problems.values()].reduce((sum, { length }) => sum + length, 0);

/** The files that have problems: without a change, others need not be looked at. */
export const faultyIn = (problems: ProblemsByFile): string[] =>
  [...problems].flatMap(([file, { length }]) => (length > 0 ? [file] : []));

/** What is told of the problems: those before are not counted where none is left. */
export const countsOf = (before: ProblemsByFile | undefined, after: ProblemsByFile) => ({
  ...(before && { problemsBefore: countOf(before) }),
  problemsAfter: countOf(after),
});

/**
 * Whether no file has a problem that it did not have before.
 * @param before absent where nothing is wrong afterwards
 * @param inWords how the words of a problem before may have changed, such as by a renamed symbol
 */
export const isNoWorse = (
  before: ProblemsByFile | undefined,
  after: ProblemsByFile,
  inWords: (message: string) => string = (message) => message,
): boolean =>
  [...after].every(([file, problems]) => {
    const was = (before?.get(file) ?? []).map((problem) => ({ ...problem, message: inWords(problem.message) }));
    const is = problems.map((problem) => ({ ...problem, message: inWords(problem.message) }));
    return !isWorse(was, is);
  });

/** The innermost node that begins at an offset. */
export function nodeAt({ compiler }: ProjectView, source: ts.SourceFile, start: number): ts.Node | undefined {
  let found: ts.Node = source;
  for (;;) {
    const inner: ts.Node | undefined = compiler.forEachChild(found, (child) =>
      child.getStart(source) <= start && child.end > start ? child : undefined,
    );
    if (!inner) break;
    found = inner;
  }
  return found.getStart(source) === start ? found : undefined;
}
