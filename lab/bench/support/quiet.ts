// Times work on a machine that others use as well: keeps the samples that were taken while nobody else was busy, and lets those who are
// compared take turns. Where the system does not tell (no /proc/stat), all samples count.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { type Spent, stopwatch } from "../peer/stopwatch.ts";

const MOST_OTHERS = 0.15; // CPU time of others, as a share of the time that a sample took
const TICK_MS = 10; // of /proc/stat
const FEWEST = 3; // samples that a figure rests on
const SCREENING_TURNS = 2; // after which who is too slow is out
const TOO_SLOW = 1.5; // times the fastest rival
const REST_MS = 80; // before a turn: threads of the one before stop spinning by then

export interface QuietTime {
  ms: number; // median of the samples that count
  samples: number;
  quiet: number; // of these, how many were taken undisturbed
}

interface Sample {
  ms: number;
  others: number; // share of the time
}

const isQuiet = ({ others }: Sample): boolean => others <= MOST_OTHERS;

/** Lets the threads of what ran last come to rest. */
export const rest = (): Promise<void> => sleep(REST_MS);

/** `work` of this process (at least some 100 ms long, or /proc/stat is too coarse), with what it took. */
export const here = (work: () => Promise<unknown>) => async (): Promise<Spent> => {
  const spent = stopwatch();
  await work();
  return spent();
};

/**
 * Lets all of `contestants` do their work in turns until each has `wanted` quiet samples, or `most`. Whatever else runs meanwhile counts as
 * disturbance, another contestant's threads too. Who is slower by half than the fastest of those with the same `rivals`, undisturbed, is
 * measured no more.
 */
export async function takeTurns(
  contestants: readonly { rivals: string; work: () => Promise<Spent> }[],
  wanted: number,
  most: number,
): Promise<QuietTime[]> {
  const turns = contestants.map((contestant) => ({ ...contestant, samples: [] as Sample[], isOut: false }));
  const needsMore = ({ samples, isOut }: (typeof turns)[number]) =>
    !isOut && samples.length < most && samples.filter(isQuiet).length < wanted;
  while (turns.some(needsMore)) {
    for (const turn of turns.filter(needsMore)) {
      await rest();
      turn.samples.push(await sample(turn.work));
    }
    for (const turn of turns) {
      const rivals = turns.filter(({ rivals }) => rivals === turn.rivals).map(({ samples }) => fastestQuiet(samples));
      turn.isOut ||=
        turn.samples.length >= SCREENING_TURNS &&
        fastestQuiet(turn.samples) > TOO_SLOW * Math.min(...rivals.filter((ms) => !Number.isNaN(ms)));
    }
  }
  return turns.map(({ samples }) => summary(samples));
}

/** Of the undisturbed samples; where there are none, nobody is known to be too slow. */
function fastestQuiet(samples: readonly Sample[]): number {
  const quiet = samples.filter(isQuiet);
  return quiet.length > 0 ? Math.min(...quiet.map(({ ms }) => ms)) : Number.NaN;
}

/** Does `work` once. A short one is disturbed only by more than what /proc/stat cannot tell. */
export async function timeOnce(work: () => Promise<Spent>): Promise<{ isQuiet: boolean }> {
  const start = performance.now();
  const { others } = await sample(work);
  const ms = performance.now() - start;
  return { isQuiet: others * ms <= MOST_OTHERS * ms + TICK_MS };
}

async function sample(work: () => Promise<Spent>): Promise<Sample> {
  const [start, before] = [performance.now(), busyMs()];
  const { ms, cpuMs } = await work();
  const others = before === undefined ? 0 : busyMs()! - before - cpuMs;
  return { ms, others: others / (performance.now() - start) };
}

function summary(samples: readonly Sample[]): QuietTime {
  const byDisturbance = samples.toSorted((a, b) => a.others - b.others);
  const quiet = byDisturbance.filter(isQuiet).length;
  const counted = byDisturbance.slice(0, Math.max(FEWEST, quiet)).map(({ ms }) => ms);
  return { ms: counted.toSorted((a, b) => a - b)[counted.length >> 1], samples: samples.length, quiet };
}

/** CPU time of all processes and of the machines that share the processor with this one. */
function busyMs(): number | undefined {
  try {
    const [user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8")
      .split("\n")[0]
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softirq + steal) * TICK_MS;
  } catch {
    return undefined;
  }
}
