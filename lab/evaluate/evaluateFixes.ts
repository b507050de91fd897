// Verified fixes of mutated files (makeMutations.ts): by TypeScript's own candidates alone, and with ours; how many equal the code as it was, and
// how many would do harm.
//
//   node lab/evaluate/evaluateFixes.ts --cases FILE.jsonl [--limit N] [--model quick|strong|none] [--threads N] [--out FILE.jsonl] [--all]
//
// With --all each line of --out holds every verified candidate, not only those that are offered: `lab/fit/fitFixes.ts` reads that.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { percentile } from "../../cli/evaluation/metrics.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { type Fix, fixesFor } from "../../src/actions/fix/fix.ts";
import type { Checker } from "../../src/typescript/checker.ts";
import { type Problem, withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { openRun } from "./caseRun.ts";
import { isHarmful, isSameCode } from "./fixJudgement.ts";
import { MUTATIONS, type MutatedFile } from "./mutations.ts";

const MOST_VERIFIED = 6; // with --all

const { cases, model, finish } = await openRun<MutatedFile>();
const parsers = await createParsers();
const never = new AbortController().signal;
const takesAll = process.argv.includes("--all");

const none = { cases: 0, alone: 0, aloneEqual: 0, ours: 0, equal: 0, sameText: 0, inThree: 0, harmful: 0, false: 0 };
const perKind = Object.fromEntries(MUTATIONS.map((kind) => [kind, { ...none }]));
const seconds: number[] = [];
const lines: object[] = [];
let programs: { root: string; checking: Projects; judging: Projects } | undefined;

for (const one of cases.toSorted((a, b) => (a.root + a.path < b.root + b.path ? -1 : 1))) {
  const file = path.join(one.root, one.path);
  const original = readFileSync(file, "utf8");
  const change = { start: one.start, end: one.start + one.removed.length, newText: one.inserted };
  const text = withChanges(original, [change]);
  const counts = perKind[one.kind]!;
  counts.cases++;
  const { checking, judging } = programsOf(one.root);
  const checker = await checkerOf(checking, slashed(file), text);
  const before = await checker.problems();
  const problem =
    before.find(({ start, end }) => end >= one.start && start <= one.start + one.inserted.length) ?? before[0]!;
  const uri = pathToFileURL(file).href;
  const document = openDocument({ uri, path: one.path, languageId: "typescript", text }, parsers);
  const startMs = performance.now();
  const most = takesAll ? { most: MOST_VERIFIED } : {};
  const { fixes, tried, faults } = await fixesFor(document, problem, before, { checker, model, ...most }, never);
  seconds.push((performance.now() - startMs) / 1000);
  const fixedBy = ({ edit }: Pick<Fix, "edit">) => withChanges(text, [edit]);
  const isEqual = (fix: Pick<Fix, "edit">) => isSameCode(fixedBy(fix), original);
  const alone = await compilersOwn(checker, problem, before);
  if (alone !== undefined) counts.alone++;
  if (alone !== undefined && isSameCode(withChanges(text, alone), original)) counts.aloneEqual++;
  const [best] = fixes;
  if (best) {
    counts.ours++;
    if (isEqual(best)) counts.equal++;
    else if (isHarmful(text, fixedBy(best))) counts.harmful++;
    if (fixedBy(best) === original) counts.sameText++;
    if (fixes.slice(0, 3).some(isEqual)) counts.inThree++;
    const again = await checkerOf(judging, slashed(file), fixedBy(best));
    if ((await again.problems()).length >= before.length) counts.false++;
  }
  checking.setText(slashed(file), undefined);
  judging.setText(slashed(file), undefined);
  const shown = (takesAll ? fixes : fixes.slice(0, 3)).map(({ edit, ...fix }) => {
    return {
      ...fix,
      problem: undefined,
      was: text.slice(edit.start, edit.end),
      is: edit.newText,
      equal: isEqual({ edit }),
      harmful: isHarmful(text, fixedBy({ edit })),
    };
  });
  const ms = Math.round(seconds.at(-1)! * 1000);
  lines.push({ ...one, code: problem.code, message: problem.message, tried, faults, ms, fixes: shown });
  const verdict = best ? `${shown[0]!.equal ? "equal" : "other"} of ${best.source}` : "none";
  process.stderr.write(`${lines.length} of ${cases.length}: ${one.id} ${verdict}, ${tried} tried, ${ms} ms\n`);
}

const kinds = Object.values(perKind);
const share = (name: keyof typeof none) => kinds.reduce((total, counts) => total + counts[name], 0) / cases.length;
finish(lines, seconds, {
  cases: cases.length,
  ...{ aloneVerified: share("alone"), aloneEqual: share("aloneEqual") },
  ...{ verified: share("ours"), equal: share("equal"), sameText: share("sameText"), equalInThree: share("inThree") },
  ...{ harmful: share("harmful"), falseOffers: share("false") * cases.length },
  secondsP90: percentile(seconds, 0.9),
  perKind,
});

/** The programs of a root: one that checks, and one that judges and never sees what was tried. */
function programsOf(root: string): { checking: Projects; judging: Projects } {
  if (programs?.root !== root) {
    programs?.checking.dispose();
    programs?.judging.dispose();
    const open = () => new Projects(ts, { root: slashed(root) });
    programs = { root, checking: open(), judging: open() };
  }
  return programs;
}

async function checkerOf(projects: Projects, file: string, text: string): Promise<Checker> {
  const checker = await projects.checkerOf(file, text);
  if ("reason" in checker) throw new Error(`${file}: ${checker.reason}`);
  return checker;
}

/** The first of TypeScript's own quick fixes that is right, in its order. */
async function compilersOwn(checker: Checker, problem: Problem, before: readonly Problem[]) {
  for (const candidate of await checker.ownFixes(problem)) {
    if (!("byCompiler" in candidate) || !candidate.byCompiler) continue;
    if ((await checker.faultOf(candidate.changes, problem, before)) === undefined) return candidate.changes;
  }
  return undefined;
}
