// A server that writes instead of the local model: opened in the background, asked only while its circuit breaker lets it, and with a reason
// where it is not. Knows neither prompts nor who asks; whether it may be asked at all is decided before one is made.

import { Cancelled, UserError, type UserErrorCode } from "../../../common/errors.ts";
import { loggable } from "../../../common/util/loggable.ts";
import type { PromptInput } from "../../../server/host/protocol/messages.ts";
import type { EngineChoice, EngineKind, EngineTraffic, FoundEngine } from "../../../server/remote/types.ts";
import type { CompletionModel } from "../completionModel.ts";
import { AnswerTimes } from "./answerTimes.ts";
import { type Breaker, type BreakerEvent, type BreakerPhase, breakerAfter, CLOSED, phaseOf } from "./circuitBreaker.ts";

/** An open connection to a model of a server. */
export interface EngineClient extends CompletionModel {
  readonly id: string; // the server's name for the model
  readonly engine: FoundEngine;
  readonly contextTokens: number;
  traffic(): EngineTraffic;
  dispose(): void;
}

export type OpenEngine = (
  choice: EngineChoice,
  options: { key?: string; signal: AbortSignal; log?: (line: string) => void },
) => Promise<EngineClient>;

export interface EngineClock {
  nowMs(): number; // of the day, so that a person can be told when it is tried again
  /** Calls back once. The returned function cancels the timer. */
  after(ms: number, callback: () => void): () => void;
}

const realClock: EngineClock = {
  nowMs: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};

export interface EngineOptions {
  choice: EngineChoice;
  open: OpenEngine;
  /** The key for the server, as the person has given it; asked at each opening. */
  key: () => Promise<string | undefined>;
  /** What is too long for an answer to a typed request. */
  slowAfterMs: () => number;
  /** The state or the traffic has changed. */
  onChange: () => void;
  log: (line: string) => void;
  clock?: EngineClock;
}

/** opening: not asked yet; inUse: it writes; resting: it has failed, and the local model writes until it is tried again. */
export type EngineState = "opening" | "inUse" | "resting";

export interface EngineReport {
  url: string;
  state: EngineState;
  model?: string; // the server's name for it
  kind?: EngineKind;
  problem?: { message: string; action: string }; // where it is resting, or has just failed once
  retryAtMs?: number; // epoch; where it is resting
  traffic: EngineTraffic;
}

/** Errors that the next request would meet as well. */
const LASTING: ReadonlySet<UserErrorCode> = new Set([
  "engineRefusedKey",
  "engineHasNoModel",
  "engineRedirected",
  "engineUnfit",
]);

/** Permission for one request. Exactly one of its methods is called at the request's end. */
export interface Admission {
  client: EngineClient;
  /** @param typedMs how long the answer took, for a request that was typed */
  answered(typedMs?: number): void;
  failed(error: unknown, typedMs?: number): void;
  /** Ended without saying anything of the engine. */
  left(): void;
}

/** No text in time for a request that was typed. */
export const engineSlow = (limitMs: number) =>
  new UserError(
    "engineBusy",
    `The engine took more than ${limitMs / 1_000} s for what was typed.`,
    'Choose a smaller model there, or raise sotto.deadlineMs; "Sotto: Try the Engine Again" asks it at once.',
  );

export class Engine {
  readonly #options: EngineOptions;
  readonly #clock: EngineClock;
  readonly #times = new AnswerTimes();
  #isDisposed = false;
  #breaker: Breaker = CLOSED;
  #client: EngineClient | undefined;
  #opening: AbortController | undefined;
  #isProbing = false; // the one request of a half-open breaker is under way
  #problem: { message: string; action: string } | undefined;
  #callOff: (() => void) | undefined; // cancels the timer of the next try
  #name: string;
  #before: EngineTraffic = NO_TRAFFIC; // of earlier clients

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#name = nameOf(options.choice, options.choice.model);
    void this.#open();
  }

  /** Engines with the same name are the same model on the same server. */
  get name(): string {
    return this.#name;
  }

  /** Whether a request that comes now is asked of it. */
  get isUsable(): boolean {
    return this.#client !== undefined && this.#phase !== "open";
  }

  /** @returns undefined where the local model has to answer */
  admit(): Admission | undefined {
    const client = this.#client;
    const phase = this.#phase;
    if (!client || phase === "open" || (phase === "halfOpen" && this.#isProbing)) return undefined;
    const isProbe = phase === "halfOpen";
    if (isProbe) this.#isProbing = true;
    const ended = (typedMs?: number) => {
      if (isProbe) this.#isProbing = false;
      if (typedMs !== undefined) this.#times.add(typedMs);
    };
    return {
      client,
      answered: (typedMs) => {
        ended(typedMs);
        const limitMs = this.#options.slowAfterMs();
        if (this.#times.areAbove(limitMs)) this.#failed(engineSlow(limitMs), "refused");
        else this.#succeeded();
      },
      failed: (error, typedMs) => {
        ended(typedMs);
        this.#failed(error);
      },
      left: () => {
        ended();
        this.#options.onChange(); // the traffic has grown
      },
    };
  }

  report(): EngineReport {
    const { choice } = this.#options;
    const isResting = !this.#client && this.#breaker.pauseMs > 0;
    return {
      url: choice.url,
      state: isResting ? "resting" : this.#client ? "inUse" : "opening",
      model: this.#client?.id ?? choice.model,
      kind: this.#client?.engine.kind ?? choice.kind,
      problem: this.#problem,
      ...(isResting && { retryAtMs: this.#breaker.untilMs }),
      traffic: this.#traffic(),
    };
  }

  /** A person wants it asked now; its key may be another one. */
  tryAgain(): void {
    if (this.#isDisposed) return;
    this.#breaker = breakerAfter(this.#breaker, "reset", this.#clock.nowMs());
    this.#problem = undefined;
    this.#drop();
    void this.#open();
  }

  /** Nothing more is sent to it. */
  dispose(): void {
    this.#isDisposed = true;
    this.#drop();
  }

  get #phase(): BreakerPhase {
    return phaseOf(this.#breaker, this.#clock.nowMs());
  }

  #traffic(): EngineTraffic {
    return trafficSum(this.#before, this.#client?.traffic());
  }

  #drop(): void {
    this.#callOff?.();
    this.#opening?.abort();
    this.#before = this.#traffic();
    this.#client?.dispose();
    this.#client = undefined;
    this.#times.clear();
  }

  /** Finds out which server and model it is, and has the model loaded: no text of a document is sent. Never throws. */
  async #open(): Promise<void> {
    const opening = new AbortController();
    this.#opening = opening;
    const { choice, open, key, log, onChange } = this.#options;
    const { signal } = opening;
    let client: EngineClient | undefined;
    try {
      onChange();
      client = await open(choice, { key: await key(), signal, log });
      if (!signal.aborted && LOADS_AT_FIRST_REQUEST.has(client.engine.kind))
        await client.warm?.({ prompt: NO_PROMPT }, signal);
      if (signal.aborted) return client.dispose();
      this.#client = client;
      this.#name = nameOf(choice, client.id);
      if (this.#phase === "closed") this.#problem = undefined;
      log(`engine ${this.name} (${client.engine.kind}) writes`);
      onChange();
    } catch (error) {
      client?.dispose();
      if (!signal.aborted) this.#failed(error, "refused");
    }
  }

  #succeeded(): void {
    const was = this.#breaker;
    this.#breaker = breakerAfter(was, "succeeded", this.#clock.nowMs());
    this.#problem = undefined;
    if (was.pauseMs > 0) this.#options.log(`engine ${this.name} answers again`);
    this.#options.onChange();
  }

  #failed(error: unknown, given?: BreakerEvent): void {
    if (error instanceof Cancelled || this.#isDisposed) return;
    const known = error instanceof UserError ? error : undefined;
    const was = this.#breaker;
    const nowMs = this.#clock.nowMs();
    const event = given ?? (known && LASTING.has(known.code) ? "refused" : "failed");
    this.#breaker = breakerAfter(was, event, nowMs);
    this.#problem = known
      ? { message: known.message, action: known.action }
      : { message: `The engine failed: ${(error as Error).message}.`, action: "The log says more." };
    const { action } = this.#problem;
    this.#options.log(`engine ${this.name}: ${loggable(error)} ${action} The local model answers.`);
    if (this.#breaker.untilMs !== was.untilMs) {
      this.#drop();
      this.#rest();
    }
    this.#options.onChange();
  }

  /** Opens it again after the breaker's pause; then one request goes through, and decides. */
  #rest(): void {
    this.#callOff = this.#clock.after(Math.max(0, this.#breaker.untilMs - this.#clock.nowMs()), () => {
      if (this.#phase === "open")
        this.#rest(); // a timer may come early
      else void this.#open();
    });
  }
}

/** Servers that load a model when it is first asked, which takes longer than anybody types. */
const LOADS_AT_FIRST_REQUEST: ReadonlySet<EngineKind> = new Set(["ollama", "lmstudio"]);

const NO_PROMPT: PromptInput = { path: "", languageId: "plaintext", prefix: "", suffix: "", pieces: [] };

const NO_TRAFFIC: EngineTraffic = { requests: 0, bytesSent: 0, bytesReceived: 0 };

const nameOf = ({ url, adapter }: EngineChoice, model = "its model"): string =>
  `${model}${adapter ? ` with ${adapter}` : ""} at ${url}`;

/** What went to a server and came from it, over several connections. */
export function trafficSum(a: EngineTraffic, b: EngineTraffic | undefined): EngineTraffic {
  if (!b) return a;
  return {
    requests: a.requests + b.requests,
    bytesSent: a.bytesSent + b.bytesSent,
    bytesReceived: a.bytesReceived + b.bytesReceived,
  };
}
