// A recorded request: all that the tokens of one model call depend on, as a file that a person can read and `sotto replay` can run again.
// Secrets are taken out a second time; where one was found, the tokens that hold it are left out, too. Reads and writes no file.

import os from "node:os";
import { z } from "zod";
import { REDACTED, redactSecrets, secretsIn } from "../../common/rules/redactSecrets.ts";
import { sottoVersion } from "../../common/util/packageRoot.ts";
import type { GenerateResult, Recorded, RecordedModel } from "../../server/host/protocol/messages.ts";
import type { CompletionOutcome } from "./outcome.ts";
import type { CompletionSettings } from "./settings.ts";

export const RECORDING_VERSION = 1;

const token = z.int().min(0);
const strings = z.array(z.string());

/** The versions and the machine that a recording was made with. */
const madeWith = z.object({ sotto: z.string(), node: z.string(), platform: z.string(), processor: z.string() });

const writtenBy = z.object({
  model: z.string(),
  weightsSha256: z.string().optional(),
  adapter: z.string().optional(),
  device: z.string(),
  runtime: z.string(),
  form: z.string().optional(),
  threads: z.int().min(1).optional(),
}) satisfies z.ZodType<RecordedModel>;

/** The file. Its version changes with every change of meaning. */
export const recordingSchema = z.object({
  format: z.literal("sotto-recording"),
  version: z.literal(RECORDING_VERSION),
  recordedAt: z.string(), // ISO 8601
  madeWith,
  writtenBy,
  place: z.object({
    path: z.string(), // relative to the workspace
    languageId: z.string(),
    line: z.int().min(1), // of the cursor, from 1, as the column
    column: z.int().min(1), // in UTF-16 units
    asked: z.boolean(), // a person asked for it
  }),
  settings: z.record(z.string(), z.unknown()), // that decide what is written and shown
  prompt: z.object({
    text: z.string(), // as sent, but for secrets
    secrets: z.record(z.string(), z.int()), // how many which rule has found in the prompt as sent
    tokens: z.array(token).min(1).optional(), // absent where the prompt as sent holds a secret
  }),
  sampling: z.object({
    temperature: z.number().min(0),
    topK: z.int().min(1).optional(),
    topP: z.number().gt(0).max(1).optional(),
    seed: z.int().optional(),
  }),
  maxTokens: z.int().min(1),
  stop: strings,
  words: strings.optional(), // the text began with one of them
  forced: z.array(token).optional(), // the tokens that it had to begin with
  /** What was counted in the workspace's files before each choice, and mixed into it: rows of a token, then cells and their counts. */
  memory: z.array(z.array(z.array(z.int()))).optional(),
  result: z.object({
    text: z.string(),
    stop: z.string(), // why it ended
    tokens: z.array(token).optional(), // absent where the text holds a secret
    logProbs: z.array(z.number()), // natural logarithm, one for each token
  }),
  outcome: z.object({
    shown: z.string().optional(), // the text that was shown
    reason: z.string().optional(), // why nothing was
  }),
});

export type Recording = z.infer<typeof recordingSchema>;

export interface RecordedRequest {
  generation: GenerateResult;
  place: Recording["place"];
  settings: CompletionSettings;
  outcome: CompletionOutcome;
}

/** What a machine and its versions are, for a recording. */
export const machineFacts = (): Recording["madeWith"] => ({
  sotto: sottoVersion(),
  node: process.versions.node,
  platform: `${process.platform}-${process.arch}`,
  processor: os.cpus()[0]?.model.trim() ?? "unknown",
});

/** @returns undefined where nothing was recorded: an engine elsewhere has answered */
export function recordingOf({ generation, place, settings, outcome }: RecordedRequest): Recording | undefined {
  const { recorded, text, stop, logProbs } = generation;
  if (!recorded) return undefined;
  const { sampling, maxTokens, stop: stops, words, forced, memory, writtenBy } = recorded;
  return {
    format: "sotto-recording",
    version: RECORDING_VERSION,
    recordedAt: new Date().toISOString(),
    madeWith: machineFacts(),
    writtenBy,
    place,
    settings: chosenSettings(settings),
    ...withoutSecrets(recorded, { text, stop, logProbs }),
    ...{ sampling, maxTokens, stop: stops },
    ...(memory && { memory }),
    ...(words && { words }),
    ...(forced && { forced }),
    outcome:
      outcome.kind === "shown" ? { shown: redactSecrets(outcome.items[0]!.text).text } : { reason: outcome.reason },
  };
}

/** Tokens spell what a text no longer says: they go with its secrets. */
function withoutSecrets(
  { prompt, tokens }: Recorded,
  result: Pick<Recording["result"], "text" | "stop" | "logProbs">,
): Pick<Recording, "prompt" | "result"> {
  const { text, found } = redactSecrets(prompt.text);
  const isPromptClean = text === prompt.text;
  // a secret may begin before the cursor and end after it
  const isResultClean = secretsIn(prompt.text + result.text).every(({ end }) => end <= prompt.text.length);
  return {
    prompt: { text, secrets: found, ...(isPromptClean && { tokens: prompt.tokens }) },
    result: isResultClean ? { ...result, tokens } : { ...result, text: REDACTED },
  };
}

const chosenSettings = ({
  maxTokens,
  deadlineMs,
  multiLine,
  maxLines,
  temperature,
  filters,
  eagerness,
}: CompletionSettings): Recording["settings"] => ({
  ...{ maxTokens, deadlineMs, multiLine, maxLines, temperature, filters, eagerness },
});
