// One held-out case through the product's own completion path, as if a person had asked for the line: greedy, without filters and without
// the show decision, so that what is judged is the model. Sums up nothing.

import { Cancelled } from "../../common/errors.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { ownText } from "../../src/context/ownText.ts";
import type { CompletionModel } from "../../src/model/completionModel.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import type { HeldOutCase } from "../heldOutCase.ts";

/** What judging needs of a model beyond completing. */
export interface ScoringModel extends CompletionModel {
  /** How probable the model finds `text` right after `prompt`: the sum of the natural logarithms over its tokens. */
  score(prompt: PromptInput, text: string, signal?: AbortSignal): Promise<{ logProb: number; tokens: number }>;
  dispose(): void;
}

/** What a model made of a case. */
export interface Answer {
  text: string; // what it wrote
  logProb: number; // of the expected text, natural logarithm
}

/** An answer must not depend on how busy the machine is. */
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
  if (result.kind === "failed") throw result.error; // a case that could not be run is no wrong answer
  const own = ownText(prefix, suffix);
  const prompt = { path, languageId, prefix: own.prefix, suffix: own.suffix, pieces: [] };
  const { logProb } = await model.score(prompt, expected, signal);
  const { outcome } = result;
  return { text: outcome.kind === "shown" ? outcome.items[0].text : "", logProb };
}

/** The model, writing no further than one of `ends` instead of what a request says. */
export function endingWith(ends: string[], model: CompletionModel): CompletionModel {
  return {
    generate: (params, onText, signal) => model.generate({ ...params, stop: ends }, onText, signal),
    inspect: (prompt) => model.inspect(prompt),
  };
}
