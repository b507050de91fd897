// Bench: a warm keystroke in a prompt of 1,000 tokens, 16 tokens out, through LocalModel. Ends with one JSON line on stdout.
// Peer (--peer): the same engine without its prefix cache, keystroke by keystroke in the same run: what a client without cache pays.

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { embeddedModelDir } from "../../server/models/catalog.ts";
import type { GenerateParams, PromptInput } from "../../server/protocol/messages.ts";
import { LocalModel } from "../../server/rpc/localModel.ts";
import { machine } from "./support/machine.ts";
import { quantile } from "./support/quantile.ts";

const PROMPT_TOKENS = 1000;
const GENERATED_TOKENS = 16;
const KEYSTROKES = 40;
const WARM_UP = 3;

interface Keystroke {
  totalMs: number;
  firstTokenMs: number;
  cachedShare: number; // of the prompt's tokens
}

const { values } = parseArgs({ options: { peer: { type: "boolean" }, threads: { type: "string" } } });
const threads = values.threads === undefined ? undefined : Number(values.threads);
const model = await LocalModel.load({ modelDir: embeddedModelDir(), cacheDir: defaultCacheDir(), threads });

/** Code that nobody of ours wrote and that the lock file pins; where typing begins in it, and what is typed. */
const source = readFileSync(
  path.join(packageRoot(import.meta.dirname), "node_modules", "onnxruntime-common", "lib", "tensor-impl.ts"),
  "utf8",
);

const promptAt = (end: number): PromptInput => ({
  path: "lib/tensor-impl.ts",
  languageId: "typescript",
  prefix: source.slice(0, end),
  suffix: source.slice(end),
  pieces: [],
});

/** The first offset whose prompt has PROMPT_TOKENS tokens. */
async function startOffset(): Promise<number> {
  for (let end = 0; end < source.length; end += 20)
    if ((await model.inspect(promptAt(end))).tokens >= PROMPT_TOKENS) return end;
  throw new Error("the source is too short for the bench");
}

async function press(prompt: PromptInput, maxTokens = GENERATED_TOKENS): Promise<Keystroke> {
  const params: Omit<GenerateParams, "id"> = { prompt, maxTokens, sampling: { temperature: 0 }, stop: [] };
  const startMs = performance.now();
  let firstTokenMs = Number.NaN;
  const result = await model.generate(
    params,
    () => {
      if (Number.isNaN(firstTokenMs)) firstTokenMs = performance.now() - startMs;
    },
    new AbortController().signal,
  );
  const totalMs = performance.now() - startMs;
  const { cached, prompt: tokens } = result.tokens;
  return { totalMs, firstTokenMs: Number.isNaN(firstTokenMs) ? totalMs : firstTokenMs, cachedShare: cached / tokens };
}

/** A prompt that shares nothing with the others takes the cache for itself. */
const forget = () => press({ path: "x", languageId: "python", prefix: "pass\n", suffix: "", pieces: [] }, 1);

function summary(keystrokes: readonly Keystroke[]) {
  return {
    p50Ms: quantile(
      keystrokes.map(({ totalMs }) => totalMs),
      0.5,
    ),
    p95Ms: quantile(
      keystrokes.map(({ totalMs }) => totalMs),
      0.95,
    ),
    firstTokenP50Ms: quantile(
      keystrokes.map(({ firstTokenMs }) => firstTokenMs),
      0.5,
    ),
    cachedShare: Number(
      (keystrokes.reduce((sum, { cachedShare }) => sum + cachedShare, 0) / keystrokes.length).toFixed(4),
    ),
  };
}

const start = await startOffset();
const warm: Keystroke[] = [];
const cold: Keystroke[] = [];
for (let index = -WARM_UP; index < KEYSTROKES; index++) {
  const prompt = promptAt(start + WARM_UP + index);
  const keystroke = await press(prompt);
  if (index >= 0) warm.push(keystroke);
  if (!values.peer || index < 0) continue;
  await forget();
  cold.push(await press(prompt)); // and leaves the cache as a keystroke leaves it
}

const { device, runtime } = model.status();
const sotto = summary(warm);
const peer = values.peer ? { name: "the same engine without its prefix cache", ...summary(cold) } : undefined;
const ratio = peer && { keystroke: Number((peer.p50Ms / sotto.p50Ms).toFixed(2)) };
model.dispose();
process.stdout.write(
  `${JSON.stringify({ name: "keystroke", sotto, peer, ratio, machine: machine(device, { onnxruntime: runtime }) })}\n`,
);
