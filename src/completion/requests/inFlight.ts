// Requests in flight. A key in the editor cancels a request, but the model is often writing just what the person types. So the generation is
// kept for a moment, and the next request takes it over and gets the rest of it. It ends as soon as its text and the keys differ. A burst of
// keys that types the suggestion thus makes one call. Knows no filters, no cache, and nothing of what prompts mean.

import { Cancelled } from "../../../common/errors.ts";
import type { ContextPiece, GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { CompletionModel, FolderModel, ModelCall } from "../../model/completionModel.ts";
import { type Clock, realClock } from "../clock.ts";
import { Generation } from "./generation.ts";
import { maybeTyped, typedSince } from "./goingOn.ts";

/**
 * How long a generation whose request was cancelled waits for the next request, in milliseconds. VS Code cancels at a key and asks 50 ms after
 * the key; the rest is for busy event loops. Copilot's client gives a request in flight 200 ms, too.
 */
const GRACE_MS = 200;

/** How many documents keep their last generation. */
const MOST_DOCUMENTS = 8;

/** How much text before the place must be unchanged for a change to count as typing at it, in UTF-16 units. */
const BEFORE_UNITS = 200;

/** The place of a request. */
export interface RequestPlace {
  uri: string;
  text: string; // of the document
  offset: number; // the cursor, in UTF-16 units of `text`
  pending?: string; // the part of the suggest widget's item that is not in the text yet: the model goes on after it
}

/** The model that answers a request. A model that comes into use later serves only later requests. */
export interface RequestWriter {
  model: FolderModel;
  id?: string; // of the host's model that the request goes to, where that is known
}

export interface InFlightCounts {
  joinedRequests: number; // requests that took over another one's generation
  callsBeside: number; // calls of the model for another text of a place: a branch, or a name that exists
  tokensThrownAway: number; // generated tokens that are part of no awaited answer
}

export interface RequestsInFlightOptions {
  clock?: Clock;
  /** A call of the model has begun. */
  onCall?: (params: ModelCall, model: FolderModel, answer: Promise<GenerateResult>) => void;
}

export class RequestsInFlight {
  readonly counts: InFlightCounts = { joinedRequests: 0, callsBeside: 0, tokensThrownAway: 0 };
  readonly clock: Clock;
  readonly #onCall: NonNullable<RequestsInFlightOptions["onCall"]>;
  readonly #requests = new Set<RequestInFlight>(); // that have not ended
  readonly #latest = new Map<string, Generation>(); // by URI; running or over; without requests in advance
  #ahead: Generation | undefined;

  constructor({ clock = realClock, onCall = () => {} }: RequestsInFlightOptions = {}) {
    this.clock = clock;
    this.#onCall = onCall;
  }

  /**
   * A request begins. Cancelled requests in other documents are given up; a cancelled one in this document waits until it is known whether this
   * request takes over its generation.
   * @param left fires when the editor does not want the answer any more; absent for a request in advance
   */
  open(place: RequestPlace, writer: RequestWriter, left?: AbortSignal): RequestInFlight {
    const request = new RequestInFlight(this, place, writer, left);
    if (left) {
      for (const other of this.#requests) {
        if (!other.isLeft) continue;
        if (other.uri === request.uri) other.hold();
        else other.drop();
      }
    }
    this.#requests.add(request);
    if (left?.aborted) request.drop();
    return request;
  }

  /** A document holds `text` now, and the cursor stands at `cursor`: generations that contradict the text end at once. */
  changed(uri: string, text: string, cursor: number): void {
    for (const request of this.#requests) if (request.uri === uri && request.isAwaited) request.changed(text, cursor);
  }

  closed(uri: string): void {
    for (const request of this.#requests) if (request.uri === uri) request.drop();
    this.#latest.delete(uri);
  }

  /** Another model answers from now on: all generations end, and none is taken over. */
  modelChanged(): void {
    for (const request of this.#requests) request.drop();
    for (const generation of this.#latest.values()) generation.end();
    this.#ahead?.end();
    this.#latest.clear();
    this.#ahead = undefined;
  }

  /** Whether a generation is running that a request in the document may take over. */
  mayJoin(uri: string): boolean {
    return this.#generationsOf(uri).some(({ isRunning }) => isRunning);
  }

  /** The pieces of context of the last generation in a document. */
  piecesOf(uri: string): ContextPiece[] | undefined {
    return this.#latest.get(uri)?.params.prompt.pieces;
  }

  /**
   * The generation that a request may take over, and the text typed since that began. It must come from the request's own model. A
   * whole text of which nothing is typed yet, from before the memory learnt something, is none. Other generations in the document end.
   */
  joinable({ uri, writer }: RequestInFlight, params: ModelCall): { generation: Generation; typed: string } | undefined {
    let found: { generation: Generation; typed: string } | undefined;
    for (const generation of this.#generationsOf(uri)) {
      const typed = typedSince(generation.params, params);
      const isSameModel = generation.key === writer.model.key && generation.modelId === writer.id;
      const isOutdated =
        typed === "" && !generation.isRunning && generation.memoryVersion !== writer.model.memoryVersion;
      const isJoinable = isSameModel && !isOutdated && typed !== undefined && generation.mayGoOnWith(typed);
      if (!found && isJoinable) found = { generation, typed };
      else generation.end();
    }
    if (found) this.#setLatest(uri, found.generation);
    return found;
  }

  /** Calls the model for a request. */
  begin(request: RequestInFlight, asked: ModelCall): Generation {
    const { uri, isAwaited, writer } = request;
    if (!isAwaited) this.#ahead?.end();
    const params = callOf(request, asked);
    const onWaste = (tokens: number) => (this.counts.tokensThrownAway += tokens);
    const { key, memoryVersion } = writer.model;
    const generation = new Generation(params, { key, memoryVersion, askedId: writer.id, onWaste });
    const answer = writer.model.generate(params, (text) => generation.take(text), generation.signal);
    this.#onCall(params, writer.model, answer);
    generation.follow(answer);
    if (isAwaited) this.#setLatest(uri, generation);
    else this.#ahead = generation;
    return generation;
  }

  /** Calls the model for a text beside the one that was asked for: no other request takes it over. */
  beside(
    request: RequestInFlight,
    asked: ModelCall,
    onText: (text: string) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const { model } = request.writer;
    const params = callOf(request, asked);
    const answer = model.generate(params, onText, signal);
    this.counts.callsBeside++;
    this.#onCall(params, model, answer);
    return answer;
  }

  /** Cancelled requests in the document of `request`, which no longer needs to take over a generation. */
  leftBefore(request: RequestInFlight): RequestInFlight[] {
    return [...this.#requests].filter((other) => other !== request && other.isLeft && other.uri === request.uri);
  }

  ended(request: RequestInFlight): void {
    this.#requests.delete(request);
  }

  #generationsOf(uri: string): Generation[] {
    return [this.#latest.get(uri), this.#ahead].filter((generation) => generation !== undefined);
  }

  #setLatest(uri: string, generation: Generation): void {
    if (generation === this.#ahead) this.#ahead = undefined;
    this.#latest.delete(uri);
    this.#latest.set(uri, generation);
    if (this.#latest.size > MOST_DOCUMENTS) this.#latest.delete(this.#latest.keys().next().value!);
  }
}

/** A request in advance has the class "command": any window's completion goes before it. */
const callOf = ({ isAwaited }: RequestInFlight, asked: ModelCall): ModelCall =>
  isAwaited ? asked : { ...asked, class: "command" };

/** A request from its arrival to its answer. `complete` uses it as the model. */
export class RequestInFlight implements Pick<CompletionModel, "generate"> {
  readonly uri: string;
  readonly isAwaited: boolean; // an editor's request, not one in advance
  readonly writer: RequestWriter;
  hasJoined = false;
  readonly #owner: RequestsInFlight;
  readonly #before: string;
  readonly #offset: number;
  readonly #pending: string;
  readonly #left: AbortSignal | undefined;
  readonly #dropping = new AbortController();
  readonly #onLeft = () => this.#leave();
  #generation: Generation | undefined;
  #typed = ""; // the beginning of the generation's text that is before the place already
  #callOff: (() => void) | undefined; // cancels the timer of the grace period

  constructor(
    owner: RequestsInFlight,
    { uri, text, offset, pending = "" }: RequestPlace,
    writer: RequestWriter,
    left: AbortSignal | undefined,
  ) {
    this.#owner = owner;
    this.uri = uri;
    this.writer = writer;
    this.#before = text.slice(Math.max(0, offset - BEFORE_UNITS), offset);
    this.#offset = offset;
    this.#pending = pending;
    this.isAwaited = left !== undefined;
    this.#left = left;
    left?.addEventListener("abort", this.#onLeft);
  }

  /** Fires when the work is no longer wanted. The editor's cancelling does not fire it while the next request may take the work over. */
  get signal(): AbortSignal {
    return this.#dropping.signal;
  }

  /** Whether the editor has cancelled it. */
  get isLeft(): boolean {
    return this.#left?.aborted ?? false;
  }

  async generate(params: ModelCall, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult> {
    if (params.forced || params.words) return this.#owner.beside(this, params, onText, signal);
    const found = this.isAwaited ? this.#owner.joinable(this, params) : undefined;
    if (found) {
      const rest = await this.#read(found.generation, found.typed, onText, signal);
      if (rest) {
        this.hasJoined = true;
        this.#owner.counts.joinedRequests++;
        return rest;
      }
    }
    if (signal.aborted) throw new Cancelled();
    if (this.isAwaited) for (const other of this.#owner.leftBefore(this)) other.drop();
    return (await this.#read(this.#owner.begin(this, params), "", onText, signal))!;
  }

  /** Ends the grace period's timer: the generation waits until a newer request takes it over or drops it. */
  hold(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  drop(): void {
    this.hold();
    this.#dropping.abort();
  }

  /** The text of the document has changed: ends the request where the change contradicts the text generated so far. */
  changed(text: string, cursor: number): void {
    if (!this.#generation?.isRunning) return;
    const goesOn = cursor >= this.#offset && text.startsWith(this.#before, this.#offset - this.#before.length);
    const typed = text.slice(this.#offset, cursor).replace(/\r\n?/g, "\n");
    const expected = this.#pending + this.#generation.written.slice(this.#typed.length);
    if (!goesOn || !maybeTyped(typed, expected)) this.drop();
    else if (this.#callOff) this.#keepForAMoment();
  }

  /** The request was answered, or will not be. @param isUsed its result reached the editor */
  end(isUsed: boolean): void {
    this.hold();
    this.#left?.removeEventListener("abort", this.#onLeft);
    this.#owner.ended(this);
    if (isUsed) this.#generation?.used();
    if (this.isAwaited && !this.isLeft) for (const other of this.#owner.leftBefore(this)) other.drop();
  }

  /** The result of a request in advance has become an answer. */
  used(): void {
    this.#generation?.used();
  }

  #leave(): void {
    if (this.#generation?.isRunning) {
      this.#keepForAMoment();
      return;
    }
    this.drop();
    for (const other of this.#owner.leftBefore(this)) other.#keepForAMoment(); // for the request after this one
  }

  #keepForAMoment(): void {
    this.hold();
    this.#callOff = this.#owner.clock.after(GRACE_MS, () => this.drop());
  }

  #read(generation: Generation, typed: string, onText: (text: string) => void, signal: AbortSignal) {
    this.#generation = generation;
    this.#typed = typed;
    return generation.read({ typed, onText, signal, isComplete: () => !this.signal.aborted });
  }
}
