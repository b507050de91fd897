// The token loop: prefix reuse, prefill, token healing, sampling, stop rules, streaming. Knows nothing of prompts' meaning or of connections.

import { Cancelled, promptTooLong } from "../protocol/errors.ts";
import type { StopReason } from "../protocol/messages.ts";
import { createSampler } from "./sampler.ts";
import { type GenerationSession, inSlot, type RunControl, runTokens } from "./session.ts";
import type { Slot, TakenSlot } from "./slots.ts";
import { endsInLoop } from "./stopRules.ts";
import { createTextStream } from "./textStream.ts";
import type { GenerationRequest, GenerationResult } from "./types.ts";

export { createSession, type GenerationSession, warm } from "./session.ts";

/**
 * Generates after `request.promptTokens` (at least one). `onText` sees the text as it comes: whole characters, never a part of a stop
 * sequence; together they are the result's text. When `signal` fires it ends with what there is (stop "cancelled"); it does not throw
 * Cancelled. With token healing (unless `request.healing` is false), the prompt's last token may be taken back and written again as a
 * part of a longer one; the text begins after it in any case.
 * @throws UserError when the prompt does not fit into the KV cache, or the runtime fails
 */
export async function generate(
  session: GenerationSession,
  request: GenerationRequest,
  onText: (text: string) => void,
  signal: AbortSignal,
): Promise<GenerationResult> {
  const { capacity } = session.decoder;
  if (request.promptTokens.length === 0) throw new Error("a prompt has at least one token");
  if (request.promptTokens.length >= capacity) throw promptTooLong(request.promptTokens.length, capacity);
  const deadline = new AbortController();
  const timer = request.deadlineMs === undefined ? undefined : setTimeout(() => deadline.abort(), request.deadlineMs);
  try {
    const loop = new TokenLoop(session, request, onText);
    await loop.run(AbortSignal.any([signal, deadline.signal]), () =>
      deadline.signal.aborted && !signal.aborted ? "deadline" : "cancelled",
    );
    return loop.result();
  } finally {
    clearTimeout(timer);
  }
}

/** One generation from its prompt to its end. */
class TokenLoop {
  readonly #session: GenerationSession;
  readonly #request: GenerationRequest;
  readonly #stream: ReturnType<typeof createTextStream>;
  readonly #tokens: number[] = [];
  readonly #logProbs: number[] = [];
  #stop: StopReason = "maxTokens";
  #cachedTokens = 0;
  #prefillMs = 0;
  #decodeMs = 0;

  constructor(session: GenerationSession, request: GenerationRequest, onText: (text: string) => void) {
    this.#session = session;
    this.#request = request;
    this.#stream = createTextStream(request.stop, onText);
  }

  result(): GenerationResult {
    return {
      text: this.#stream.text,
      tokens: this.#tokens,
      stop: this.#stop,
      cachedTokens: this.#cachedTokens,
      prefillMs: this.#prefillMs,
      decodeMs: this.#decodeMs,
      logProbs: this.#logProbs,
    };
  }

  async run(signal: AbortSignal, reasonOfAbort: () => StopReason): Promise<void> {
    const { turn, kind = "completion" } = this.#request;
    const control = { signal, turn };
    const { tokens: prompt, owed } = this.#takeBack();
    let start = performance.now();
    try {
      await inSlot(this.#session, prompt, kind, control, async (taken) => {
        if (turn) start = performance.now(); // before, it waited
        const logits = await this.#prefill(prompt, taken, control);
        this.#prefillMs = performance.now() - start;
        this.#stop = await this.#decode(logits, owed, taken.slot, control);
      });
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      this.#stop = reasonOfAbort();
    }
    if (this.#stop !== "stopSequence") this.#stream.finish();
    const totalMs = performance.now() - start;
    if (this.#prefillMs === 0) this.#prefillMs = totalMs; // it ended in there
    this.#decodeMs = totalMs - this.#prefillMs;
  }

  /** The prompt without its last token where that could be the beginning of a longer one; its bytes are owed then. */
  #takeBack(): { tokens: readonly number[]; owed: Uint8Array } {
    const { promptTokens, healing = true } = this.#request;
    const { tokenizer, healing: table } = this.#session;
    const last = tokenizer.bytesOf(promptTokens[promptTokens.length - 1]); // none for a special token
    if (!healing || promptTokens.length < 2 || !table.canGrow(last)) {
      return { tokens: promptTokens, owed: new Uint8Array() };
    }
    return { tokens: promptTokens.slice(0, -1), owed: last };
  }

  /** Runs what the slot lacks of the prompt, its last token in any case: its logits are needed. */
  async #prefill(prompt: readonly number[], { slot, kept }: TakenSlot, control: RunControl): Promise<Float32Array> {
    const past = Math.min(kept, prompt.length - 1);
    this.#cachedTokens = past;
    return runTokens(this.#session, slot, prompt.slice(past), past, control);
  }

  /** Samples until something ends it. Tokens that only pay back owed bytes are not counted as written. */
  async #decode(
    firstLogits: Float32Array,
    firstOwed: Uint8Array,
    slot: Slot,
    control: RunControl,
  ): Promise<StopReason> {
    const { decoder, tokenizer, healing } = this.#session;
    const sample = createSampler(this.#request.sampling);
    let logits = firstLogits;
    let owed = firstOwed;
    while (this.#tokens.length < this.#request.maxTokens) {
      const allowed = owed.length > 0 ? healing.candidates(owed) : undefined;
      const choice = sample(allowed ? Float32Array.from(allowed, (id) => logits[id]) : logits);
      const token = allowed ? allowed[choice.index] : choice.index;
      if (tokenizer.endOfTextIds.includes(token)) return "endOfText";

      const bytes = tokenizer.bytesOf(token);
      const written = bytes.subarray(owed.length);
      owed = owed.subarray(bytes.length);
      if (allowed === undefined || written.length > 0) {
        this.#tokens.push(token);
        this.#logProbs.push(choice.logProb);
        if (this.#stream.push(written)) return "stopSequence";
        if (endsInLoop(this.#tokens)) return "repetition";
      }
      const past = slot.tokens.length;
      if (this.#tokens.length === this.#request.maxTokens || past === decoder.capacity) break;
      logits = await runTokens(this.#session, slot, [token], past, control);
    }
    return "maxTokens";
  }
}
