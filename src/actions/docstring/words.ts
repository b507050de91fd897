// Asks the model for the words of one part of a docstring, with the definition below (or around) it, until a sentence passes the checks.

import type { PromptInput, Sampling } from "../../../server/host/protocol/messages.ts";
import { attempts, type Writer, writeInto } from "../gap.ts";
import { type Claims, faultOf, type Fault as SentenceFault, type Subject } from "./checks.ts";
import type { Doubt } from "./facts/entailed.ts";

/** The beginning of a sentence, where one is given to the model, and the sampling. */
interface Attempt {
  begin: string;
  sampling: Sampling;
}

const begun = (begin: string, ...temperatures: number[]): Attempt[] =>
  attempts(...temperatures).map((sampling) => ({ begin, sampling }));

/** The likeliest words first, then others, so that a rejected sentence is not repeated. */
const ATTEMPTS: readonly Attempt[] = begun("", 0, 0.5);
const MAX_TOKENS = 60;

export type Fault = SentenceFault | Doubt;

export interface Words {
  words: string; // "" where no attempt passed
  faults: Fault[]; // of the attempts that failed
}

/**
 * @param promptAfter the gap behind the words with which a sentence begins
 * @param doubt what the code does not bear out
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function findWords(
  promptAfter: (begin: string) => PromptInput,
  subject: Subject,
  claims: Claims,
  model: Writer,
  signal: AbortSignal,
  doubt: (words: string) => Doubt | undefined,
): Promise<Words> {
  const faults: Fault[] = [];
  for (const { begin, sampling } of ATTEMPTS) {
    const how = { sampling, maxTokens: MAX_TOKENS, stop: ["\n", "*/", '"""'] };
    const { text, stop } = await writeInto(promptAfter(begin), how, model, signal);
    const words = text.trim() === "" ? "" : `${begin}${text}`.trim();
    const fault: Fault | undefined =
      stop === "maxTokens" ? "tooLong" : (faultOf(words, subject, claims) ?? doubt(words));
    if (fault === undefined) return { words, faults };
    faults.push(fault);
  }
  return { words: "", faults };
}
