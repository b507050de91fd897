// Verified fixes of mutated files (makeMutations.ts): by TypeScript's own candidates alone, and with ours; how many equal the code as it was.
//
//   node lab/evaluate/evaluateFixes.ts --cases FILE.jsonl [--limit N] [--model quick|strong] [--threads N] [--out FILE.jsonl]

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { createParsers } from "../../common/syntax/parsers.ts";
import { type Fix, fixesFor } from "../../src/actions/fix/fix.ts";
import type { Checker } from "../../src/typescript/checker.ts";
import { withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { openRun } from "./caseRun.ts";
import { MUTATIONS, type MutatedFile } from "./makeMutations.ts";

const { cases, model, finish } = await openRun<MutatedFile>();
const parsers = await createParsers();
const never = new AbortController().signal;

const perKind = Object.fromEntries(
  MUTATIONS.map((kind) => [kind, { cases: 0, language: 0, languageEqual: 0, ours: 0, oursEqual: 0, onlyOurs: 0 }]),
);
const seconds: number[] = [];
const lines: object[] = [];
let falseOffers = 0; // that a fresh program finds wrong
for (const one of cases) {
  const file = path.join(one.root, one.path);
  const original = readFileSync(file, "utf8");
  const text = withChanges(original, [
    { start: one.start, end: one.start + one.removed.length, newText: one.inserted },
  ]);
  const counts = perKind[one.kind]!;
  counts.cases++;
  const checked = await checkerOf(one.root, slashed(file), text);
  const before = await checked.checker.problems();
  const problem =
    before.find(({ start, end }) => end >= one.start && start <= one.start + one.inserted.length) ?? before[0]!;
  const document = openDocument(
    { uri: pathToFileURL(file).href, path: one.path, languageId: "typescript", text },
    parsers,
  );
  const alone = (await fixesFor(document, problem, before, { checker: checked.checker }, never)).fixes;
  const language = alone.filter(({ source }) => source === "language");
  const startMs = performance.now();
  const {
    fixes: ours,
    tried,
    faults,
  } = await fixesFor(document, problem, before, { checker: checked.checker, model }, never);
  seconds.push((performance.now() - startMs) / 1000);
  checked.dispose();
  const isEqual = ({ edit }: Fix) => withChanges(text, [edit]) === original;
  if (language.length > 0) counts.language++;
  if (language[0] && isEqual(language[0])) counts.languageEqual++;
  if (ours.length > 0) counts.ours++;
  if (ours[0] && isEqual(ours[0])) counts.oursEqual++;
  if (language.length === 0 && ours.length > 0) counts.onlyOurs++;
  if (ours[0] && (await isFalse(one.root, slashed(file), withChanges(text, [ours[0].edit]), before.length)))
    falseOffers++;
  const [best] = ours;
  const shown = best && { source: best.source, was: text.slice(best.edit.start, best.edit.end), is: best.edit.newText };
  lines.push({ ...one, code: problem.code, message: problem.message, tried, faults, fix: shown ?? null });
  process.stderr.write(`${lines.length} of ${cases.length}: ${one.kind} ${shown ? shown.source : "none"}\n`);
}
const sum = (name: keyof (typeof perKind)[string]) =>
  Object.values(perKind).reduce((total, counts) => total + counts[name], 0);
finish(lines, seconds, {
  cases: cases.length,
  languageFixed: sum("language") / cases.length,
  fixed: sum("ours") / cases.length,
  fixedWhereLanguageHasNone: sum("onlyOurs") / Math.max(1, cases.length - sum("language")),
  equalToOriginal: sum("oursEqual") / cases.length,
  languageEqualToOriginal: sum("languageEqual") / cases.length,
  falseOffers,
  perKind,
});

async function checkerOf(root: string, file: string, text: string): Promise<{ checker: Checker; dispose(): void }> {
  const projects = new Projects(ts, { root: slashed(root) });
  const checker = await projects.checkerOf(file, text);
  if ("reason" in checker) throw new Error(`${file}: ${checker.reason}`);
  return { checker, dispose: () => projects.dispose() };
}

/** By a program that knows nothing of the checks before: an offered text must have fewer problems than the mutated one. */
async function isFalse(root: string, file: string, text: string, problemsBefore: number): Promise<boolean> {
  const fresh = await checkerOf(root, file, text);
  const after = (await fresh.checker.problems()).length;
  fresh.dispose();
  return after >= problemsBefore;
}
