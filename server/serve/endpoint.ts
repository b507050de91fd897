// What an endpoint makes of a request's body: what to ask of the model, and how the result is told. Types, and the fields that endpoints share.

import { z } from "zod";
import { REQUEST_LIMITS as LIMITS } from "../host/protocol/limits.ts";
import type { GenerateResult } from "../host/protocol/messages.ts";
import type { Asked } from "./generation.ts";

export interface Answering {
  asked: Asked;
  isStream: boolean;
  whole(result: GenerateResult): object; // the answer in one piece
  part(text: string): object; // an event of a stream
  last(result: GenerateResult): object[]; // the events that end it
  end?: string; // what stands after the last event
}

/** @throws HttpError 400, 404 */
export type Endpoint = (body: unknown, model: string) => Answering;

/** Text before or after the cursor. */
export const codeText = z.string().max(LIMITS.prefixChars);

export const pathText = z.string().max(LIMITS.pathChars);

export const stopText = z
  .union([z.string().max(LIMITS.stopChars), z.array(z.string().max(LIMITS.stopChars)).max(LIMITS.stopSequences)], {
    error: `expected a text, or up to ${LIMITS.stopSequences}, each of at most ${LIMITS.stopChars} characters`,
  })
  .nullish();

export const stopsOf = (stop: string | string[] | null | undefined): string[] =>
  [stop ?? []].flat().filter((sequence) => sequence !== "");

/** Without one nothing is drawn: the likeliest text is the answer. OpenAI's and llama.cpp's defaults are made for prose. */
export const temperature = z.number().min(0).max(10).nullish();
export const topP = z.number().gt(0).max(1).nullish();
export const seed = z.int().nullish();
export const isStream = z.boolean().nullish();
