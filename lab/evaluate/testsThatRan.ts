// How good the tests of `sotto tests` are, on pure exported functions of real packages: how many get one, branches, mutants (beside "call it and expect
// no throw"), and whether what is offered passes twenty times.
//
//   node lab/evaluate/testsThatRan.ts --roots FOLDER,FOLDER [--most 200] [--each 20] [--seed 1] [--out FILE.jsonl]
//
// A function counts once its module passes the look (purity.ts) and has a parameter; each file gives a few. The sources are those in which an author
// writes: TypeScript, or JavaScript that was not bundled.

import { appendFileSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { reachedFrom } from "../../src/actions/tests/modules.ts";
import { targetsIn } from "../../src/actions/tests/target.ts";
import { passesOf, type TestsFound, testsFor } from "../../src/actions/tests/testsFor.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";

const TIMES = 20;
const OF_A_FILE = 3;
const MOST_UNITS = 100_000;
const SOURCE = /\.[cm]?[jt]s$/;
const NOT_SOURCE =
  /\.d\.[cm]?ts$|\.min\.|(^|\/)(tests?|__tests__|benchmarks?|node_modules|locales?|dist)\/|\.(test|spec)\./;

const { values } = parseArgs({
  options: {
    roots: { type: "string" },
    most: { type: "string" },
    each: { type: "string" },
    seed: { type: "string" },
    out: { type: "string" },
  },
});
if (!values.roots) throw new Error("--roots is needed");
const most = Number(values.most ?? 200);
const each = Number(values.each ?? 20);
const random = new SeededRandom(Number(values.seed ?? 1));
const signal = new AbortController().signal;

const totals = { functions: 0, kept: 0, tests: 0, passed: 0, arms: 0, reached: 0, mutants: 0, killed: 0, throwing: 0 };
const reasons = new Map<string, number>();
for (const root of values.roots.split(",").map((one) => path.resolve(one))) {
  let here = 0;
  const endings = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];
  const files = ts.sys
    .readDirectory(root, endings, ["node_modules"])
    .filter((file) => SOURCE.test(file) && !NOT_SOURCE.test(path.relative(root, file)));
  for (const file of shuffled(files, random)) {
    if (here >= each || totals.functions >= most) break;
    const text = readFileSync(file, "utf8");
    if (text.length > MOST_UNITS || !/\bexport|\bexports\b/.test(text)) continue;
    const projects = new Projects(ts, { root: slashed(root) });
    try {
      here += await measureFile(root, slashed(file), text, projects);
    } catch (error) {
      process.stderr.write(`${file}: ${(error as Error).message}\n`);
    } finally {
      projects.dispose();
    }
  }
  process.stderr.write(`${root}: ${JSON.stringify(totals)}\n`);
}
const share = (part: number, all: number) => `${part} of ${all} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
process.stdout.write(
  `${[
    `functions with a kept test: ${share(totals.kept, totals.functions)}`,
    `tests that pass ${TIMES} times: ${share(totals.passed, totals.tests)}`,
    `branches, of functions with a test: ${share(totals.reached, totals.arms)}`,
    `mutants, of functions with a test: ${share(totals.killed, totals.mutants)}`,
    `"call it and expect no throw" at the same calls: ${share(totals.throwing, totals.mutants)}`,
    `without: ${JSON.stringify(Object.fromEntries(reasons))}`,
  ].join("\n")}\n`,
);

/** @returns how many functions were taken */
async function measureFile(root: string, file: string, text: string, projects: Projects): Promise<number> {
  await projects.checkerOf(file, text);
  const program = projects.of(file)?.program();
  const source = program?.getSourceFile(file);
  if (!program || !source || "reason" in reachedFrom(ts, program.getCompilerOptions(), file, text)) return 0;
  const targets = targetsIn(ts, program.getTypeChecker(), source).filter(({ node }) => node.parameters.length > 0);
  const taken = shuffled(targets, random).slice(0, Math.min(OF_A_FILE, most - totals.functions));
  for (const { node, name } of taken) {
    const startMs = performance.now();
    const asked = { compiler: ts, projects, root: slashed(root), file, text, offset: node.getStart(source), signal };
    const found = await testsFor(asked);
    await count(found, asked);
    const ms = Math.round(performance.now() - startMs);
    const row = {
      file: path.relative(root, file),
      name,
      ms,
      ...(found.kind === "tests"
        ? { arms: found.arms, mutants: found.mutants, tests: found.calls.length }
        : { reason: found.reason }),
    };
    if (values.out) appendFileSync(values.out, `${JSON.stringify(row)}\n`);
  }
  return taken.length;
}

async function count(found: TestsFound, asked: Parameters<typeof testsFor>[0]): Promise<void> {
  totals.functions++;
  if (found.kind !== "tests") {
    reasons.set(found.reason, (reasons.get(found.reason) ?? 0) + 1);
    return;
  }
  const { arms, mutants, calls } = found;
  totals.kept++;
  totals.tests += calls.length;
  totals.passed += (await passesOf(asked, found, TIMES)).filter((times) => times === TIMES).length;
  totals.arms += arms.all;
  totals.reached += arms.reached;
  totals.mutants += mutants.all;
  totals.killed += mutants.killed;
  totals.throwing += mutants.killedByThrowing;
}
