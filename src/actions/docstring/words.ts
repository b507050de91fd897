// Asks the model for the words of one part of a docstring, with the definition below (or around) it, until a sentence passes the checks.

import type { ContextPiece, PromptInput, Sampling } from "../../../server/protocol/messages.ts";
import { ownText } from "../../context/ownText.ts";
import type { CompletionModel } from "../../model/completionModel.ts";
import { type Claims, type Fault, faultOf, type Subject } from "./checks.ts";

/** The likeliest words first; then others, so that what fails the checks is not said again. */
const ATTEMPTS: readonly Sampling[] = [
  { temperature: 0 },
  { temperature: 0.5, topK: 40, topP: 0.95, seed: 1 },
  { temperature: 0.8, topK: 40, topP: 0.95, seed: 2 },
];
const MAX_TOKENS = 60;
/** More text than any prompt holds. */
const PREFIX_UNITS = 65_536;
const SUFFIX_UNITS = 16_384;

export interface WordsPlace {
  path: string;
  languageId: string;
  prefix: string; // up to where the words begin
  suffix: string; // from where they end
  pieces: ContextPiece[];
}

export interface Words {
  words: string; // "" where no attempt passed
  faults: Fault[]; // of the attempts that failed
}

/**
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function findWords(
  place: WordsPlace,
  subject: Subject,
  claims: Claims,
  model: Pick<CompletionModel, "generate">,
  signal: AbortSignal,
): Promise<Words> {
  const faults: Fault[] = [];
  const own = ownText(place.prefix.slice(-PREFIX_UNITS), place.suffix.slice(0, SUFFIX_UNITS));
  const { path, languageId, pieces } = place;
  const prompt: PromptInput = { path, languageId, ...{ prefix: own.prefix, suffix: own.suffix }, pieces };
  for (const sampling of ATTEMPTS) {
    const params = { prompt, class: "command" as const, maxTokens: MAX_TOKENS, sampling, stop: ["\n", "*/", '"""'] };
    const { text, stop } = await model.generate(params, () => {}, signal);
    signal.throwIfAborted();
    const words = text.trim();
    const fault = stop === "maxTokens" ? "tooLong" : faultOf(words, subject, claims);
    if (fault === undefined) return { words, faults };
    faults.push(fault);
  }
  return { words: "", faults };
}
