// Presses keys one after another in a prompt of 1,000 tokens, 16 tokens out, through a LocalModel. Measures; sums nothing up but quantiles.

import { readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import type { Decoder } from "../../../server/engine/runtime/decoder.ts";
import type { LocalModel } from "../../../server/host/localModel.ts";
import type { GenerateParams, PromptInput } from "../../../server/host/protocol/messages.ts";
import { quantile } from "./reporting.ts";

const PROMPT_TOKENS = 1000;
export const GENERATED_TOKENS = 16;
const LONGEST_BURST = 100; // units that are typed in one place

export interface Keystroke {
  totalMs: number;
  firstTokenMs: number;
  cachedShare: number; // of the prompt's tokens
  generated: number; // tokens
  runs?: number; // of the decoder, where they are counted
}

/** Code that nobody of ours wrote and that the lock file pins. */
const source = readFileSync(
  path.join(packageRoot(import.meta.dirname), "node_modules", "onnxruntime-common", "lib", "tensor-impl.ts"),
  "utf8",
);

/** The prompt after `typed` units of the code from `start` on; what follows the cursor stays as it is while one types. */
export const promptAt = (start: number, typed = 0): PromptInput => ({
  path: "lib/tensor-impl.ts",
  languageId: "typescript",
  prefix: source.slice(0, start + typed),
  suffix: source.slice(source.indexOf("\n", start + LONGEST_BURST)),
  pieces: [],
});

/** The first offset whose prompt has about PROMPT_TOKENS tokens. */
export async function startOffset(model: LocalModel): Promise<number> {
  for (let end = source.length >> 2; end < source.length; end += 20)
    if ((await model.inspect(promptAt(end))).tokens >= PROMPT_TOKENS) return end;
  throw new Error("the source is too short for the bench");
}

/** @param lookup texts that the answer may repeat, as the product gives the last suggestion */
export async function press(
  model: LocalModel,
  prompt: PromptInput,
  { maxTokens = GENERATED_TOKENS, lookup = [] }: { maxTokens?: number; lookup?: string[] } = {},
): Promise<Keystroke & { text: string }> {
  const params: Omit<GenerateParams, "id"> = { prompt, maxTokens, lookup, sampling: { temperature: 0 }, stop: [] };
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
  const { cached, prompt: tokens, generated } = result.tokens;
  return {
    totalMs,
    firstTokenMs: Number.isNaN(firstTokenMs) ? totalMs : firstTokenMs,
    cachedShare: cached / tokens,
    generated,
    text: result.text,
  };
}

export function summary(keystrokes: readonly Keystroke[]) {
  const at = (of: (keystroke: Keystroke) => number, share: number) => quantile(keystrokes.map(of), share);
  const mean = (of: (keystroke: Keystroke) => number) =>
    keystrokes.reduce((sum, keystroke) => sum + of(keystroke), 0) / keystrokes.length;
  const meanAndMedian = (of: (keystroke: Keystroke) => number) => ({
    mean: Number(mean(of).toFixed(1)),
    median: at(of, 0.5),
  });
  return {
    p50Ms: at(({ totalMs }) => totalMs, 0.5),
    p95Ms: at(({ totalMs }) => totalMs, 0.95),
    firstTokenP50Ms: at(({ firstTokenMs }) => firstTokenMs, 0.5),
    cachedShare: Number(mean(({ cachedShare }) => cachedShare).toFixed(4)),
    generatedTokens: meanAndMedian(({ generated }) => generated),
    ...(keystrokes.every(({ runs }) => runs !== undefined) && { decoderRuns: meanAndMedian(({ runs }) => runs!) }),
  };
}

/** How many runs of `decoder` have begun since this call. */
export function countRuns(decoder: Decoder): () => number {
  const run = decoder.run.bind(decoder);
  let runs = 0;
  decoder.run = (...args) => {
    runs++;
    return run(...args);
  };
  return () => runs;
}
