// Asks the model for the words of one part of a docstring, with the definition below (or around) it, until a sentence passes the checks.

import type { PromptInput } from "../../../server/protocol/messages.ts";
import { attempts, type Writer, writeInto } from "../gap.ts";
import { type Claims, type Fault, faultOf, type Subject } from "./checks.ts";

/** The likeliest words first; then others, so that what fails the checks is not said again. */
const ATTEMPTS = attempts(0, 0.5, 0.8);
const MAX_TOKENS = 60;

export interface Words {
  words: string; // "" where no attempt passed
  faults: Fault[]; // of the attempts that failed
}

/** @throws UserError when the model cannot be asked; Cancelled */
export async function findWords(
  prompt: PromptInput,
  subject: Subject,
  claims: Claims,
  model: Writer,
  signal: AbortSignal,
): Promise<Words> {
  const faults: Fault[] = [];
  for (const sampling of ATTEMPTS) {
    const how = { sampling, maxTokens: MAX_TOKENS, stop: ["\n", "*/", '"""'] };
    const { text, stop } = await writeInto(prompt, how, model, signal);
    const words = text.trim();
    const fault = stop === "maxTokens" ? "tooLong" : faultOf(words, subject, claims);
    if (fault === undefined) return { words, faults };
    faults.push(fault);
  }
  return { words: "", faults };
}
