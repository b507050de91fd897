// The completions of one window: their cache, what is read ahead, what is counted, and who watches what is shown. The entry (agent.ts) tells it
// of requests, changes and rests. Must not know the editor's protocol, its settings or the host's socket.

import type { OpenDocument } from "../context/documents.ts";
import type { Sources } from "../context/sources/sources.ts";
import type { CompletionModel } from "../model/completionModel.ts";
import { CompletionCache } from "./cache.ts";
import { type Clock, realClock } from "./clock.ts";
import { type CompletionRequest, type CompletionResult, type CompletionSettings, complete } from "./complete.ts";
import { CountedModel } from "./countedModel.ts";
import { type CompletionCounts, OutcomeCounters } from "./counters.ts";
import type { Completion, CompletionSource, NoCompletionReason, WarmOutcome } from "./outcome.ts";
import { type Rest, RestWarming } from "./restWarming.ts";

export interface CompleterOptions {
  model: CompletionModel;
  /** Of the document's folder; undefined where nothing but the document may be read. */
  sourcesOf: (uri: string) => Sources | undefined;
  settings: () => CompletionSettings;
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
}

/** Who watches what becomes of suggestions. Must not throw, and takes next to no time: it is called at every key. */
export interface SuggestionObserver {
  shown?(suggestion: ShownSuggestion): void;
  /** After all `edits` of a notification: `document` holds the text after them. */
  changed?(document: OpenDocument, edits: readonly TextEdit[]): void;
  closed?(uri: string): void;
}

export type EditorRequest = Pick<CompletionRequest, "document" | "offset" | "explicit" | "selected">;

const none = (reason: NoCompletionReason): CompletionResult => ({
  outcome: { kind: "none", reason },
  raw: "",
  contextMs: 0,
});

export class Completer {
  readonly #options: CompleterOptions;
  readonly #cache = new CompletionCache();
  readonly #counters = new OutcomeCounters();
  readonly #warming: RestWarming;
  readonly #model: CountedModel;
  readonly #observers: readonly SuggestionObserver[];

  constructor(options: CompleterOptions) {
    this.#options = options;
    const { model, sourcesOf, switchedOff, onRest, onWorking, clock = realClock, observers = [] } = options;
    this.#warming = new RestWarming({
      depsFor: (document) => switchedOff(document, false) ?? { model, sources: sourcesOf(document.uri) },
      onOutcome: (outcome) => {
        this.#counters.countRest(outcome);
        onRest?.(outcome);
      },
      nowMs: () => clock.nowMs(),
    });
    this.#model = new CountedModel(model, {
      onPrompted: (prompt) => this.#warming.prompted(prompt),
      onSlow: onWorking,
      clock,
    });
    this.#observers = observers;
  }

  /** Answers a request of the editor. Never throws. @param signal the editor does not want the answer any more */
  async complete(request: EditorRequest, signal: AbortSignal): Promise<CompletionResult> {
    const result = await this.#answer(request, signal);
    this.#counters.count(result.outcome);
    if (result.outcome.kind === "shown" && !signal.aborted) this.#shown(request, result);
    return result;
  }

  /** A request for a document that is not open, or not completed by any means. */
  unknown(): CompletionResult {
    const result = none("unknownDocument");
    this.#counters.count(result.outcome);
    return result;
  }

  /** The text has changed: `document` holds it after `edits`. */
  changed(document: OpenDocument, edits: readonly TextEdit[]): void {
    for (const observer of this.#observers) observer.changed?.(document, edits);
  }

  closed(uri: string): void {
    for (const observer of this.#observers) observer.closed?.(uri);
  }

  /** The cursor rests. */
  rested(rest: Rest): void {
    void this.#warming.rested(rest);
  }

  modelReady(): void {
    void this.#warming.modelReady();
  }

  counts(): CompletionCounts {
    return { ...this.#counters.snapshot(), ...this.#model.counts };
  }

  async #answer(request: EditorRequest, signal: AbortSignal): Promise<CompletionResult> {
    const { document, explicit } = request;
    const { settings, sourcesOf, switchedOff } = this.#options;
    const reason = switchedOff(document, explicit);
    if (reason) return none(reason);
    const ended = this.#warming.completing(document.uri, signal);
    try {
      return await complete(
        { ...request, filter: true },
        { model: this.#model, cache: this.#cache, sources: sourcesOf(document.uri), settings: settings() },
        signal,
      );
    } finally {
      ended();
    }
  }

  #shown({ document, offset, explicit }: EditorRequest, { outcome }: CompletionResult): void {
    if (outcome.kind === "none") return;
    const { version } = document;
    const [item] = outcome.items;
    const suggestion = { document, version, offset, item: item!, explicit, source: outcome.source };
    for (const observer of this.#observers) observer.shown?.(suggestion);
  }
}
