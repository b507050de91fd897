// How good the tests of `sotto tests` are, on pure exported functions of real packages: how many get one, branches, mutants (beside "call it and expect
// no throw"), and whether what is offered passes twenty times.
//
//   node lab/evaluate/testsThatRan.ts --roots FOLDER,FOLDER --out FILE.jsonl [--each 20] [--seed 1] [--seconds 240] [--texts FOLDER]
//   node lab/evaluate/testsThatRan.ts --report FILE.jsonl [--names NAME,NAME]
//
// A function counts once the look (purity.ts, look.py) lets it run and it has a parameter; each file gives a few. The sources are those in which an author
// writes: TypeScript, JavaScript that was not bundled, or Python. The draw is by the seed and the root's name alone: a run that was stopped goes on after the files
// that FILE.jsonl names.

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import ts from "typescript";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { markArms } from "../../src/actions/tests/arms.ts";
import { reachedFrom } from "../../src/actions/tests/modules.ts";
import { mutantsOf } from "../../src/actions/tests/mutants.ts";
import { lookedAt } from "../../src/actions/tests/python/askPython.ts";
import { type PythonTestsAsked, pythonPassesOf, pythonTestsFor } from "../../src/actions/tests/python/pythonTests.ts";
import { type Target, targetsIn } from "../../src/actions/tests/target.ts";
import { passesOf, testsFor } from "../../src/actions/tests/testsFor.ts";
import { slashed } from "../../src/typescript/projectFiles.ts";
import { Projects } from "../../src/typescript/projects.ts";

const TIMES = 20;
const PASSED_OF = 3; // every third function with a test is run again
const OF_A_FILE = 3;
const MOST_UNITS = 100_000;
const SOURCE = /\.(?:[cm]?[jt]s|py)$/;
const NOT_SOURCE =
  /\.d\.[cm]?ts$|\.min\.|\.config\.|(^|\/)(tests?|__tests__|benchmarks?|examples?|scripts|docs|codemods|node_modules|locales?|dist|_vendor|testing)\/|\.(test|spec|bench)\.|(^|\/)(test_\w+|\w+_test|conftest|setup)\.py$/;

/** A function, or (without a name) the end of a file. */
interface Row {
  root: string;
  file: string;
  name?: string;
  ms?: number;
  arms?: { reached: number; all: number };
  mutants?: { killed: number; killedByThrowing: number; all: number };
  runner?: string;
  tests?: number;
  passed?: number; // of `tests`, all of the times; only where they were run again
  reason?: string;
  detail?: string;
}

const { values } = parseArgs({
  options: {
    roots: { type: "string" },
    each: { type: "string" },
    seed: { type: "string" },
    seconds: { type: "string" },
    out: { type: "string" },
    report: { type: "string" },
    names: { type: "string" },
    texts: { type: "string" },
  },
});
const signal = new AbortController().signal;
if (values.report) process.stdout.write(`${reportOf(rowsOf(values.report))}\n`);
else await measure();

async function measure(): Promise<void> {
  if (!values.roots || !values.out) throw new Error("--roots and --out are needed");
  const endMs = performance.now() + 1000 * Number(values.seconds ?? 240);
  const each = Number(values.each ?? 20);
  const before = rowsOf(values.out);
  for (const root of values.roots.split(",").map((one) => path.resolve(one))) {
    const name = path.basename(root);
    const own = before.filter((one) => one.root === name);
    const done = new Set(own.filter((one) => one.name === undefined).map(({ file }) => file));
    let taken = own.filter((one) => one.name !== undefined && done.has(one.file)).length;
    const projects = new Projects(ts, { root: slashed(root) });
    const endings = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs", ".py"];
    const files = ts.sys
      .readDirectory(root, endings, ["**/node_modules"])
      .filter((file) => SOURCE.test(file) && !NOT_SOURCE.test(path.relative(root, file)));
    for (const file of shuffled(files.toSorted(), new SeededRandom(Number(values.seed ?? 1)))) {
      if (taken >= each) break;
      if (performance.now() > endMs) return;
      const relative = path.relative(root, file);
      const text = readFileSync(file, "utf8");
      const isPython = file.endsWith(".py");
      if (done.has(relative) || text.length > MOST_UNITS || !(isPython || /\bexports?\b/.test(text))) continue;
      try {
        const rows = isPython
          ? await measurePython({ root, file, text, files: files.map((one) => path.resolve(one)) }, each - taken)
          : await measureFile(slashed(root), slashed(file), text, projects, each - taken);
        for (const row of rows) {
          append({ root: name, file: relative, ...row });
          taken++;
        }
        append({ root: name, file: relative });
      } catch (error) {
        process.stderr.write(`${file}: ${(error as Error).stack}\n`);
      }
      projects.setText(slashed(file), undefined);
    }
    projects.dispose();
  }
  process.stderr.write("All roots are through.\n");
}

async function measureFile(
  root: string,
  file: string,
  text: string,
  projects: Projects,
  most: number,
): Promise<Omit<Row, "root" | "file">[]> {
  await projects.checkerOf(file, text);
  const program = projects.of(file)?.program();
  const source = program?.getSourceFile(file);
  if (!program || !source) return [];
  const targets = targetsIn(ts, program.getTypeChecker(), source).filter(({ node }) => node.parameters.length > 0);
  if (targets.length === 0 || "reason" in reachedFrom(ts, program.getCompilerOptions(), file, text)) return [];
  const random = new SeededRandom(text.length);
  const rows: Omit<Row, "root" | "file">[] = [];
  for (const target of shuffled(targets, random).slice(0, Math.min(OF_A_FILE, most)))
    rows.push(await measured(target, source, { compiler: ts, projects, root, file, text, at: { offset: 0 }, signal }));
  return rows;
}

async function measured(
  { node, name }: Target,
  source: ts.SourceFile,
  place: Parameters<typeof testsFor>[0],
): Promise<Omit<Row, "root" | "file">> {
  const startMs = performance.now();
  const asked = { ...place, at: { offset: node.getStart(source) } };
  const found = await testsFor(asked);
  const ms = Math.round(performance.now() - startMs);
  if (found.kind !== "tests")
    return {
      name,
      ms,
      reason: found.reason,
      ...("detail" in found && { detail: found.detail }),
      arms: { reached: 0, all: markArms(ts, source, node).arms },
      mutants: { killed: 0, killedByThrowing: 0, all: mutantsOf(ts, source, node).length },
    };
  const { arms, mutants, calls } = found;
  const isAgain = text32(`${place.file} ${name}`) % PASSED_OF === 0;
  const passed = isAgain && (await passesOf(asked, found, TIMES)).filter((times) => times === TIMES).length;
  return { name, ms, arms, mutants, tests: calls.length, ...(passed !== false && { passed }) };
}

async function measurePython(
  place: Pick<PythonTestsAsked, "root" | "file" | "text" | "files">,
  most: number,
): Promise<Omit<Row, "root" | "file">[]> {
  const all = await lookedAt({ ...place, list: true }, signal);
  if (!all || !("functions" in all)) return [];
  const named = all.functions.filter(({ parameters }) => parameters > 0).map(({ name }) => name);
  const rows: Omit<Row, "root" | "file">[] = [];
  for (const name of shuffled([...new Set(named)], new SeededRandom(place.text.length))) {
    if (rows.length >= Math.min(OF_A_FILE, most)) break;
    const look = await lookedAt({ ...place, name }, signal);
    if (!look || "functions" in look || ("reason" in look && look.reason !== "noInputs")) continue;
    rows.push(await measuredPython({ ...place, at: { name }, problems: [], signal }, look, name));
  }
  return rows;
}

async function measuredPython(
  asked: PythonTestsAsked,
  look: { arms?: number; changes?: number },
  name: string,
): Promise<Omit<Row, "root" | "file">> {
  const startMs = performance.now();
  const found = await pythonTestsFor(asked);
  const ms = Math.round(performance.now() - startMs);
  if (found.kind !== "tests") {
    const arms = { reached: 0, all: look.arms ?? 0 };
    const mutants = { killed: 0, killedByThrowing: 0, all: look.changes ?? 0 };
    return { name, ms, reason: found.reason, ...("detail" in found && { detail: found.detail }), arms, mutants };
  }
  const { arms, mutants, calls, text, house } = found;
  const isAgain = text32(`${asked.file} ${name}`) % PASSED_OF === 0;
  const passed = isAgain && (await pythonPassesOf(asked, found, TIMES)).filter((times) => times === TIMES).length;
  if (values.texts) {
    const folder = path.join(values.texts, path.basename(asked.root));
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, `test_${path.basename(asked.file, ".py")}_${name}.py`), text);
  }
  return { name, ms, runner: house.runner, arms, mutants, tests: calls.length, ...(passed !== false && { passed }) };
}

/** A number for a text: which functions are run again does not depend on the order. */
function text32(text: string): number {
  return [...text].reduce((sum, one) => (sum * 31 + one.charCodeAt(0)) >>> 0, 7);
}

function append(row: Row): void {
  appendFileSync(values.out!, `${JSON.stringify(row)}\n`);
}

/** The rows of files that are through, and their ends. */
function rowsOf(file: string): Row[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const rows = lines.map((line) => JSON.parse(line) as Row);
  const ended = new Set(rows.filter(({ name }) => name === undefined).map(({ root, file: of }) => `${root} ${of}`));
  return rows.filter(({ root, file: of }) => ended.has(`${root} ${of}`));
}

function reportOf(rows: readonly Row[]): string {
  const names = values.names?.split(",");
  const functions = rows.filter((one) => one.name !== undefined && (!names || names.includes(one.root)));
  const kept = functions.filter((one) => one.tests !== undefined);
  const again = kept.filter((one) => one.passed !== undefined);
  const sum = (of: readonly Row[], count: (row: Row) => number | undefined) =>
    of.reduce((all, row) => all + (count(row) ?? 0), 0);
  const share = (part: number, all: number) => `${part} of ${all} (${((100 * part) / Math.max(1, all)).toFixed(1)} %)`;
  const counted = (texts: readonly (string | undefined)[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const text of texts) if (text !== undefined) counts[text] = (counts[text] ?? 0) + 1;
    return counts;
  };
  const ms = functions.map((one) => one.ms ?? 0).toSorted((a, b) => a - b);
  return [
    `functions with a kept test: ${share(kept.length, functions.length)}`,
    `tests that pass ${TIMES} times, of a sample: ${share(
      sum(again, (row) => row.passed),
      sum(again, (row) => row.tests),
    )}`,
    ...[kept, functions].flatMap((some, index) => {
      const of = index === 0 ? "of functions with a test" : "of all functions";
      const branches = share(
        sum(some, (row) => row.arms?.reached),
        sum(some, (row) => row.arms?.all),
      );
      const mutants = (count: (row: Row) => number | undefined) =>
        share(
          sum(some, count),
          sum(some, (row) => row.mutants?.all),
        );
      return [
        `branches, ${of}: ${branches}`,
        `mutants, ${of}: ${mutants((row) => row.mutants?.killed)}; "call it and expect no throw": ${mutants((row) => row.mutants?.killedByThrowing)}`,
      ];
    }),
    `milliseconds a function: median ${ms[ms.length >> 1]}, longest ${ms.at(-1)}`,
    `without: ${JSON.stringify(counted(functions.map(({ reason }) => reason)))}`,
    `with a test: ${JSON.stringify(counted(kept.map(({ root }) => root)))} of ${JSON.stringify(counted(functions.map(({ root }) => root)))}`,
  ].join("\n");
}
