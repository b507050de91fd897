// Bench: an adapter as inputs of the graph, against the same adapter merged and against the model without one: time until the first answer, prefill,
// decode and verification, in turns; and how far their likeliest tokens agree. Ends with one JSON line on stdout.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { withAdapter } from "../../server/engine/adapters/merge.ts";
import { computeForm } from "../../server/engine/graph/computeForm.ts";
import { MOST_RANK } from "../../server/engine/graph/lowRank.ts";
import { loadAdaptableDecoder, loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { defaultThreads } from "../../server/engine/runtime/threads.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { lowRankAdapter } from "../../test/support/lowRankAdapter.ts";
import { stopwatch } from "./peer/stopwatch.ts";
import { OwnEngine } from "./support/ownEngine.ts";
import { here, takeTurns } from "./support/quiet.ts";
import { machine } from "./support/reporting.ts";

const PROMPT_TOKENS = 256;
const STEPS = 24; // of decode, in a sample
const VERIFIED_TOKENS = 8;
const EFFECT = 0.2; // of the random factors: as much as training gives them, by how many likeliest tokens change

const { values } = parseArgs({
  options: { threads: { type: "string" }, samples: { type: "string", default: "5" } },
});
const threads = values.threads === undefined ? defaultThreads() : Number(values.threads);
const samples = Number(values.samples);
const text = readFileSync(
  path.join(packageRoot(import.meta.dirname), "server", "engine", "runtime", "cApi.ts"),
  "utf8",
);
const tokens = (await loadTokenizer(embeddedModelDir())).encode(text).slice(0, PROMPT_TOKENS + STEPS + VERIFIED_TOKENS);
const model = await openAdapted(embeddedModelDir());
const adapter = lowRankAdapter(model, MOST_RANK, 1);
for (const { a } of adapter.matrices.values()) for (let i = 0; i < a.length; i++) a[i] *= EFFECT;
const merged = withAdapter(model, adapter);

const cacheDir = mkdtempSync(path.join(tmpdir(), "sotto-adapter-bench-"));
process.on("exit", () => rmSync(cacheDir, { recursive: true, force: true }));
await computeForm(model, { cacheDir }); // a host has it already
const loading: Record<string, unknown> = {};
const engines = {
  inputs: await loaded("inputs", async () => {
    const decoder = await loadAdaptableDecoder(model, { cacheDir, threads });
    decoder.setAdapter(adapter);
    return new OwnEngine(decoder);
  }),
  merged: await loaded("merged", async () => new OwnEngine(await loadDecoder(merged, { cacheDir, threads }))),
  plain: await loaded("plain", async () => new OwnEngine(await loadDecoder(model, { cacheDir, threads }))),
};

type Name = keyof typeof engines;
const names = Object.keys(engines) as Name[];
const last = "last" as const;
const figures = {
  prefillMs: await compared((engine) =>
    engine.work([{ tokens: tokens.slice(0, PROMPT_TOKENS), past: 0, asked: last }]),
  ),
  decodeMs: await compared(async (engine) => {
    const step = (i: number) => ({ tokens: [tokens[PROMPT_TOKENS + i]], past: PROMPT_TOKENS + i, asked: last });
    await engine.work(Array.from({ length: STEPS }, (_, i) => step(i)));
  }, STEPS),
  verifyMs: await compared(async (engine) => {
    const job = { tokens: tokens.slice(PROMPT_TOKENS, PROMPT_TOKENS + VERIFIED_TOKENS), past: PROMPT_TOKENS };
    await engine.work(Array.from({ length: STEPS }, () => ({ ...job, asked: "all" as const })));
  }, STEPS),
};
const likeliest = Object.fromEntries(
  await Promise.all(names.map(async (name) => [name, await likeliestOf(engines[name])] as const)),
);
const agreement = (a: Name, b: Name) =>
  likeliest[a].filter((id, i) => id === likeliest[b][i]).length / likeliest[a].length;
const { device, runtime } = engines.plain.decoder;
process.stdout.write(
  `${JSON.stringify({
    name: "adapter",
    sotto: {
      threads,
      loading,
      ...figures,
      sameLikeliest: { inputsMerged: agreement("inputs", "merged"), inputsPlain: agreement("inputs", "plain") },
    },
    machine: machine(device, { onnxruntime: runtime }),
  })}\n`,
);
for (const name of names) engines[name].dispose();

/** Loads an engine and lets it answer once. */
async function loaded(name: string, load: () => Promise<OwnEngine>): Promise<OwnEngine> {
  const spent = stopwatch();
  const engine = await load();
  await engine.work([{ tokens: tokens.slice(0, 1), past: 0, asked: "last" }]);
  const { ms, cpuMs } = spent();
  loading[name] = { ms: Math.round(ms), cpuMs: Math.round(cpuMs) };
  return engine;
}

/** Milliseconds of `work`, divided by `count`, for each engine, and how many of the samples were quiet. */
async function compared(work: (engine: OwnEngine) => Promise<unknown>, count = 1) {
  const contestants = names.map((name) => ({ rivals: name, work: here(() => work(engines[name])) }));
  const times = await takeTurns(contestants, samples, 2 * samples);
  return Object.fromEntries(
    times.map(({ ms, quiet }, i) => [names[i], { ms: Math.round((ms / count) * 100) / 100, quiet }]),
  );
}

async function likeliestOf(engine: OwnEngine): Promise<number[]> {
  return engine.work([{ tokens: tokens.slice(0, PROMPT_TOKENS), past: 0, asked: "all" }]);
}
