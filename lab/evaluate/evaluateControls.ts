// Controls of the fixes: code with logic errors, which no checker flags. Fixes that are offered there all the same are shown and checked again.
// A case has `buggy`, a whole program, or `buggy_lines` between prefix and suffix: then only those lines are to be fixed.
//
//   node lab/evaluate/evaluateControls.ts --cases FILE.jsonl [--limit N] [--model quick|strong|none] [--threads N] [--out FILE.jsonl]

import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import ts from "typescript";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { fixFile } from "../../src/actions/fix/fixFile.ts";
import { pythonChecker } from "../../src/actions/fix/python/pythonChecker.ts";
import type { Checker } from "../../src/typescript/checker.ts";
import { type Problem, withChanges } from "../../src/typescript/problems.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";
import { type OpenDocument, openDocument } from "../../src/workspace/documents.ts";
import { type FileCase, openRun } from "./caseRun.ts";

interface Case extends FileCase {
  buggy?: string; // the whole text
  buggy_lines?: string;
}

const { cases, model, finish } = await openRun<Case>();
const parsers = await createParsers();
const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), "sotto-controls-")));

// one program that checks and one that judges, each with one file: a new one for each case would read the libraries' types each time
const checking = new Projects(ts, { root: slashed(folder) });
const judging = new Projects(ts, { root: slashed(folder) });
const count = { flagged: 0, offered: 0, equalToExpected: 0, falseOffers: 0 };
const seconds: number[] = [];
const lines: object[] = [];
for (const one of cases) {
  const text = one.buggy ?? one.prefix + one.buggy_lines + one.suffix;
  const expected = one.buggy === undefined ? one.prefix + one.expected + one.suffix : one.expected;
  const asked =
    one.buggy === undefined ? [one.prefix.length, one.prefix.length + one.buggy_lines!.length] : [0, text.length];
  const isAsked = ({ start }: Problem) => asked[0] <= start && start < asked[1];
  const { document, checker, dispose } = await opened(one.path, text, checking);
  const startMs = performance.now();
  const found = await fixFile(document, { checker, model }, isAsked, () => {}, new AbortController().signal);
  seconds.push((performance.now() - startMs) / 1000);
  dispose();
  if (found.problems.some(isAsked)) count.flagged++;
  if (found.fixes.length === 0) continue;
  const fixed = withChanges(
    text,
    found.fixes.map(({ edit }) => edit),
  );
  count.offered++;
  if (fixed === expected) count.equalToExpected++;
  const again = await opened(one.path, fixed, judging);
  if ((await again.checker.problems()).length >= found.problems.length) count.falseOffers++;
  again.dispose();
  lines.push({
    id: one.id,
    fixes: found.fixes.map(({ problem, edit, source }) => ({
      message: problem.message,
      was: text.slice(edit.start, edit.end),
      is: edit.newText,
      source,
    })),
  });
}
rmSync(folder, { recursive: true });
finish(lines, seconds, { cases: cases.length, ...count });

/** A file alone, as the only one that a program knows. */
async function opened(
  name: string,
  text: string,
  projects: Projects,
): Promise<{ document: OpenDocument; checker: Checker; dispose(): void }> {
  const languageId = languageOfPath(name)!;
  const own = `a${path.extname(name)}`;
  const file = path.join(folder, own);
  const document = openDocument({ uri: `file://${file}`, path: own, languageId, text }, parsers);
  if (languageId === "python") return { document, checker: pythonChecker(document, undefined)!, dispose: () => {} };
  writeFileSync(file, text);
  const checker = await projects.checkerOf(slashed(file), text);
  if ("reason" in checker) throw new Error(`${name}: ${checker.reason}`);
  return { document, checker, dispose: () => projects.setText(slashed(file), undefined) };
}
