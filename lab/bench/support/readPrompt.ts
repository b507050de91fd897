// Lets a generation begin where the prompt is read and nothing is known yet of what comes after it. Generates nothing.

import { type GenerationSession, warm } from "../../../server/engine/generate/generate.ts";
import type { Slot } from "../../../server/engine/generate/slots.ts";

/**
 * The only slot of `session`, with `promptTokens` but the last one and nothing else: what an earlier generation wrote there would be guessed,
 * and always be right.
 */
export async function readPrompt(session: GenerationSession, promptTokens: readonly number[]): Promise<Slot> {
  await warm(session, promptTokens, new AbortController().signal);
  const [slot] = session.slots.views as readonly Slot[];
  slot.tokens.length = promptTokens.length - 1;
  return slot;
}
