// Runs one held-out case through the product's own completion path, as if a person had asked for the line: greedy, without filters and without
// the show decision, so that only the model is judged. Computes no totals.

import { Cancelled } from "../../common/errors.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { ownText } from "../../src/context/ownText.ts";
import type { CompletionModel } from "../../src/model/completionModel.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import type { HeldOutCase } from "../heldOutCase.ts";

/** What judging needs of a model beyond completing. */
export type ScoringModel = CompletionModel & Required<Pick<CompletionModel, "score">> & { dispose(): void };

/** A model's answer to a case. */
export interface Answer {
  text: string; // what it wrote
  logProb: number; // of the probability of the expected text, natural logarithm
}

/** Without the usual deadline: an answer must not depend on how busy the machine is. */
export const patientSettings = { ...defaultCompletionSettings, deadlineMs: 600_000 };

/** @throws Cancelled when `signal` fires; what the model throws */
export async function runHeldOutCase(
  { path, prefix, suffix, expected }: HeldOutCase,
  { model, parsers }: { model: ScoringModel; parsers: Parsers },
  signal: AbortSignal,
): Promise<Answer> {
  const languageId = languageOfPath(path) ?? "plaintext";
  const document = openDocument({ uri: `case:/${path}`, path, languageId, text: prefix + suffix }, parsers);
  const request = { document, offset: prefix.length, explicit: true, filter: false, pieces: [] };
  const deps = { model: endingWith(["\n"], model), cache: new CompletionCache(), settings: patientSettings };
  const result = await complete(request, deps, signal);
  if (signal.aborted) throw new Cancelled();
  if (result.kind === "failed") throw result.error; // a case that could not be run is not a wrong answer
  const own = ownText(prefix, suffix);
  const prompt = { path, languageId, prefix: own.prefix, suffix: own.suffix, pieces: [] };
  const { logProb } = await model.score({ prompt, text: expected }, signal);
  const { outcome } = result;
  return { text: outcome.kind === "shown" ? outcome.items[0].text : "", logProb };
}

/** The model, with `ends` as stop sequences in place of a request's own. */
export function endingWith(ends: string[], model: CompletionModel): CompletionModel {
  return {
    generate: (params, onText, signal) => model.generate({ ...params, stop: ends }, onText, signal),
    inspect: (prompt) => model.inspect(prompt),
  };
}
