// POST /v1/completions as OpenAI has it, with `suffix`; and Mistral's POST /v1/fim/completions, which asks the same and answers in the shape of a
// chat. Body in, answer out.

import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { GenerateResult } from "../host/protocol/messages.ts";
import {
  type Answering,
  codeText,
  type Endpoint,
  isStream,
  pathText,
  seed,
  stopsOf,
  stopText,
  temperature,
  topP,
} from "./endpoint.ts";
import { samplingOf } from "./generation.ts";
import { HttpError } from "./httpError.ts";
import { checked } from "./requestBody.ts";

/** OpenAI's default. */
const DEFAULT_MAX_TOKENS = 16;

const onlyOne = z.literal(1, { error: "expected 1: one text is written for each request" }).nullish();

const requestBody = z.object({
  prompt: z.union([codeText, z.tuple([codeText])], {
    error: "expected a text, or an array of one text; token ids and several texts are not taken",
  }),
  suffix: codeText.nullish(),
  path: pathText.nullish(), // Sotto's own: the file that the text is of
  model: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  temperature,
  top_p: topP,
  seed,
  random_seed: seed, // Mistral's name
  stop: stopText,
  stream: isStream,
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  logprobs: z
    .union([z.literal(0), z.literal(1)], { error: "expected 0 or 1: only what was written is told" })
    .nullish(),
  n: onlyOne,
  best_of: onlyOne,
  echo: z.literal(false, { error: "expected false: the prompt is not sent back" }).nullish(),
});

/** How a text stands in a choice: whole, and as an event of a stream. */
interface Shape {
  object: { whole: string; part: string };
  whole(text: string): object;
  part(text: string): object;
}

const plain: Shape = {
  object: { whole: "text_completion", part: "text_completion" },
  whole: (text) => ({ text }),
  part: (text) => ({ text }),
};

const chat: Shape = {
  object: { whole: "chat.completion", part: "chat.completion.chunk" },
  whole: (content) => ({ message: { role: "assistant", content } }),
  part: (content) => ({ delta: { content } }),
};

export const completions = endpointOf(plain);
export const fimCompletions = endpointOf(chat);

function endpointOf(shape: Shape): Endpoint {
  return (body, id): Answering => {
    const request = checked(requestBody, body);
    if (request.model && request.model !== id)
      throw new HttpError(404, `There is no model ${request.model.slice(0, 200)} here. Ask for ${id}.`, {
        param: "model",
      });
    const common = { id: `cmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model: id };
    const event = (choices: object[], more: object = {}) => ({
      ...common,
      object: shape.object.part,
      choices,
      ...more,
    });
    const logprobsOf = (result: GenerateResult) => (request.logprobs == null ? null : tokensOf(result));
    const end = (result: GenerateResult) => ({ logprobs: logprobsOf(result), finish_reason: finishReason(result) });
    const [prefix] = [request.prompt].flat();
    return {
      asked: {
        prompt: {
          path: request.path ?? "",
          languageId: "plaintext",
          prefix,
          suffix: request.suffix ?? "",
          pieces: [],
        },
        maxTokens: request.max_tokens ?? DEFAULT_MAX_TOKENS,
        sampling: samplingOf(request.temperature ?? 0, request.seed ?? request.random_seed, {
          topP: request.top_p ?? undefined,
        }),
        stop: stopsOf(request.stop),
      },
      isStream: request.stream ?? false,
      whole: (result) => ({
        ...common,
        object: shape.object.whole,
        choices: [{ index: 0, ...shape.whole(result.text), ...end(result) }],
        usage: usageOf(result),
      }),
      part: (text) => event([{ index: 0, ...shape.part(text), logprobs: null, finish_reason: null }]),
      last: (result) => [
        event([{ index: 0, ...shape.part(""), ...end(result) }]),
        ...(request.stream_options?.include_usage ? [event([], { usage: usageOf(result) })] : []),
      ],
      end: "[DONE]",
    };
  };
}

const finishReason = ({ stop }: GenerateResult): "length" | "stop" =>
  stop === "maxTokens" || stop === "deadline" ? "length" : "stop";

const usageOf = ({ tokens: { prompt, cached, generated } }: GenerateResult) => ({
  prompt_tokens: prompt,
  completion_tokens: generated,
  total_tokens: prompt + generated,
  prompt_tokens_details: { cached_tokens: cached },
});

/** The tokens that were written. The text of one that ends within a character, or in a stop sequence, may be empty. */
function tokensOf({ text, tokenEnds, logProbs }: GenerateResult) {
  const offsets = [0, ...tokenEnds.slice(0, -1)].slice(0, tokenEnds.length);
  const tokens = tokenEnds.map((end, index) => text.slice(offsets[index], end));
  return {
    tokens,
    token_logprobs: logProbs,
    top_logprobs: tokens.map((token, index) => ({ [token]: logProbs[index] })),
    text_offset: offsets,
  };
}
