// A model on a server of the user's, behind the methods of CompletionModel: packs the prompt, asks, reads the answer, and says in the host's words
// how it ended. Which server speaks how is in dialects/; who may be asked at all is decided elsewhere.

import { badInput, Cancelled, engineFailed, engineHasNoModel, enginePromptTooLong } from "../../common/errors.ts";
import { seedFrom } from "../engine/generate/random.ts";
import type { FormatName } from "../engine/prompt/types.ts";
import { nothing } from "../host/protocol/emptyResults.ts";
import type {
  GenerateParams,
  GenerateResult,
  InspectParams,
  InspectResult,
  WarmParams,
  WarmResult,
} from "../host/protocol/messages.ts";
import { PROMPT_BUDGET } from "../host/protocol/promptBudget.ts";
import { Answer, DepartsFromOwed } from "./answer.ts";
import { type Chosen, chooseEngine } from "./chooseEngine.ts";
import { EngineConnection } from "./connection.ts";
import type { Asked, Dialect, WirePrompt } from "./dialects/dialect.ts";
import { dialects } from "./dialects/index.ts";
import { eventsOf } from "./eventStream.ts";
import { identifyEngine } from "./identifyEngine.ts";
import type { WirePacked } from "./packing.ts";
import type { EngineChoice, EngineTraffic, FoundEngine, WireShape } from "./types.ts";

/** A server may load its model within the first request. */
const STALL_MS = 120_000;
/** Room for a difference between our count of tokens and the server's, and for tokens that it puts into a prompt itself. */
const SPARE_TOKENS = 16;

export interface RemoteModelOptions {
  key?: string;
  signal: AbortSignal;
  log?: (line: string) => void;
}

type Call = Omit<GenerateParams, "id">;

interface Running {
  editor: string | undefined;
  end: (reason: "superseded") => void;
}

export class RemoteModel {
  readonly id: string; // the server's model, such as "qwen2.5-coder:7b"
  readonly engine: FoundEngine;
  readonly shape: WireShape;
  readonly format: FormatName | undefined; // undefined where the server lays out the prompt
  readonly contextTokens: number;
  readonly #chosen: Chosen;
  readonly #choice: EngineChoice;
  readonly #dialect: Dialect;
  readonly #connection: EngineConnection;
  readonly #log: (line: string) => void;
  readonly #completions = new Set<Running>();
  readonly #warmUps = new Set<Running>();
  #saidHealing = false;

  private constructor(
    engine: FoundEngine,
    choice: EngineChoice,
    chosen: Chosen,
    connection: EngineConnection,
    log: (line: string) => void,
  ) {
    this.engine = engine;
    this.id = chosen.model;
    this.shape = chosen.shape;
    this.format = chosen.packer.format;
    this.contextTokens = chosen.contextTokens;
    this.#chosen = chosen;
    this.#choice = choice;
    this.#dialect = dialects[engine.kind];
    this.#connection = connection;
    this.#log = log;
  }

  /**
   * Identifies the server, then chooses model, shape, format and context as far as `choice` leaves them open.
   * @throws UserError with one of the engine's codes, badInput; Cancelled
   */
  static async open(choice: EngineChoice, { key, signal, log = () => {} }: RemoteModelOptions): Promise<RemoteModel> {
    const identified = await identifyEngine(choice.url, { key, signal });
    const found = { ...identified, kind: choice.kind ?? identified.kind };
    const connection = new EngineConnection(found.url, key);
    try {
      const chosen = await chooseEngine({ found, choice, connection, signal, log });
      return new RemoteModel(found, choice, chosen, connection, log);
    } catch (error) {
      connection.dispose();
      throw error;
    }
  }

  /**
   * Generates; `onText` gets the text as it streams. Ends early, with the text so far, when `signal` fires (stop "cancelled"), at the deadline, or
   * when a newer completion of the same editor comes (stop "superseded"); the connection is closed then, which ends the server's work.
   * @throws UserError with one of the engine's codes, promptTooLong, badInput
   */
  async generate(params: Call, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult> {
    const arrivalMs = performance.now();
    if (params.forced || params.words)
      throw badInput("A server's model cannot be held to tokens or words.", "Ask without forced and words.");
    for (const { end } of this.#warmUps) end("superseded"); // every request has priority over them
    const { class: ofClass = "completion", editor, deadlineMs } = params;
    const packed = this.#chosen.packer.pack(params.prompt, this.#budget(params.maxTokens));
    if (!packed) return { ...nothing("noConversation"), model: this.id };
    const isTyped = ofClass === "completion";
    if (isTyped && editor !== undefined)
      for (const other of this.#completions) if (other.editor === editor) other.end("superseded");
    const ending = new Ending(signal, deadlineMs);
    const running: Running = { editor, end: (reason) => ending.end(reason) };
    if (isTyped) this.#completions.add(running);
    try {
      return await this.#written(params, packed, onText, ending, arrivalMs);
    } finally {
      this.#completions.delete(running);
      ending.dispose();
    }
  }

  /**
   * Lets the server read a prompt ahead, so that a request that begins with it finds it in the server's cache. Any request ends it. It is refused
   * where each request is paid for.
   * @throws UserError with one of the engine's codes
   */
  async warm({ prompt, editor }: Omit<WarmParams, "adapter">, signal: AbortSignal): Promise<WarmResult> {
    const startMs = performance.now();
    const result = (stop: WarmResult["stop"], tokens = { prompt: 0, cached: 0 }): WarmResult => ({
      model: this.id,
      stop,
      tokens,
      ms: performance.now() - startMs,
    });
    if (!this.#dialect.warms || this.#completions.size > 0) return result("refused");
    const packed = this.#chosen.packer.pack(prompt, this.#budget(0));
    if (!packed) return result("refused");
    for (const other of this.#warmUps) if (other.editor === editor) other.end("superseded");
    const ending = new Ending(signal, undefined);
    const running: Running = { editor, end: (reason) => ending.end(reason) };
    this.#warmUps.add(running);
    const answer = new Answer({ stop: [], stopTokens: [], owed: "", onText: () => {} });
    try {
      const { wire } = packed.healed ?? packed;
      const asked = this.#asked(wire, {
        maxTokens: this.#dialect.fewestTokens,
        sampling: { temperature: 0 },
        stop: [],
      });
      await this.#ask(asked, answer, ending.signal);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
    } finally {
      this.#warmUps.delete(running);
      ending.dispose();
    }
    if (ending.reason) return result(ending.reason === "superseded" ? "superseded" : "cancelled");
    const { prompt: read = packed.inspection.tokens, cached = 0 } = answer.counts;
    return result("done", { prompt: read, cached });
  }

  /** The prompt as it would be sent, piece by piece; sends nothing. Where the server lays it out, in our order. */
  async inspect(params: Omit<InspectParams, "adapter">): Promise<InspectResult> {
    const packed = this.#chosen.packer.pack(params, this.#budget(params.maxTokens ?? 0));
    if (!packed)
      throw badInput(`The model ${this.id} follows no instructions.`, "Ask without one, or choose another model.");
    return { ...packed.inspection, model: this.id };
  }

  traffic(): EngineTraffic {
    return this.#connection.traffic();
  }

  dispose(): void {
    for (const { end } of [...this.#completions, ...this.#warmUps]) end("superseded");
    this.#connection.dispose();
  }

  async #written(
    params: Call,
    packed: WirePacked,
    onText: (text: string) => void,
    ending: Ending,
    arrivalMs: number,
  ): Promise<GenerateResult> {
    const { maxTokens } = params;
    const stop = [...params.stop, ...this.#chosen.packer.stopNames];
    const { stopTokens } = this.#chosen.packer;
    const { healed } = packed;
    const startMs = performance.now();
    let firstMs: number | undefined;
    const attempt = async (wire: WirePrompt, owed: string, owedTokens: number): Promise<Answer> => {
      const answer = new Answer({ stop, stopTokens, owed, onText, ...(owed !== "" && { maxTokens }) });
      const asked = this.#asked(wire, {
        maxTokens: maxTokens + owedTokens,
        sampling: seeded(params, packed),
        stop: stop.filter((one) => !meets(owed, one)),
      });
      try {
        if (ending.reason) throw new Cancelled();
        await this.#ask({ ...asked, owed }, answer, ending.signal, () => (firstMs ??= performance.now()));
        answer.finish();
      } catch (error) {
        if (!(error instanceof Cancelled)) throw error;
        answer.finish(ending.reason ?? "cancelled");
      }
      return answer;
    };
    let answer: Answer;
    try {
      answer = healed ? await attempt(healed.wire, healed.owed, healed.owedTokens) : await attempt(packed.wire, "", 0);
    } catch (error) {
      if (!(error instanceof DepartsFromOwed)) throw error;
      if (!this.#saidHealing) this.#log("The model began the word at the cursor anew: asked again from the cursor on.");
      this.#saidHealing = true;
      answer = await attempt(packed.wire, "", 0);
    }
    const { prompt, cached = 0, generated } = answer.counts;
    if (prompt !== undefined && packed.chars > 0) this.#chosen.packer.saw(packed.chars, prompt);
    const endMs = performance.now();
    return {
      model: this.id,
      text: answer.text,
      stop: answer.stop!,
      tokens: {
        prompt: prompt ?? packed.inspection.tokens,
        cached,
        generated: answer.logProbs.length || generated || answer.generated,
      },
      timingMs: {
        queue: startMs - arrivalMs,
        prefill: (firstMs ?? endMs) - startMs,
        decode: endMs - (firstMs ?? endMs),
      },
      logProbs: answer.logProbs,
      tokenEnds: answer.tokenEnds,
    };
  }

  /** Sends a request and reads its answer until the server or our own rules end it; then the connection is closed. */
  async #ask(asked: Asked, answer: Answer, signal: AbortSignal, onFirst: () => void = () => {}): Promise<void> {
    const { path, body } = this.#dialect.request(asked);
    const response = await this.#connection.send({ path, body, signal, stallMs: STALL_MS });
    if (response.status !== 200) throw this.#refused(response.status, await this.#connection.textOf(response));
    for await (const event of eventsOf(response, this.#connection)) {
      const said = this.#dialect.read(event);
      if (!said) throw engineFailed(this.engine.url, "its answer has another form than that of its kind");
      onFirst();
      const wasOver = answer.stop !== undefined;
      answer.push(said);
      // Our own rules end it while the server goes on: it is not read further. After the server's own end counts may come.
      if (answer.stop !== undefined && !wasOver && said.end === undefined) return;
    }
    if (answer.stop === undefined) throw engineFailed(this.engine.url, "its answer ended before the text did");
  }

  #refused(status: number, body: string): Error {
    if (status === 404) {
      const known = this.engine.models.map(({ id }) => id);
      return engineHasNoModel(this.engine.url, this.#chosen.adapter ?? this.id, known);
    }
    if (TOO_LONG.test(body) && (status === 400 || status === 413 || status === 422))
      return enginePromptTooLong(this.engine.url, this.contextTokens);
    return this.#connection.refusal(status, body);
  }

  #asked(prompt: WirePrompt, { maxTokens, sampling, stop }: Pick<Asked, "maxTokens" | "sampling" | "stop">): Asked {
    const { model, adapter, packer } = this.#chosen;
    return {
      prompt,
      model,
      maxTokens,
      sampling,
      stop,
      stopTokens: packer.stopTokens,
      ...(adapter !== undefined && { adapter }),
      ...(this.#choice.contextTokens !== undefined && { contextTokens: this.#choice.contextTokens }),
    };
  }

  #budget(maxTokens: number): number {
    if (maxTokens > this.contextTokens / 2)
      throw badInput(
        `${maxTokens} tokens are more than the server's model can write at once.`,
        `Ask for at most ${this.contextTokens >> 1} tokens.`,
      );
    return Math.min(PROMPT_BUDGET.tokens, this.contextTokens - maxTokens - SPARE_TOKENS);
  }
}

/** Whether a server would find `stop` within what is owed, or across its end. Our own scanner begins after it. */
function meets(owed: string, stop: string): boolean {
  if (owed.includes(stop)) return true;
  for (let length = Math.min(owed.length, stop.length - 1); length > 0; length--)
    if (owed.endsWith(stop.slice(0, length))) return true;
  return false;
}

/** How servers say that a prompt is too long for their model. */
const TOO_LONG =
  /exceed_context_size|maximum context length|context length|exceeds the (?:available )?context|too long/i;

/** As in the host: a completion asked for again at the same place gives the same text, a command's gets a new seed each time. */
function seeded({ class: ofClass = "completion", sampling }: Call, { wire, inspection }: WirePacked) {
  if (ofClass !== "completion" || sampling.seed !== undefined) return sampling;
  const tokens = wire.shape === "ids" ? wire.ids : Array.from(inspection.prompt, (char) => char.codePointAt(0)!);
  return { ...sampling, seed: seedFrom(tokens) };
}

/** What ends a request before the server does, and which of them came first. */
class Ending {
  reason: "cancelled" | "superseded" | "deadline" | undefined;
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal;
  readonly #cancel = () => this.end("cancelled");
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal, deadlineMs: number | undefined) {
    this.#outer = outer;
    if (outer.aborted) this.end("cancelled");
    outer.addEventListener("abort", this.#cancel, { once: true });
    if (deadlineMs !== undefined) this.#timer = setTimeout(() => this.end("deadline"), deadlineMs);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(reason: "cancelled" | "superseded" | "deadline"): void {
    if (this.reason) return;
    this.reason = reason;
    this.#controller.abort();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#cancel);
  }
}
