// Measures whether a regular expression costs more than its input is long. V8's time limit ends what would not end. Not a test.

import vm from "node:vm";
import { type HostileInput, hostileInputs, inputOf } from "./hostileInputs.ts";
import type { Pattern } from "./patternsIn.ts";

const UNITS = 20_000; // the longest line of a file that is completed
const SUSPICIOUS_MS = 4; // linear patterns take less than 1
const LIMIT_MS = 50;
const TIMEOUT_MS = 300; // by the clock
const MAX_GROWTH = 2.6; // of the time, when the input is twice as long
const ATTEMPTS = 8; // a busy machine makes one look slow now and then
const MAX_TIMEOUTS = 2; // attempts that do not end need no more of their kind

/** Each input is tried at a quarter of the length first; what grows with the square takes a sixteenth there. */
const FIRST_SUSPICIOUS_MS = SUSPICIOUS_MS / 16;

interface Sandbox {
  pattern: RegExp;
  inputs: readonly string[];
  at: number;
  suspiciousMs: number;
  now: () => number;
}

const sandbox = vm.createContext({ now: () => performance.now() }) as Sandbox;
/** Stops at the first input that takes longer. */
const searchAll = new vm.Script(`
  for (; at < inputs.length; at++) {
    const startMs = now();
    pattern.lastIndex = 0;
    pattern.test(inputs[at]);
    if (now() - startMs > suspiciousMs) break;
  }
`);

/**
 * @param units the longest input that the pattern ever gets
 * @returns the input that shows it, with times; undefined where no input was found that costs more than its length
 */
export function superlinear(pattern: Pattern, units = UNITS): string | undefined {
  sandbox.pattern = new RegExp(pattern.source, pattern.flags);
  for (const unit of ["a", "b"]) costMs(unit); // compiled by now
  const hostile = hostileInputs(pattern);
  const inputs = hostile.map((one) => inputOf(one, units / 4));
  for (let at = 0; at < inputs.length; at++) {
    at = firstSlow(inputs, at, FIRST_SUSPICIOUS_MS);
    const times = at < inputs.length && confirmed(hostile[at], units);
    if (times) return `${JSON.stringify(hostile[at])}: ${times}`;
  }
  return undefined;
}

/** The first input from `at` on that takes longer than it should, by its index; the number of the inputs where none does. */
function firstSlow(inputs: readonly string[], at: number, suspiciousMs: number): number {
  Object.assign(sandbox, { inputs, at, suspiciousMs });
  search();
  return sandbox.at;
}

/** Whether it came to its end in time. */
function search(): boolean {
  try {
    searchAll.runInContext(sandbox, { timeout: TIMEOUT_MS });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw error;
    return false;
  }
}

/** The times, if they are bad each time. */
function confirmed(hostile: HostileInput, units: number): string | undefined {
  const [half, whole] = [inputOf(hostile, units / 2), inputOf(hostile, units)];
  const [halfMs, wholeMs]: number[][] = [[], []];
  for (let i = 0; i < ATTEMPTS; i++) {
    wholeMs.push(costMs(whole));
    if (wholeMs[i] < SUSPICIOUS_MS) return undefined;
    if (wholeMs.filter((ms) => ms === Infinity).length > MAX_TIMEOUTS) break;
    if (wholeMs[i] < LIMIT_MS) halfMs.push(costMs(half));
  }
  const [fast, slow] = [Math.min(...halfMs), Math.min(...wholeMs)]; // Infinity where the limit alone decides
  if (slow < LIMIT_MS && slow <= fast * MAX_GROWTH) return undefined;
  return `${units} characters take ${slow.toFixed(1)} ms${halfMs.length > 0 ? `, half as many ${fast.toFixed(1)} ms` : ""}`;
}

/** Processor time of this thread where Node tells it, otherwise of the process: neither counts what other processes take. */
const usedOfProcessor = (since?: NodeJS.CpuUsage): NodeJS.CpuUsage =>
  process.threadCpuUsage ? process.threadCpuUsage(since) : process.cpuUsage(since);

/** Processor time of a search; Infinity where it does not end in time. */
function costMs(input: string): number {
  Object.assign(sandbox, { inputs: [input], at: 0, suspiciousMs: Infinity });
  const start = usedOfProcessor();
  if (!search()) return Infinity;
  const { user, system } = usedOfProcessor(start);
  return (user + system) / 1_000;
}
