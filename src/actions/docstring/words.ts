// Asks the model for the words of one part of a docstring, with the definition below (or around) it, until a sentence passes the checks.

import type { PromptInput, Sampling } from "../../../server/host/protocol/messages.ts";
import { attempts, type Writer, writeInto } from "../gap.ts";
import { type Claims, type Fault, faultOf, type Subject } from "./checks.ts";

/** The beginning of a sentence, where one is given to the model, and the sampling. */
interface Attempt {
  begin: string;
  sampling: Sampling;
}

const begun = (begin: string, ...temperatures: number[]): Attempt[] =>
  attempts(...temperatures).map((sampling) => ({ begin, sampling }));

/** The likeliest words first, then others, so that a rejected sentence is not repeated. For a definition, the last attempt gives a beginning. */
const ATTEMPTS: Readonly<Record<Subject["of"], readonly Attempt[]>> = {
  definition: [...begun("", 0, 0.5), ...begun("This ", 0, 0.5)],
  part: begun("", 0, 0.5, 0.8),
};
const MAX_TOKENS = 60;

export interface Words {
  words: string; // "" where no attempt passed
  faults: Fault[]; // of the attempts that failed
}

/**
 * @param promptAfter the gap behind the words with which a sentence begins
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function findWords(
  promptAfter: (begin: string) => PromptInput,
  subject: Subject,
  claims: Claims,
  model: Writer,
  signal: AbortSignal,
): Promise<Words> {
  const faults: Fault[] = [];
  for (const { begin, sampling } of ATTEMPTS[subject.of]) {
    const how = { sampling, maxTokens: MAX_TOKENS, stop: ["\n", "*/", '"""'] };
    const { text, stop } = await writeInto(promptAfter(begin), how, model, signal);
    const words = text.trim() === "" ? "" : `${begin}${text}`.trim();
    const fault = stop === "maxTokens" ? "tooLong" : faultOf(words, subject, claims);
    if (fault === undefined) return { words, faults };
    faults.push(fault);
  }
  return { words: "", faults };
}
