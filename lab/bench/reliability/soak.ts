// The soak: real files are typed key by key through the real agent and host, while a seed draws what is killed, stopped, damaged, filled, slowed or
// set to another time. Every request must be answered, or be cleanly empty with a reason; nothing may be lost; memory must stay flat.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { memoryOf } from "../support/processMemory.ts";
import { quantile } from "../support/reporting.ts";
import { FaultBag } from "./faultBag.ts";
import { FAULTS } from "./faults.ts";
import { checkStatistics, lostIn, orphans } from "./lost.ts";
import { megabytes, type PartResult, slopeOf } from "./partResult.ts";
import { processesOf, signal } from "./processes.ts";
import { prepare, type Run, type SceneOptions } from "./soakScene.ts";
import { until } from "./until.ts";
import { type Item, type Outcome, offsetAt } from "./window.ts";

export interface SoakOptions extends SceneOptions {
  requests: number;
  minutes: number; // it ends after these, however many requests are left
  keyPauseMs: number; // between a key and its request, as the editor waits
}

/** Requests between two faults, on average. */
const FAULT_EVERY = 30;
const QUIET_SHARE = 0.1; // of the requests, at the end: no more faults, for the slope of the memory
const KEYS_OF_A_BURST = [6, 24] as const;
const SAMPLE_EVERY = 50; // requests between two looks at the memory
const RECOVERED_MS = 60_000;

export async function soak(options: SoakOptions): Promise<PartResult> {
  const run = await prepare(options);
  try {
    await run.window.open();
    await until("the model is ready at the start", () => run.window.isReady, RECOVERED_MS * options.slack);
    return await type(options, run);
  } finally {
    writeFileSync(run.scene.meddleFile, "{}");
    await run.window.close().catch(() => {});
    for (const { pid } of processesOf(run.scene.runtimeDir)) signal(pid, "SIGKILL");
    run.scene.disk.dispose();
  }
}

async function type(options: SoakOptions, run: Run): Promise<PartResult> {
  const { window, scene, files } = run;
  const random = new SeededRandom(options.seed);
  let requests = 0;
  const outcomes: Record<string, number> = {};
  const waitedMs: number[] = []; // of requests that were not cancelled
  const failures: string[] = [];
  const struck: Record<string, number> = {};
  const samples: Record<string, [request: number, megabytes: number][]> = { agent: [], host: [], indexer: [] };
  const startMs = performance.now();
  const share = () => Math.max(requests / options.requests, (performance.now() - startMs) / (options.minutes * 60_000));
  let quietFrom = Number.POSITIVE_INFINITY; // the request from which on there are no faults
  const faults = new FaultBag(random);
  let [nextFault, nextSample, shownBefore] = [FAULT_EVERY, 0, 0];
  let striking: Promise<void> | undefined;
  const pending = new Set<Promise<unknown>>();

  const strike = async (): Promise<void> => {
    const name = faults.next(performance.now());
    try {
      if (!(await FAULTS[name].strike(scene))) return;
      struck[name] = (struck[name] ?? 0) + 1;
      shownBefore = checkStatistics(scene.dataDir, shownBefore, failures);
      if (FAULTS[name].ends === undefined) return;
      await sleep(500); // the agent has to see it
      await until(
        `the model is back after "${name}"`,
        () => window.isReady,
        RECOVERED_MS * options.slack,
        () => window.restartHostIfFailed(),
      );
    } catch (error) {
      failures.push(`${name} at request ${requests}: ${(error as Error).message}`);
    }
  };
  const look = () => {
    for (const { pid, what } of processesOf(scene.runtimeDir)) {
      const memory = memoryOf(pid);
      if (memory) samples[what]?.push([requests, megabytes(memory.rssBytes)]);
    }
  };
  const note = (outcome: Outcome) => {
    outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1;
    if (outcome.kind !== "cancelled") waitedMs.push(outcome.ms);
    if (outcome.kind === "failed") failures.push(`request ${requests}: ${outcome.why}`);
  };
  /** Asks at the cursor; waits for the answer, or leaves it to the next key. */
  const ask = async (uri: string, offset: number, signal: AbortSignal): Promise<Outcome | undefined> => {
    requests++;
    const answer = window.ask(uri, offset, random.chance(0.15), signal);
    const noted = answer.then(note).finally(() => pending.delete(noted));
    pending.add(noted);
    if (random.chance(0.75)) return answer;
    await sleep(random.between(0, 120));
    return undefined;
  };
  const between = async () => {
    if (requests >= nextSample) {
      nextSample = requests + SAMPLE_EVERY;
      console.error(
        `${requests} requests, ${Object.values(struck).reduce((sum, n) => sum + n, 0)} faults, ${JSON.stringify(outcomes)}`,
      );
      look();
      await window.count();
      if (random.chance(0.5)) scene.work(5);
    }
    if (share() >= 1 - QUIET_SHARE) quietFrom = Math.min(quietFrom, requests);
    if (requests < nextFault || requests >= quietFrom || striking) return;
    nextFault = requests + random.between(FAULT_EVERY / 2, FAULT_EVERY * 1.5);
    striking = strike().finally(() => {
      striking = undefined;
    });
  };

  while (share() < 1) {
    const file = random.pick(files);
    window.openFile(file.uri, file.languageId, file.text);
    await burst(file.uri);
    window.closeFile(file.uri);
    if (requests >= quietFrom) await striking;
  }
  await Promise.all(pending);
  await striking;
  look();
  await window.restartHostIfFailed();
  await until("the model is ready at the end", () => window.isReady, RECOVERED_MS * options.slack).catch((error) =>
    failures.push(error.message),
  );
  const lost = await lostIn(scene, shownBefore);
  await window.close();
  lost.push(...(await orphans(scene.runtimeDir)));
  return report();

  /** Takes out what follows a place of a file, and types it again. */
  async function burst(uri: string): Promise<void> {
    const text = window.text(uri);
    const lines = [...text.matchAll(/^[ \t]*(?=\S)/gm)].map(({ index, 0: indent }) => index + indent.length);
    const start = random.pick(lines);
    const target = text.slice(start, start + random.between(...KEYS_OF_A_BURST));
    const rest = target.includes("\n") ? target.length : text.indexOf("\n", start) - start; // the rest of a line is typed later
    window.edit(uri, start, start + Math.max(target.length, rest), "");
    let at = start;
    window.rest(uri, at);
    for (const key of target) {
      window.edit(uri, at, at, key);
      at += key.length;
      await sleep(options.keyPauseMs);
      const next = new AbortController();
      const outcome = await ask(uri, at, next.signal);
      await between();
      next.abort();
      if (outcome?.kind === "answered" && random.chance(0.2)) {
        accept(uri, outcome.item);
        return;
      }
      if (share() >= 1) return;
    }
  }

  function accept(uri: string, item: Item): void {
    const text = window.text(uri);
    window.edit(uri, offsetAt(text, item.range.start), offsetAt(text, item.range.end), item.insertText);
    window.accepted(item);
  }

  function report(): PartResult {
    const reasons = reasonsIn(run.traceFile);
    const { answered = 0, empty = 0, cancelled = 0, agentGone = 0, failed = 0 } = outcomes;
    const clean = requests - failed;
    const memory = (what: string) => {
      const all = samples[what].map(([, value]) => value);
      const quiet = samples[what].filter(([request]) => request >= quietFrom);
      const few = Math.max(1, Math.floor(all.length / 10));
      return {
        start: quantile(all.slice(0, few), 0.5),
        end: quantile(all.slice(-few), 0.5),
        most: Math.max(...all),
        perThousand: Math.round(1000 * slopeOf(samples[what]) * 10) / 10,
        perThousandWithoutFaults: Math.round(1000 * slopeOf(quiet) * 10) / 10,
      };
    };
    const agent = memory("agent");
    const host = memory("host");
    return {
      part: "soak",
      attempts: requests,
      failures,
      lost,
      worstMs: Math.max(...waitedMs),
      memory: {
        agentStart: agent.start,
        agentEnd: agent.end,
        agentMost: agent.most,
        agentPerThousandRequests: agent.perThousand,
        agentPerThousandWithoutFaults: agent.perThousandWithoutFaults,
        hostStart: host.start,
        hostEnd: host.end,
        hostMost: host.most,
        hostPerThousandRequests: host.perThousand,
        hostPerThousandWithoutFaults: host.perThousandWithoutFaults,
        indexerMost: Math.max(0, ...samples.indexer.map(([, value]) => value)),
      },
      details: {
        answered,
        empty,
        cancelledByNextKey: cancelled,
        agentWasGone: agentGone,
        failed,
        cleanShare: clean / requests,
        reasons,
        modelCalls: window.totals.modelCalls ?? 0,
        accepted: window.totals.accepted ?? 0,
        waitedMs: { p50: quantile(waitedMs, 0.5), p95: quantile(waitedMs, 0.95), p99: quantile(waitedMs, 0.99) },
        faults: struck,
        outages: {
          count: window.outagesMs.length,
          p50Ms: quantile(window.outagesMs, 0.5),
          worstMs: Math.round(Math.max(0, ...window.outagesMs)),
        },
        restartsAskedOfAPerson: window.restartsAsked,
      },
      skipped: scene.disk.isMounted ? [] : ["disk full: no file system could be mounted here"],
    };
  }
}

/** How often the agents gave each answer, by source or reason. */
function reasonsIn(traceFile: string): Record<string, number> {
  const counts: Record<string, number> = {};
  if (!existsSync(traceFile)) return counts;
  for (const [, reason] of readFileSync(traceFile, "utf8").matchAll(/ completion: (\w+),/g))
    counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}
