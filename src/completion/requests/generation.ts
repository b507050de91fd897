// The text of one model call, and its reader: a newer request may take the generation over from the one that made the call. Counts wasted
// tokens. Makes no call itself, and knows neither documents nor the editor.

import { untold } from "../../../server/host/protocol/emptyResults.ts";
import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { ModelCall } from "../../model/completionModel.ts";

export interface Reader {
  typed: string; // the beginning of the text that is before the reader's place already: the reader gets the text after it
  onText: (text: string) => void;
  signal: AbortSignal; // ends the generation
  isComplete: () => boolean; // asked when the signal fires: whether the text is complete, rather than unwanted
}

/** Stop reasons after which the model's text is complete. */
const FINISHED: ReadonlySet<string> = new Set(["endOfText", "stopSequence", "scopeClosed", "repetition"]);

export interface GenerationOptions {
  key: string; // of the folder's model that the call goes to
  memoryVersion?: number; // that the folder's model had when the call began
  askedId?: string; // id of the host's model that the call goes to, where that is known
  /** Called with the number of wasted tokens; with a negative number where they were used after all. */
  onWaste: (tokens: number) => void;
}

export class Generation {
  readonly params: ModelCall;
  readonly key: string;
  readonly memoryVersion: number | undefined;
  readonly #askedId: string | undefined;
  readonly #onWaste: (tokens: number) => void;
  readonly #ending = new AbortController();
  #done: Promise<GenerateResult> = new Promise(() => {});
  #written = "";
  #result: GenerateResult | undefined;
  #isOver = false;
  #isComplete = false; // ended because the text was complete
  #reading: { take: () => void; leave: () => void } | undefined;
  #isUsed = false;
  #wasted = 0; // tokens

  constructor(params: ModelCall, { key, memoryVersion, askedId, onWaste }: GenerationOptions) {
    this.params = params;
    this.key = key;
    this.memoryVersion = memoryVersion;
    this.#askedId = askedId;
    this.#onWaste = onWaste;
  }

  /** Ends the call. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  /** The call has written on. */
  take(text: string): void {
    this.#written += text;
    this.#reading?.take();
  }

  /** The call has begun, and `answer` will bring its result. */
  follow(answer: Promise<GenerateResult>): void {
    this.#done = this.#ended(answer);
    this.#done.catch(() => {}); // the reader gets the error
  }

  /** Id of the model that writes: the one that was asked, until it is known that another one has answered. */
  get modelId(): string | undefined {
    return this.#askedId === undefined ? undefined : (this.#result?.model ?? this.#askedId);
  }

  get written(): string {
    return this.#written;
  }

  /** Whether it still writes and was not ended. */
  get isRunning(): boolean {
    return !this.#isOver && !this.#ending.signal.aborted;
  }

  /** Whether a reader may take it over at a place where `typed` was typed since the call began. */
  mayGoOnWith(typed: string): boolean {
    if (this.isRunning) return areCompatible(typed, this.#written);
    const isWhole = this.#isComplete || (this.#result !== undefined && FINISHED.has(this.#result.stop));
    return isWhole && this.#written.length > typed.length && this.#written.startsWith(typed);
  }

  /** Ends the call: nobody needs its text. */
  end(): void {
    this.#ending.abort();
  }

  /** Its text was part of an answer. */
  used(): void {
    this.#isUsed = true;
    if (this.#wasted > 0) this.#onWaste(-this.#wasted);
    this.#wasted = 0;
  }

  /**
   * Reads from now on, in place of the previous reader.
   * @returns the rest after `typed`; undefined where the text turns out to differ, and the generation is ended; with the stop
   * "superseded" where another reader has taken over
   * @throws what the model throws
   */
  async read({ typed, onText, signal, isComplete }: Reader): Promise<GenerateResult | undefined> {
    this.#reading?.leave();
    let endEarly = (_result: GenerateResult | undefined) => {};
    const early = new Promise<GenerateResult | undefined>((resolve) => {
      endEarly = resolve;
    });
    let given = typed.length;
    const reading = {
      take: () => {
        if (!areCompatible(typed, this.#written)) {
          this.end();
          endEarly(undefined);
        } else if (this.#written.length > given) {
          const text = this.#written.slice(given);
          given = this.#written.length;
          onText(text);
        }
      },
      leave: () => endEarly(untold(this.#written.slice(typed.length), "superseded")),
    };
    const onAbort = () => {
      if (this.#reading !== reading) return;
      if (this.isRunning) this.#isComplete = isComplete();
      this.end();
    };
    this.#reading = reading;
    signal.addEventListener("abort", onAbort);
    try {
      if (signal.aborted) onAbort();
      reading.take();
      return await Promise.race([early, this.#done.then((whole) => this.#rest(whole, typed))]);
    } finally {
      signal.removeEventListener("abort", onAbort);
      if (this.#reading === reading) this.#reading = undefined;
    }
  }

  async #ended(answer: Promise<GenerateResult>): Promise<GenerateResult> {
    try {
      const result = await answer;
      this.#result = result;
      this.#written = result.text;
      if (!this.#isUsed) {
        this.#wasted = result.tokens.generated;
        this.#onWaste(this.#wasted);
      }
      return result;
    } finally {
      this.#isOver = true;
    }
  }

  /** The rest after `typed`, with its tokens. */
  #rest(whole: GenerateResult, typed: string): GenerateResult | undefined {
    if (typed === "") return this.#isComplete ? complete(whole) : whole;
    if (whole.text.length <= typed.length || !whole.text.startsWith(typed)) return undefined;
    const { text, logProbs, tokenEnds, tokens } = whole;
    const first = tokenEnds.findIndex((end) => end > typed.length);
    const from = first === -1 ? tokenEnds.length : first;
    const begins = from === 0 ? 0 : tokenEnds[from - 1]!; // where the token that is typed in part begins
    // The typed part of a token is no longer in doubt: the token counts by the share of its letters that are left.
    const openShare = (tokenEnds[from]! - typed.length) / (tokenEnds[from]! - begins);
    const { branches: _, ...others } = whole; // they begin where the call began
    const rest = {
      ...others,
      text: text.slice(typed.length),
      tokens: { ...tokens, generated: tokens.generated - from },
      logProbs: logProbs.slice(from).map((value, i) => (i === 0 ? value * openShare : value)),
      tokenEnds: tokenEnds.slice(from).map((end) => end - typed.length),
    };
    return this.#isComplete ? complete(rest) : rest;
  }
}

/** Whether the generated text may agree with the typed text: one is a prefix of the other. */
export const areCompatible = (typed: string, written: string): boolean =>
  typed.startsWith(written) || written.startsWith(typed);

/** The result of a call that was ended: the caller that ended it gives the reason; later readers only learn that the text is complete. */
const complete = (result: GenerateResult): GenerateResult =>
  result.stop === "cancelled" ? { ...result, stop: "stopSequence" } : result;
