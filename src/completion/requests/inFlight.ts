// Requests on their way. A key in the editor cancels a request, but what the model writes for it is often what is being typed: the generation
// is kept for a moment, the next request takes it over and gets what is left of it, and it is ended as soon as text and keys differ. So a burst
// of keys that types the suggestion makes one call. Knows no filters, no cache, and nothing of what prompts mean.

import { Cancelled } from "../../../common/errors.ts";
import type { ContextPiece, GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { CompletionModel } from "../../model/completionModel.ts";
import { type Clock, realClock } from "../clock.ts";
import { type CallParams, Generation } from "./generation.ts";

/**
 * So long a generation whose request was cancelled waits for the next one. VS Code cancels at a key and asks 50 ms after it; the rest is for
 * busy event loops. Copilot's client gives a request in flight 200 ms, too.
 */
const GRACE_MS = 200;

/** Of so many documents the last generation is remembered. */
const MOST_DOCUMENTS = 8;

/** So much text before the place must be the same for a change to go on at it. */
const BEFORE_UNITS = 200;

/** Where a request asks. */
export interface FlightPlace {
  uri: string;
  text: string; // of the document
  offset: number; // the cursor, in UTF-16 units of `text`
  pending?: string; // of the suggest widget's item, what is not in the text yet: the model goes on after it
  adapter?: string; // folder of the workspace's adapter that the model writes with
  model?: string; // id of the model that the request goes to, where that is known
}

export interface FlightCounts {
  joinedRequests: number; // that took over what another one had asked for
  tokensThrownAway: number; // generated, and part of no answer that anybody waited for
}

export class InFlight {
  readonly counts: FlightCounts = { joinedRequests: 0, tokensThrownAway: 0 };
  readonly model: CompletionModel;
  readonly clock: Clock;
  readonly #flights = new Set<Flight>(); // that have not ended
  readonly #latest = new Map<string, Generation>(); // by URI; running or over; not those in advance
  #ahead: Generation | undefined;

  constructor(model: CompletionModel, clock: Clock = realClock) {
    this.model = model;
    this.clock = clock;
  }

  /**
   * A request begins. What the editor has cancelled in other documents is given up; what it has cancelled in this one waits until it is known
   * whether this request takes it over.
   * @param left fires when the editor does not want the answer any more; absent where nobody asks yet (in advance)
   */
  open(place: FlightPlace, left?: AbortSignal): Flight {
    const flight = new Flight(this, place, left);
    if (left) {
      for (const other of this.#flights) {
        if (!other.isLeft) continue;
        if (other.uri === flight.uri) other.hold();
        else other.drop();
      }
    }
    this.#flights.add(flight);
    if (left?.aborted) flight.drop();
    return flight;
  }

  /** A document holds `text` now, and the cursor stands at `cursor`: what that contradicts ends at once. */
  changed(uri: string, text: string, cursor: number): void {
    for (const flight of this.#flights) if (flight.uri === uri && flight.isAwaited) flight.changed(text, cursor);
  }

  closed(uri: string): void {
    for (const flight of this.#flights) if (flight.uri === uri) flight.drop();
    this.#latest.delete(uri);
  }

  /** Another model answers from now on: all that runs ends, and nothing is taken over. */
  modelChanged(): void {
    for (const flight of this.#flights) flight.drop();
    for (const generation of this.#latest.values()) generation.end();
    this.#ahead?.end();
    this.#latest.clear();
    this.#ahead = undefined;
  }

  /** Whether something runs that a request in the document may take over. */
  mayJoin(uri: string): boolean {
    return this.#generationsOf(uri).some(({ isRunning }) => isRunning);
  }

  /** The pieces of context of the last generation in a document. */
  piecesOf(uri: string): ContextPiece[] | undefined {
    return this.#latest.get(uri)?.params.prompt.pieces;
  }

  /**
   * For a request that comes to the model `model`: what it may take over, and what was typed since that began. What another model writes is no
   * answer to it. What else runs there ends.
   */
  joinable(uri: string, params: CallParams, model?: string): { generation: Generation; typed: string } | undefined {
    let found: { generation: Generation; typed: string } | undefined;
    for (const generation of this.#generationsOf(uri)) {
      const typed = typedSince(generation.params, params);
      const isOfModel = generation.modelId === model;
      if (!found && isOfModel && typed !== undefined && generation.mayGoOnWith(typed)) found = { generation, typed };
      else generation.end();
    }
    if (found) this.#setLatest(uri, found.generation);
    return found;
  }

  begin(flight: Flight, params: CallParams): Generation {
    const onWaste = (tokens: number) => (this.counts.tokensThrownAway += tokens);
    if (!flight.isAwaited) {
      this.#ahead?.end();
      this.#ahead = new Generation(this.model, { ...params, class: "command" }, onWaste, flight.model); // any window's completion goes first
      return this.#ahead;
    }
    const generation = new Generation(this.model, params, onWaste, flight.model);
    this.#setLatest(flight.uri, generation);
    return generation;
  }

  /** What the editor has cancelled in the document of `flight`, which has found what it wants or never will. */
  leftBefore(flight: Flight): Flight[] {
    return [...this.#flights].filter((other) => other !== flight && other.isLeft && other.uri === flight.uri);
  }

  ended(flight: Flight): void {
    this.#flights.delete(flight);
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

/** A request from its arrival to its answer; to `complete` it is the model. */
export class Flight implements CompletionModel {
  readonly uri: string;
  readonly isAwaited: boolean; // somebody waits for it, or did
  readonly adapter: string | undefined; // of the place: one that comes into use later is for later requests
  readonly model: string | undefined; // the same holds for it
  readonly inspect: CompletionModel["inspect"];
  hasJoined = false;
  readonly #owner: InFlight;
  readonly #before: string;
  readonly #offset: number;
  readonly #pending: string;
  readonly #left: AbortSignal | undefined;
  readonly #dropping = new AbortController();
  readonly #onLeft = () => this.#leave();
  #generation: Generation | undefined;
  #typed = ""; // the beginning of the generation's text that stood before the place already
  #callOff: (() => void) | undefined; // the end of the grace

  constructor(
    owner: InFlight,
    { uri, text, offset, pending = "", adapter, model }: FlightPlace,
    left: AbortSignal | undefined,
  ) {
    this.#owner = owner;
    this.uri = uri;
    this.adapter = adapter;
    this.model = model;
    this.#before = text.slice(Math.max(0, offset - BEFORE_UNITS), offset);
    this.#offset = offset;
    this.#pending = pending;
    this.isAwaited = left !== undefined;
    this.#left = left;
    this.inspect = (asked) => owner.model.inspect({ ...asked, adapter });
    left?.addEventListener("abort", this.#onLeft);
  }

  /** Fires when nothing of the work is wanted any more; not yet when the editor cancels, as long as the next request may go on with it. */
  get signal(): AbortSignal {
    return this.#dropping.signal;
  }

  /** The editor has cancelled it. */
  get isLeft(): boolean {
    return this.#left?.aborted ?? false;
  }

  async generate(asked: CallParams, onText: (text: string) => void, signal: AbortSignal): Promise<GenerateResult> {
    const params = { ...asked, adapter: this.adapter };
    const found = this.isAwaited ? this.#owner.joinable(this.uri, params, this.model) : undefined;
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

  /** It waits for a newer request to take over what it has begun. */
  hold(): void {
    this.#callOff?.();
    this.#callOff = undefined;
  }

  drop(): void {
    this.hold();
    this.#dropping.abort();
  }

  /** The text of the document is another: ends where that is not what was written here so far. */
  changed(text: string, cursor: number): void {
    if (!this.#generation?.isRunning) return;
    const goesOn = cursor >= this.#offset && text.startsWith(this.#before, this.#offset - this.#before.length);
    const typed = text.slice(this.#offset, cursor).replace(/\r\n?/g, "\n");
    const expected = this.#pending + this.#generation.written.slice(this.#typed.length);
    if (!goesOn || !maybeTyped(typed, expected)) this.drop();
    else if (this.#callOff) this.#keepForAMoment();
  }

  /** It was answered, or is not to be. @param isUsed somebody has got what it found */
  end(isUsed: boolean): void {
    this.hold();
    this.#left?.removeEventListener("abort", this.#onLeft);
    this.#owner.ended(this);
    if (isUsed) this.#generation?.used();
    if (this.isAwaited && !this.isLeft) for (const other of this.#owner.leftBefore(this)) other.drop();
  }

  /** What was generated in advance has become an answer. */
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

/** The text by which `now` goes on after `then`; undefined where it asks for something else. Pieces of context are not compared. */
function typedSince(then: CallParams, now: CallParams): string | undefined {
  const typed = now.prompt.prefix.slice(then.prompt.prefix.length);
  const isSame =
    then.adapter === now.adapter &&
    then.prompt.path === now.prompt.path &&
    isSameSuffix(then.prompt.suffix, now.prompt.suffix, typed) &&
    then.maxTokens === now.maxTokens &&
    then.sampling.temperature === now.sampling.temperature &&
    then.stop.join("\0") === now.stop.join("\0") &&
    now.prompt.prefix.startsWith(then.prompt.prefix);
  return isSame ? typed : undefined;
}

/** Enter between brackets that the editor has closed puts the closing one on a line of its own: it was no part of the prompt before. */
function isSameSuffix(then: string, now: string, typed: string): boolean {
  if (then === now) return true;
  const closed = typed.startsWith("\n") ? /^\n[ \t]*[)\]}]+[;,]?(?=\n|$)/.exec(now)?.[0] : undefined;
  return closed !== undefined && now.slice(closed.length) === then;
}

/**
 * Whether the text in the document may be the beginning of what is expected. An editor closes brackets and quotes by itself and indents lines:
 * where the texts part after a common beginning, that may follow.
 */
function maybeTyped(typed: string, expected: string): boolean {
  let same = 0;
  while (same < typed.length && typed[same] === expected[same]) same++;
  if (same === typed.length || same === expected.length) return true;
  return same > 0 && /^[)\]}"'`\s]*$/.test(typed.slice(same));
}
