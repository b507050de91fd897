// A decoder together with the slots of its KV cache: runs tokens in a slot and keeps the slot's record correct, whatever happens. Several
// generations can be under way, each in its own slot; one of them runs at a time, controlled by their `turn`. Samples nothing.

import { Cancelled, promptTooLong } from "../../../common/errors.ts";
import { CHUNK_TOKENS, type Decoder } from "../runtime/decoder.ts";
import { HealingTable } from "../tokenizer/healing.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { ReadingSpeed } from "./readingSpeed.ts";
import type { SlotLimits, SlotUse } from "./slotPolicy.ts";
import { KvSlots, type Slot, type TakenSlot } from "./slots.ts";
import { FEWEST_ROWS, SpeculationEstimates } from "./speculation.ts";

export interface GenerationSession {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer;
  readonly healing: HealingTable;
  readonly slots: KvSlots;
  readonly estimates: SpeculationEstimates;
  readonly reading: ReadingSpeed;
}

export function createSession(decoder: Decoder, tokenizer: Tokenizer, limits?: Partial<SlotLimits>): GenerationSession {
  return {
    decoder,
    tokenizer,
    healing: new HealingTable(tokenizer),
    slots: new KvSlots(decoder, limits),
    estimates: new SpeculationEstimates(),
    reading: new ReadingSpeed(),
  };
}

/** What a run waits for, and what ends it. */
export interface RunControl {
  signal?: AbortSignal;
  /** Permission to use the decoder, awaited before each run. It lasts until the next call, or until the work ends. May throw Cancelled. */
  turn?: () => Promise<void>;
  /** How many tokens of a prompt run in the next chunk; default CHUNK_TOKENS. */
  chunkTokens?: () => number;
}

/**
 * Does `work` in the slot for `prompt`, after its first turn has come.
 * @throws Cancelled; UserError when there is no memory for a slot; Error when other work without turns is under way
 */
export async function inSlot<T>(
  { slots }: GenerationSession,
  prompt: readonly number[],
  use: SlotUse,
  { signal, turn }: RunControl,
  work: (taken: TakenSlot) => Promise<T>,
): Promise<T> {
  if (turn) await turn();
  else if (slots.busy) throw new Error("the session is generating already, and nobody gives turns");
  if (signal?.aborted) throw new Cancelled();
  const taken = slots.take(prompt, use);
  try {
    return await work(taken);
  } finally {
    slots.release(taken.slot);
  }
}

/**
 * One run of `tokens` at the positions from `past` on, overwriting what the slot held there. A single token runs with a copy of itself after it
 * (see FEWEST_ROWS); the slot's record does not include the copy.
 * @param logitPositions indices into `tokens`
 * @returns [logitPositions.length, vocab]; valid until the next turn
 * @throws Cancelled when the signal fires; the slot then holds the positions below `past`
 */
export async function runOnce(
  { decoder, estimates, reading }: GenerationSession,
  slot: Slot,
  tokens: readonly number[],
  past: number,
  logitPositions: readonly number[],
  { signal, turn }: RunControl,
): Promise<Float32Array> {
  await turn?.();
  slot.tokens.length = Math.min(slot.tokens.length, past); // after a failed run, only the positions before this one are reliable
  const isPadded = tokens.length < FEWEST_ROWS && past + FEWEST_ROWS <= decoder.capacity;
  const rows = isPadded ? [...tokens, ...tokens] : tokens;
  slot.positions = Math.max(slot.positions, past + rows.length);
  const startMs = performance.now();
  const logits = await decoder.run(slot.cache, rows, past, logitPositions, signal);
  const ms = performance.now() - startMs;
  estimates.sawRun(rows.length, ms);
  reading.sawRun(rows.length, ms);
  slot.tokens.push(...tokens);
  return logits;
}

export const chunkTokensOf = ({ chunkTokens }: RunControl): number => chunkTokens?.() ?? CHUNK_TOKENS;

/**
 * Runs `tokens` at the positions from `past` on, in chunks, and yields to the event loop after each. The last chunk includes `guesses`, tokens
 * that may follow.
 * @returns the logits after the last of `tokens` and after each guess, [1 + guesses.length, vocab]; valid until the next turn
 * @throws Cancelled when the signal fires
 */
export async function runTokens(
  session: GenerationSession,
  slot: Slot,
  tokens: readonly number[],
  past: number,
  control: RunControl,
  guesses: readonly number[] = [],
): Promise<Float32Array> {
  let logits = new Float32Array();
  for (let start = 0, end = 0; start < tokens.length; start = end) {
    end = Math.min(tokens.length, start + chunkTokensOf(control));
    const chunk = tokens.slice(start, end);
    const isLast = end === tokens.length;
    const wanted = isLast ? Array.from({ length: 1 + guesses.length }, (_, index) => chunk.length - 1 + index) : [];
    const run = isLast ? [...chunk, ...guesses] : chunk;
    logits = (await runOnce(session, slot, run, past + start, wanted, control)) as typeof logits;
    await new Promise(setImmediate); // microtasks alone would never let a cancellation in
  }
  return logits;
}

/**
 * Fills a slot with the beginning of `promptTokens`, so that a generation after it begins at once. The last token is left out: it runs in any
 * case, and healing may take it back (also a few before it, which are then read for nothing).
 * @returns how many tokens the prompt has, and how many of them were in the slot already
 * @throws Cancelled when `signal` fires, what was filled by then stays; UserError when the prompt does not fit, or the runtime fails
 */
export async function warm(
  session: GenerationSession,
  promptTokens: readonly number[],
  signal: AbortSignal,
  turn?: () => Promise<void>,
): Promise<{ prompt: number; cached: number }> {
  const { capacity } = session.decoder;
  if (promptTokens.length >= capacity) throw promptTooLong(promptTokens.length, capacity);
  const control = { signal, turn };
  const wanted = promptTokens.slice(0, -1);
  return inSlot(session, wanted, "warm", control, async ({ slot, kept }) => {
    await runTokens(session, slot, wanted.slice(kept), kept, control);
    return { prompt: promptTokens.length, cached: kept };
  });
}
