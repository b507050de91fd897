// Has the model write into a gap of a document for a person who waits with a progress bar. Checks nothing of what it writes.

import { Cancelled } from "../../common/errors.ts";
import type { GenerateResult, PromptInput, Sampling } from "../../server/host/protocol/messages.ts";
import { PREFIX_UNITS, SUFFIX_UNITS } from "../completion/place.ts";
import { samplingAt } from "../completion/sampling.ts";
import { ownText } from "../context/ownText.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";

/** What commands need of a model. */
export type Writer = Pick<CompletionModel, "generate">;

/** One for each temperature, with seeds of their own: the same gap is asked the same things each time. */
export const attempts = (...temperatures: number[]): readonly Sampling[] =>
  temperatures.map((temperature, seed) => ({ ...samplingAt(temperature), ...(temperature > 0 ? { seed } : {}) }));

/**
 * The gap between two texts of a document, without their secrets. Code of other files is left out, and so is the compiler's message: with either
 * fewer of the embedded model's fixes pass (LOG, 2026-11-26, docstrings and fixes, whole sets).
 */
export function promptOfGap({ path, languageId }: OpenDocument, before: string, after: string): PromptInput {
  const { prefix, suffix } = ownText(before.slice(-PREFIX_UNITS), after.slice(0, SUFFIX_UNITS));
  return { path, languageId, prefix, suffix, pieces: [] };
}

/** @throws UserError when the model cannot be asked; Cancelled when `signal` has fired */
export async function writeInto(
  prompt: PromptInput,
  how: { sampling: Sampling; maxTokens: number; stop: string[] },
  model: Writer,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const generation = await model.generate({ prompt, class: "command", asked: true, ...how }, () => {}, signal);
  if (signal.aborted) throw new Cancelled();
  return generation;
}
