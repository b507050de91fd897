// Of calls that ran, what is worth keeping: those that come out the same wherever they run, and of them the fewest that go through most branches and
// notice most mutants. In whichever language; starts nothing itself.

import type { NoTests } from "./reasons.ts";
import type { SandboxRun } from "./sandbox.ts";
import type { Answer, Job, Outcome } from "./sandboxProcess.ts";
import type { KnownCall } from "./testText.ts";

const MOST_KEPT = 12;
const MOST_ENDLESS = 3; // calls after which the process had to be ended; more, and nothing is offered

export interface Observed extends KnownCall {
  index: number;
  arms: number[];
}

export interface Observations {
  known: Observed[];
  kills: Map<number, Set<string>>; // by call: the mutants after which something else comes out
  throwing: Map<number, Set<string>>; // those of them that show by a throw alone, or by its absence
}

/** What is looked at of a job; the rest is for the sandbox. */
type Watched = Pick<Job, "calls" | "marked" | "mutants" | "skip">;

/** Runs a job in one of two sandboxes whose surroundings differ: what differs between them depends on where it runs. */
export type Run<J> = (job: J, surroundings: "first" | "second") => Promise<SandboxRun>;

/** What the calls do, the same in both surroundings; and which mutants each of them notices. */
export async function observed<J extends Watched>(
  job: J,
  run: Run<J>,
): Promise<Observations | { reason: NoTests; detail?: string }> {
  const first = await patiently(job, (one) => run(one, "first"));
  if ("reason" in first) return first;
  const second = await patiently({ ...job, marked: undefined, mutants: [], skip: first.skip }, (one) =>
    run(one, "second"),
  );
  if ("reason" in second) return second;
  const plain = (answers: readonly Answer[]) =>
    answers.filter((one) => one.at === "call").filter(({ variant }) => variant === "plain");
  const again = new Map(plain(second.answers).map(({ call, outcome }) => [call, outcome]));
  const all = plain(first.answers);
  const known = all.flatMap(({ call, outcome, arms = [] }): Observed[] => {
    const isSame = JSON.stringify(again.get(call)) === JSON.stringify(outcome);
    return "text" in outcome && isSame ? [{ index: call, call: job.calls[call]!, outcome, arms }] : [];
  });
  if (known.length === 0) {
    if (first.skip.length > 0 || (all.length > 0 && all.every(({ outcome }) => outcome.kind === "late")))
      return { reason: "tooSlow" };
    return { reason: "notStable" };
  }
  const kills = new Map(known.map(({ index }) => [index, new Set<string>()]));
  const throwing = new Map(known.map(({ index }) => [index, new Set<string>()]));
  const outcomes = new Map<number, Outcome>(known.map(({ index, outcome }) => [index, outcome]));
  for (const one of first.answers) {
    if (one.at !== "call" || one.variant === "plain") continue;
    const wanted = outcomes.get(one.call);
    if (!wanted || JSON.stringify(wanted) === JSON.stringify(one.outcome)) continue;
    kills.get(one.call)!.add(one.variant);
    if (wanted.kind === "value" && (one.outcome.kind === "throws" || one.outcome.kind === "late"))
      throwing.get(one.call)!.add(one.variant);
  }
  for (const mutant of first.endless) {
    const [variant = "", call] = mutant.split(" ");
    kills.get(Number(call))?.add(variant);
    throwing.get(Number(call))?.add(variant);
  }
  return { known, kills, throwing };
}

/** Runs a job; a call after which the process had to be ended is left out, and the job runs again. */
async function patiently<J extends Watched>(
  given: J,
  run: (job: J) => Promise<SandboxRun>,
): Promise<{ answers: Answer[]; skip: string[]; endless: string[] } | { reason: NoTests; detail?: string }> {
  let job = given;
  const skip = [...job.skip];
  const endless: string[] = [];
  for (let tries = 0; tries <= MOST_ENDLESS; tries++) {
    const { answers, hasEnded } = await run({ ...job, skip });
    const failure = answers.find((one) => one.at === "failed" && one.variant === "plain");
    if (failure?.at === "failed") return { reason: "cannotLoad", detail: failure.message };
    if (hasEnded) return { answers, skip, endless };
    const last = answers.findLast((one) => one.at === "begin");
    if (!last) return { reason: "cannotLoad" };
    if (last.variant === "load") return { reason: "tooSlow" };
    const place = `${last.variant} ${last.call}`;
    skip.push(place);
    if (last.variant !== "plain") {
      endless.push(place);
      if (last.call < 0) job = { ...job, mutants: job.mutants.filter(({ id }) => id !== last.variant) };
    }
  }
  return { reason: "tooSlow" };
}

/** Greedy: each time the call that adds most, short ones first. */
export function fewest(known: readonly Observed[], kills: ReadonlyMap<number, ReadonlySet<string>>): Observed[] {
  const left = known.toSorted((a, b) => a.call.length + a.outcome.text.length - b.call.length - b.outcome.text.length);
  const gained = new Set<string>();
  const gainsOf = ({ arms, index }: Observed) =>
    [...arms.map((arm) => `arm ${arm}`), ...(kills.get(index) ?? [])].filter((one) => !gained.has(one));
  const kept: Observed[] = [];
  while (kept.length < MOST_KEPT) {
    let best: { one: Observed; gains: string[] } | undefined;
    for (const one of left) {
      const gains = gainsOf(one);
      if (gains.length > (best?.gains.length ?? 0)) best = { one, gains };
    }
    if (!best) break;
    for (const gain of best.gains) gained.add(gain);
    kept.push(best.one);
    left.splice(left.indexOf(best.one), 1);
  }
  return kept.toSorted((a, b) => a.index - b.index);
}

export const killedBy = (kept: readonly Observed[], kills: ReadonlyMap<number, ReadonlySet<string>>): number =>
  new Set(kept.flatMap(({ index }) => [...(kills.get(index) ?? [])])).size;
