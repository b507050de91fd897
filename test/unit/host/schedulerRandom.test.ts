// Who runs next, who is ended and why, who is refused: at random, each run checked against what is known of all tasks.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Cancelled } from "../../../common/errors.ts";
import {
  type EndReason,
  type Outcome,
  Scheduler,
  type Task,
  type TaskClass,
  type TaskRequest,
} from "../../../server/host/scheduler.ts";
import { never, settled } from "./schedulerStage.ts";

const RANK = { completion: 0, command: 1, warm: 2 };

/** Uniform in [0, below), the same for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

describe("scheduler, at random", () => {
  interface Known {
    request: TaskRequest;
    number: number;
    state: "waiting" | "running" | "settled";
    runs: number;
    outcome?: Outcome<number> | Error;
  }
  const CLASSES: TaskClass[] = ["completion", "completion", "command", "warm"];

  /** Sends tasks and cancels some, over a decoder that takes some macrotasks for a run; checks every run against what it knows itself. */
  async function play(seed: number): Promise<Record<string, number>> {
    const random = randomOf(seed);
    const scheduler = new Scheduler({ ofClient: 3, ofClass: 5, inAll: 8 });
    const clients = [{}, {}, {}];
    const known: Known[] = [];
    const cancels: AbortController[] = [];
    const counts: Record<string, number> = {};
    let running = 0;

    const decoderRun = async (own: Known, signal: AbortSignal) => {
      const waiting = known.filter(({ state }) => state === "waiting");
      const higher = waiting.filter(({ request }) => RANK[request.class] < RANK[own.request.class]);
      assert.deepEqual(higher, [], "a higher class waits");
      assert.equal(++running, 1, "two run at once");
      own.state = "running";
      try {
        for (let left = random(4); left > 0; left--) {
          if (signal.aborted) throw new Cancelled();
          await settled();
        }
        if (random(12) === 0) throw new Error("broken");
      } finally {
        running--;
      }
    };
    const send = () => {
      const cancel = new AbortController();
      cancels.push(cancel);
      const request: TaskRequest = {
        class: CLASSES[random(CLASSES.length)],
        client: clients[random(clients.length)],
        editor: ["e", "f", undefined][random(3)],
        deadlineMs: random(6) === 0 ? random(4) : undefined,
        signal: cancel.signal,
      };
      const own: Known = { request, number: known.length, state: "waiting", runs: 1 + random(4) };
      known.push(own);
      const task: Task<number> = async (turn, signal) => {
        for (let finished = 0; finished < own.runs; finished++) {
          try {
            own.state = "waiting"; // until the turn is its own again
            await turn();
            await decoderRun(own, signal);
          } catch (error) {
            if (!(error instanceof Cancelled) || random(2) === 0) throw error;
            return finished;
          }
        }
        return own.runs;
      };
      return scheduler.run(request, task).then(
        (outcome) => Object.assign(own, { state: "settled", outcome }),
        (error) => Object.assign(own, { state: "settled", outcome: error }),
      );
    };

    const all: Promise<Known>[] = [];
    for (let step = 0; step < 120; step++) {
      for (let burst = random(8) === 0 ? random(12) : random(2); burst > 0; burst--) all.push(send());
      if (cancels.length > 0 && random(4) === 0) cancels[random(cancels.length)].abort();
      for (let pause = random(4); pause > 0; pause--) await settled();
    }
    for (const { request, number, runs, outcome } of await Promise.all(all)) {
      let kind: string;
      if (outcome instanceof Error) {
        kind = "code" in outcome ? "refused" : outcome.message;
        assert.ok(["refused", "broken"].includes(kind), outcome.stack);
      } else {
        kind = outcome?.ended ?? "done";
        if (kind === "done") assert.equal(outcome?.value, runs);
        const reason: Record<EndReason, () => boolean> = {
          cancelled: () => request.signal.aborted,
          deadline: () => request.deadlineMs !== undefined,
          superseded: () => known.slice(number + 1).some((newer) => mayTakePlace(newer.request, request)),
        };
        if (kind !== "done") assert.ok(reason[kind as EndReason](), `${kind} without a reason`);
      }
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    assert.deepEqual(await scheduler.run({ class: "warm", client: {}, signal: never }, async () => "free"), {
      value: "free",
      ended: undefined,
    });
    return counts;
  }

  const mayTakePlace = (newer: TaskRequest, older: TaskRequest) => {
    const sameEditor = newer.client === older.client && newer.editor === older.editor && newer.editor !== undefined;
    if (older.class === "warm") return newer.class === "completion" || (newer.class === "warm" && sameEditor);
    return older.class === "completion" && newer.class === "completion" && sameEditor;
  };

  test("never two at once, never past a higher class, no turn lost, everyone answered with a true reason", async () => {
    const totals: Record<string, number> = {};
    for (let seed = 0; seed < 60; seed++) {
      for (const [kind, count] of Object.entries(await play(seed))) totals[kind] = (totals[kind] ?? 0) + count;
    }
    for (const kind of ["done", "cancelled", "superseded", "deadline", "refused", "broken"]) {
      assert.ok(totals[kind] > 20, `${kind}: ${totals[kind]}`); // the game reaches all of them
    }
  });
});
