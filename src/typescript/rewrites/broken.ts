// The problems that an edit adds in its file and in files that import it. Finds them only: whoever asks looks for fixes.

import type ts from "typescript";
import { saysGenerated } from "../../../common/rules/textRules.ts";
import { keyOf, type Problem } from "../problems.ts";
import type { Range } from "../unresolved.ts";
import { changeBetween } from "./edit.ts";
import { isOwn, type ProblemsByFile, type ProjectView, problemsIn } from "./projectView.ts";
import type { Edited, NoRewrite } from "./rewrite.ts";

/** The most importing files that are looked at. */
const MOST_FILES = 15;

const DECLARATION_PATH = /\.d\.[cm]?ts$/;

/** A file, and what the edit broke in it. */
export interface BrokenFile {
  file: string;
  text: string; // as it is now
  added: Problem[];
}

export type Broken = { files: BrokenFile[] } | { reason: NoRewrite };

export function brokenBy(view: ProjectView, edited: Edited): Broken {
  const { file, before, now } = edited;
  const { start, end, newText } = changeBetween(before, now);
  const old = new Map([[file, before]]);
  const names = [
    ...namesAround(view, view.parsed(file, before), { start, end }),
    ...namesAround(view, view.parsed(file, now), { start, end: start + newText.length }),
  ];
  if (names.length === 0) return { reason: "otherEdit" };
  const declared = view.withTexts(old, () => declarationsOf(view, file));
  const after = view.withTexts(new Map(), (program) => {
    const isSeen = declared === undefined || declarationsOf(view, file) !== declared;
    const references = isSeen ? view.service.getFileReferences(file).map(({ fileName }) => fileName) : [];
    const concerned = [...new Set(references)].filter((other) => {
      const text = isOwn(view, other) && view.textOf(other);
      return text && !saysGenerated(text) && names.some((name) => text.includes(name));
    });
    return problemsIn(view, program, [file, ...concerned.slice(0, MOST_FILES)]);
  });
  const wrong: ProblemsByFile = new Map([...after].filter(([, problems]) => problems.length > 0));
  if (wrong.size === 0) return { reason: "noPlace" };
  const was = view.withTexts(old, (program) => problemsIn(view, program, wrong.keys()));
  const around = statementAround(view.parsed(file, now), start);
  const files = [...wrong].flatMap(([other, problems]) => {
    const added = addedTo(was.get(other) ?? [], problems).filter(
      (problem) => other !== file || problem.end <= around.start || problem.start >= around.end, // there somebody is still writing
    );
    return added.length > 0 ? [{ file: other, text: view.textOf(other)!, added }] : [];
  });
  return files.length > 0 ? { files } : { reason: "noPlace" };
}

/** What is new among the problems of a file. */
function addedTo(before: readonly Problem[], now: readonly Problem[]): Problem[] {
  const counts = new Map<string, number>();
  for (const problem of before) counts.set(keyOf(problem), (counts.get(keyOf(problem)) ?? 0) + 1);
  return now.filter((problem) => {
    const left = counts.get(keyOf(problem)) ?? 0;
    counts.set(keyOf(problem), left - 1);
    return left <= 0;
  });
}

/** The names of the declarations that hold a range. */
function namesAround({ compiler }: ProjectView, source: ts.SourceFile, { start, end }: Range): string[] {
  const names: string[] = [];
  const visit = (node: ts.Node): void => {
    if (node.pos > start || node.end < end) return;
    const { name } = node as { name?: ts.Node };
    if (name && compiler.isIdentifier(name)) names.push(name.text);
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return names;
}

function statementAround(source: ts.SourceFile, offset: number): Range {
  const found = source.statements.find(({ pos, end }) => pos <= offset && offset <= end);
  return { start: found?.pos ?? offset, end: found?.end ?? offset };
}

/** What others can see of a module; undefined where that cannot be told. */
function declarationsOf({ service }: ProjectView, file: string): string | undefined {
  const { emitSkipped, outputFiles } = service.getEmitOutput(file, true, true);
  const own = outputFiles.filter(({ name }) => DECLARATION_PATH.test(name));
  return emitSkipped || own.length === 0 ? undefined : own.map(({ text }) => text).join("\n");
}
