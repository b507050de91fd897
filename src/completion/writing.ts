// What the model is asked at a place, and when it has written enough. Knows no filters, and decides nothing about what is shown.

import { REQUEST_LIMITS } from "../../server/host/protocol/limits.ts";
import type { ContextPiece, GenerateResult, PromptInput, StopReason } from "../../server/host/protocol/messages.ts";
import { ownText } from "../context/ownText.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { Draft } from "../workspace/draft.ts";
import type { LineMode } from "./classify.ts";
import { onBlankLine, type Place } from "./place.ts";
import { samplingAt } from "./sampling.ts";
import type { CompletionSettings } from "./settings.ts";
import { stopRule } from "./stopRules.ts";

/** The most tokens that are written for a single line, whatever the setting allows. */
const MOST_TOKENS_OF_A_LINE = 48;

/**
 * A prompt that must be read anew takes a busy machine seconds. What comes late, where the cursor still stands, disturbs nobody, and the editor
 * cancels what nobody waits for any more: until its first text a request has so many times its deadline.
 */
const READING_PATIENCE = 5;

/**
 * Without secrets, but for the line that the cursor is in. Rules and filters go on with the place itself.
 * @param typing the prompt of the first key that will be typed here
 */
export function promptOf(
  { document, prefix, suffix, pending }: Place,
  pieces: ContextPiece[],
  typing = false,
): PromptInput {
  const own = ownText(prefix, suffix, pending.length, typing);
  return { path: document.path, languageId: document.languageId, prefix: own.prefix, suffix: own.suffix, pieces };
}

/** The most tokens that the model may write. */
export const mostTokens = (mode: LineMode, { maxTokens }: Pick<CompletionSettings, "maxTokens">): number =>
  mode === "single" ? Math.min(MOST_TOKENS_OF_A_LINE, maxTokens) : maxTokens;

export interface Writing {
  pieces: ContextPiece[]; // of the workspace, that go with the prompt
  lookup: string[]; // texts that the answer may repeat
  mode: LineMode;
  draft: Draft | undefined; // of the place; undefined where the document has no tree
  maxTokens?: number; // default: `mostTokens` of the mode
  asked?: boolean; // by a person
}

/** Has the model write until the suggestion is complete, or the model's own end. */
export async function write(
  place: Place,
  { pieces, lookup, mode, draft, maxTokens, asked }: Writing,
  { model, settings }: { model: Pick<CompletionModel, "generate">; settings: CompletionSettings },
  signal: AbortSignal,
): Promise<GenerateResult> {
  const complete = stopRule(place, mode, draft, settings.maxLines);
  const stopped = new AbortController();
  let written = "";
  let stop: StopReason | undefined;
  let late: NodeJS.Timeout | undefined;
  const end = (reason: StopReason | undefined) => {
    stop ??= reason;
    if (stop) stopped.abort();
  };
  const params = {
    prompt: promptOf(place, pieces),
    editor: place.document.uri.slice(-REQUEST_LIMITS.pathChars),
    ...(asked && { asked: true as const }),
    lookup,
    maxTokens: maxTokens ?? mostTokens(mode, settings),
    sampling: samplingAt(settings.temperature),
    stop: mode === "single" && !onBlankLine(place) ? ["\n"] : [],
    deadlineMs: Math.min(READING_PATIENCE * settings.deadlineMs, REQUEST_LIMITS.deadlineMs),
  };
  const onText = (text: string) => {
    late ??= setTimeout(() => end("deadline"), settings.deadlineMs);
    written += text;
    end(complete(written));
  };
  const generation = await model
    .generate(params, onText, AbortSignal.any([signal, stopped.signal]))
    .finally(() => clearTimeout(late));
  return stop && !signal.aborted ? { ...generation, stop } : generation;
}
