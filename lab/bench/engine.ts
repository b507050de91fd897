// Bench: prefill, decode and verification at two shapes (the embedded model, and random weights of the shape of Qwen2.5-Coder 0.5B; on demand
// the strong tier's model), the token loop with its guesses where the weights are real, loading, memory, and how fast a running prefill is
// cancelled. Peer (--peer): llama.cpp on the same weights, in turns with ours. Ends with one JSON line on stdout.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { createSession, generate } from "../../server/engine/generate/generate.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import type { Decoder } from "../../server/engine/runtime/decoder.ts";
import { defaultThreads } from "../../server/engine/runtime/threads.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import type { Tier } from "../../server/host/protocol/tiers.ts";
import { benchCacheDir, Peer } from "./peer/peer.ts";
import { randomModel, requireTier } from "./support/benchModels.ts";
import { type Comparison, measureFigures } from "./support/engineFigures.ts";
import { loopWork, measureLoop } from "./support/loopDecode.ts";
import { OwnEngine } from "./support/ownEngine.ts";
import { loadVariants } from "./support/peerVariants.ts";
import { machine, quantile } from "./support/reporting.ts";
import { QWEN_05B } from "./support/trainShapes.ts";

const CANCELS = 30;
const CANCELLED_TOKENS = 1024;

/** A tier's weights; none: random ones. */
const SHAPES: Record<string, Tier | undefined> = { "135m": "quick", "0.5b": undefined, strong: "strong" };
const DEFAULT_SHAPES = "135m,0.5b";

/** Ratios that are asked for, on two cores. */
const TARGETS: Record<string, Record<string, number>> = {
  "135m": { prefill256: 1.6, prefill1024: 1.6, decode256: 1.15, decode1024: 1.15, verify8Ms: 2 },
  "0.5b": { prefill256: 1.9, prefill1024: 1.9, decode256: 1.15, decode1024: 1.15, verify8Ms: 2 },
  strong: { prefill256: 1.5, prefill1024: 1.5, decode256: 0.9, decode1024: 0.9, loopDecode: 1.2, verify8Ms: 2 },
};

const { values } = parseArgs({
  options: {
    threads: { type: "string" },
    peer: { type: "boolean" },
    samples: { type: "string", default: "5" },
    shape: { type: "string", default: DEFAULT_SHAPES }, // names with commas between
  },
});
const threads = values.threads === undefined ? defaultThreads() : Number(values.threads);
const shapes = values.shape.toLowerCase().split(",");
for (const shape of shapes) {
  if (!(shape in SHAPES)) throw new Error(`--shape takes ${Object.keys(SHAPES).join(", ")}`);
  const tier = SHAPES[shape];
  if (tier) requireTier(tier);
}

const sotto: Record<string, unknown> = { threads };
const ratio: Record<string, number> = {};
const missed: Record<string, string> = {};
let peer: Record<string, unknown> | undefined;
let versions = {};
let device = "";
for (const shape of shapes) await measureShape(shape);
process.stdout.write(
  `${JSON.stringify({ name: "engine", sotto, peer, ...(peer && { ratio, missed }), machine: machine(device, versions) })}\n`,
);

async function measureShape(shape: string): Promise<void> {
  console.error(`bench engine: ${shape}`);
  const loading = shape === "135m" ? measureLoading() : {};
  const tier = SHAPES[shape];
  const model = tier ? await openAdapted(requireTier(tier)) : randomModel("random-0.5b", QWEN_05B);
  const llama = values.peer ? new Peer() : undefined;
  const loaded = llama && (await loadVariants(llama, model));
  const rival = loaded && { process: llama!, variants: loaded.variants };
  const own = await OwnEngine.load(model, { cacheDir: tier ? defaultCacheDir() : benchCacheDir(), threads });
  const samples = Number(values.samples);
  const comparisons = await measureFigures(own, samples, rival);
  if (tier) comparisons.loopDecode = await measureLoop(await loopWork(tier, model, own.decoder), samples, rival);
  llama?.dispose();
  const cancel = shape === "135m" ? { cancelP95Ms: await measureCancel(own.decoder) } : {};
  ({ device } = own.decoder);
  versions = { onnxruntime: own.decoder.runtime };
  own.dispose();

  const of = <T>(pick: (comparison: Comparison) => T) =>
    Object.fromEntries(Object.entries(comparisons).map(([name, comparison]) => [name, pick(comparison)]));
  sotto[shape] = { ...of((comparison) => comparison.sotto), ...loading, ...cancel };
  if (!loaded) return;
  peer = { ...peer, name: loaded.build, [shape]: of(({ peer, peers }) => ({ best: peer, ...peers })) };
  for (const [name, comparison] of Object.entries(comparisons)) {
    ratio[`${shape}.${name}`] = comparison.ratio!;
    if (comparison.ratio! < TARGETS[shape][name])
      missed[`${shape}.${name}`] = `${comparison.ratio} of ${TARGETS[shape][name]}`;
  }
}

/** In fresh processes: the first load derives the compute form, the second finds it; memory with a full prompt in the cache. */
function measureLoading() {
  const cacheDir = mkdtempSync(path.join(tmpdir(), "sotto-engine-"));
  const load = (): { loadMs: number; rssBytes: number } =>
    JSON.parse(
      execFileSync(process.execPath, [path.join(import.meta.dirname, "support/loadOnce.ts")], {
        encoding: "utf8",
        env: { ...process.env, SOTTO_CACHE_DIR: cacheDir },
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
  try {
    const [first, after] = [load(), load()];
    const loadMs = { first: Math.round(first.loadMs), after: Math.round(after.loadMs) };
    return { loadMs, rssBytes: after.rssBytes };
  } finally {
    rmSync(cacheDir, { recursive: true, force: true });
  }
}

/** From the abort of a prefill, at different moments, to the end of the generation. */
async function measureCancel(decoder: Decoder): Promise<number> {
  const session = createSession(decoder, await loadTokenizer(embeddedModelDir()));
  const promptTokens = Array.from(
    { length: CANCELLED_TOKENS },
    (_, i) => (i * 7919 + 13 * i * i) % decoder.config.vocabSize,
  );
  const delays: number[] = [];
  for (let i = 0; i < CANCELS; i++) {
    session.slots.clear();
    const controller = new AbortController();
    const request = { promptTokens, maxTokens: 1, sampling: { temperature: 0 }, stop: [] };
    const running = generate(session, request, () => {}, controller.signal);
    await sleep(5 + 5 * i);
    const abortMs = performance.now();
    controller.abort();
    const { stop } = await running;
    if (stop === "cancelled") delays.push(performance.now() - abortMs);
  }
  return quantile(delays, 0.95);
}
