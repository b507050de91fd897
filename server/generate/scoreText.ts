// Teacher forcing: how probable the model finds a given text after a prompt. Shares the session's KV cache with the token loop; generates nothing.

import { badInput } from "../protocol/errors.ts";
import type { GenerationSession } from "./generate.ts";

/** Tokens of one decoder run: bounds the logits in memory (128 × 16,384 × 4 bytes = 8 MB). */
const CHUNK_TOKENS = 128;

/**
 * The natural logarithm of the probability of `textTokens` right after `promptTokens` (at least one).
 * @throws UserError when both together do not fit into the KV cache; Cancelled when `signal` fires
 */
export async function scoreText(
  session: GenerationSession,
  promptTokens: readonly number[],
  textTokens: readonly number[],
  signal?: AbortSignal,
): Promise<number> {
  const { decoder } = session;
  const all = [...promptTokens, ...textTokens];
  if (all.length > decoder.capacity)
    throw badInput(
      `${all.length} tokens do not fit into the model's ${decoder.capacity} positions.`,
      "Shorten the text.",
    );
  // the last token of the prompt runs in any case: its logits are those of the text's first token
  let past = Math.min(commonLength(session.cached, promptTokens), promptTokens.length - 1);
  session.cached = session.cached.slice(0, past);
  let logProb = 0;
  for (const last = all.length - 1; past < last; ) {
    const chunk = all.slice(past, Math.min(last, past + CHUNK_TOKENS));
    const firstWanted = Math.max(0, promptTokens.length - 1 - past);
    const wanted = Array.from({ length: Math.max(0, chunk.length - firstWanted) }, (_, index) => firstWanted + index);
    const logits = await decoder.run(chunk, past, wanted, signal); // [wanted, vocabSize]
    const { vocabSize } = decoder.config;
    for (const [row, position] of wanted.entries())
      logProb += logProbOf(logits.subarray(row * vocabSize, (row + 1) * vocabSize), all[past + position + 1]);
    session.cached.push(...chunk);
    past += chunk.length;
  }
  return logProb;
}

function commonLength(left: readonly number[], right: readonly number[]): number {
  let length = 0;
  while (length < left.length && length < right.length && left[length] === right[length]) length++;
  return length;
}

/** ln softmax(logits)[id], in double precision. */
function logProbOf(logits: Float32Array, id: number): number {
  let most = -Infinity;
  for (const logit of logits) if (logit > most) most = logit;
  let total = 0;
  for (const logit of logits) total += Math.exp(logit - most);
  return logits[id] - most - Math.log(total);
}
