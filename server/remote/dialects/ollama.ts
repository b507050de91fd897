// Ollama: /api/generate, raw for a text with markers, with a suffix where the model's own template lays out the prompt.

import * as z from "zod";
import { type Dialect, given, type Said, tokensOf } from "./dialect.ts";

const KEEP_ALIVE = "30m";

const eventSchema = z.looseObject({
  response: z.string(),
  done: z.boolean(),
  done_reason: z.string().nullish(),
  prompt_eval_count: z.number().nullish(),
  eval_count: z.number().nullish(),
  logprobs: z.array(z.looseObject({ token: z.string(), logprob: z.number() })).nullish(),
});

export const ollama: Dialect = {
  warms: true,
  fewestTokens: 1, // 0 is read as the default
  holdsTo: false,

  request({ prompt, model, adapter, sampling, stop, maxTokens, contextTokens }) {
    const texts =
      prompt.shape === "fim"
        ? { prompt: prompt.context + prompt.prefix, suffix: prompt.suffix }
        : { prompt: prompt.shape === "text" ? prompt.text : "", raw: true };
    const options = given({
      num_predict: maxTokens,
      temperature: sampling.temperature,
      top_k: sampling.topK ?? 0,
      top_p: sampling.topP ?? 1,
      min_p: 0,
      repeat_penalty: 1,
      seed: sampling.seed,
      stop,
      num_ctx: contextTokens, // another value loads the model anew, so it is always the same
    });
    // Without truncate false a prompt that is too long is cut silently.
    const manners = { stream: true, truncate: false, keep_alive: KEEP_ALIVE, logprobs: true };
    return { path: "/api/generate", body: { model: adapter ?? model, ...texts, ...manners, options } };
  },

  read(event) {
    const { success, data } = eventSchema.safeParse(event);
    if (!success) return undefined;
    const text = data.response;
    const tokens = tokensOf(
      text,
      (data.logprobs ?? []).map(({ token, logprob }) => ({ bytes: Buffer.from(token), logProb: logprob })),
    );
    const said: Said = { text, ...(tokens && { tokens }) };
    if (!data.done) return said;
    const counts = { prompt: data.prompt_eval_count ?? undefined, generated: data.eval_count ?? undefined };
    return { ...said, end: data.done_reason === "length" ? "maxTokens" : "endOfText", counts };
  },
};
