// Tests for a Python function: what it does in the sandbox as expected values, and of the calls the fewest that go through most branches and notice most
// mutants. Returns a text; writes nothing.

import type { Problem } from "../../../typescript/problems.ts";
import { lineStartsOf } from "../../../workspace/chunks.ts";
import { fewest, killedBy, type Observed, observed } from "../choose.ts";
import { isNotRun, NO_TESTS, type NoTests } from "../reasons.ts";
import { isIsolated } from "../sandbox.ts";
import type { NoTestsHere, OfferedTests, TestsFound } from "../testsFor.ts";
import type { KnownCall } from "../testText.ts";
import { inPythonSandbox, type LookAnswer, lookedAt, type PythonJob, type Runnable } from "./askPython.ts";
import { type PythonHouse, pythonHouseOf } from "./pythonHouse.ts";
import { type PythonNamed, pythonSkeletonText, pythonTestText } from "./pythonTestText.ts";

const ROUNDS = 5;

export interface PythonTestsAsked {
  root: string; // absolute
  file: string; // absolute
  text: string; // of the file
  files: readonly string[]; // of the workspace that may be read, absolute
  at: { line: number } | { name: string }; // from 1; or the name of the function
  problems: readonly Problem[]; // of the file
  signal: AbortSignal;
}

/** @throws Cancelled */
export async function pythonTestsFor(asked: PythonTestsAsked): Promise<TestsFound<PythonHouse>> {
  const { root, file, text, files, at, problems, signal } = asked;
  const look = await lookedAt({ root, file, text, files, ...at }, signal);
  if (!look || "functions" in look) return none("noPython");
  const { name, module, first, last, hasPytest = false } = look as Partial<Runnable>;
  if (name === undefined || module === undefined || first === undefined || last === undefined)
    return none("reason" in look ? look.reason : "noFunction", "reason" in look ? look.of : undefined);
  const starts = lineStartsOf(text);
  const end = starts[last] ?? text.length;
  if (problems.some((one) => one.start < end && one.end > starts[first - 1]!)) return none("reportedProblem");
  const house = pythonHouseOf({ root, file, text, name, hasPytest });
  const named: PythonNamed = { module, name, extra: [] };
  const reason = reasonAgainst(look);
  if (reason !== undefined) {
    const of = "of" in look ? look.of : undefined;
    if (!isNotRun(reason)) return none(reason, of);
    return { kind: "skeleton", name, house, text: pythonSkeletonText(house, named, NO_TESTS[reason]), reason, of };
  }
  return offered(look as Runnable, house, signal);
}

const reasonAgainst = (look: LookAnswer): NoTests | undefined =>
  "reason" in look ? look.reason : isIsolated() ? undefined : "noSandbox";

async function offered(look: Runnable, house: PythonHouse, signal: AbortSignal): Promise<TestsFound<PythonHouse>> {
  const { python, name, module, extra, marked, arms, calls } = look;
  const mutants = look.mutants.map((source, index) => ({ id: `mutant${index}`, source }));
  const job = { ...jobOf(look), calls, rounds: ROUNDS, marked, mutants };
  const seen = await observed(job, (one, surroundings) =>
    inPythonSandbox(python, one, surroundings === "first" ? "0" : "1", signal),
  );
  if ("reason" in seen) return none(seen.reason, seen.detail);
  const chosen = fewest(seen.known, seen.kills);
  if (chosen.length === 0) return none("nothingGained");
  const named = { module, name, extra };
  const times = await passes(look, house, chosen, ROUNDS, signal);
  const kept: Observed[] = chosen.filter((_, index) => times[index] === ROUNDS);
  const killed = killedBy(kept, seen.kills);
  const reached = new Set(kept.flatMap((one) => one.arms));
  if (kept.length === 0 || killed === 0 || reached.size === 0)
    return none(kept.length === 0 ? "notStable" : "nothingGained");
  return {
    kind: "tests",
    name,
    exported: name,
    house,
    text: pythonTestText(house, named, kept),
    calls: kept,
    tried: calls.length,
    arms: { reached: reached.size, all: arms },
    mutants: { killed, killedByThrowing: killedBy(kept, seen.throwing), all: mutants.length },
  };
}

/** How often each test of a list passes, as it would stand in the file, in a process of its own. */
async function passes(
  look: Runnable,
  house: PythonHouse,
  calls: readonly KnownCall[],
  rounds: number,
  signal: AbortSignal,
): Promise<number[]> {
  const { module, name, extra, python } = look;
  const scripts = calls.map((one) => pythonTestText(house, { module, name, extra }, [one]));
  const { answers } = await inPythonSandbox(python, { ...jobOf(look), rounds, scripts }, "0", signal);
  const passed = new Map(answers.flatMap((one) => (one.at === "script" ? [[one.index, one.passed] as const] : [])));
  return calls.map((_, index) => passed.get(index) ?? 0);
}

/** How often each offered test passes when it is run again. */
export async function pythonPassesOf(
  { root, file, text, files, at, signal }: PythonTestsAsked,
  found: OfferedTests<PythonHouse>,
  rounds: number,
): Promise<number[]> {
  const look = await lookedAt({ root, file, text, files, ...at }, signal);
  if (!look || !("calls" in look)) return found.calls.map(() => 0);
  return passes(look, found.house, found.calls, rounds, signal);
}

/** A job that does nothing yet. */
const jobOf = ({ modules, packages, system, module, name, extra }: Runnable): PythonJob => ({
  modules,
  packages,
  system,
  target: module,
  exported: name,
  extra,
  calls: [],
  rounds: 1,
  marked: undefined,
  mutants: [],
  skip: [],
  scripts: [],
});

const none = (reason: NoTests, detail?: string): NoTestsHere => ({
  kind: "none",
  reason,
  ...(detail !== undefined && { detail }),
});
