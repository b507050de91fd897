// Times work on a machine that others use as well: keeps the samples that were taken while nobody else was busy.
// Where the system does not tell (no /proc/stat), all samples count.

import { readFileSync } from "node:fs";

const MOST_OTHERS = 0.15; // CPU time of others, as a share of the time that a sample took
const TICK_MS = 10; // of /proc/stat
const FEWEST = 3; // samples that a figure rests on

export interface QuietTime {
  ms: number; // median of the samples that count
  samples: number;
  quiet: number; // of these, how many were taken undisturbed
}

/** Runs `work` (at least some 100 ms long, or /proc/stat is too coarse) until `wanted` samples are quiet, at most `most` times. */
export async function timeQuietly(work: () => Promise<void>, wanted: number, most: number): Promise<QuietTime> {
  const samples: { ms: number; others: number }[] = [];
  const isQuiet = ({ others }: { others: number }) => others <= MOST_OTHERS;
  while (samples.length < most && samples.filter(isQuiet).length < wanted) {
    const [start, busyBefore, ownBefore] = [performance.now(), busyMs(), ownMs()];
    await work();
    const ms = performance.now() - start;
    samples.push({ ms, others: (busyMs() - busyBefore - (ownMs() - ownBefore)) / ms });
  }
  const byDisturbance = samples.toSorted((a, b) => a.others - b.others);
  const quiet = byDisturbance.filter(isQuiet).length;
  const counted = byDisturbance.slice(0, Math.max(FEWEST, quiet)).map(({ ms }) => ms);
  return { ms: counted.toSorted((a, b) => a - b)[counted.length >> 1], samples: samples.length, quiet };
}

/** CPU time of all processes and of the machines that share the processor with this one. */
function busyMs(): number {
  try {
    const [user, nice, system, , , irq, softirq, steal] = readFileSync("/proc/stat", "utf8")
      .split("\n")[0]
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softirq + steal) * TICK_MS;
  } catch {
    return ownMs();
  }
}

function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
