// The completions of one window: the cache, the requests in flight, requests and prompt reading in advance, the counters, and the observers of
// shown suggestions. The agent reports requests, changes and cursor rests. Must not know the editor's protocol, its settings or the host.

import { remembered } from "../../common/util/remembered.ts";
import type { GenerateResult } from "../../server/host/protocol/messages.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { FolderModel, ModelCall, WritingModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { CompletionCache } from "./cache.ts";
import { type Clock, realClock } from "./clock.ts";
import { askModel, type CompletionRequest, complete, lookUp, remembered as rememberedAnswer } from "./complete.ts";
import type { CompletionOutcome, NoCompletionReason, WarmOutcome } from "./outcome.ts";
import type { TrainedOn } from "./repeatedCode.ts";
import { Alternatives } from "./requests/alternatives.ts";
import { CallCounter } from "./requests/callCounter.ts";
import { type CompletionCounts, OutcomeCounters } from "./requests/counters.ts";
import { Debounce } from "./requests/debounce.ts";
import { type Ahead, FollowUp } from "./requests/followUp.ts";
import { type RequestInFlight, type RequestPlace, RequestsInFlight } from "./requests/inFlight.ts";
import { Origins } from "./requests/origins.ts";
import { type Rest, RestWarming } from "./requests/restWarming.ts";
import { type CompletionResult, refused, type ScoredSuggestion, type SuggestionOrigin } from "./result.ts";
import type { CompletionSettings } from "./settings.ts";
import type { Calibration } from "./show/calibration.ts";
import type { ShowHistory } from "./show/showDecision.ts";
import type { SuggestionObserver, TextEdit } from "./suggestionObserver.ts";
import type { SymbolCheck } from "./symbols/symbolCheck.ts";

export interface CompleterOptions {
  /**
   * The model as the document's folder uses it now. Answers are never shared between models with different keys: each key has its own cache,
   * and a request takes over only generations of its own key.
   */
  modelFor: (uri: string) => FolderModel;
  /** Context sources of the document's folder; undefined where nothing but the document may be read. */
  sourcesOf: (uri: string) => Sources | undefined;
  /**
   * The model that a request goes to, where the host has several: one for automatic requests, and perhaps another for explicit ones. The answer
   * of one model is never used for the other.
   */
  writingModel?: (asked: boolean) => WritingModel | undefined;
  /** Compiler of the document's folder; undefined where none may be loaded. */
  compilerOf?: (uri: string) => SymbolCheck | undefined;
  settings: () => CompletionSettings;
  /** The least time between an automatic request and the start of the model's work for it, in milliseconds. Default 0. */
  delayMs?: () => number;
  history?: () => ShowHistory;
  calibration?: () => Calibration | undefined;
  trainedOn?: TrainedOn;
  /** Why completions are switched off for a document at the moment, or undefined. */
  switchedOff: (document: OpenDocument, explicit: boolean) => NoCompletionReason | undefined;
  observers?: readonly SuggestionObserver[];
  onRest?: (outcome: WarmOutcome) => void;
  /** Called with true when a model call has been running for a moment, and with false when none is any more. */
  onWorking?: (working: boolean) => void;
  clock?: Clock;
}

/** How many models keep their answers, by key: the models of a window's folders, and earlier models. */
const MOST_MODELS = 4;

export type EditorRequest = Pick<CompletionRequest, "document" | "offset" | "explicit" | "selected">;

/** The answer that the editor gets. */
export interface EditorAnswer {
  outcome: CompletionOutcome;
  error?: unknown; // why the model could not answer: for the log
  generation?: GenerateResult; // the model's own answer; absent where it was not asked, or did not answer
}

interface ScoredAnswer extends EditorAnswer {
  scored?: ScoredSuggestion; // that was shown or kept back
}

/** A request that has ended. */
interface Finished {
  result: CompletionResult;
  askedMs: number; // when the model was asked, or would have been
}

export class Completer {
  readonly #options: CompleterOptions;
  readonly #caches = new Map<string, CompletionCache>(); // by the model's key
  readonly #counters = new OutcomeCounters();
  readonly #warming: RestWarming;
  readonly #calls: CallCounter;
  readonly #inFlight: RequestsInFlight;
  readonly #debounce: Debounce;
  readonly #followUp: FollowUp;
  readonly #alternatives = new Alternatives();
  readonly #origins = new Origins();
  readonly #observers: readonly SuggestionObserver[];
  readonly #clock: Clock;

  constructor(options: CompleterOptions) {
    const { modelFor, sourcesOf, writingModel, switchedOff, onRest, onWorking } = options;
    const { clock = realClock, observers = [] } = options;
    this.#options = options;
    this.#clock = clock;
    this.#warming = new RestWarming({
      depsFor: (document) =>
        switchedOff(document, false) ?? {
          model: modelFor(document.uri),
          writing: writingModel?.(false),
          sources: sourcesOf(document.uri),
        },
      onOutcome: (outcome) => {
        this.#counters.countRest(outcome);
        onRest?.(outcome);
      },
      nowMs: () => clock.nowMs(),
    });
    this.#calls = new CallCounter({ onSlow: onWorking, clock });
    this.#inFlight = new RequestsInFlight({
      clock,
      onCall: (params, model, answer) => {
        this.#calls.began(answer);
        this.#watchReading(params, model, answer);
      },
    });
    this.#debounce = new Debounce(clock);
    this.#followUp = new FollowUp({ ask: (document, offset) => this.#ahead(document, offset), clock });
    this.#observers = [this.#followUp, ...observers];
  }

  /** Answers a request of the editor. Never throws. @param signal fires when the editor does not want the answer any more */
  async complete(request: EditorRequest, signal: AbortSignal): Promise<EditorAnswer> {
    const { scored, ...answer } = await this.#answer(request, signal);
    const { outcome } = answer;
    this.#counters.count(outcome);
    if (signal.aborted) return answer;
    if (outcome.kind === "shown") this.#shown(request, outcome, scored);
    else if (outcome.reason === "improbable" && scored) this.#withheld(request, scored);
    return answer;
  }

  /** The result of an explicit request with further suggestions after the first. */
  async #withOthers(
    { document, offset, explicit }: EditorRequest,
    result: CompletionResult,
    askedMs: number,
    signal: AbortSignal,
  ): Promise<CompletionResult> {
    const { outcome } = result;
    if (!explicit || outcome.kind === "none") return result;
    const place = { uri: document.uri, version: document.version, offset };
    const more = result.kind === "generated" ? result.more : undefined;
    const others = more
      ? await this.#alternatives.write(place, this.#clock.nowMs() - askedMs, more, signal)
      : this.#alternatives.at(place);
    return { ...result, outcome: { ...outcome, items: [...outcome.items, ...others] } } as CompletionResult;
  }

  /**
   * What the suggestion at a place came from, or what was withheld there; where that is not known any more it is written again, as an automatic
   * request. @returns the reason where no text is written there
   * @throws what the model throws
   */
  async originAt(
    document: OpenDocument,
    offset: number,
    signal: AbortSignal,
  ): Promise<SuggestionOrigin | NoCompletionReason> {
    const kept = this.#origins.at(document, offset);
    if (kept) return kept;
    const { switchedOff, modelFor, sourcesOf, compilerOf, settings, writingModel } = this.#options;
    const { history, calibration } = this.#options;
    const { uri } = document;
    const reason = switchedOff(document, false);
    if (reason) return reason;
    const model = modelFor(uri);
    const deps = {
      ...{ model, cache: new CompletionCache(), sources: sourcesOf(uri), compiler: compilerOf?.(uri) },
      ...{ settings: settings(), history, calibration, writing: writingModel?.(false) },
    };
    const result = await complete({ document, offset, explicit: false, filter: true }, deps, signal);
    if (result.kind === "failed") throw result.error;
    if (result.kind === "generated" && result.origin) return result.origin;
    return result.outcome.kind === "none" ? result.outcome.reason : "failed";
  }

  /** Answers a request for a document that the agent does not have. */
  unknown(): EditorAnswer {
    const answer = answerOf(refused("unknownDocument"));
    this.#counters.count(answer.outcome);
    return answer;
  }

  /** The text has changed: `document` holds it after `edits`. */
  changed(document: OpenDocument, edits: readonly TextEdit[]): void {
    const last = edits.at(-1);
    if (last) {
      this.#debounce.changed(last.text);
      this.#inFlight.changed(document.uri, document.text.getText(), last.start + last.text.length);
    }
    for (const observer of this.#observers) observer.changed?.(document, edits);
  }

  closed(uri: string): void {
    this.#inFlight.closed(uri);
    this.#origins.closed(uri);
    for (const observer of this.#observers) observer.closed?.(uri);
  }

  /** The cursor rests. */
  rested(rest: Rest): void {
    const { switchedOff, settings, compilerOf } = this.#options;
    const { document } = rest;
    if (!switchedOff(document, false) && settings().filters.symbols) compilerOf?.(document.uri)?.prepare(document);
    void this.#warming.rested(rest);
  }

  /** The model has become ready, or its answers change from now on. */
  modelReady(): void {
    void this.#warming.modelReady();
  }

  /** A setting that decides what is shown has changed: the answers so far do not hold. */
  settingsChanged(): void {
    this.#caches.clear();
    this.#origins.clear();
  }

  /** Another model answers from now on: the earlier model's answers are dropped. */
  modelChanged(): void {
    this.#caches.clear();
    this.#origins.clear();
    this.#inFlight.modelChanged();
  }

  counts(): CompletionCounts {
    return { ...this.#counters.snapshot(), ...this.#calls.counts, ...this.#inFlight.counts, ...this.#followUp.counts };
  }

  async #answer(request: EditorRequest, signal: AbortSignal): Promise<ScoredAnswer> {
    const { document, explicit } = request;
    const reason = this.#options.switchedOff(document, explicit);
    if (reason) return answerOf(refused(reason));
    if (signal.aborted) return answerOf(refused("cancelled"));
    const place = placeOf(request);
    const mayJoin = this.#inFlight.mayJoin(document.uri);
    const writing = this.#options.writingModel?.(explicit);
    this.#followUp.requested(place);
    const running = this.#open(place, writing, signal);
    const ended = this.#warming.completing(document.uri, signal);
    let onLeft = () => {};
    const left = new Promise<undefined>((resolve) => {
      onLeft = () => resolve(undefined);
    });
    signal.addEventListener("abort", onLeft);
    try {
      const waits = !explicit && !mayJoin; // no pause where a running generation may be taken over
      const work = this.#work({ ...request, filter: true }, running, { writing, waits, left: signal });
      const finished = await Promise.race([work, left]);
      if (!finished || signal.aborted) return answerOf(refused("cancelled"));
      const { result, askedMs } = finished;
      if (result.kind === "generated" && !running.hasJoined) this.#debounce.answered(this.#clock.nowMs() - askedMs);
      else if (running.hasJoined || result.kind === "cached") this.#followUp.answered(place);
      const whole = await this.#withOthers(request, result, askedMs, signal);
      return signal.aborted ? answerOf(refused("cancelled")) : this.#withWhatFits(request, running, whole);
    } finally {
      signal.removeEventListener("abort", onLeft);
      ended();
    }
  }

  /** Runs one request; it may go on after the editor has cancelled it. @param left absent for a request in advance */
  async #work(
    request: CompletionRequest,
    running: RequestInFlight,
    { writing, waits, left }: { writing: WritingModel | undefined; waits: boolean; left?: AbortSignal },
  ): Promise<Finished> {
    const { settings, sourcesOf, compilerOf, history, calibration, trainedOn, delayMs } = this.#options;
    const { uri } = request.document;
    const cache = this.#cacheOf(running);
    const deps = {
      model: running,
      cache,
      sources: sourcesOf(uri),
      compiler: compilerOf?.(uri),
      settings: settings(),
      history,
      calibration,
      trainedOn,
      writing,
      memoryVersion: running.writer.model.memoryVersion,
    };
    const { signal } = running;
    const found = await lookUp(request, deps, signal);
    if (found.kind === "open" && waits) await this.#debounce.pause(delayMs?.() ?? 0, signal);
    const askedMs = this.#clock.nowMs();
    const result = found.kind === "open" ? await askModel(found, request, deps, signal) : found;
    if (result.kind === "generated" && result.origin) this.#origins.keep(result.origin);
    if (result.kind === "generated" && result.compiler) this.#counters.countVerdict(result.compiler);
    const isUseless = result.outcome.kind === "none" && unused.has(result.outcome.reason);
    running.end(left !== undefined && !left.aborted && !isUseless);
    return { result, askedMs };
  }

  /** Ghost text that still fits stays, whatever the result of a newer request; except in a file that must not be read any more. */
  #withWhatFits(request: EditorRequest, running: RequestInFlight, result: CompletionResult): ScoredAnswer {
    const answer = answerOf(result);
    const { outcome } = answer;
    if (result.kind === "cached" || outcome.kind === "shown" || outcome.reason === "ignoredFile") return answer;
    const writing = this.#options.writingModel?.(false);
    const typed = { ...request, explicit: false, filter: true };
    const fitting = rememberedAnswer(typed, this.#cacheOf(running), writing);
    return fitting?.kind === "shown" ? { ...answer, outcome: fitting, scored: undefined } : answer;
  }

  /** Reuses the previous request's context: it is in the KV cache, and choosing anew for a request that may never come would not pay. */
  #ahead(document: OpenDocument, offset: number): Ahead | undefined {
    if (this.#options.switchedOff(document, false)) return undefined;
    const { uri } = document;
    const writing = this.#options.writingModel?.(false);
    const running = this.#open({ uri, text: document.text.getText(), offset }, writing);
    const request = { document, offset, explicit: false, filter: true, pieces: this.#inFlight.piecesOf(uri) };
    const done = this.#work(request, running, { writing, waits: false });
    return { done: done.then(() => {}), cancel: () => running.drop(), used: () => running.used() };
  }

  #open(place: RequestPlace, writing: WritingModel | undefined, left?: AbortSignal): RequestInFlight {
    return this.#inFlight.open(place, { model: this.#options.modelFor(place.uri), id: writing?.id }, left);
  }

  #cacheOf({ writer }: RequestInFlight): CompletionCache {
    return remembered(this.#caches, writer.model.key, MOST_MODELS, () => new CompletionCache());
  }

  /** Once the model has written after a prompt, the whole prompt was read: a rest of the cursor need not read it again. */
  #watchReading({ prompt }: ModelCall, { key }: FolderModel, answer: Promise<GenerateResult>): void {
    const { writingModel } = this.#options;
    answer.then(
      ({ tokens, model }) => {
        if (tokens.generated > 0) this.#warming.prompted(prompt, key, writingModel && model);
      },
      () => {}, // the reader of the answer gets the error
    );
  }

  #shown({ document, offset, explicit, selected }: EditorRequest, shown: Shown, scored?: ScoredSuggestion): void {
    const { version } = document;
    const { items, source } = shown;
    const inAdvance = source === "cache" ? this.#origins.at(document, offset)?.scored : undefined; // judged then
    const { logOdds } = scored ?? inAdvance ?? {};
    const item = items[0]!;
    const selectedUnits = selected ? Math.max(0, selected.startOffset + selected.text.length - offset) : 0;
    const suggestion = {
      document,
      version,
      offset,
      item,
      explicit,
      source,
      score: scored?.score,
      logOdds,
      selectedUnits,
    };
    for (const observer of this.#observers) observer.shown?.(suggestion);
  }

  #withheld({ document, offset, explicit }: EditorRequest, { completion: item, logOdds }: ScoredSuggestion): void {
    if (explicit || logOdds === undefined) return;
    const suggestion = { document, version: document.version, offset, item, logOdds };
    for (const observer of this.#observers) observer.withheld?.(suggestion);
  }
}

type Shown = Extract<CompletionOutcome, { kind: "shown" }>;

function answerOf(result: CompletionResult): ScoredAnswer {
  const { outcome } = result;
  if (result.kind === "failed") return { outcome, error: result.error };
  if (result.kind !== "generated") return { outcome };
  return { outcome, scored: result.scored, generation: result.generation };
}

/** Ends of a request that make the tokens generated for it waste. */
const unused: ReadonlySet<NoCompletionReason> = new Set(["cancelled", "superseded"]);

function placeOf({ document, offset, selected }: EditorRequest): RequestPlace {
  const pending = selected?.text.slice(offset - selected.startOffset).replace(/\r\n?/g, "\n");
  return { uri: document.uri, text: document.text.getText(), offset, pending };
}
