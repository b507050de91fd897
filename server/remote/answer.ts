// The text of an answer as it comes in: what is owed is taken off its beginning, it ends before a stop sequence, and each token's probability stands
// beside where the token ends. Knows no server.

import { endsInLoop } from "../engine/generate/generationEnd.ts";
import { createTextStream } from "../engine/generate/textStream.ts";
import type { StopReason } from "../host/protocol/messages.ts";
import type { Said } from "./dialects/dialect.ts";

/** The answer does not begin with what it has to repeat. */
export class DepartsFromOwed extends Error {
  override readonly name = "DepartsFromOwed";
}

export interface AnswerOptions {
  stop: readonly string[];
  stopTokens: readonly number[];
  maxTokens?: number; // absent where the server ends by itself
  owed: string; // "" where nothing is
  onText: (text: string) => void;
}

export class Answer {
  readonly logProbs: number[] = [];
  readonly tokenEnds: number[] = [];
  readonly counts: NonNullable<Said["counts"]> = {};
  generated = 0; // tokens, or pieces of text where the server tells no tokens
  stop: StopReason | undefined; // undefined while it goes on
  readonly #options: AnswerOptions;
  readonly #stream: ReturnType<typeof createTextStream>;
  readonly #ids: number[] = [];
  #owed: Buffer;

  constructor(options: AnswerOptions) {
    this.#options = options;
    this.#stream = createTextStream(options.stop, options.onText);
    this.#owed = Buffer.from(options.owed);
  }

  get text(): string {
    return this.#stream.text;
  }

  /** Whether anything was handed out. */
  get hasBegun(): boolean {
    return this.text !== "";
  }

  /** @throws DepartsFromOwed before anything was handed out */
  push({ text, tokens, ids, end, counts }: Said): void {
    for (const [name, count] of Object.entries(counts ?? {}))
      if (count !== undefined) this.counts[name as keyof typeof this.counts] = count;
    if (this.stop !== undefined) return; // after the end only counts are of interest
    this.#ids.push(...(ids ?? []));
    if (ids?.some((id) => this.#options.stopTokens.includes(id))) this.stop = "endOfText";
    else if (tokens) for (const { bytes, logProb } of tokens) this.#token(bytes, logProb);
    else if (text !== "") this.#piece(Buffer.from(text));
    if (endsInLoop(this.#ids)) this.stop ??= "repetition";
    if (end !== undefined) this.stop ??= end;
  }

  /** Hands out what was held back. @param stop why it ended, where the server did not say */
  finish(stop?: StopReason): void {
    this.stop ??= stop ?? "endOfText";
    if (this.stop !== "stopSequence") this.#stream.finish();
  }

  #token(bytes: Uint8Array, logProb: number): void {
    if (this.stop !== undefined || bytes.length === 0) return; // a special token has no bytes
    if (this.#piece(bytes) === 0) return; // it only spells what is owed
    this.logProbs.push(logProb);
    this.tokenEnds.push(this.text.length);
  }

  /** @returns how many bytes of it were written */
  #piece(bytes: Uint8Array): number {
    const shared = Math.min(bytes.length, this.#owed.length);
    if (Buffer.compare(bytes.subarray(0, shared), this.#owed.subarray(0, shared)) !== 0) throw new DepartsFromOwed();
    this.#owed = this.#owed.subarray(shared);
    const written = bytes.subarray(shared);
    if (written.length === 0 && shared > 0) return 0;
    this.generated++;
    if (this.#stream.push(written)) this.stop = "stopSequence";
    else if (this.generated === this.#options.maxTokens) this.stop = "maxTokens";
    return Math.max(1, written.length);
  }
}
