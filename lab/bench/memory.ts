// Bench: the memory of the model host: with the quick tier alone, with both tiers and a full prompt in each, and after the unused tier was unloaded
// (two minutes). Goal: at most 900 MB resident with both. Uses the built host (builds dist/). Linux only, which reports a process's memory. Ends with
// one JSON line on stdout.

import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { build } from "../../scripts/steps.ts";
import { computeForm } from "../../server/engine/graph/computeForm.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { POOL_LIMITS } from "../../server/host/modelPool.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import { type ModelChoice, TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import type { ModelClient } from "../../src/model/modelClient.ts";
import { Sandbox, until } from "../../test/support/hostProcess.ts";
import { requireTier } from "./support/benchModels.ts";
import { memoryOf, type ProcessMemory } from "./support/processMemory.ts";
import { machine } from "./support/reporting.ts";

const GOALS = { bothRssBytes: 900e6 };
const LINE = "sum += one;\n"; // short ones fill a budget almost to its end
const FULL_SHARE = 0.9; // of the tier's budget, at least
const SETTLING_MS = 1_000; // until what was freed is back at the system
const PATIENCE_MS = POOL_LIMITS.idleMs + 120_000; // far above what loading and leaving take

const { values } = parseArgs({ options: { threads: { type: "string" } } });
const cacheDir = defaultCacheDir();
for (const tier of TIERS) await computeForm(await openAdapted(requireTier(tier)), { cacheDir }); // the first start alone derives them
build();

const alone = await onHost("quick", async (host) => {
  const quickLoaded = await memory(host);
  await fill(host, "quick");
  return { quickLoaded, quickFull: await memory(host) };
});
const together = await onHost("auto", async (host) => {
  await fill(host, "quick"); // at once: where strong is fast enough here it soon answers what is typed
  await fill(host, "strong");
  const bothFull = await memory(host);
  if (restingTier(host)) throw new Error("a tier has left before both were there: the machine is too busy");
  const left = await until("the tier that is not used has left", () => restingTier(host), PATIENCE_MS);
  return { bothFull, left, afterLeaving: await memory(host) };
});
const line = {
  name: "memory",
  sotto: { ...alone, ...together },
  goals: GOALS,
  met: { bothRssBytes: together.bothFull.rssBytes <= GOALS.bothRssBytes },
  machine: machine("cpu"),
};
process.stdout.write(`${JSON.stringify(line)}\n`);

/** What `work` gives with a host of its own, as soon as that has loaded a model. */
async function onHost<T>(choice: ModelChoice, work: (host: ModelClient) => Promise<T>): Promise<T> {
  const box = new Sandbox();
  try {
    const host = box.client({
      hostScript: path.join(packageRoot(import.meta.dirname), "dist", "host.cjs"),
      env: {
        SOTTO_MODEL: choice,
        SOTTO_DEVICE: "cpu",
        SOTTO_CACHE_DIR: cacheDir,
        ...(values.threads && { SOTTO_THREADS: values.threads }),
      },
    });
    host.wake();
    await until("the model is loaded", () => host.status().state === "ready" || undefined, PATIENCE_MS);
    return await work(host);
  } finally {
    await box.dispose();
  }
}

/** Has the tier read a prompt that fills its budget, and write after it. */
async function fill(host: ModelClient, tier: Tier): Promise<void> {
  const budget = promptBudgetOf(tier).tokens;
  const prompt = { path: "a.ts", languageId: "typescript", prefix: LINE.repeat(budget), suffix: "", pieces: [] };
  const asked = tier === "strong" && { asked: true as const };
  const answer = await host.generate(
    { prompt, ...asked, maxTokens: 48, sampling: { temperature: 0 }, stop: [] },
    () => {},
    new AbortController().signal,
  );
  if (answer.tier !== tier) throw new Error(`${answer.tier} has answered in the place of ${tier}`);
  if (answer.tokens.prompt < FULL_SHARE * budget) throw new Error(`${answer.tokens.prompt} tokens are no full prompt`);
}

async function memory(host: ModelClient): Promise<ProcessMemory> {
  await sleep(SETTLING_MS);
  const taken = memoryOf(host.status().pid!);
  if (!taken) throw new Error("only Linux tells what memory another process takes");
  console.error(`bench memory: ${JSON.stringify(taken)}`);
  return taken;
}

function restingTier(host: ModelClient): Tier | undefined {
  return host.status().host?.tiers?.states.find(({ state }) => state === "resting")?.tier;
}
