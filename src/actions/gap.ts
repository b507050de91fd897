// Has the model write into a gap of a document for a person who waits with a progress bar. Checks nothing of what it writes.

import { Cancelled } from "../../server/protocol/errors.ts";
import type { ContextPiece, GenerateResult, PromptInput, Sampling } from "../../server/protocol/messages.ts";
import { PREFIX_UNITS, SUFFIX_UNITS } from "../completion/place.ts";
import { samplingAt } from "../completion/sampling.ts";
import type { OpenDocument } from "../context/documents.ts";
import { gather } from "../context/gather.ts";
import { ownText } from "../context/ownText.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionModel } from "../model/completionModel.ts";

/** What commands need of a model. */
export type Writer = Pick<CompletionModel, "generate">;

/** One for each temperature, with seeds of their own: the same gap is asked the same things each time. */
export const attempts = (...temperatures: number[]): readonly Sampling[] =>
  temperatures.map((temperature, seed) => ({ ...samplingAt(temperature), ...(temperature > 0 ? { seed } : {}) }));

/** The gap between two texts of a document, without their secrets. @param pieces code of other files that goes with it */
export function promptOfGap(
  { path, languageId }: OpenDocument,
  before: string,
  after: string,
  pieces: ContextPiece[] = [],
): PromptInput {
  const { prefix, suffix } = ownText(before.slice(-PREFIX_UNITS), after.slice(0, SUFFIX_UNITS));
  return { path, languageId, prefix, suffix, pieces };
}

/** A person waits for a command, and longer than for a key. */
const PATIENCE_MS = 1_000;

/** Code of other files that goes with a place of a document, as completions get it; nothing of what those have chosen is changed. */
export async function piecesAt(
  document: OpenDocument,
  offset: number,
  sources: Sources | undefined,
  signal: AbortSignal,
): Promise<ContextPiece[]> {
  if (!sources) return [];
  const own: Sources = Object.create(sources); // what is remembered goes by the object
  return (await gather(document, offset, own, signal, { deadlineMs: PATIENCE_MS })).pieces;
}

/** @throws UserError when the model cannot be asked; Cancelled when `signal` has fired */
export async function writeInto(
  prompt: PromptInput,
  how: { sampling: Sampling; maxTokens: number; stop: string[] },
  model: Writer,
  signal: AbortSignal,
): Promise<GenerateResult> {
  const generation = await model.generate({ prompt, class: "command", ...how }, () => {}, signal);
  if (signal.aborted) throw new Cancelled();
  return generation;
}
