// POST /infill and GET /props as llama.cpp's server has them, as far as editors use them. Body in, answer out.

import { z } from "zod";
import { REQUEST_LIMITS as LIMITS } from "../host/protocol/limits.ts";
import type { GenerateResult, StopReason } from "../host/protocol/messages.ts";
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
import { contextTokens, type ServedModel, samplingOf } from "./generation.ts";
import { checked } from "./requestBody.ts";

const requestBody = z.object({
  input_prefix: codeText.nullish(),
  input_suffix: codeText.nullish(),
  prompt: z.string({ error: "expected a text: the current line up to the cursor" }).max(LIMITS.prefixChars).nullish(),
  input_extra: z
    .array(z.object({ filename: pathText.nullish(), text: codeText }))
    .max(LIMITS.pieces)
    .nullish(),
  path: pathText.nullish(), // Sotto's own: the file that the text is of
  n_predict: z.int().min(-1).nullish(), // -1: as many as may be
  temperature,
  top_k: z.int().min(0).nullish(), // 0: all
  top_p: topP,
  seed,
  stop: stopText,
  stream: isStream,
  t_max_predict_ms: z.number().nullish(), // 0 or less: no limit
  response_fields: z.array(z.string().max(100)).max(100).nullish(),
});

export const infill: Endpoint = (body, id): Answering => {
  const request = checked(requestBody, body);
  const { n_predict: most = -1, t_max_predict_ms: predictMs, response_fields: wanted } = request;
  const final = (result: GenerateResult, content: string) => picked(finalFields(result, content, id), wanted);
  return {
    asked: {
      prompt: {
        path: request.path ?? "",
        languageId: "plaintext",
        prefix: (request.input_prefix ?? "") + (request.prompt ?? ""),
        suffix: request.input_suffix ?? "",
        pieces: piecesOf(request.input_extra ?? []),
      },
      maxTokens: most === null || most < 0 ? LIMITS.maxTokens : most,
      sampling: samplingOf(request.temperature ?? 0, request.seed, {
        topK: request.top_k || undefined,
        topP: request.top_p ?? undefined,
      }),
      stop: stopsOf(request.stop),
      ...(predictMs && predictMs > 0 ? { predictMs } : {}),
    },
    isStream: request.stream ?? false,
    whole: (result) => final(result, result.text),
    part: (content) => ({ index: 0, content, tokens: [], stop: false, id_slot: 0 }),
    last: (result) => [final(result, "")],
  };
};

/** The last ones count most where not all fit, as with llama.cpp. */
const piecesOf = (extra: readonly { filename?: string | null; text: string }[]) =>
  extra.map(({ filename, text }, index) => ({ kind: "extra", path: filename ?? "", text, score: index + 1 }));

const STOP_TYPES: Partial<Record<StopReason, string>> = { endOfText: "eos", stopSequence: "word", superseded: "none" };

function finalFields({ text, stop, tokens, timingMs }: GenerateResult, content: string, model: string) {
  const { prompt, cached, generated } = tokens;
  return {
    index: 0,
    content,
    tokens: [],
    id_slot: 0,
    stop: true,
    model,
    tokens_predicted: generated,
    tokens_evaluated: prompt,
    has_new_line: text.includes("\n"),
    stop_type: STOP_TYPES[stop] ?? "limit",
    tokens_cached: prompt + generated,
    timings: {
      cache_n: cached,
      ...speed("prompt", prompt - cached, timingMs.prefill),
      ...speed("predicted", generated, timingMs.decode),
    },
  };
}

const speed = (name: string, tokens: number, ms: number) => ({
  [`${name}_n`]: tokens,
  [`${name}_ms`]: ms,
  [`${name}_per_token_ms`]: tokens > 0 ? ms / tokens : 0,
  [`${name}_per_second`]: ms > 0 ? (1000 * tokens) / ms : 0,
});

/** Only the fields that are asked for, each under its path ("timings/prompt_n"); all of them where none is named. */
function picked(fields: object, paths: readonly string[] | null | undefined): object {
  if (!paths || paths.length === 0) return fields;
  const valueAt = (path: string) =>
    path.split("/").reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], fields);
  return Object.fromEntries(paths.map((path) => [path, valueAt(path)]).filter(([, value]) => value !== undefined));
}

/** What clients look up before they ask. One request runs at a time. */
export const propsOf = (model: ServedModel, version: string): object => ({
  default_generation_settings: { n_ctx: contextTokens(model) },
  total_slots: 1,
  model_path: model.status().model,
  build_info: `sotto ${version}`,
});
