// A loaded model in this process: prompt, scheduler and token loop behind the methods of CompletionModel. Used by the host and by the CLI. Must
// not know sockets or the workspace.

import os from "node:os";
import { badInput, Cancelled, UserError } from "../../common/errors.ts";
import { remembered } from "../../common/util/remembered.ts";
import { createSession, type GenerationSession, generate, seeded, warm } from "../engine/generate/generate.ts";
import { type ForcedToken, forceText, scoreText } from "../engine/generate/scoreText.ts";
import type { SlotLimits } from "../engine/generate/slotPolicy.ts";
import type { GenerationResult, MemoryUse } from "../engine/generate/types.ts";
import { type DeviceOptions, type Limits, loadDecoder } from "../engine/load/loadDecoder.ts";
import { slotPositions } from "../engine/load/memoryNeed.ts";
import type { FormatFacts, ModelSource } from "../engine/load/openAdapted.ts";
import { lineBreaksOf, MOST_AFTER } from "../engine/memory/generationMemory.ts";
import { MIXTURE } from "../engine/memory/weights.ts";
import { parametersOf } from "../engine/models/modelFacts.ts";
import type { StoredModel } from "../engine/models/modelStore.ts";
import {
  type ConversationFormat,
  conversationFor,
  isTuned,
  packConversation,
  tellingName,
} from "../engine/prompt/conversation.ts";
import { detectFormat } from "../engine/prompt/detectFormat.ts";
import { type FileTokens, fileTokens, type PackedPrompt, packPrompt } from "../engine/prompt/packPrompt.ts";
import { FORMAT_OF_VERSION, hasMarkersOf, promptFormats } from "../engine/prompt/promptFormat.ts";
import type { FormatName, PromptFormat } from "../engine/prompt/types.ts";
import { CHUNK_TOKENS, CHUNK_TOKENS_BESIDE_KEYS, type Decoder } from "../engine/runtime/decoder.ts";
import { defaultThreads } from "../engine/runtime/threads.ts";
import { loadTokenizer, requireFittingTokenizer } from "../engine/tokenizer/bpeTokenizer.ts";
import type { Tokenizer } from "../engine/tokenizer/tokenizer.ts";
import { openModelIn } from "./firstUse.ts";
import { fittingPrompt } from "./fittingPrompt.ts";
import { layersElsewhere } from "./layersProcess.ts";
import type { AdapterId } from "./protocol/adapters.ts";
import { nothing, notRead } from "./protocol/emptyResults.ts";
import { REQUEST_LIMITS } from "./protocol/limits.ts";
import type {
  Answered,
  GenerateParams,
  GenerateResult,
  HostStatus,
  InspectParams,
  InspectResult,
  LayersParams,
  LayersResult,
  PromptInput,
  Recorded,
  RecordedModel,
  RememberParams,
  ScoreParams,
  ScoreResult,
  WarmParams,
  WarmResult,
} from "./protocol/messages.ts";
import { type PromptBudget, promptBudgetOf } from "./protocol/promptBudget.ts";
import type { Tier } from "./protocol/tiers.ts";
import type { RepositoryMemories } from "./repositoryMemories.ts";
import { Scheduler } from "./scheduler.ts";
import type { ToldLayers, ToldText } from "./toldLayers.ts";

/** How many lookup texts keep their tokens: a window sends the same few texts with each key. */
const MOST_LOOKUP_TEXTS = 32;

export interface LocalModelOptions {
  source: ModelSource;
  device: DeviceOptions;
  limits?: Limits;
  scheduler?: Scheduler; // shared with other models of this process; default: the model's own
  format?: FormatName; // of the prompt; default: the format that the model was trained on
  tier?: Tier; // the tier that it serves as; absent for the user's own model
  memories?: RepositoryMemories; // shared with other models of this process; absent: nothing is mixed into its choices
}

/** What the model may hold: one of the user's own that was tuned for conversations has room for long ones. Sotto's two answer no questions. */
export const limitsOf = (model: StoredModel, { tier, limits }: Pick<LocalModelOptions, "tier" | "limits">): Limits => ({
  conversations: tier === undefined && isTuned(tellingName(model)),
  ...limits,
});

type OverOptions = Omit<LocalModelOptions, "device"> & Partial<Pick<LocalModelOptions, "device">>;

export interface LocalModelParts {
  id: string;
  parameters?: number; // how many weights it has
  adapterName?: AdapterId; // the adapter merged into the decoder's weights
  decoder: Decoder;
  tokenizer: Tokenizer;
  loadMs?: number;
  computation?: Pick<RecordedModel, "weightsSha256" | "form" | "threads">; // for what is recorded
  budgetTokens?: number;
  format?: FormatName; // default "prefix"
  conversation?: ConversationFormat; // absent: it has learnt none, and follows no instruction
  slotLimits?: Partial<SlotLimits>; // of the KV cache; default: three slots with the positions of two full ones together
  scheduler?: Scheduler; // as in `LocalModelOptions`, and so are the others
  tier?: Tier;
  memories?: RepositoryMemories;
  layers?: (asked: ToldText, signal: AbortSignal) => Promise<ToldLayers>; // absent: what its layers do cannot be told
}

/** What of a recording decides which tokens are written. */
export type ReplayRequest = Pick<Recorded, "sampling" | "stop" | "words" | "forced" | "memory"> & {
  prompt: Pick<Recorded["prompt"], "tokens">;
};

/** A recorded generation, written again. */
export type Replayed = Pick<GenerationResult, "text" | "tokens" | "stop" | "logProbs">;

export class LocalModel {
  readonly tokenizer: Tokenizer;
  readonly promptBudget: PromptBudget;
  fallbackReason?: string; // why it does not run on the requested device
  readonly #parts: LocalModelParts;
  readonly #format: PromptFormat;
  readonly #session: GenerationSession;
  readonly #scheduler: Scheduler;
  readonly #layerReadings = new Scheduler(); // each loads the model once more, so one after another
  readonly #lookupTokens = new Map<string, readonly number[]>(); // by text

  /** Wraps parts that are already loaded. @throws UserError when the tokenizer lacks the special tokens of the format */
  constructor(parts: LocalModelParts) {
    this.#parts = parts;
    this.tokenizer = parts.tokenizer;
    this.promptBudget = promptBudgetOf(parts.tier, parts.budgetTokens);
    this.#format = promptFormats[parts.format ?? "prefix"];
    if (!hasMarkersOf(parts.tokenizer, this.#format)) {
      throw badInput(
        `${parts.id} lacks special tokens of the format ${this.#format.name}.`,
        "Use the format auto or prefix with this model.",
      );
    }
    this.#scheduler = parts.scheduler ?? new Scheduler();
    this.#session = createSession(parts.decoder, parts.tokenizer, parts.slotLimits);
  }

  /**
   * Opens, verifies and loads the model in `options.source`.
   * @throws UserError when it is missing, damaged, unsupported or too big for the memory, or when the runtime cannot run it
   */
  static async load(options: LocalModelOptions): Promise<LocalModel> {
    const start = performance.now();
    const { source, device } = options;
    const model = await openModelIn(source, device.log);
    return LocalModel.over(model, await loadDecoder(model, device, limitsOf(model, options)), options, start);
  }

  /**
   * Assembles the model around `decoder`, which computes `model`.
   * @param start when loading began, by `performance.now()`
   * @throws UserError when the model has not learnt the format, or its tokenizer is missing or damaged
   */
  static async over(
    model: StoredModel,
    decoder: Decoder,
    { source, device, limits = {}, format, scheduler, tier, memories }: OverOptions,
    start: number,
  ): Promise<LocalModel> {
    const tokenizer = await loadTokenizer(source.modelDir);
    requireFittingTokenizer(tokenizer, model.config.vocabSize, model.id);
    return new LocalModel({
      id: model.id,
      parameters: parametersOf(model.config),
      adapterName: model.adapterName,
      decoder,
      tokenizer,
      budgetTokens: limits.budgetTokens,
      format: formatFor(model, tokenizer, format),
      conversation: conversationFor(tellingName(model), tokenizer),
      slotLimits: { positions: slotPositions(model.config, decoder.capacity, os.totalmem()) },
      loadMs: performance.now() - start,
      computation: {
        weightsSha256: model.weightsSha256,
        ...(decoder.device === "cpu" && { form: "row8", threads: device?.threads ?? defaultThreads() }),
      },
      scheduler,
      tier,
      memories,
      ...(device && {
        layers: (asked, signal) => {
          const { cacheDir, threads } = device;
          return layersElsewhere({ source, device: { cacheDir, threads }, ...asked }, signal);
        },
      }),
    });
  }

  /**
   * Generates after the packed prompt, when the request's turn comes (see `Scheduler`). A newer completion of the same `client` and editor ends
   * it with the text so far (stop "superseded"). Time in the queue counts against the deadline. Packing the prompt is part of
   * `timingMs.prefill`. A command's pauses for completions count in the phase that they interrupt.
   * @param client the request's owner: a connection, or this process
   * @throws UserError hostBusy (too many wait), badInput, runtimeFailed
   */
  async generate(
    params: Omit<GenerateParams, "id">,
    onText: (text: string) => void,
    signal: AbortSignal,
    client: object = this,
  ): Promise<GenerateResult> {
    const arrival = performance.now();
    if (params.prompt.instruction !== undefined && !this.#parts.conversation) return nothing("noConversation", 0);
    const { class: ofClass = "completion", editor, deadlineMs, maxTokens, sampling, stop } = params;
    const budgetTokens = this.#budget(maxTokens, params.prompt);
    const { value, ended } = await this.#scheduler.run(
      { class: ofClass, client, editor, deadlineMs, signal },
      async (turn, ending): Promise<GenerateResult> => {
        const begin = performance.now();
        const { tokens, line, inspection } = fittingPrompt({
          budgetTokens,
          asked: params.asked ?? ofClass === "command",
          deadlineMs: deadlineMs && Math.max(0, deadlineMs - (begin - arrival)),
          msPerToken: this.#session.reading.msPerToken,
          cached: (prompt) => this.#session.slots.cached(prompt),
          pack: (budget) => this.#packed(params.prompt, budget),
        });
        const memory = this.#memoryFor(params, line);
        const lookup = params.lookup?.map((text) => this.#tokensOf(text));
        const packMs = performance.now() - begin;
        const request = {
          promptTokens: tokens,
          maxTokens,
          sampling,
          stop,
          kind: ofClass,
          lookup,
          memory,
          turn,
          ...(ofClass === "command" && { chunkTokens: this.#commandChunk }),
          record: params.record,
          ...forcing(params, this.tokenizer),
        };
        const result = await generate(this.#session, request, onText, ending);
        return {
          ...this.#answered,
          text: result.text,
          stop: result.stop,
          tokens: { prompt: tokens.length, cached: result.cachedTokens, generated: result.tokens.length },
          timingMs: { queue: begin - arrival, prefill: packMs + result.prefillMs, decode: result.decodeMs },
          logProbs: result.logProbs,
          tokenEnds: result.tokenEnds,
          ...(params.branches && { branches: result.branches }),
          ...(params.record && {
            recorded: {
              prompt: { text: inspection.prompt, tokens: [...tokens] },
              sampling: seeded(request),
              ...{ maxTokens, stop },
              ...(params.words && { words: params.words }),
              ...(params.forced && { forced: params.forced }),
              ...(result.mixed && { memory: result.mixed }),
              tokens: result.tokens,
              writtenBy: this.recordedModel(),
            },
          }),
        };
      },
    );
    if (!value) return nothing(ended, performance.now() - arrival);
    return value.stop === "cancelled" && ended ? { ...value, stop: ended } : value;
  }

  /**
   * Writes a recorded generation again: token by token after the recorded tokens of the prompt, with what was mixed in then, and nothing guessed
   * along.
   * @param maxTokens where to end at the latest
   * @throws UserError hostBusy, promptTooLong, runtimeFailed; badInput for tokens that the model lacks; Cancelled
   */
  async replay(
    { prompt, sampling, stop, words, forced, memory: steps }: ReplayRequest,
    maxTokens: number,
    signal: AbortSignal,
  ): Promise<Replayed> {
    if (prompt.tokens.some((token) => token >= this.#parts.decoder.config.vocabSize))
      throw badInput("The recording has tokens that the model lacks.", "Give the model that it was made with.");
    const { value } = await this.#scheduler.run({ class: "command", client: this, signal }, (turn, ending) => {
      const memory = steps && { steps, lineBreaks: lineBreaksOf(this.tokenizer), weights: MIXTURE };
      const forcing = { words, forced, memory };
      const request = { promptTokens: prompt.tokens, maxTokens, sampling, stop, ...forcing, speculation: false, turn };
      return generate(this.#session, request, () => {}, ending);
    });
    if (!value || (value.stop === "cancelled" && signal.aborted)) throw new Cancelled();
    return value;
  }

  /** The model as precisely as its numbers depend on it. */
  recordedModel(): RecordedModel {
    const { id, adapterName, decoder, computation } = this.#parts;
    const { device, runtime } = decoder;
    return { model: id, ...(adapterName && { adapter: adapterName }), device, runtime, ...computation };
  }

  /**
   * Fills the KV cache with the packed prompt when the decoder is otherwise idle. If it is ended early, what was filled by then stays.
   * @param client as for `generate`
   * @throws UserError badInput, runtimeFailed; never hostBusy: a full queue is the stop "refused" in the result
   */
  async warm({ prompt, editor }: WarmParams, signal: AbortSignal, client: object = this): Promise<WarmResult> {
    const budgetTokens = this.#budget(0);
    let ms = 0;
    try {
      const { value, ended } = await this.#scheduler.run(
        { class: "warm", client, editor, signal },
        async (turn, ending) => {
          const begin = performance.now();
          try {
            const { tokens } = this.#packed(prompt, budgetTokens);
            return await warm(this.#session, tokens, ending, turn);
          } finally {
            ms = performance.now() - begin;
          }
        },
      );
      return value
        ? { ...this.#answered, stop: "done", tokens: value, ms }
        : notRead(ended === "superseded" ? ended : "cancelled", ms); // a warm-up has no deadline
    } catch (error) {
      if (error instanceof UserError && error.code === "hostBusy") return notRead("refused", ms);
      throw error;
    }
  }

  /**
   * The prompt that `generate` would send for `prompt`, piece by piece; made when its turn comes, since packing a large one takes a while.
   * @param client as for `generate`
   * @throws UserError hostBusy; Cancelled when `signal` fires
   */
  async inspect(
    { maxTokens, ...prompt }: InspectParams,
    signal: AbortSignal = new AbortController().signal,
    client: object = this,
  ): Promise<InspectResult> {
    const { inspection } = await this.#packedInTurn(prompt, signal, client, maxTokens);
    const { parameters } = this.#parts;
    return { ...this.#answered, ...(parameters !== undefined && { parameters }), ...inspection };
  }

  /**
   * How probable the model finds a text right after the packed prompt, token by token, and what it expected instead.
   * @param client as for `generate`
   * @throws UserError badInput when both do not fit, hostBusy, runtimeFailed; Cancelled when `signal` fires
   */
  async score(
    { prompt, text }: Pick<ScoreParams, "prompt" | "text">,
    signal: AbortSignal = new AbortController().signal,
    client: object = this,
  ): Promise<ScoreResult> {
    const { value } = await this.#scheduler.run({ class: "command", client, signal }, async (turn, ending) => {
      const { tokens } = this.#packed(prompt, this.#budget(0));
      const cachedTokens = this.#session.slots.cached(tokens);
      const scored = await scoreText(this.#session, tokens, text, {
        ...{ signal: ending, turn, chunkTokens: this.#commandChunk },
      });
      return { ...this.#answered, ...scored, promptTokens: tokens.length, cachedTokens };
    });
    if (!value) throw new Cancelled();
    return value;
  }

  /**
   * What each layer did for the tokens of a text right after the packed prompt. Reads the prompt once more, in a process of its own, with the
   * numbers of the processor. Other calls do not wait for it.
   * @param client as for `generate`
   * @throws UserError as `layersElsewhere` does, hostBusy; Cancelled when `signal` fires
   */
  async layers(
    { prompt, text, attentionOf }: Pick<LayersParams, "prompt" | "text" | "attentionOf">,
    signal: AbortSignal = new AbortController().signal,
    client: object = this,
  ): Promise<LayersResult> {
    const { layers, decoder, id } = this.#parts;
    if (!layers) throw badInput(`The layers of ${id} cannot be read here.`, "Ask for a model that Sotto loads itself.");
    const { tokens: promptTokens } = await this.#packedInTurn(prompt, signal, client);
    const { value } = await this.#layerReadings.run({ class: "command", client, signal }, (_turn, ending) =>
      layers({ promptTokens, text, attentionOf }, ending),
    );
    if (!value) throw new Cancelled();
    return { ...this.#answered, ...value, heads: decoder.config.heads, device: decoder.device };
  }

  /** What the model expects in the place of each token of `text`, right after the packed `prompt`. For fitting only. */
  async force(
    prompt: PromptInput,
    text: string,
    onToken: (token: ForcedToken, file: FileTokens) => void,
  ): Promise<void> {
    const { tokens, line } = this.#packed(prompt, this.#budget(0));
    const file = fileTokens(prompt, line, this.tokenizer, MOST_AFTER);
    await forceText(this.#session, tokens, text, (token) => onToken(token, file));
  }

  /** Takes texts of a workspace, as the host does, and resolves once requests that name it find them. */
  async remember(params: RememberParams): Promise<void> {
    const { memories, id } = this.#parts;
    memories?.remember(params, this);
    await memories?.settled(params.workspace, id, this.tokenizer);
  }

  get tier(): Tier | undefined {
    return this.#parts.tier;
  }

  status(): HostStatus {
    const { id, adapterName, conversation, decoder, loadMs } = this.#parts;
    const { device, runtime } = decoder;
    const fallbackReason = this.fallbackReason ?? decoder.fallbackReason;
    return {
      state: "ready",
      model: id,
      ...(adapterName && { adapterName }),
      device,
      runtime,
      ...(fallbackReason && { fallbackReason }),
      ...(conversation && { conversations: conversationLimits(decoder.capacity) }),
      loadMs,
      rssBytes: process.memoryUsage.rss(),
    };
  }

  dispose(): void {
    this.#parts.decoder.dispose();
  }

  #commandChunk = () => (this.#scheduler.isTypedBeside ? CHUNK_TOKENS_BESIDE_KEYS : CHUNK_TOKENS);

  async #packedInTurn(prompt: PromptInput, signal: AbortSignal, client: object, maxTokens = 0): Promise<PackedPrompt> {
    const { value } = await this.#scheduler.run({ class: "command", client, signal }, async () =>
      this.#packed(prompt, this.#budget(maxTokens, prompt)),
    );
    if (!value) throw new Cancelled();
    return value;
  }

  #packed(prompt: PromptInput, budgetTokens: number): PackedPrompt {
    const { conversation } = this.#parts;
    return prompt.instruction !== undefined && conversation
      ? packConversation(prompt, this.tokenizer, budgetTokens, conversation)
      : packPrompt(prompt, this.tokenizer, budgetTokens, this.#format, this.promptBudget);
  }

  #memoryFor({ memory, prompt }: Pick<GenerateParams, "memory" | "prompt">, line: string): MemoryUse | undefined {
    const { memories, id } = this.#parts;
    if (memory === undefined || !memories) return undefined;
    const repository = memories.of(memory, id, this.tokenizer).snapshot(prompt.path);
    return {
      repository,
      text: { ...fileTokens(prompt, line, this.tokenizer, MOST_AFTER), lineBreaks: lineBreaksOf(this.tokenizer) },
      weights: MIXTURE,
    };
  }

  get #answered(): Answered {
    const { id: model, tier } = this.#parts;
    return tier === undefined ? { model } : { model, tier };
  }

  #tokensOf(text: string): readonly number[] {
    return remembered(this.#lookupTokens, text, MOST_LOOKUP_TEXTS, () => this.tokenizer.encode(text));
  }

  /** How many tokens a prompt may have when `maxTokens` are to follow. */
  #budget(maxTokens: number, prompt?: PromptInput): number {
    const { capacity } = this.#parts.decoder;
    if (maxTokens > capacity / 2) {
      throw badInput(
        `${maxTokens} tokens are more than the model can write at once.`,
        `Ask for at most ${capacity >> 1} tokens.`,
      );
    }
    const most = prompt?.instruction === undefined ? this.promptBudget.tokens : capacity; // a conversation is read whole
    return Math.min(most, capacity - maxTokens);
  }
}

/** An answer may take a fourth of what the model can read and write at once. */
const conversationLimits = (capacity: number) => ({
  maxPromptTokens: capacity - (capacity >> 2),
  maxAnswerTokens: Math.min(capacity >> 2, REQUEST_LIMITS.answerTokens),
});

/** @throws UserError badInput where a forced token is none of the model's */
function forcing(
  { branches, forced, words }: Pick<GenerateParams, "branches" | "forced" | "words">,
  { vocabSize }: Tokenizer,
) {
  const unknown = forced?.find((token) => token >= vocabSize);
  if (unknown !== undefined)
    throw badInput(`The model has no token ${unknown}.`, "Force only tokens of a branch that it has reported.");
  return { branches, forced, words };
}

/**
 * `wanted`, or the format that the model has learnt. @throws UserError when Sotto's own format is wanted and the model was never trained on it
 */
export function formatFor(model: FormatFacts, tokenizer: Tokenizer, wanted?: FormatName): FormatName {
  if (model.promptFormat !== undefined) {
    const learnt = FORMAT_OF_VERSION.get(model.promptFormat);
    if (learnt !== undefined) return wanted ?? learnt;
    throw badInput(
      `The adapter of ${model.id} was trained on version ${model.promptFormat} of the prompt, which is not known here.`,
      "Update Sotto, or use another adapter.",
    );
  }
  if (wanted !== "fim")
    return wanted ?? detectFormat(tokenizer, { modelType: model.config.architecture, name: model.id });
  throw badInput(`${model.id} has not learnt to fill in the middle.`, "Use the format prefix, or an adapter that has.");
}
