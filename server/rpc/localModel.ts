// A loaded model in this process: prompt, queue and token loop behind the calls of CompletionModel.
// Used by the host and by the CLI. Must not know sockets or the workspace.

import { openAdapted } from "../adapters/openAdapted.ts";
import { createSession, type GenerationSession, generate } from "../generate/generate.ts";
import { scoreText } from "../generate/scoreText.ts";
import type { StoredModel } from "../models/modelStore.ts";
import { packPrompt } from "../prompt/packPrompt.ts";
import { type FormatName, hasMarkersOf, type PromptFormat, promptFormats } from "../prompt/promptFormat.ts";
import { badInput, Cancelled } from "../protocol/errors.ts";
import type { GenerateParams, GenerateResult, HostStatus, InspectResult, PromptInput } from "../protocol/messages.ts";
import { PROMPT_BUDGET } from "../protocol/promptBudget.ts";
import type { Decoder } from "../runtime/decoder.ts";
import { type DecoderOptions, loadDecoder } from "../runtime/loadDecoder.ts";
import { loadTokenizer } from "../tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { NewestFirstQueue } from "./newestFirstQueue.ts";

const MAX_WAITING = 8;

export interface LocalModelOptions extends DecoderOptions {
  modelDir: string;
  adapter?: string; // its folder, or "none"; default: the one that the model's manifest names
  budgetTokens?: number; // of a prompt; default PROMPT_BUDGET.tokens
  format?: FormatName; // of a prompt; default: what the model was trained on
}

export interface LocalModelParts {
  id: string;
  adapter?: string; // name of the adapter in the decoder's weights
  decoder: Decoder;
  tokenizer: Tokenizer;
  loadMs?: number;
  budgetTokens?: number;
  format?: FormatName; // default "prefix"
}

export class LocalModel {
  readonly tokenizer: Tokenizer;
  private readonly parts: LocalModelParts;
  private readonly format: PromptFormat;
  private readonly session: GenerationSession;
  private readonly queue = new NewestFirstQueue(MAX_WAITING);

  /** Wraps parts that are loaded already. @throws UserError when the tokenizer lacks the special tokens of the format */
  constructor(parts: LocalModelParts) {
    this.parts = parts;
    this.tokenizer = parts.tokenizer;
    this.format = promptFormats[parts.format ?? "prefix"];
    if (!hasMarkersOf(parts.tokenizer, this.format)) {
      throw badInput(`${parts.id} has no tokens to fill in the middle with.`, "Use the format prefix with this model.");
    }
    this.session = createSession(parts.decoder, parts.tokenizer);
  }

  /**
   * Opens, verifies and loads the model in `options.modelDir`.
   * @throws UserError when it is missing, damaged or unsupported, or when the runtime cannot run it
   */
  static async load(options: LocalModelOptions): Promise<LocalModel> {
    const start = performance.now();
    const { modelDir, adapter, budgetTokens, format, ...decoderOptions } = options;
    const model = await openAdapted(modelDir, adapter);
    const tokenizer = await loadTokenizer(modelDir);
    const decoder = await loadDecoder(model, decoderOptions);
    return new LocalModel({
      id: model.id,
      adapter: model.adapter,
      decoder,
      tokenizer,
      budgetTokens,
      format: formatFor(model, format),
      loadMs: performance.now() - start,
    });
  }

  /**
   * Generates after the packed prompt. One generation runs at a time, of those that wait the newest first. Time in the queue counts
   * against the deadline; packing the prompt is part of `timingMs.prefill`.
   * @throws UserError hostBusy (given up in the queue), badInput, runtimeFailed
   */
  async generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const arrival = performance.now();
    const { deadlineMs, maxTokens, sampling, stop } = params;
    const budgetTokens = this.budget(maxTokens);
    const patience =
      deadlineMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(deadlineMs))]);
    const task = async (): Promise<GenerateResult> => {
      const begin = performance.now();
      const queueMs = begin - arrival;
      const { tokens } = packPrompt(params.prompt, this.tokenizer, budgetTokens, this.format);
      const packMs = performance.now() - begin;
      const remainingMs = deadlineMs === undefined ? undefined : deadlineMs - queueMs - packMs;
      if (remainingMs !== undefined && remainingMs <= 0) return nothing("deadline", queueMs);
      const request = { promptTokens: tokens, maxTokens, sampling, stop, deadlineMs: remainingMs };
      const result = await generate(this.session, request, onText, signal);
      return {
        text: result.text,
        stop: result.stop,
        tokens: { prompt: tokens.length, cached: result.cachedTokens, generated: result.tokens.length },
        timingMs: { queue: queueMs, prefill: packMs + result.prefillMs, decode: result.decodeMs },
        logProbs: result.logProbs,
      };
    };
    try {
      return await this.queue.run(task, patience);
    } catch (error) {
      if (!(error instanceof Cancelled)) throw error;
      return nothing(signal.aborted ? "cancelled" : "deadline", performance.now() - arrival);
    }
  }

  /** The prompt that `generate` would send for `prompt`, piece by piece. */
  async inspect(prompt: PromptInput): Promise<InspectResult> {
    return packPrompt(prompt, this.tokenizer, this.budget(0), this.format).inspection;
  }

  /**
   * How probable the model finds `text` right after the packed `prompt`: the natural logarithm, summed over the tokens of `text`.
   * For the evaluation only; the host does not offer it.
   * @throws UserError badInput when both do not fit, runtimeFailed; Cancelled when `signal` fires
   */
  async score(
    prompt: PromptInput,
    text: string,
    signal: AbortSignal = new AbortController().signal,
  ): Promise<{ logProb: number; tokens: number }> {
    const promptTokens = packPrompt(prompt, this.tokenizer, this.budget(0), this.format).tokens;
    return this.queue.run(() => scoreText(this.session, promptTokens, text, signal), signal);
  }

  status(): HostStatus {
    const { id, adapter, decoder, loadMs } = this.parts;
    const { device, runtime } = decoder;
    return {
      state: "ready",
      model: id,
      ...(adapter && { adapter }),
      device,
      runtime,
      loadMs,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  dispose(): void {
    this.parts.decoder.dispose();
  }

  /** Tokens that a prompt may have when `maxTokens` are to follow. */
  private budget(maxTokens: number): number {
    const { capacity } = this.parts.decoder;
    if (maxTokens > capacity / 2) {
      throw badInput(
        `${maxTokens} tokens are more than the model can write at once.`,
        `Ask for at most ${capacity >> 1} tokens.`,
      );
    }
    return Math.min(this.parts.budgetTokens ?? PROMPT_BUDGET.tokens, capacity - maxTokens);
  }
}

/** @throws UserError when the model was never trained on the format that is wanted */
function formatFor(model: StoredModel, wanted: FormatName | undefined): FormatName {
  if (model.promptFormat !== undefined) return wanted ?? "fim";
  if (wanted !== "fim") return "prefix";
  throw badInput(`${model.id} has not learnt to fill in the middle.`, "Use the format prefix, or an adapter that has.");
}

/** The result of a generation that ended before it began. */
export function nothing(stop: "cancelled" | "deadline", queueMs: number): GenerateResult {
  return {
    text: "",
    stop,
    tokens: { prompt: 0, cached: 0, generated: 0 },
    timingMs: { queue: queueMs, prefill: 0, decode: 0 },
    logProbs: [],
  };
}
