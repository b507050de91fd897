// Servers with OpenAI's completions: vLLM and SGLang, which take token ids, LM Studio, DeepSeek, and others of that kind, which get the fewest
// fields, since some refuse what they do not know.

import * as z from "zod";
import { type Asked, type Dialect, given, type Said, tokensOf } from "./dialect.ts";

const usageSchema = z.looseObject({
  prompt_tokens: z.number().nullish(),
  completion_tokens: z.number().nullish(),
  prompt_cache_hit_tokens: z.number().nullish(), // DeepSeek
  prompt_tokens_details: z.looseObject({ cached_tokens: z.number().nullish() }).nullish(),
});

const eventSchema = z.looseObject({
  choices: z.array(
    z.looseObject({
      text: z.string().nullish(),
      finish_reason: z.string().nullish(),
      token_ids: z.array(z.number()).nullish(),
      logprobs: z
        .looseObject({
          tokens: z.array(z.string()).nullish(),
          token_logprobs: z.array(z.number().nullable()).nullish(),
        })
        .nullish(),
    }),
  ),
  usage: usageSchema.nullish(),
});

export function countsOf(usage: z.infer<typeof usageSchema> | null | undefined): Said["counts"] {
  if (!usage) return undefined;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? undefined;
  return { prompt: usage.prompt_tokens ?? undefined, cached, generated: usage.completion_tokens ?? undefined };
}

/** `finish_reason` "stop" is an end of text or a stop sequence; our own scanner tells which. */
export const endOf = (reason: string | null | undefined): Said["end"] =>
  reason === null || reason === undefined ? undefined : reason === "length" ? "maxTokens" : "endOfText";

export { usageSchema };

interface Manners {
  path: string;
  warms: boolean;
  /** Fields besides the common ones. */
  more(asked: Asked): Readonly<Record<string, unknown>>;
}

function completions({ path, warms, more }: Manners): Dialect {
  return {
    warms,
    fewestTokens: 1,
    holdsTo: false,
    request(asked) {
      const { prompt, sampling, stop, maxTokens, model, adapter } = asked;
      const texts =
        prompt.shape === "fim"
          ? { prompt: prompt.context + prompt.prefix, suffix: prompt.suffix }
          : { prompt: prompt.shape === "ids" ? prompt.ids : prompt.text };
      const body = given({
        model: adapter ?? model,
        ...texts,
        max_tokens: maxTokens,
        temperature: sampling.temperature,
        top_p: sampling.topP,
        seed: sampling.seed,
        stop: stop.length > 0 ? stop : undefined,
        stream: true,
        ...more(asked),
      });
      return { path, body };
    },
    read(event) {
      const { success, data } = eventSchema.safeParse(event);
      if (!success) return undefined;
      const counts = countsOf(data.usage);
      const [choice] = data.choices;
      if (!choice) return { text: "", ...(counts && { counts }) };
      const text = choice.text ?? "";
      const end = endOf(choice.finish_reason);
      const { tokens: spelt, token_logprobs: logProbs } = choice.logprobs ?? {};
      const said = (spelt ?? []).map((token, i) => ({
        bytes: Buffer.from(token),
        logProb: logProbs?.[i] ?? Number.NEGATIVE_INFINITY,
      }));
      const tokens = text === "" ? undefined : tokensOf(text, said);
      const ids = choice.token_ids ?? undefined;
      return { text, ...(tokens && { tokens }), ...(ids && { ids }), ...(end && { end }), ...(counts && { counts }) };
    },
  };
}

const STANDARD = "/v1/completions";
const OPENAI_STOPS = 4; // the most that OpenAI's own server takes; our scanner looks for all of them

const ofEngines = ({ prompt, sampling, stopTokens }: Asked) => ({
  top_k: sampling.topK,
  skip_special_tokens: prompt.shape === "text" ? false : undefined, // a marker in the answer ends it by its name
  logprobs: 1,
  stop_token_ids: stopTokens.length > 0 ? stopTokens : undefined,
  stream_options: { include_usage: true, continuous_usage_stats: true }, // also where the end is not waited for
});

export const vllm = completions({
  path: STANDARD,
  warms: true,
  more: (asked) => ({ ...ofEngines(asked), return_token_ids: true }),
});

export const sglang = completions({
  path: STANDARD,
  warms: true,
  more: (asked) => ({ ...ofEngines(asked), model: asked.model, lora_path: asked.adapter }),
});

export const lmstudio = completions({ path: STANDARD, warms: true, more: ofPlain });

export const openai = completions({ path: STANDARD, warms: false, more: ofPlain });

export const deepseek = completions({
  path: "/beta/completions",
  warms: false,
  more: ({ stop }) => ({ seed: undefined, stop: stop.slice(0, 16), stream_options: { include_usage: true } }),
});

function ofPlain({ stop }: Asked) {
  return { stop: stop.length > 0 ? stop.slice(0, OPENAI_STOPS) : undefined };
}
