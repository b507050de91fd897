// The completions of one window: their cache, the requests on their way, what is asked for and read in advance, what is counted, and who watches
// what is shown. The entry (agent.ts) tells it of requests, changes and rests. Must not know the editor's protocol, its settings or the host.

import { remembered } from "../../common/util/remembered.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionModel, WritingModel } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { CompletionCache } from "./cache.ts";
import { type Clock, realClock } from "./clock.ts";
import {
  type CompletionDeps,
  type CompletionRequest,
  type CompletionResult,
  type CompletionSettings,
  complete,
  remembered as rememberedAnswer,
} from "./complete.ts";
import type { Completion, CompletionSource, NoCompletionReason, WarmOutcome } from "./outcome.ts";
import { CountedModel, type CountedModelOptions } from "./requests/countedModel.ts";
import { type CompletionCounts, OutcomeCounters } from "./requests/counters.ts";
import { Debounce } from "./requests/debounce.ts";
import { type Ahead, FollowUp } from "./requests/followUp.ts";
import { type Flight, type FlightPlace, InFlight } from "./requests/inFlight.ts";
import { type Rest, RestWarming } from "./requests/restWarming.ts";
import type { ShowHistory } from "./show/showDecision.ts";
import type { SymbolCheck } from "./symbols/symbolCheck.ts";

export interface CompleterOptions {
  model: CompletionModel;
  /** Of the document's folder; undefined where nothing but the document may be read. */
  sourcesOf: (uri: string) => Sources | undefined;
  /**
   * The folder of the adapter that the document's workspace uses now; undefined where it uses none. What lies in the folder never changes. What
   * is written with one adapter is never the answer with another: each has a cache of its own, and no request takes over another's.
   */
  adapterOf?: (uri: string) => string | undefined;
  /**
   * The model that a request goes to, where the host has several: one for what is typed, and perhaps another for what a person asks for. What one
   * has written is not the answer of the other.
   */
  writingModel?: (asked: boolean) => WritingModel | undefined;
  /** Of the document's folder; undefined where none may be loaded. */
  compilerOf?: (uri: string) => SymbolCheck | undefined;
  settings: () => CompletionSettings;
  /** The least time from a request that nobody asked for by name to the model's work for it, in ms. Default 0. */
  delayMs?: () => number;
  history?: () => ShowHistory;
  /** Why a person does not want completions in a document now. */
  switchedOff: (document: OpenDocument, explicit: boolean) => NoCompletionReason | undefined;
  observers?: readonly SuggestionObserver[];
  onRest?: (outcome: WarmOutcome) => void;
  /** The model has been at work for a moment, or is no longer. */
  onWorking?: (working: boolean) => void;
  clock?: Clock;
}

/** A change of a document's text; several of one notification apply one after the other. */
export interface TextEdit {
  start: number; // UTF-16 units of the text before this edit and after those before it
  end: number; // exclusive
  text: string; // in the place of [start, end)
}

/** A suggestion on its way to the editor. Each key that types on in it brings another one, from the cache. */
export interface ShownSuggestion {
  document: OpenDocument;
  version: number; // of the document
  offset: number; // the cursor, in UTF-16 units of that version's text
  item: Completion; // as the editor inserts it, with the document's line ends
  explicit: boolean;
  source: CompletionSource;
  score?: number; // of the show decision, 0 to 1; absent where it comes from the cache
  selectedUnits: number; // so much of the item's beginning comes with the selected item of the open suggest widget
}

/** Who watches what becomes of suggestions. Must not throw, and takes next to no time: it is called at every key. */
export interface SuggestionObserver {
  shown?(suggestion: ShownSuggestion): void;
  /** After all `edits` of a notification: `document` holds the text after them. */
  changed?(document: OpenDocument, edits: readonly TextEdit[]): void;
  closed?(uri: string): void;
}

/** Answers of so many adapters are kept: of a window's folders, and of the one before. */
const MOST_ADAPTERS = 4;

export type EditorRequest = Pick<CompletionRequest, "document" | "offset" | "explicit" | "selected">;

const none = (reason: NoCompletionReason): CompletionResult => ({
  outcome: { kind: "none", reason },
  raw: "",
  contextMs: 0,
});

export class Completer {
  readonly #options: CompleterOptions;
  readonly #caches = new Map<string | undefined, CompletionCache>(); // by adapter
  readonly #counters = new OutcomeCounters();
  readonly #warming: RestWarming;
  readonly #model: CountedModel;
  readonly #inFlight: InFlight;
  readonly #debounce: Debounce;
  readonly #followUp: FollowUp;
  readonly #observers: readonly SuggestionObserver[];
  readonly #clock: Clock;

  constructor(options: CompleterOptions) {
    const { model, sourcesOf, adapterOf, writingModel, switchedOff, onRest, onWorking } = options;
    const { clock = realClock, observers = [] } = options;
    this.#options = options;
    this.#clock = clock;
    this.#warming = new RestWarming({
      depsFor: (document) =>
        switchedOff(document, false) ?? {
          model,
          adapter: adapterOf?.(document.uri),
          writing: writingModel?.(false),
          sources: sourcesOf(document.uri),
        },
      onOutcome: (outcome) => {
        this.#counters.countRest(outcome);
        onRest?.(outcome);
      },
      nowMs: () => clock.nowMs(),
    });
    const onPrompted: CountedModelOptions["onPrompted"] = ({ prompt, adapter }, result) =>
      this.#warming.prompted(prompt, adapter, writingModel && result.model);
    this.#model = new CountedModel(model, { onPrompted, onSlow: onWorking, clock });
    this.#inFlight = new InFlight(this.#model, clock);
    this.#debounce = new Debounce(clock);
    this.#followUp = new FollowUp({ ask: (document, offset) => this.#ahead(document, offset), clock });
    this.#observers = [this.#followUp, ...observers];
  }

  /** Answers a request of the editor. Never throws. @param signal the editor does not want the answer any more */
  async complete(request: EditorRequest, signal: AbortSignal): Promise<CompletionResult> {
    const result = await this.#answer(request, signal);
    this.#counters.count(result.outcome);
    if (result.outcome.kind === "shown" && !signal.aborted) this.#shown(request, result);
    return result;
  }

  /** A request for a document that the agent does not have. */
  unknown(): CompletionResult {
    const result = none("unknownDocument");
    this.#counters.count(result.outcome);
    return result;
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
    for (const observer of this.#observers) observer.closed?.(uri);
  }

  /** The cursor rests. */
  rested(rest: Rest): void {
    const { switchedOff, settings, compilerOf } = this.#options;
    const { document } = rest;
    if (!switchedOff(document, false) && settings().filters.symbols) compilerOf?.(document.uri)?.prepare(document);
    void this.#warming.rested(rest);
  }

  /** The model has become ready, or answers with another adapter from now on. */
  modelReady(): void {
    void this.#warming.modelReady();
  }

  /** Another model answers from now on: what the one before has written is no answer any more. */
  modelChanged(): void {
    this.#caches.clear();
    this.#inFlight.modelChanged();
  }

  counts(): CompletionCounts {
    const { counts: model } = this.#model;
    return { ...this.#counters.snapshot(), ...model, ...this.#inFlight.counts, ...this.#followUp.counts };
  }

  async #answer(request: EditorRequest, signal: AbortSignal): Promise<CompletionResult> {
    const { document, explicit } = request;
    const reason = this.#options.switchedOff(document, explicit);
    if (reason) return none(reason);
    if (signal.aborted) return none("cancelled");
    const writing = this.#options.writingModel?.(explicit);
    const place = { ...placeOf(request), adapter: this.#options.adapterOf?.(document.uri), model: writing?.id };
    const mayJoin = this.#inFlight.mayJoin(document.uri);
    this.#followUp.requested(place);
    const flight = this.#inFlight.open(place, signal);
    const ended = this.#warming.completing(document.uri, signal);
    let askedMs = this.#clock.nowMs();
    const pause = async (dropped: AbortSignal) => {
      // what may be there already is not waited for
      if (!explicit && !mayJoin) await this.#debounce.pause(this.#options.delayMs?.() ?? 0, dropped);
      askedMs = this.#clock.nowMs();
    };
    let onLeft = () => {};
    const left = new Promise<CompletionResult>((resolve) => {
      onLeft = () => resolve(none("cancelled"));
    });
    signal.addEventListener("abort", onLeft);
    try {
      const result = await Promise.race([this.#work({ ...request, writing }, flight, signal, pause), left]);
      if (signal.aborted) return none("cancelled");
      if (result.generation && !flight.hasJoined) this.#debounce.answered(this.#clock.nowMs() - askedMs);
      else if (flight.hasJoined || !(result.where || result.error)) this.#followUp.answered(place);
      return this.#withWhatFits(request, flight, result);
    } finally {
      signal.removeEventListener("abort", onLeft);
      ended();
    }
  }

  /** One request's way; it may go on after the editor has cancelled it. */
  async #work(
    { writing, ...request }: EditorRequest & Pick<CompletionRequest, "pieces"> & Pick<CompletionDeps, "writing">,
    flight: Flight,
    left: AbortSignal | undefined,
    pause?: (signal: AbortSignal) => Promise<void>,
  ): Promise<CompletionResult> {
    const { settings, sourcesOf, compilerOf, history } = this.#options;
    const { uri } = request.document;
    const around = { sources: sourcesOf(uri), compiler: compilerOf?.(uri) };
    const deps = {
      model: flight,
      cache: this.#cacheOf(flight.adapter),
      ...around,
      settings: settings(),
      pause,
      history,
      writing,
    };
    const result = await complete({ ...request, filter: true }, deps, flight.signal);
    if (result.compiler) this.#counters.countVerdict(result.compiler);
    const isUseless = result.outcome.kind === "none" && unused.has(result.outcome.reason);
    flight.end(left !== undefined && !left.aborted && !isUseless);
    return result;
  }

  /** Ghost text that still fits stays, whatever a newer request has come to. */
  #withWhatFits(request: EditorRequest, flight: Flight, result: CompletionResult): CompletionResult {
    if (result.outcome.kind === "shown" || !(result.where || result.error)) return result;
    const writing = this.#options.writingModel?.(false);
    const typed = { ...request, explicit: false, filter: true };
    const outcome = rememberedAnswer(typed, this.#cacheOf(flight.adapter), writing);
    return outcome?.kind === "shown" ? { ...result, outcome } : result;
  }

  /** With the context of the request before: that is in the KV cache, and choosing anew for what may never come would cost more than it brings. */
  #ahead(document: OpenDocument, offset: number): Ahead | undefined {
    if (this.#options.switchedOff(document, false)) return undefined;
    const { uri } = document;
    const adapter = this.#options.adapterOf?.(uri);
    const writing = this.#options.writingModel?.(false);
    const place = { uri, text: document.text.getText(), offset, adapter, model: writing?.id };
    const flight = this.#inFlight.open(place);
    const pieces = this.#inFlight.piecesOf(uri);
    const done = this.#work({ document, offset, explicit: false, pieces, writing }, flight, undefined);
    return { done: done.then(() => {}), cancel: () => flight.drop(), used: () => flight.used() };
  }

  #cacheOf(adapter: string | undefined): CompletionCache {
    return remembered(this.#caches, adapter, MOST_ADAPTERS, () => new CompletionCache());
  }

  #shown({ document, offset, explicit, selected }: EditorRequest, { outcome, score }: CompletionResult): void {
    if (outcome.kind === "none") return;
    const { version } = document;
    const [item] = outcome.items;
    const selectedUnits = selected ? Math.max(0, selected.startOffset + selected.text.length - offset) : 0;
    const { source } = outcome;
    const suggestion = { document, version, offset, item: item!, explicit, source, score, selectedUnits };
    for (const observer of this.#observers) observer.shown?.(suggestion);
  }
}

/** Where a request ends so, what was generated for it is of no use to anybody. */
const unused: ReadonlySet<NoCompletionReason> = new Set(["cancelled", "superseded"]);

function placeOf({ document, offset, selected }: EditorRequest): FlightPlace {
  const pending = selected?.text.slice(offset - selected.startOffset).replace(/\r\n?/g, "\n");
  return { uri: document.uri, text: document.text.getText(), offset, pending };
}
