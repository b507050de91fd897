// Reads ahead where the cursor rests: puts the prompt that the first key typed there would send into the model's KV cache.
// Shows nothing, and never throws: every failure becomes an outcome with its reason.

import { Cancelled } from "../../common/errors.ts";
import { REQUEST_LIMITS } from "../../server/host/protocol/limits.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";
import { gather } from "../context/gather.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { FolderModel, WritingModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { refusalToComplete } from "../workspace/workspace.ts";
import { failureReason } from "./failureReason.ts";
import type { NoWarmReason, WarmOutcome } from "./outcome.ts";
import { placeOf, refusal, regionOf } from "./place.ts";
import { promptOf } from "./writing.ts";

/**
 * Time limit for gathering context, in milliseconds. Nobody waits here, so retrievers that are too slow for a key (a file read for the first
 * time) finish in time, and the key finds their pieces chosen.
 */
const CONTEXT_DEADLINE_MS = 400;

export interface WarmRequest {
  document: OpenDocument;
  offset: number; // the cursor, in UTF-16 units of the document's text
}

export interface WarmDeps {
  model: FolderModel;
  writing?: WritingModel; // the model for automatic requests, where the host has several
  sources?: Sources; // as for a completion
  isKnown: (prompt: PromptInput) => boolean; // whether it was read already
}

const none = (reason: NoWarmReason, error?: unknown): WarmOutcome => ({ kind: "none", reason, error });

export async function warm(
  { document, offset }: WarmRequest,
  { model, writing, sources, isKnown }: WarmDeps,
  signal: AbortSignal,
): Promise<WarmOutcome> {
  try {
    const place = placeOf({ document, offset });
    if (typeof place === "string") return none(place);
    const { version } = document;
    const outdated = () => signal.aborted || document.version !== version;
    if (await refusalToComplete(document.path, sources?.workspace)) return none("ignoredFile");
    if (outdated()) return none("cancelled");
    const refused = refusal(place, regionOf(place), false);
    if (refused) return none(refused); // a key typed here makes no request
    const options = { deadlineMs: CONTEXT_DEADLINE_MS, budget: promptBudgetOf(writing?.tier) };
    const pieces = sources ? (await gather(document, offset, sources, signal, options)).pieces : [];
    if (outdated()) return none("cancelled");
    const prompt = promptOf(place, pieces, true);
    if (isKnown(prompt)) return none("known");
    const editor = document.uri.slice(-REQUEST_LIMITS.pathChars);
    const result = await model.warm?.({ prompt, editor }, signal);
    if (!result) return none("hostUnavailable"); // a model that cannot read ahead read ahead
    const { stop, tokens, ms } = result;
    if (stop === "refused") return none("hostBusy");
    return stop === "done" ? { kind: "warmed", prompt, tokens, ms } : none(stop);
  } catch (error) {
    return error instanceof Cancelled || signal.aborted ? none("cancelled") : none(failureReason(error), error);
  }
}
