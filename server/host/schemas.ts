// Validates every message that comes from a client: here unknown becomes typed. Owns the schemas, no behaviour.

import path from "node:path";
import { z } from "zod";
import { badInput } from "../../common/errors.ts";
import { NO_ADAPTER } from "./protocol/adapters.ts";
import { REQUEST_LIMITS as LIMITS, MEMORY_LIMITS } from "./protocol/limits.ts";
import type {
  GenerateParams,
  HelloParams,
  InspectParams,
  LayersParams,
  PrepareAdapterParams,
  PromptInput,
  RememberParams,
  ScoreParams,
  WarmParams,
} from "./protocol/messages.ts";

export const SAME_VERSION = "Use the same version of Sotto at both ends.";

const textPath = z.string().max(LIMITS.pathChars);

const promptInput = z.object({
  path: textPath,
  languageId: z.string().max(64),
  prefix: z.string().max(LIMITS.prefixChars),
  suffix: z.string().max(LIMITS.suffixChars),
  pieces: z
    .array(z.object({ kind: z.string().max(64), path: textPath, text: z.string(), score: z.number() }))
    .max(LIMITS.pieces)
    .refine((pieces) => pieces.reduce((sum, { text }) => sum + text.length, 0) <= LIMITS.piecesChars, {
      message: `Too big: expected at most ${LIMITS.piecesChars} characters in all pieces together`,
    }),
  instruction: z.string().max(LIMITS.prefixChars).optional(),
  turns: z
    .array(z.object({ role: z.enum(["user", "assistant"]), text: z.string() }))
    .refine((turns) => turns.every(({ role }, at) => role === (at % 2 === 0 ? "user" : "assistant")), {
      message: "Expected turns of the user and of the assistant in alternation",
    })
    .refine((turns) => turns.reduce((sum, { text }) => sum + text.length, 0) <= LIMITS.prefixChars, {
      message: `Too big: expected at most ${LIMITS.prefixChars} characters in all turns together`,
    })
    .optional(),
}) satisfies z.ZodType<PromptInput>;

const adapterDir = textPath.refine((dir) => path.isAbsolute(dir), { message: "Expected an absolute path" });
const adapter = adapterDir.optional();

const asked = z.literal(true).optional();

const maxTokens = z.int().min(1).max(LIMITS.answerTokens);

export const inspectParams = promptInput.extend({
  adapter,
  asked,
  maxTokens: maxTokens.optional(),
}) satisfies z.ZodType<InspectParams>;

export const scoreParams = z.object({
  prompt: promptInput,
  text: z.string().min(1).max(LIMITS.scoredChars),
  asked,
  adapter,
}) satisfies z.ZodType<ScoreParams>;

export const layersParams = scoreParams.extend({ attentionOf: z.int().min(0) }) satisfies z.ZodType<LayersParams>;

const editor = textPath.optional();

export const prepareAdapterParams = z.object({ adapter: adapterDir }) satisfies z.ZodType<PrepareAdapterParams>;

export const warmParams = z.object({ prompt: promptInput, editor, adapter }) satisfies z.ZodType<WarmParams>;

export const generateParams = z.object({
  id: z.int(),
  prompt: promptInput,
  class: z.enum(["completion", "command"]).optional(),
  asked,
  editor,
  adapter: z.union([z.literal(NO_ADAPTER), adapterDir]).optional(),
  lookup: z.array(z.string().max(LIMITS.lookupChars)).max(LIMITS.lookupTexts).optional(),
  memory: textPath.optional(),
  branches: z.int().min(0).max(LIMITS.branches).optional(),
  words: z.array(z.string().min(1).max(LIMITS.wordChars)).max(LIMITS.words).optional(),
  forced: z.array(z.int().min(0)).max(LIMITS.maxTokens).optional(),
  record: z.literal(true).optional(),
  maxTokens,
  sampling: z.object({
    temperature: z.number().min(0).max(10),
    topK: z.int().min(1).optional(),
    topP: z.number().gt(0).max(1).optional(),
    seed: z.int().optional(),
  }),
  stop: z.array(z.string().min(1).max(LIMITS.stopChars)).max(LIMITS.stopSequences),
  deadlineMs: z.number().min(0).max(LIMITS.deadlineMs).optional(),
}) satisfies z.ZodType<GenerateParams>;

export const rememberParams = z.object({
  workspace: textPath,
  files: z
    .array(z.object({ path: textPath, text: z.string().optional() }))
    .max(MEMORY_LIMITS.filesInMessage)
    .refine((files) => files.reduce((sum, { text = "" }) => sum + text.length, 0) <= MEMORY_LIMITS.messageChars, {
      message: `Too big: expected at most ${MEMORY_LIMITS.messageChars} characters in all files together`,
    }),
}) satisfies z.ZodType<RememberParams>;

export const helloParams = z.object({
  protocol: z.int(),
  token: z.string().max(256),
  client: z.object({ name: z.string().max(64), pid: z.int() }),
}) satisfies z.ZodType<HelloParams>;

/**
 * `params` of the request `method`, validated.
 * @throws UserError badInput, naming the first invalid field (never its content)
 */
export function checked<T>(schema: z.ZodType<T>, method: string, params: unknown): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const [{ path: where, message }] = result.error.issues;
  const field = where.length > 0 ? `${where.join(".")}: ` : "";
  throw badInput(
    `The request ${method} is not valid (${field}${message}).`,
    "Use the same version of Sotto at both ends.",
  );
}
