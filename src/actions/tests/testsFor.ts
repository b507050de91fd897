// Tests for the function on a line: calls that are tried in the sandbox, what came out as expected values, and of them the fewest that go through most
// branches and notice most mutants. Returns a text; writes nothing.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import { withChanges } from "../../typescript/problems.ts";
import type { Projects } from "../../typescript/projects.ts";
import { markArms } from "./arms.ts";
import { fewest, killedBy, type Observed, observed } from "./choose.ts";
import { type House, houseOf, type Neighbour, nearestTest } from "./house.ts";
import { callsOf } from "./inputs.ts";
import { asModule, importKey, type Reached, reachedFrom, urlOf } from "./modules.ts";
import { mutantsOf } from "./mutants.ts";
import { lookAt } from "./purity.ts";
import { isNotRun, NO_TESTS, type NoTests } from "./reasons.ts";
import { inSandbox } from "./sandbox.ts";
import type { Job } from "./sandboxProcess.ts";
import { type Target, targetAt, targetsIn } from "./target.ts";
import { type KnownCall, type Named, skeletonText, testText } from "./testText.ts";

const ROUNDS = 5;
const MOST_CALLER_FILES = 200;

/** Where a test file stands, in whichever language. */
export type TestPlace = Pick<House, "isMissing" | "file"> & { runner: string };

export interface OfferedTests<H extends TestPlace = House> {
  kind: "tests";
  name: string; // of the function
  exported: string; // "default", or the name of the export
  house: H;
  text: string; // of the whole file
  calls: KnownCall[];
  tried: number; // calls
  arms: { reached: number; all: number };
  mutants: { killed: number; killedByThrowing: number; all: number }; // killedByThrowing: what "call it and expect no throw" notices
}

export interface Skeleton<H extends TestPlace = House> {
  kind: "skeleton";
  name: string;
  house: H;
  text: string;
  reason: NoTests;
  of: string | undefined; // the file in which the reason lies
}

export interface NoTestsHere {
  kind: "none";
  reason: NoTests;
  detail?: string;
}

export type TestsFound<H extends TestPlace = House> = OfferedTests<H> | Skeleton<H> | NoTestsHere;

export interface TestsAsked {
  compiler: Compiler;
  projects: Projects;
  root: string; // absolute, forward slashes
  file: string; // absolute, forward slashes
  text: string; // of the file
  at: { offset: number } | { name: string }; // in UTF-16 units; or the name of the function
  signal: AbortSignal;
}

/** @throws Cancelled; what the compiler throws where it has a bug */
export async function testsFor(asked: TestsAsked): Promise<TestsFound> {
  const { compiler, projects, root, file, text, at, signal } = asked;
  const none = (reason: NoTests, detail?: string): NoTestsHere => ({
    kind: "none",
    reason,
    ...(detail !== undefined && { detail }),
  });
  const checker = await projects.checkerOf(file, text);
  const program = projects.of(file)?.program();
  const source = program?.getSourceFile(file);
  if ("reason" in checker || !program || !source) return none("unreadable");
  const targets = targetsIn(compiler, program.getTypeChecker(), source);
  const target = "name" in at ? targets.find(({ name }) => name === at.name) : targetAt(targets, source, at.offset);
  if (!target) return none("noFunction");
  const { node, name, exported } = target;
  const problems = await checker.problems();
  if (problems.some(({ start, end }) => start < node.end && end > node.getStart(source)))
    return none("reportedProblem");
  const options = program.getCompilerOptions();
  const isRequired = asModule(compiler, options, file, text).format === "commonjs";
  const neighbour = nearestTest(compiler, root, file);
  const house = houseOf(compiler, { root, file, text, name, isRequired, neighbour });
  const reached = reachedFrom(compiler, options, file, text);
  if ("reason" in reached) {
    const { reason, file: of } = reached;
    if (!isNotRun(reason)) return none(reason, of);
    return { kind: "skeleton", name, house, text: skeletonText(house, target, NO_TESTS[reason]), reason, of };
  }
  const calls = callsOf({
    compiler,
    checker: program.getTypeChecker(),
    target,
    sources: callers(compiler, program, name, neighbour),
  });
  if (calls.length === 0) return none("noInputs");
  const marked = markArms(compiler, source, node);
  const asSource = (changed: string) => asModule(compiler, options, file, changed).source;
  const mutants = mutantsOf(compiler, source, node).map((change, index) => ({
    id: `mutant${index}`,
    source: asSource(withChanges(text, [change])),
  }));
  const job: Job = {
    ...reached,
    target: urlOf(file),
    exported,
    calls: calls.filter((call) => isHarmlessCall(compiler, call)),
    rounds: ROUNDS,
    marked: asSource(withChanges(text, marked.insertions)),
    mutants,
    skip: [],
    scripts: [],
  };
  const seen = await observed(job, (one, surroundings) =>
    inSandbox(one, surroundings === "first" ? "UTC" : "Asia/Kathmandu", signal),
  );
  if ("reason" in seen) return none(seen.reason, seen.detail);
  const chosen = fewest(seen.known, seen.kills);
  const typed = await withoutProblems(asked, house, target, chosen);
  if (typed.length === 0) return none(chosen.length === 0 ? "nothingGained" : "notTyped");
  const kept = await passing(asked, { house, target, reached, options }, typed);
  if (kept.length > 0 && kept.every(({ outcome }) => outcome.text === "NaN")) return none("onlyNaN");
  const killed = killedBy(kept, seen.kills);
  const arms = new Set(kept.flatMap((one) => one.arms));
  if (kept.length === 0 || killed === 0 || arms.size === 0)
    return none(kept.length === 0 ? "notStable" : "nothingGained");
  return {
    kind: "tests",
    name,
    exported,
    house,
    text: testText(house, target, kept),
    calls: kept,
    tried: job.calls.length,
    arms: { reached: arms.size, all: marked.arms },
    mutants: { killed, killedByThrowing: killedBy(kept, seen.throwing), all: mutants.length },
  };
}

/** Those whose test the compiler accepts; the imports are not asked about, since a runner's types may not be there. */
async function withoutProblems(
  { projects, compiler }: TestsAsked,
  house: House,
  target: Target,
  calls: readonly Observed[],
): Promise<Observed[]> {
  if (calls.length === 0 || !/\.[cm]?tsx?$/.test(house.file)) return [...calls];
  const file = house.file.replaceAll("\\", "/");
  const isOk = async (some: readonly Observed[]): Promise<Observed[]> => {
    const text = testText(house, target, some);
    const checker = await projects.checkerOf(file, text);
    if ("reason" in checker) return [...some];
    const problems = (await checker.problems()).filter(({ start }) => start > text.indexOf(house.specifier));
    if (problems.length === 0) return [...some];
    const tree = compiler.createSourceFile(file, text, compiler.ScriptTarget.Latest, false);
    const tests = tree.statements.filter((one) => compiler.isExpressionStatement(one));
    return some.filter((_, index) => {
      const test = tests[index];
      const word = test && /^\w+/.exec(text.slice(test.getStart(tree)))?.[0];
      return (
        test &&
        !problems.some(({ start, end, message }) => start < test.end && end > test.pos && !isOfRunner(message, word))
      );
    });
  };
  try {
    return await isOk(calls);
  } finally {
    projects.setText(file, undefined);
  }
}

/** The runner's own names have no types where it is not installed. */
const isOfRunner = (message: string, word: string | undefined): boolean =>
  word !== undefined && new RegExp(`'(?:${word}|expect|assert|require)'`).test(message);

/** Those whose test, as it would stand in the file, passes each time. */
async function passing(
  asked: TestsAsked,
  found: { house: House; target: Target; reached: Reached; options: ts.CompilerOptions },
  calls: readonly Observed[],
): Promise<Observed[]> {
  const times = await passes(asked, found, calls, ROUNDS);
  return calls.filter((_, index) => times[index] === ROUNDS);
}

/** How often each test of a list passes, in a process of its own. */
async function passes(
  { compiler, file, signal }: TestsAsked,
  { house, target, reached, options }: { house: House; target: Named; reached: Reached; options: ts.CompilerOptions },
  calls: readonly KnownCall[],
  rounds: number,
): Promise<number[]> {
  const url = urlOf(file);
  const scripts = calls.map((one) => {
    const text = testText({ ...house, isRequired: false }, target, [one]);
    return asModule(compiler, options, `${file}.sotto-test.ts`, text).source;
  });
  const resolved = { ...reached.resolved };
  for (const index of calls.keys()) resolved[importKey(`${url}.sotto-test-${index}.mjs`, house.specifier)] = url;
  const none = { marked: undefined, mutants: [], skip: [], calls: [] };
  const { modules } = reached;
  const job: Job = { modules, resolved, target: url, exported: target.exported, rounds, scripts, ...none };
  const { answers } = await inSandbox(job, "UTC", signal);
  const passed = new Map(answers.flatMap((one) => (one.at === "script" ? [[one.index, one.passed] as const] : [])));
  return calls.map((_, index) => passed.get(index) ?? 0);
}

/** How often each offered test passes when it is run again. */
export async function passesOf(asked: TestsAsked, found: OfferedTests, rounds: number): Promise<number[]> {
  const options = asked.projects.of(asked.file)?.program()?.getCompilerOptions() ?? {};
  const reached = reachedFrom(asked.compiler, options, asked.file, asked.text);
  if ("reason" in reached) return found.calls.map(() => 0);
  const { house, name, exported } = found;
  return passes(asked, { house, target: { name, exported }, reached, options }, found.calls, rounds);
}

/** The files in which calls of a name are looked for: those of the program, and the nearest test, which is often in none. */
function callers(
  compiler: Compiler,
  program: ts.Program,
  name: string,
  neighbour: Neighbour | undefined,
): ts.SourceFile[] {
  const files = program
    .getSourceFiles()
    .filter(({ isDeclarationFile, text }) => !isDeclarationFile && text.includes(`${name}(`))
    .slice(0, MOST_CALLER_FILES);
  if (!neighbour || files.some(({ fileName }) => fileName === neighbour.file)) return files;
  const { file, text } = neighbour;
  return [compiler.createSourceFile(file, text, compiler.ScriptTarget.Latest, true), ...files];
}

/** Whether a call parses by itself (one that does not would cost all of them) and reaches nothing. */
function isHarmlessCall(compiler: Compiler, call: string): boolean {
  const text = `f${call};`;
  const { diagnostics = [] } = compiler.transpileModule(text, { reportDiagnostics: true });
  if (diagnostics.length > 0) return false;
  const tree = compiler.createSourceFile("m.js", text, compiler.ScriptTarget.Latest, true);
  const { refusal, imports } = lookAt(compiler, tree, () => false);
  return refusal === undefined && imports.length === 0;
}
