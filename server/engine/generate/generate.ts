// The token loop: prefix reuse, prefill, token healing, guesses, sampling, stop rules, streaming. Knows neither the meaning of prompts nor
// connections.

import { Cancelled, promptTooLong } from "../../../common/errors.ts";
import type { RecordedCounts, Sampling, StopReason } from "../../host/protocol/messages.ts";
import { GenerationMemory } from "../memory/generationMemory.ts";
import type { MatchCounts } from "../memory/matchCounts.ts";
import { RecordedMemory, recordedCounts } from "../memory/recordedMemory.ts";
import { BranchCollector } from "./branches.ts";
import { endsInLoop } from "./generationEnd.ts";
import { type Guess, LONGEST_MATCH, PromptLookup } from "./promptLookup.ts";
import { seedFrom } from "./random.ts";
import { type Choice, createSampler, logProbAt, type Sampler } from "./sampler.ts";
import { type GenerationSession, inSlot, type RunControl, runTokens } from "./session.ts";
import type { TakenSlot } from "./slots.ts";
import { MOST_GUESSES } from "./speculation.ts";
import { createTextStream } from "./textStream.ts";
import type { GenerationRequest, GenerationResult, SpeculationCounts } from "./types.ts";
import { WordConstraint } from "./wordConstraint.ts";

export { createSession, type GenerationSession, warm } from "./session.ts";

/**
 * Generates after `request.promptTokens` (at least one). `onText` receives the text as it is generated: whole characters, never a part of a stop
 * sequence; its calls together give the result's text. When `signal` fires, the generation ends with the text so far (stop "cancelled"); it does
 * not throw Cancelled. With token healing (unless `request.healing` is false), the prompt's last tokens may be taken back and written again as
 * parts of other tokens; the text begins after them in any case.
 *
 * Guessed tokens run along with the last token (speculative decoding: Leviathan et al. 2023). From the logits after each of them the next token
 * is chosen as without guesses, with one random number, and guesses are accepted up to the first that was not chosen. For a guess without
 * probabilities of its own this is the paper's rule: the guess is accepted with its probability p(guess), and its replacement follows p without
 * it. So the same seed gives the same tokens, with guesses and without.
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
  const loop = new TokenLoop(session, request, onText);
  await loop.run(signal);
  return loop.result();
}

/** One generation from its prompt to its end. */
class TokenLoop {
  readonly #session: GenerationSession;
  readonly #request: GenerationRequest;
  readonly #stream: ReturnType<typeof createTextStream>;
  readonly #tokens: number[] = [];
  readonly #path: number[] = []; // all chosen tokens, those that only spell owed bytes included
  readonly #branches: BranchCollector | undefined;
  readonly #logProbs: number[] = [];
  readonly #tokenEnds: number[] = [];
  readonly #sample: Sampler;
  readonly #counts: SpeculationCounts = { runs: 0, guessed: 0, accepted: 0 };
  #memory: GenerationMemory | RecordedMemory | undefined;
  readonly #mixed: RecordedCounts[] = []; // before each choice, where that is recorded
  readonly #words: WordConstraint | undefined;
  #taken: readonly number[] = []; // tokens taken back from the prompt's end
  #owed: Uint8Array = new Uint8Array(); // bytes of the taken tokens that are still to be written again
  #stop: StopReason = "maxTokens";
  #cachedTokens = 0;
  #startMs = 0;
  #prefillMs = 0;
  #decodeMs = 0;

  constructor(session: GenerationSession, request: GenerationRequest, onText: (text: string) => void) {
    this.#session = session;
    this.#request = request;
    this.#stream = createTextStream(request.stop, onText);
    this.#sample = createSampler(seeded(request));
    if (request.words) this.#words = new WordConstraint(request.words, session.tokenizer, session.healing);
    if (request.branches) this.#branches = new BranchCollector(request.branches);
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
      tokenEnds: this.#tokenEnds,
      branches: this.#branches?.likeliest ?? [],
      speculation: this.#counts,
      ...(this.#request.record && this.#memory && { mixed: this.#mixed }),
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { turn, chunkTokens, kind = "completion" } = this.#request;
    const control = { signal, turn, chunkTokens };
    const prompt = this.#takeBack();
    this.#memory = this.#openMemory();
    this.#startMs = performance.now();
    try {
      await inSlot(this.#session, prompt, kind, control, async (taken) => {
        if (turn) this.#startMs = performance.now(); // the time before was spent waiting
        this.#stop = await this.#write(prompt, taken, control);
      });
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      this.#stop = "cancelled";
    }
    if (this.#stop !== "stopSequence") this.#stream.finish();
    const totalMs = performance.now() - this.#startMs;
    if (this.#prefillMs === 0) this.#prefillMs = totalMs; // the generation ended during the prefill
    this.#decodeMs = totalMs - this.#prefillMs;
  }

  #openMemory(): GenerationMemory | RecordedMemory | undefined {
    const { memory } = this.#request;
    if (!memory) return undefined;
    if ("steps" in memory) return new RecordedMemory(memory.steps, memory.lineBreaks, memory.weights);
    return new GenerationMemory(memory.repository, memory.text, memory.weights, this.#taken.length);
  }

  /** The prompt without the tokens that are to be written again. Their bytes are owed from now on. */
  #takeBack(): readonly number[] {
    const { promptTokens, healing = true } = this.#request;
    if (!healing) return promptTokens;
    const { kept, taken, owed } = this.#session.healing.takeBack(promptTokens);
    this.#taken = taken;
    this.#owed = owed;
    return kept;
  }

  /** Runs the tokens of the prompt that the slot lacks (the last one in any case, for its logits), then writes until something ends the text. */
  async #write(prompt: readonly number[], { slot, kept }: TakenSlot, control: RunControl): Promise<StopReason> {
    const { decoder } = this.#session;
    let past = Math.min(kept, prompt.length - 1);
    this.#cachedTokens = past;
    const lookup = this.#createLookup(prompt, slot.tokens.slice(Math.max(0, kept - LONGEST_MATCH)));
    let tokens = prompt.slice(past); // not yet in the slot
    for (;;) {
      const end = past + tokens.length;
      const guess = this.#guess(lookup, tokens.length, decoder.capacity - end);
      const logits = await runTokens(this.#session, slot, tokens, past, control, guess.tokens);
      if (this.#counts.runs++ === 0) this.#prefillMs = performance.now() - this.#startMs;
      if (this.#request.maxTokens === 0) return "maxTokens";
      const { accepted, token, stop } = this.#choose(logits, guess, lookup, control.signal);
      past = end + accepted;
      slot.tokens.length = past; // the rejected guesses are no part of the text
      if (stop) return stop;
      if (past === decoder.capacity) return "maxTokens";
      tokens = [token];
    }
  }

  /** @param left what the slot held where the prompt departs from it, and after that: the text written there the last time */
  #createLookup(prompt: readonly number[], left: readonly number[]): PromptLookup | undefined {
    const { speculation = true, lookup = [], maxTokens } = this.#request;
    if (!speculation || maxTokens < 2) return undefined;
    return new PromptLookup(prompt, [...lookup, left]);
  }

  /** Guesses tokens to run along with `rows` others: as many as are worth running, and at most `room`. */
  #guess(lookup: PromptLookup | undefined, rows: number, room: number): Guess {
    const { tokenizer, estimates } = this.#session;
    const most = Math.min(MOST_GUESSES, this.#request.maxTokens - this.#tokens.length - 1, room);
    const forced = this.#forcedRest();
    if (forced.length > 0) return { tokens: forced.slice(0, most), matched: 0 };
    const owed = this.#owed;
    const fits = (token: number) => areCompatible(tokenizer.bytesOf(token), owed);
    if (!lookup || most < 1) return { tokens: [], matched: 0 };
    const guess = this.#likelier(lookup.guess(most, owed.length > 0 ? fits : undefined), most);
    if (guess.tokens.length === 0) return { tokens: this.#takenRest().slice(0, most), matched: 0 };
    const worth = estimates.worth(guess.matched, rows, guess.tokens.length);
    return { tokens: guess.tokens.slice(0, worth), matched: guess.matched };
  }

  #forcedRest(): readonly number[] {
    return this.#request.forced?.slice(this.#path.length) ?? [];
  }

  /** The guess of the prompt, or the memory's where that has the longer match. */
  #likelier(guess: Guess, most: number): Guess {
    if (!this.#memory || this.#owed.length > 0) return guess;
    const remembered = this.#memory.guess(most);
    return remembered.matched > guess.matched ? remembered : guess;
  }

  /** The taken tokens whose bytes are still owed: a word that looks complete at the cursor often is. */
  #takenRest(): readonly number[] {
    const { tokenizer } = this.#session;
    let start = this.#taken.length;
    for (let left = this.#owed.length; left > 0; ) left -= tokenizer.bytesOf(this.#taken[--start]).length;
    return this.#taken.slice(start);
  }

  /**
   * Chooses the next token, and more for as long as the choices match the guesses. The last chosen token is not in the cache, unless it was
   * guessed.
   * @param logits after the last certain token and after each guess, [1 + guess.tokens.length, vocab]
   * @throws Cancelled when the receiver of the text wants no more
   */
  #choose(
    logits: Float32Array,
    guess: Guess,
    lookup: PromptLookup | undefined,
    signal: AbortSignal | undefined,
  ): { accepted: number; token: number; stop?: StopReason } {
    const { config } = this.#session.decoder;
    for (let row = 0; ; row++) {
      const { token, logProb } = this.#chooseOne(logits.subarray(row * config.vocabSize, (row + 1) * config.vocabSize));
      const stop = this.#writeOne(token, logProb);
      lookup?.push(token);
      this.#memory?.push(token);
      const isGuessed = token === guess.tokens[row];
      if (isGuessed && !stop) {
        if (signal?.aborted) throw new Cancelled();
        continue;
      }
      const accepted = isGuessed ? row + 1 : row;
      this.#counts.guessed += guess.tokens.length;
      this.#counts.accepted += accepted;
      this.#session.estimates.sawGuesses(guess.matched, accepted, row < guess.tokens.length && !isGuessed);
      return { accepted, token, stop };
    }
  }

  /** @param logits [vocab] */
  #chooseOne(logits: Float32Array): { token: number; logProb: number } {
    const { healing } = this.#session;
    const allowed =
      this.#words?.candidates(this.#owed) ?? (this.#owed.length > 0 ? healing.candidates(this.#owed) : undefined);
    const model = allowed ? Float32Array.from(allowed, (id) => logits[id]) : logits;
    const onCounts = (counts: MatchCounts) => this.#request.record && this.#mixed.push(recordedCounts(counts));
    const possible = this.#memory?.mix(model, allowed, onCounts) ?? model;
    const choice = this.#forcedChoice(possible, allowed) ?? this.#sample(possible);
    const tokenAt = (index: number) => (allowed ? allowed[index] : index);
    const text = this.#stream.text;
    this.#branches?.saw(possible, choice, {
      tokenAt,
      path: this.#path,
      at: text.length,
      textOf: (token) => this.#textOf(token),
    });
    const token = tokenAt(choice.index);
    this.#path.push(token);
    return { token, logProb: choice.logProb };
  }

  /** The next forced token, where there is one that may come here. */
  #forcedChoice(logits: Float32Array, allowed: readonly number[] | undefined): Choice | undefined {
    const token = this.#request.forced?.[this.#path.length];
    if (token === undefined) return undefined;
    const index = allowed ? allowed.indexOf(token) : token;
    return index < 0 ? undefined : { index, logProb: logProbAt(logits, index) };
  }

  /** The text that a token would write here. */
  #textOf(token: number): string {
    return Buffer.from(this.#session.tokenizer.bytesOf(token).subarray(this.#owed.length)).toString("utf8");
  }

  /**
   * Writes a token. @returns the reason to stop after it, or before it where it ends the text. A token that only repeats owed bytes does not
   * count.
   */
  #writeOne(token: number, logProb: number): StopReason | undefined {
    const { tokenizer } = this.#session;
    // A model may have more rows than its vocabulary has tokens. The extra rows were never trained and mean nothing.
    if (tokenizer.endOfTextIds.includes(token) || token >= tokenizer.vocabSize) return "endOfText";
    const owedLength = this.#owed.length;
    const bytes = tokenizer.bytesOf(token);
    const written = bytes.subarray(owedLength);
    this.#owed = this.#owed.subarray(bytes.length);
    this.#words?.push(written);
    if (owedLength > 0 && written.length === 0) return undefined;
    this.#tokens.push(token);
    this.#logProbs.push(logProb);
    const isStopped = this.#stream.push(written);
    this.#tokenEnds.push(this.#stream.text.length);
    if (isStopped) return "stopSequence";
    if (endsInLoop(this.#tokens)) return "repetition";
    return this.#tokens.length === this.#request.maxTokens ? "maxTokens" : undefined;
  }
}

/**
 * The sampling with its seed. A completion requested again at the same place gives the same text, even if sampled; a command gets a new seed
 * each time.
 */
export function seeded({
  sampling,
  promptTokens,
  kind = "completion",
}: Pick<GenerationRequest, "sampling" | "promptTokens" | "kind">): Sampling {
  return kind === "completion" ? { ...sampling, seed: sampling.seed ?? seedFrom(promptTokens) } : sampling;
}

/** Whether one is a prefix of the other. A special token has no bytes and is compatible with nothing. */
function areCompatible(bytes: Uint8Array, owed: Uint8Array): boolean {
  const length = Math.min(bytes.length, owed.length);
  return length > 0 && Buffer.compare(bytes.subarray(0, length), owed.subarray(0, length)) === 0;
}
