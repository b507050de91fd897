// Decides who runs the decoder next: one task at a time, by class, fair between clients, within limits. Whatever it ends early or refuses has a
// named reason. Knows no model: a task is a function that awaits `turn()` before each run. Without tasks it has no timer and does no work.

import { Cancelled, hostBusy } from "../../common/errors.ts";
import type { RequestClass } from "./protocol/messages.ts";

/** Higher classes go first: completions, then commands that a person asked for, then warm-ups of the cache. */
export type TaskClass = RequestClass | "warm";

const RANK: Readonly<Record<TaskClass, number>> = { completion: 0, command: 1, warm: 2 };

/** How many tasks may wait before they have begun. Tasks that have begun and let others go first are not counted. */
export interface WaitingLimits {
  ofClient: number; // in one class
  ofClass: number;
  inAll: number;
}

/** How long after a completion somebody counts as typing. */
const TYPING_MS = 2_000;

export const WAITING_LIMITS: WaitingLimits = { ofClient: 8, ofClass: 16, inAll: 24 };

export interface TaskRequest {
  class: TaskClass;
  client: object; // a window's connection; used only as an identity
  editor?: string; // the client's name for an editor; without one the task supersedes nothing
  deadlineMs?: number; // from now, including the time in the queue
  signal: AbortSignal;
}

/** Why a task was ended early. */
export type EndReason = "cancelled" | "superseded" | "deadline";

/** What a task returned; or why there is no value: the task was ended before it began, or threw Cancelled. */
export type Outcome<T> = { value: T; ended?: EndReason } | { value?: undefined; ended: EndReason };

/**
 * A task: awaits `turn` before each run of the decoder, runs nothing after its promise has settled, and stops soon after `signal` fires. `turn`
 * throws Cancelled when the task was ended.
 */
export type Task<T> = (turn: () => Promise<void>, signal: AbortSignal) => Promise<T>;

interface Entry {
  readonly request: TaskRequest;
  readonly ending: AbortController;
  ended?: EndReason;
  begun: boolean;
  waiting?: { go: () => void; fail: (error: Error) => void }; // set while it waits for its turn
}

export class Scheduler {
  readonly #limits: WaitingLimits;
  readonly #entries = new Set<Entry>(); // waiting and running, in the order of arrival
  readonly #lastServed: Readonly<Record<TaskClass, WeakMap<object, number>>>; // by client: a counter that grows with each turn
  #served = 0;
  #running: Entry | undefined;
  #lastCompletionMs = Number.NEGATIVE_INFINITY; // when it came, by `performance.now()`

  constructor(limits: WaitingLimits = WAITING_LIMITS) {
    this.#limits = limits;
    this.#lastServed = { completion: new WeakMap(), command: new WeakMap(), warm: new WeakMap() };
  }

  /** Whether a completion came a moment ago, so that the next is likely to. */
  get isTypedBeside(): boolean {
    return performance.now() - this.#lastCompletionMs < TYPING_MS;
  }

  /**
   * Runs `task` when its turn comes. At each `turn()` it lets higher classes go first. A task is ended when its signal fires, its deadline
   * passes, or a newer task supersedes it. A completion supersedes an older completion or warm-up of the same client and editor; a warm-up
   * supersedes an older warm-up of theirs. A running warm-up is also ended when any completion comes: the person is typing, what the warm-up has
   * filled stays in the cache, and continuing between keys would only be in the way. It is stopped in the middle of a run, unless the completion
   * is of its own editor, which needs what the run computes.
   * @throws UserError hostBusy when too many wait; what `task` throws
   */
  async run<T>(request: TaskRequest, task: Task<T>): Promise<Outcome<T>> {
    const { signal, deadlineMs } = request;
    if (signal.aborted) return { ended: "cancelled" };
    if (deadlineMs !== undefined && deadlineMs <= 0) return { ended: "deadline" };
    if (request.class === "completion") this.#lastCompletionMs = performance.now();
    const entry: Entry = { request, ending: new AbortController(), begun: false };
    const onAbort = () => this.#end(entry, "cancelled");
    signal.addEventListener("abort", onAbort);
    const timer =
      deadlineMs === undefined ? undefined : setTimeout(() => this.#end(entry, "deadline"), Math.ceil(deadlineMs));
    try {
      await this.#enter(entry);
      const value = await task(() => this.#turn(entry), entry.ending.signal);
      return { value, ended: entry.ended };
    } catch (error) {
      if (error instanceof Cancelled && entry.ended) return { ended: entry.ended };
      throw error;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      this.#entries.delete(entry);
      if (this.#running === entry) this.#running = undefined;
      this.#next();
    }
  }

  /** Resolves when the task may begin. */
  async #enter(entry: Entry): Promise<void> {
    for (const other of this.#entries) {
      if (!takesPlaceOf(entry.request, other.request)) continue;
      const isUseful =
        other === this.#running && other.request.class === "warm" && entry.request.class === "completion";
      this.#end(other, "superseded", { finishesRun: isUseful });
    }
    if (entry.request.class === "completion" && this.#running?.request.class === "warm") {
      this.#end(this.#running, "superseded");
    }
    this.#entries.add(entry);
    const begin = this.#wait(entry);
    this.#next();
    this.#refuseTooMany(entry.request);
    await begin;
  }

  /** Lets higher classes go first, if any wait. */
  async #turn(entry: Entry): Promise<void> {
    if (entry.ended) throw new Cancelled();
    if (this.#running !== entry) throw new Error("a task asked for its turn while it had none");
    const rank = RANK[entry.request.class];
    if (!this.#waiting().some(({ request }) => RANK[request.class] < rank)) return;
    this.#running = undefined;
    const again = this.#wait(entry);
    this.#next();
    await again;
  }

  /** Resolves when the entry has the turn. @throws Cancelled when the entry was ended; UserError when it was refused */
  async #wait(entry: Entry): Promise<void> {
    await new Promise<void>((go, fail) => {
      entry.waiting = { go, fail };
    });
    if (entry.ended) throw new Cancelled(); // ended after it got the turn, and before it resumed
  }

  /** Gives the turn to the first of the waiting entries, if nobody has it. */
  #next(): void {
    if (this.#running) return;
    const [first, ...others] = this.#waiting();
    if (!first) return;
    const best = others.reduce((best, other) => (this.#goesBefore(other, best) ? other : best), first);
    const { class: ofClass, client } = best.request;
    this.#lastServed[ofClass].set(client, ++this.#served);
    best.begun = true;
    this.#running = best;
    best.waiting?.go();
    best.waiting = undefined;
  }

  /** Whether `a`, which came later, goes before `b`. */
  #goesBefore(a: Entry, b: Entry): boolean {
    const rank = RANK[a.request.class] - RANK[b.request.class];
    if (rank !== 0) return rank < 0;
    if (a.begun !== b.begun) return a.begun; // within a class, a task that has begun runs to its end
    const last = this.#lastServed[a.request.class];
    const served = (last.get(a.request.client) ?? 0) - (last.get(b.request.client) ?? 0);
    if (served !== 0) return served < 0;
    return a.request.class !== "command"; // a watched progress bar: first come, first served; else the newest text first
  }

  /** Ends a task: a waiting one at once, a running one by its signal or after the current run. The first reason counts. */
  #end(entry: Entry, reason: EndReason, { finishesRun = false } = {}): void {
    if (entry.ended) return;
    entry.ended = reason;
    entry.waiting?.fail(new Cancelled());
    entry.waiting = undefined;
    if (!finishesRun) entry.ending.abort();
  }

  /** Refuses one waiting task for each limit that the newest task, `request`, has exceeded. */
  #refuseTooMany(request: TaskRequest): void {
    const { ofClient, ofClass, inAll } = this.#limits;
    const all = () => this.#waiting().filter(({ begun }) => !begun);
    const ofSameClass = () => all().filter((other) => other.request.class === request.class);
    const ofSameClient = ofSameClass().filter((other) => other.request.client === request.client);
    if (ofSameClient.length > ofClient)
      refuse(ofSameClient[0], `${ofClient} newer requests of this window are waiting`);
    if (ofSameClass().length > ofClass) refuse(oldestOfBusiest(ofSameClass()), `${ofClass} requests are waiting`);
    if (all().length > inAll) {
      const lowest = Math.max(...all().map((other) => RANK[other.request.class]));
      const candidates = all().filter((other) => RANK[other.request.class] === lowest);
      refuse(oldestOfBusiest(candidates), `${inAll} requests are waiting`);
    }
  }

  /** The entries that wait for their turn, oldest first. */
  #waiting(): Entry[] {
    return [...this.#entries].filter(({ waiting }) => waiting !== undefined);
  }
}

/** Whether a new task supersedes an older one. */
function takesPlaceOf(newer: TaskRequest, older: TaskRequest): boolean {
  if (newer.editor === undefined || newer.editor !== older.editor || newer.client !== older.client) return false;
  if (newer.class === "completion") return older.class !== "command";
  return newer.class === "warm" && older.class === "warm";
}

/** The oldest entry of the client that has the most entries. */
function oldestOfBusiest(entries: readonly Entry[]): Entry {
  const count = ({ request: { client } }: Entry) => entries.filter(({ request }) => request.client === client).length;
  return entries.reduce((busiest, other) => (count(other) > count(busiest) ? other : busiest));
}

function refuse(entry: Entry, reason: string): void {
  entry.waiting?.fail(hostBusy(reason));
  entry.waiting = undefined;
}
