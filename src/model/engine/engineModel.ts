// A folder's model on an engine elsewhere: asks the engine, and the local model where the engine may not be asked, fails or is too slow, as long
// as nothing of its text was given out. A person who types notices a slower answer, and nothing else.

import { Cancelled } from "../../../common/errors.ts";
import { notRead } from "../../../server/host/protocol/emptyResults.ts";
import type { GenerateResult, InspectResult, WarmResult } from "../../../server/host/protocol/messages.ts";
import type { FolderModel, InspectCall, ModelCall, WarmCall } from "../completionModel.ts";
import { type Admission, type Engine, engineSlow } from "./engine.ts";
import { isHeldTo, NOTHING_WRITTEN, sentOf } from "./engineCall.ts";

export interface EngineModelOptions {
  engine: Engine;
  local: FolderModel;
  /** How long a typed request waits for the first text before the local model writes instead. */
  slowAfterMs: () => number;
}

/** Why a call was ended from here. */
type Ended = "left" | "slow";

export class EngineModel implements FolderModel {
  readonly key: string;
  readonly #options: EngineModelOptions;

  constructor(options: EngineModelOptions) {
    this.#options = options;
    this.key = `${options.engine.name}, else ${options.local.key}`;
  }

  /** @throws UserError what the engine throws after its first text, or the local model; Cancelled */
  async generate(params: ModelCall, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult> {
    const { engine, local } = this.#options;
    if (isHeldTo(params)) return NOTHING_WRITTEN;
    const admission = signal.aborted ? undefined : engine.admit();
    if (!admission) return local.generate(params, onText, signal);
    const startMs = performance.now();
    const asked = await this.#ask(admission, params, onText, signal);
    if ("result" in asked) return asked.result;
    if (asked.isGivenOut) throw asked.error;
    if (signal.aborted) throw new Cancelled();
    const { deadlineMs } = params;
    const leftMs = deadlineMs && Math.max(LEAST_LEFT_MS, deadlineMs - (performance.now() - startMs));
    return local.generate({ ...params, ...(leftMs && { deadlineMs: leftMs }) }, onText, signal);
  }

  /** Reads a prompt ahead on the server. @throws UserError what the engine throws */
  async warm(params: WarmCall, signal: AbortSignal): Promise<WarmResult> {
    const { engine, local } = this.#options;
    const admission = engine.admit();
    if (!admission?.client.warm) {
      admission?.left();
      return local.warm?.(params, signal) ?? notRead("refused");
    }
    try {
      const result = await admission.client.warm(params, signal);
      if (result.stop === "done") admission.answered();
      else admission.left();
      return { ...result, model: engine.name };
    } catch (error) {
      if (signal.aborted || error instanceof Cancelled) admission.left();
      else admission.failed(error);
      throw error;
    }
  }

  async inspect(params: InspectCall): Promise<InspectResult> {
    const { engine, local } = this.#options;
    const admission = engine.admit();
    if (!admission) return local.inspect(params);
    admission.left(); // nothing is sent
    return { ...(await admission.client.inspect(params)), model: engine.name };
  }

  async #ask(
    admission: Admission,
    params: ModelCall,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<{ result: GenerateResult } | { error: unknown; isGivenOut: boolean }> {
    const { engine, slowAfterMs } = this.#options;
    const isTyped = !params.asked && params.class !== "command";
    const limitMs = slowAfterMs();
    const ending = new AbortController();
    let ended: Ended | undefined;
    const end = (why: Ended) => {
      ended ??= why;
      ending.abort();
    };
    const onLeft = () => end("left");
    signal.addEventListener("abort", onLeft);
    const timer = isTyped ? setTimeout(() => end("slow"), limitMs) : undefined;
    let isGivenOut = false;
    const take = (text: string) => {
      if (text === "" || ended === "slow") return;
      clearTimeout(timer);
      isGivenOut = true;
      onText(text);
    };
    const startMs = performance.now();
    const typedMs = () => (isTyped ? performance.now() - startMs : undefined);
    try {
      const result = await admission.client.generate(
        sentOf(params, admission.client.contextTokens),
        take,
        ending.signal,
      );
      if (ended === "slow" && !isGivenOut) throw engineSlow(limitMs);
      if (result.stop === "deadline" && result.text === "") admission.failed(engineSlow(limitMs), typedMs());
      else if (result.text === "" && (ended === "left" || result.stop === "superseded")) admission.left();
      else admission.answered(typedMs());
      return { result: { ...result, model: engine.name, tier: undefined } };
    } catch (error) {
      if (ended === "left") {
        admission.left();
        return { error: new Cancelled(), isGivenOut: true };
      }
      const reason = ended === "slow" ? engineSlow(limitMs) : error;
      admission.failed(reason, typedMs());
      return { error: reason, isGivenOut };
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onLeft);
    }
  }
}

/** What the local model gets at least, in milliseconds, where the engine has used up the time. */
const LEAST_LEFT_MS = 500;
