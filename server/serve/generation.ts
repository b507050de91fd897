// One generation or warm-up that a request asks for, as calls of the model. Knows no wire format.

import { randomInt } from "node:crypto";
import { Cancelled } from "../../common/errors.ts";
import { notRead, untold } from "../host/protocol/emptyResults.ts";
import { REQUEST_LIMITS } from "../host/protocol/limits.ts";
import type {
  GenerateParams,
  GenerateResult,
  HostStatus,
  PromptInput,
  Sampling,
  WarmParams,
  WarmResult,
} from "../host/protocol/messages.ts";
import type { PromptBudget } from "../host/protocol/promptBudget.ts";
import { busy, unavailable } from "./httpError.ts";

/** What the server needs of a model. `client` is the connection that asks: turns are shared out among them. */
export interface ServedModel {
  generate(
    params: Omit<GenerateParams, "id" | "adapter">,
    onText: (text: string) => void,
    signal: AbortSignal,
    client?: object,
  ): Promise<GenerateResult>;
  warm?(params: Omit<WarmParams, "adapter">, signal: AbortSignal, client?: object): Promise<WarmResult>;
  status(): HostStatus;
  readonly promptBudget: PromptBudget;
}

/** The tokens of the longest prompt and the longest answer together. */
export const contextTokens = ({ promptBudget }: ServedModel): number => promptBudget.tokens + REQUEST_LIMITS.maxTokens;

export interface Asked {
  prompt: PromptInput;
  maxTokens: number; // 0: the prompt is only read, so that the next request finds it in the KV cache
  sampling: Sampling;
  stop: string[];
  predictMs?: number; // once a line is complete, and so long after the first text, nothing more is written
}

/** A request with its client: the connection, and a signal that fires when it is gone. */
interface Asker {
  connection: object;
  signal: AbortSignal;
}

/** How long a request may take, its time in the queue included. */
const MOST_MS = 60_000;

/**
 * @throws Cancelled when the client is gone; HttpError when nothing was written; UserError as the model does
 */
export async function generated(
  model: ServedModel,
  asked: Asked,
  onText: (text: string) => void,
  { connection, signal }: Asker,
): Promise<GenerateResult> {
  if (asked.maxTokens === 0) return warmed(model, asked.prompt, { connection, signal });
  const { predictMs = Number.POSITIVE_INFINITY, maxTokens, ...params } = asked;
  const enough = new AbortController();
  let firstMs: number | undefined;
  let hasLine = false;
  const result = await model.generate(
    { ...params, maxTokens: Math.min(maxTokens, REQUEST_LIMITS.maxTokens), asked: true, deadlineMs: MOST_MS },
    (text) => {
      onText(text);
      firstMs ??= performance.now();
      hasLine ||= text.includes("\n");
      if (hasLine && performance.now() - firstMs >= predictMs) enough.abort();
    },
    AbortSignal.any([signal, enough.signal]),
    connection,
  );
  if (signal.aborted) throw new Cancelled();
  if (result.stop === "deadline" && result.tokens.generated === 0)
    throw unavailable(
      `Nothing was written within ${MOST_MS / 1000} seconds. Send a shorter prompt, or try again later.`,
    );
  return result.stop === "cancelled" ? { ...result, stop: "deadline" } : result;
}

async function warmed(model: ServedModel, prompt: PromptInput, { connection, signal }: Asker): Promise<GenerateResult> {
  const { stop, tokens, ms } = (await model.warm?.({ prompt }, signal, connection)) ?? notRead("superseded");
  if (signal.aborted) throw new Cancelled();
  if (stop === "refused") throw busy("Too many requests are waiting. Try again in a moment.");
  return {
    ...untold("", stop === "done" ? "maxTokens" : "superseded", { prefill: ms }),
    tokens: { ...tokens, generated: 0 },
  };
}

/** @param seed absent or negative: another one each time, as both interfaces have it */
export const samplingOf = (
  temperature: number,
  seed: number | null | undefined,
  more: Partial<Sampling>,
): Sampling => ({
  temperature,
  seed: seed == null || seed < 0 ? randomInt(2 ** 32) : seed,
  ...more,
});
