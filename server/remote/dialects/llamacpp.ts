// llama.cpp's server: /completion for ids and for texts between special tokens, /infill where the server lays out the prompt. /v1/completions is
// never used: it ignores a suffix without a word.

import * as z from "zod";
import { type Asked, type Dialect, given, type Said, tokensOf } from "./dialect.ts";

const eventSchema = z.looseObject({
  content: z.string(),
  tokens: z.array(z.number()).nullish(),
  stop: z.boolean().nullish(),
  stop_type: z.string().nullish(),
  tokens_evaluated: z.number().nullish(),
  tokens_predicted: z.number().nullish(),
  completion_probabilities: z
    .array(z.looseObject({ bytes: z.array(z.number()), logprob: z.number().nullable() }))
    .nullish(),
  timings: z.looseObject({ cache_n: z.number().nullish(), prompt_n: z.number().nullish() }).nullish(),
});

const ENDS: Readonly<Record<string, Said["end"]>> = { eos: "endOfText", word: "stopSequence", limit: "maxTokens" };

export const llamacpp: Dialect = {
  warms: true,
  fewestTokens: 0,
  holdsTo: true,

  request(asked) {
    const { prompt, sampling, stop, maxTokens, adapter, owed } = asked;
    const common = given({
      n_predict: maxTokens,
      temperature: sampling.temperature,
      top_k: sampling.topK ?? 0, // llama.cpp cuts at 40 tokens and other limits unless told otherwise
      top_p: sampling.topP ?? 1,
      min_p: 0,
      seed: sampling.seed,
      stop,
      stream: true,
      cache_prompt: true,
      n_probs: 1,
      return_tokens: true,
      timings_per_token: true, // what was cached, also where the end is not waited for
      lora: adapter === undefined ? undefined : [{ id: Number(adapter), scale: 1 }],
      grammar: owed === undefined || owed === "" ? undefined : beginningWith(owed),
    });
    if (prompt.shape !== "fim") return { path: "/completion", body: { prompt: wordsOf(prompt), ...common } };
    const extra = prompt.pieces.map(({ path, text }) => ({ filename: path, text }));
    const parts = { input_prefix: prompt.prefix, prompt: "", input_suffix: prompt.suffix, input_extra: extra };
    return { path: "/infill", body: { ...parts, ...common } };
  },

  read(event) {
    const { success, data } = eventSchema.safeParse(event);
    if (!success) return undefined;
    const { content: text, timings } = data;
    const said = (data.completion_probabilities ?? []).map(({ bytes, logprob }) => ({
      bytes: Uint8Array.from(bytes),
      logProb: logprob ?? Number.NEGATIVE_INFINITY,
    }));
    const tokens = tokensOf(text, said);
    const cached = timings?.cache_n ?? undefined;
    const counts = {
      prompt: data.tokens_evaluated ?? undefined,
      cached,
      generated: data.tokens_predicted ?? undefined,
    };
    if (!data.stop) return { text, ids: data.tokens ?? [], ...(tokens && { tokens }), counts };
    return { text, end: ENDS[data.stop_type ?? ""] ?? "endOfText", counts };
  },
};

const wordsOf = (prompt: Exclude<Asked["prompt"], { shape: "fim" }>) =>
  prompt.shape === "ids" ? prompt.ids : (prompt.parts ?? prompt.text);

/** A grammar of texts that begin with `owed`: any token may come that spells it further, or reaches beyond its end. */
function beginningWith(owed: string): string {
  return `root ::= ${JSON.stringify(owed)} [^\\x00]*`;
}
