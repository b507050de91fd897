// The model call for a place: its prompt, and when the model has written enough. Knows no filters, and decides nothing about what is shown.

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

/** The most tokens generated for a single line, whatever the setting allows. */
const MOST_TOKENS_OF_A_LINE = 48;

/**
 * How many times its deadline a request may take until its first text. A busy machine needs seconds to read a prompt anew. A late suggestion
 * disturbs nobody while the cursor still stands there, and the editor cancels requests that are no longer wanted.
 */
const READING_PATIENCE = 5;

/**
 * The prompt, with secrets redacted except in the cursor's line. Rules and filters use the place itself.
 * @param typing whether this is the prompt of the first key that will be typed here
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
  pieces: ContextPiece[]; // of the workspace, for the prompt
  lookup: string[]; // texts that the answer may repeat
  mode: LineMode;
  draft: Draft | undefined; // of the place; undefined where the document has no tree
  maxTokens?: number; // default: `mostTokens` of the mode
  asked?: boolean; // a person asked for it
  branches?: number; // how many places the model is to report at which its text could have gone on otherwise
  forced?: readonly number[]; // the tokens of such a branch
  words?: readonly string[]; // the text begins with one of them
  record?: true; // the result tells all that its tokens depend on
}

/** Lets the model write until the suggestion is complete or the model ends by itself. */
export async function write(
  place: Place,
  { pieces, lookup, mode, draft, maxTokens, asked, branches, forced, words, record }: Writing,
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
    ...(branches && { branches }),
    ...(forced && { forced: [...forced] }),
    ...(words && { words: [...words] }),
    ...(record && { record }),
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
