// Bench: prefill and decode of the embedded model through the runtime, loading, memory, and how fast a running prefill is cancelled.
// Ends with one JSON line on stdout.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { openAdapted } from "../../server/adapters/openAdapted.ts";
import { createSession, generate } from "../../server/generate/generate.ts";
import { runTokens } from "../../server/generate/session.ts";
import { embeddedModelDir } from "../../server/models/catalog.ts";
import { loadDecoder } from "../../server/runtime/loadDecoder.ts";
import { loadTokenizer } from "../../server/tokenizer/bpeTokenizer.ts";
import { machine } from "./support/machine.ts";
import { quantile } from "./support/quantile.ts";
import { timeQuietly } from "./support/quiet.ts";

const CONTEXTS = [256, 1024];
const DECODED_TOKENS = 24;
const QUIET_SAMPLES = 5;
const MOST_SAMPLES = 12;
const CANCELS = 30;

const { values } = parseArgs({ options: { threads: { type: "string" }, peer: { type: "boolean" } } });
if (values.peer) console.error("bench engine: its peer (llama.cpp) is not built yet; only Sotto is measured");
const threads = values.threads === undefined ? undefined : Number(values.threads);

const { loadMs, rssBytes } = measureLoading();
const dir = embeddedModelDir();
const decoder = await loadDecoder(await openAdapted(dir), { cacheDir: defaultCacheDir(), threads });
const session = createSession(decoder, await loadTokenizer(dir));
const { slot } = session.slots.take([], "completion");
const never = { signal: new AbortController().signal };
const { vocabSize } = decoder.config;
/** Any tokens: the work does not depend on them. */
const prompt = Array.from({ length: 2 * CONTEXTS[1] }, (_, i) => (i * 7919 + 13 * i * i) % vocabSize);

const rates: Record<string, number> = {}; // tokens a second
const quietSamples: Record<string, string> = {}; // how many of the samples were undisturbed: what a figure is worth
for (const context of CONTEXTS) {
  const prefill = async () => {
    await runTokens(session, slot, prompt.slice(0, context), 0, never);
  };
  await prefill(); // warm
  await measure(`135M.prefill${context}`, context, prefill);
  await measure(`135M.decode${context}`, DECODED_TOKENS, async () => {
    for (let i = 0; i < DECODED_TOKENS; i++) await runTokens(session, slot, [prompt[i]], context + i, never);
  });
}
session.slots.release(slot);
const cancelP95Ms = await measureCancel();
const sotto = { ...rates, rssBytes, loadMs, cancelP95Ms, quietSamples };
const { device, runtime } = decoder;
decoder.dispose();
process.stdout.write(
  `${JSON.stringify({ name: "engine", sotto, machine: machine(device, { onnxruntime: runtime }) })}\n`,
);

async function measure(name: string, tokens: number, work: () => Promise<void>): Promise<void> {
  const { ms, samples, quiet } = await timeQuietly(work, QUIET_SAMPLES, MOST_SAMPLES);
  rates[name] = Math.round((tokens * 1000) / ms);
  quietSamples[name] = `${quiet}/${samples}`;
}

/** In fresh processes: the first load derives the compute form, the second finds it; memory with a full prompt in the cache. */
function measureLoading() {
  const cacheDir = mkdtempSync(path.join(tmpdir(), "sotto-engine-"));
  const load = (): { loadMs: number; rssBytes: number } =>
    JSON.parse(
      execFileSync(process.execPath, [path.join(import.meta.dirname, "support", "loadOnce.ts")], {
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

/** From the abort of a prefill of 1,024 tokens, at different moments, to the end of the generation. */
async function measureCancel(): Promise<number> {
  const delays: number[] = [];
  for (let i = 0; i < CANCELS; i++) {
    session.slots.clear();
    const controller = new AbortController();
    const request = {
      promptTokens: prompt.slice(0, CONTEXTS[1]),
      maxTokens: 1,
      sampling: { temperature: 0 },
      stop: [],
    };
    const running = generate(session, request, () => {}, controller.signal);
    await sleep(5 + 5 * i);
    const abortMs = performance.now();
    controller.abort();
    const { stop } = await running;
    if (stop === "cancelled") delays.push(performance.now() - abortMs);
  }
  return quantile(delays, 0.95);
}
