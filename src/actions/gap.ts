// Lets the model write into a gap of a document for a person who waits with a progress bar. Does not check the model's text.

import { Cancelled } from "../../common/errors.ts";
import type { GenerateResult, PromptInput, Sampling } from "../../server/host/protocol/messages.ts";
import { PREFIX_UNITS, SUFFIX_UNITS } from "../completion/place.ts";
import { samplingAt } from "../completion/sampling.ts";
import { ownText } from "../context/ownText.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";

/** The part of a model that commands need. */
export type Writer = Pick<CompletionModel, "generate">;

/** One sampling per temperature, each with a fixed seed of its own, so that the same gap always gets the same attempts. */
export const attempts = (...temperatures: number[]): readonly Sampling[] =>
  temperatures.map((temperature, seed) => ({ ...samplingAt(temperature), ...(temperature > 0 ? { seed } : {}) }));

/**
 * The prompt for the gap between two texts of a document, with secrets redacted. Code of other files and the compiler's message are left out:
 * with either, fewer of the embedded model's fixes pass (LOG, 2026-11-26, docstrings and fixes, whole sets).
 */
export function promptOfGap({ path, languageId }: OpenDocument, before: string, after: string): PromptInput {
  const { prefix, suffix } = ownText(before.slice(-PREFIX_UNITS), after.slice(0, SUFFIX_UNITS));
  return { path, languageId, prefix, suffix, pieces: [] };
}

/** What a model that follows instructions is asked about the document, with secrets redacted. @param begin of its answer */
export function promptOfInstruction(
  { path, languageId }: OpenDocument,
  instruction: string,
  begin: string,
): PromptInput {
  return { path, languageId, prefix: begin, suffix: "", pieces: [], instruction: ownText(instruction, "").prefix };
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
