// Records what a person does with suggestions: watches documents through the completer, counts, tracks accepted text, and learns for the show decision
// from the last answers and from what is written. Decides nothing itself, and keeps no text unless `keepExamples` is on. Costs next to nothing while
// nothing is watched.

import path from "node:path";
import type { PageContent } from "../../pages/page.ts";
import type { CompletionOutcome } from "../completion/outcome.ts";
import type { Calibration } from "../completion/show/calibration.ts";
import { historyShift, type ShowHistory } from "../completion/show/showDecision.ts";
import type {
  ShownSuggestion,
  SuggestionObserver,
  TextEdit,
  WithheldSuggestion,
} from "../completion/suggestionObserver.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { Acceptance, type AcceptanceEvent, type Ended, type Suggestion } from "./acceptance.ts";
import { CALIBRATION_NAME, CalibrationFile } from "./calibrationFile.ts";
import type { Counts } from "./counts.ts";
import { dashboardPage } from "./dashboard/dashboardPage.ts";
import { factsOf, firstDayTold } from "./dashboard/facts.ts";
import { applyEdit, minimalEdit } from "./edits.ts";
import { ExampleKeeper } from "./exampleKeeper.ts";
import { Examples } from "./examples.ts";
import { learntSentences, type NotLearnt } from "./learnt.ts";
import { type Compared, NearestLine } from "./nearestLine.ts";
import { statisticsText } from "./report.ts";
import { Retention, type RetentionEvent } from "./retention.ts";
import {
  add,
  type Bucket,
  countAcceptance,
  countAnswer,
  countRetention,
  type Days,
  dayOf,
  isNextEdit,
  type Kind,
  totalOf,
} from "./statistics.ts";
import { STATISTICS_NAME, StatisticsFile } from "./statisticsFile.ts";
import { type Judgement, Written } from "./written.ts";

const MAX_RECENT = 10;
const SAVE_AFTER_MS = 10_000;

/** How long the process waits at its end for another window's save: all windows of a program that is closed save at once. */
const LAST_PATIENCE_MS = 500;

export interface FeedbackOptions {
  dataDir: string;
  keepExamples: () => boolean;
  learnFromUse?: () => boolean; // default: no
  log: (line: string) => void;
  /** The key (modelKey.ts) of the model that writes in a document now. @param asked whether a person asks for it; "" where it is not known */
  modelOf?: (uri: string, asked: boolean) => string;
  epochMs?: () => number;
}

/** A suggestion whose place is watched for what is written there. */
interface Scored {
  logOdds: number;
  languageId: string;
  suggestion?: Suggestion; // absent where it was withheld
}

/** What a command has written at a person's wish, and how much of it the person took. */
export interface Acted {
  kind: Exclude<Kind, "line" | "block">;
  uri: string;
  languageId: string;
  written: { changes: number; characters: number };
  taken: { changes: number; characters: number }; // at most what was written
  left?: "rejected" | "unread"; // what was not taken; default: rejected
}

/** An accepted piece, and what was measured of it. */
interface Piece {
  bucket: Bucket;
  measured: RetentionEvent[];
}

/** The most accepted pieces whose measurements may still be taken back. */
const MOST_PIECES = 400;

export class Feedback implements SuggestionObserver {
  readonly #options: FeedbackOptions;
  readonly #epochMs: () => number;
  readonly #acceptance = new Acceptance();
  readonly #retention = new Retention();
  readonly #texts = new Map<string, string>(); // texts of the documents in which something is watched, by URI
  readonly #nearestLine = new NearestLine<Bucket>((uri) => this.#texts.get(uri));
  readonly #buckets = new WeakMap<Suggestion, Bucket>();
  readonly #pieces = new Map<number, Piece>(); // the oldest first
  readonly #file: StatisticsFile;
  readonly #examples: Examples;
  readonly #calibration: CalibrationFile;
  readonly #written = new Written<Scored>();
  #notLearnt: Partial<Record<NotLearnt, number>> = {}; // in this window
  readonly #keeper: ExampleKeeper;
  readonly #session: Days = {};
  #recent: { ended: Ended; answer: "accepted" | "ignored" }[] = []; // the newest first
  #lastShownMs: number | undefined;
  #saving: NodeJS.Timeout | undefined;

  constructor(options: FeedbackOptions) {
    this.#options = options;
    this.#epochMs = options.epochMs ?? Date.now;
    this.#file = new StatisticsFile(this.#countsPath, options.log);
    this.#examples = new Examples(options.dataDir, options.log);
    this.#keeper = new ExampleKeeper(this.#examples, options.keepExamples);
    this.#calibration = new CalibrationFile(path.join(options.dataDir, CALIBRATION_NAME), options.log, this.#epochMs());
  }

  get #countsPath(): string {
    return path.join(this.#options.dataDir, STATISTICS_NAME);
  }

  shown({ document, ...shown }: ShownSuggestion): void {
    const nowMs = this.#epochMs();
    const { uri, languageId } = document;
    const text = document.text.getText();
    this.#lastShownMs = nowMs;
    this.#texts.set(uri, text);
    const { offset, item, logOdds, explicit } = shown;
    const events = this.#acceptance.shown({ uri, languageId, text, ...shown }, nowMs);
    for (const event of events) {
      if (event.kind !== "shown") continue;
      if (logOdds !== undefined && !explicit)
        this.#watch(document, { offset, item }, { logOdds, languageId, suggestion: event.suggestion }, nowMs);
      const bucket = this.#bucketOf(event.suggestion);
      this.#noteCompared(this.#nearestLine.shown(bucket, uri, offset, event.suggestion.text));
      this.#keeper.shown(event.suggestion, text, offset, nowMs);
    }
    this.#note(events, nowMs);
  }

  withheld({ document, offset, item, logOdds }: WithheldSuggestion): void {
    const nowMs = this.#epochMs();
    this.#texts.set(document.uri, document.text.getText());
    this.#watch(document, { offset, item }, { logOdds, languageId: document.languageId }, nowMs);
  }

  changed(document: OpenDocument, edits: readonly TextEdit[]): void {
    const { uri } = document;
    const nowMs = this.#epochMs();
    const isWatched = this.#noteEdits(uri, edits, nowMs);
    if (this.#keeper.typed(document, edits, nowMs) || isWatched) this.#texts.set(uri, document.text.getText());
  }

  /** @returns whether something was watched in the document */
  #noteEdits(uri: string, edits: readonly TextEdit[], nowMs: number): boolean {
    const before = this.#texts.get(uri);
    if (before === undefined) return false;
    if (!this.#watches(uri)) {
      this.#texts.delete(uri);
      return false;
    }
    let text = before;
    for (const edit of edits) {
      const minimal = minimalEdit(text, edit);
      const after = applyEdit(text, edit);
      this.#texts.set(uri, after);
      this.#noteCompared(this.#nearestLine.changed(uri, minimal));
      this.#keeper.changed(uri, minimal, nowMs);
      this.#noteRetention(this.#retention.changed(uri, minimal, nowMs));
      const events = this.#acceptance.changed(uri, minimal, nowMs);
      const isAccept = events.some(({ kind }) => kind === "taken");
      this.#learn(this.#written.changed(uri, { text, after, edit: minimal, isAccept }, nowMs), nowMs);
      this.#note(events, nowMs);
      text = after;
    }
    return true;
  }

  closed(uri: string): void {
    const nowMs = this.#epochMs();
    this.#noteCompared(this.#nearestLine.closed(uri));
    this.#keeper.closed(uri, nowMs);
    this.#noteRetention(this.#retention.closed(uri, nowMs));
    this.#note(this.#acceptance.closed(uri, nowMs), nowMs);
    this.#learn(this.#written.closed(uri, this.#texts.get(uri) ?? "", nowMs), nowMs);
    this.#texts.delete(uri);
  }

  /** The cursor is at an offset of a document; -1 for a document without completions. */
  cursorAt(uri: string, offset: number): void {
    const nowMs = this.#epochMs();
    this.#noteCompared(this.#nearestLine.cursorAt(uri, offset));
    this.#note(this.#acceptance.cursorAt(uri, this.#texts.get(uri) ?? "", offset, nowMs), nowMs);
  }

  /** The command of an accepted item has come. */
  accepted(): void {
    const nowMs = this.#epochMs();
    this.#note(this.#acceptance.confirmed(nowMs), nowMs);
  }

  /** A request was answered. @param tookMs from the request to its answer */
  answered(outcome: CompletionOutcome, languageId: string, tookMs: number): void {
    const bucket: Bucket = { day: dayOf(this.#epochMs()), languageId, model: "", kind: "" };
    for (const days of [this.#file.unwritten, this.#session]) countAnswer(days, outcome, tookMs, bucket);
    this.#saveLater();
  }

  /** A command has written something, or next edits were offered, and the person has answered. Each change counts as one that was shown. */
  acted({ kind, uri, languageId, written, taken, left = "rejected" }: Acted): void {
    const model = isNextEdit(kind) ? "" : this.#modelOf(uri, true);
    const bucket: Bucket = { day: dayOf(this.#epochMs()), languageId, model, kind };
    for (const days of [this.#file.unwritten, this.#session]) {
      add(days, bucket, "shown", written.changes);
      add(days, bucket, "accepted", taken.changes);
      add(days, bucket, left, written.changes - taken.changes);
      add(days, bucket, "charactersShown", written.characters);
      add(days, bucket, "charactersAccepted", taken.characters);
    }
    this.#saveLater();
  }

  /** The history for the show decision. */
  history(): ShowHistory {
    const recent = this.#recent.map(({ answer }) => answer);
    if (this.#lastShownMs === undefined) return { recent };
    return { recent, sinceLastShownMs: Math.max(0, this.#epochMs() - this.#lastShownMs) };
  }

  /** What was learnt of the person, with the last answers as its prior; undefined where nothing may be learnt. */
  calibration(): Calibration | undefined {
    if (!this.#options.learnFromUse?.()) return undefined;
    return this.#calibration.calibration(this.#epochMs(), historyShift(this.history()));
  }

  /** The counts since this process started. */
  counts(): Counts {
    this.#settle();
    return totalOf(this.#session);
  }

  /** The counts of all windows as text for a person. */
  report(): string {
    this.#settle();
    const nowMs = this.#epochMs();
    const examples = this.#options.keepExamples() ? this.#examples.file : undefined;
    return statisticsText(this.#file.days(), nowMs, { counts: this.#countsPath, examples }, this.#learntSentences());
  }

  /** The counts of all windows as a page. */
  dashboard(): PageContent {
    this.#settle();
    const nowMs = this.#epochMs();
    return dashboardPage(factsOf(this.#file.days(firstDayTold(nowMs)), nowMs), this.#learntSentences());
  }

  /** Forgets the counts of all days and what was learnt, and the examples where asked. @returns a sentence for the person */
  reset({ examples }: { examples: boolean }): string {
    const nowMs = this.#epochMs();
    if (examples) this.#keeper.forget(nowMs);
    this.#written.end();
    this.#notLearnt = {};
    this.#recent = [];
    return [this.#file.reset(nowMs), this.#calibration.reset(nowMs)].every(Boolean)
      ? "The statistics begin anew, and what was learnt from your use is forgotten."
      : "The file of statistics, or of what was learnt, could not be written; the log says more.";
  }

  /** The process ends: ends the watched suggestion and writes everything that is pending. */
  end(): void {
    const nowMs = this.#epochMs();
    this.#settle();
    this.#noteCompared(this.#nearestLine.end());
    this.#noteRetention(this.#retention.end(nowMs));
    this.#note(this.#acceptance.end(nowMs), nowMs);
    this.#keeper.end(nowMs);
    clearTimeout(this.#saving);
    this.#saving = undefined;
    this.#file.save(nowMs, LAST_PATIENCE_MS);
    this.#calibration.save(nowMs);
  }

  #learntSentences(): string[] {
    if (!this.#options.learnFromUse?.()) return ["Nothing is learnt from your use (sotto.learnFromUse)."];
    return learntSentences(this.#calibration.learnt(this.#epochMs()), this.#notLearnt);
  }

  #watches(uri: string): boolean {
    const watchers = [this.#acceptance, this.#retention, this.#written, this.#nearestLine, this.#keeper];
    return watchers.some((watcher) => watcher.watches(uri));
  }

  #settle(): void {
    const nowMs = this.#epochMs();
    this.#keeper.settle(nowMs);
    this.#noteRetention(this.#retention.settle(nowMs));
    for (const [uri, text] of this.#texts) this.#learn(this.#written.settle(uri, text, nowMs), nowMs);
  }

  #watch(
    { uri, text }: OpenDocument,
    { offset, item }: Pick<ShownSuggestion, "offset" | "item">,
    about: Scored,
    nowMs: number,
  ): void {
    if (!this.#options.learnFromUse?.()) return;
    this.#learn(this.#written.suggested({ about, uri, text: text.getText(), offset, item }, nowMs), nowMs);
    this.#saveLater();
  }

  #learn(judgements: readonly Judgement<Scored>[], nowMs: number): void {
    if (!this.#options.learnFromUse?.()) return;
    for (const { about, ...judgement } of judgements) {
      const { logOdds, languageId } = about;
      const why =
        judgement.kind === "none"
          ? judgement.reason
          : this.#calibration.learn({ logOdds, languageId, isRight: judgement.isRight }, nowMs)
            ? undefined
            : "dayIsOver";
      if (why) this.#notLearnt[why] = (this.#notLearnt[why] ?? 0) + 1;
    }
    if (judgements.length > 0) this.#saveLater();
  }

  #note(events: readonly AcceptanceEvent[], nowMs: number): void {
    for (const event of events) {
      if (event.kind === "taken") {
        this.#follow(event);
      } else if (event.kind === "takenBack") {
        this.#forget(event.piece);
      } else {
        const bucket = this.#bucketOf(suggestionOf(event));
        for (const days of [this.#file.unwritten, this.#session]) countAcceptance(days, event, bucket);
        if (event.kind !== "shown") this.#answered(event);
        if (event.kind === "ended" && event.ended.ending === "unread")
          this.#learn(
            this.#written.unread(({ suggestion }) => suggestion === event.ended.suggestion),
            nowMs,
          );
      }
    }
    if (events.length > 0) this.#saveLater();
  }

  /** What a suggestion is counted under, however much later: the day and the model of its showing. */
  #bucketOf(suggestion: Suggestion): Bucket {
    const known = this.#buckets.get(suggestion);
    if (known) return known;
    const { uri, languageId, text, explicit, shownAtMs } = suggestion;
    const kind = text.trimEnd().includes("\n") ? "block" : "line";
    const bucket: Bucket = { day: dayOf(shownAtMs), languageId, model: this.#modelOf(uri, explicit), kind };
    this.#buckets.set(suggestion, bucket);
    return bucket;
  }

  #modelOf(uri: string, asked: boolean): string {
    return this.#options.modelOf?.(uri, asked) ?? "";
  }

  #follow({ suggestion, piece, start, end, atMs }: AcceptanceEvent & { kind: "taken" }): void {
    const { uri } = suggestion;
    this.#pieces.set(piece, { bucket: this.#bucketOf(suggestion), measured: [] });
    if (this.#pieces.size > MOST_PIECES) this.#pieces.delete(this.#pieces.keys().next().value!);
    const content = this.#texts.get(uri)!.slice(start, end);
    this.#noteRetention(this.#retention.track(piece, uri, start, content, atMs));
  }

  #answered(event: AcceptanceEvent & { kind: "ended" | "revised" }): void {
    const ended = event.kind === "ended" ? event.ended : event.to;
    const before = event.kind === "ended" ? undefined : event.from;
    const answer = answerOf(ended);
    const known = this.#recent.findIndex((one) => one.ended === before);
    if (known >= 0) this.#recent.splice(known, 1, ...(answer ? [{ ended, answer }] : []));
    else if (answer) this.#recent = [{ ended, answer }, ...this.#recent].slice(0, MAX_RECENT);
    this.#keeper.ended(ended);
  }

  #noteRetention(events: readonly RetentionEvent[]): void {
    for (const event of events) {
      const { bucket, measured } = this.#pieces.get(event.piece)!;
      measured.push(event);
      for (const days of [this.#file.unwritten, this.#session]) countRetention(days, event, bucket);
    }
    if (events.length > 0) this.#saveLater();
  }

  /** An accept was taken back: what was measured of it is no measurement of accepted text. */
  #forget(piece: number): void {
    this.#retention.forget(piece);
    const { bucket, measured } = this.#pieces.get(piece) ?? { measured: [] };
    if (!bucket) return;
    for (const event of measured)
      for (const days of [this.#file.unwritten, this.#session]) countRetention(days, event, bucket, -1);
    this.#pieces.delete(piece);
  }

  #noteCompared(compared: readonly Compared<Bucket>[]): void {
    for (const { place, written, foretold, copied } of compared) {
      for (const days of [this.#file.unwritten, this.#session]) {
        add(days, place, "placesFinished", 1);
        add(days, place, "charactersWritten", written);
        add(days, place, "charactersForetold", foretold);
        add(days, place, "charactersCopied", copied);
      }
    }
    if (compared.length > 0) this.#saveLater();
  }

  #saveLater(): void {
    this.#saving ??= setTimeout(() => {
      this.#saving = undefined;
      this.#settle();
      void this.#file.saveInSlices(this.#epochMs());
      this.#calibration.save(this.#epochMs());
    }, SAVE_AFTER_MS).unref();
  }
}

function suggestionOf(event: AcceptanceEvent & { kind: "shown" | "ended" | "revised" }): Suggestion {
  if (event.kind === "shown") return event.suggestion;
  return event.kind === "ended" ? event.ended.suggestion : event.from.suggestion;
}

/** The answer that the show decision may learn from an ending; undefined for a suggestion that was not read, or was typed by hand. */
function answerOf({ ending }: Ended): "accepted" | "ignored" | undefined {
  if (ending === "accepted" || ending === "partlyAccepted") return "accepted";
  return ending === "rejected" || ending === "undone" ? "ignored" : undefined;
}
