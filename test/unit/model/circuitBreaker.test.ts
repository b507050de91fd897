// The circuit breaker as a table: what happens, and whether the engine is asked then.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { AnswerTimes } from "../../../src/model/engine/answerTimes.ts";
import {
  BREAKER_LIMITS,
  type Breaker,
  type BreakerEvent,
  breakerAfter,
  CLOSED,
  phaseOf,
} from "../../../src/model/engine/circuitBreaker.ts";

const { firstPauseMs, longestPauseMs } = BREAKER_LIMITS;

/** The breaker after events at their times, in seconds. */
const after = (events: readonly [seconds: number, event: BreakerEvent][]): Breaker =>
  events.reduce((breaker, [seconds, event]) => breakerAfter(breaker, event, seconds * 1_000), CLOSED);

test("what happened, and the phase at a time", () => {
  const threeFailures: [number, BreakerEvent][] = [
    [0, "failed"],
    [1, "failed"],
    [2, "failed"],
  ];
  const table: [string, [number, BreakerEvent][], [seconds: number, phase: string][]][] = [
    ["nothing yet", [], [[0, "closed"]]],
    ["two failures", threeFailures.slice(0, 2), [[2, "closed"]]],
    [
      "three in a row",
      threeFailures,
      [
        [2, "open"],
        [16.9, "open"],
        [17, "halfOpen"],
        [900, "halfOpen"],
      ],
    ],
    [
      "a success between them",
      [...threeFailures.slice(0, 2), [2, "succeeded"], [3, "failed"], [4, "failed"]],
      [[4, "closed"]],
    ],
    [
      "one refusal",
      [[0, "refused"]],
      [
        [0, "open"],
        [15, "halfOpen"],
      ],
    ],
    [
      "a failure after the pause",
      [...threeFailures, [17, "failed"]],
      [
        [17, "open"],
        [46.9, "open"],
        [47, "halfOpen"],
      ],
    ],
    [
      "a late failure within the pause",
      [...threeFailures, [10, "failed"]],
      [
        [16.9, "open"],
        [17, "halfOpen"],
      ],
    ],
    ["a success after the pause", [...threeFailures, [17, "succeeded"]], [[17, "closed"]]],
    ["that, and two failures", [...threeFailures, [17, "succeeded"], [18, "failed"], [19, "failed"]], [[19, "closed"]]],
    ["a person's wish within the pause", [...threeFailures, [3, "reset"]], [[3, "closed"]]],
  ];
  for (const [name, events, phases] of table)
    for (const [seconds, phase] of phases)
      assert.equal(phaseOf(after(events), seconds * 1_000), phase, `${name}, at ${seconds} s`);
});

test("pauses: 15 s, 30 s, 1, 2, 4 and then 5 minutes; a success makes the first one short again", () => {
  let breaker = CLOSED;
  let nowMs = 0;
  const pauses: number[] = [];
  for (let i = 0; i < 8; i++) {
    breaker = breakerAfter(breaker, "refused", nowMs);
    pauses.push((breaker.untilMs - nowMs) / 1_000);
    nowMs = breaker.untilMs;
  }
  assert.deepEqual(pauses, [15, 30, 60, 120, 240, 300, 300, 300]);
  breaker = breakerAfter(breakerAfter(breaker, "succeeded", nowMs), "refused", nowMs);
  assert.equal(breaker.untilMs - nowMs, firstPauseMs);
});

test("whatever happens: a pause is between 15 s and 5 minutes, and it always ends", () => {
  const event = fc.constantFrom<BreakerEvent>("succeeded", "failed", "refused", "reset");
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(400_000), event)), (steps) => {
      let [breaker, nowMs] = [CLOSED, 0];
      for (const [ms, what] of steps) {
        nowMs += ms;
        breaker = breakerAfter(breaker, what, nowMs);
        assert.ok(breaker.untilMs <= nowMs + longestPauseMs);
        if (what === "refused") assert.ok(breaker.untilMs - nowMs <= longestPauseMs && breaker.pauseMs >= firstPauseMs);
        assert.notEqual(phaseOf(breaker, nowMs + longestPauseMs), "open");
      }
    }),
  );
});

test("slow: two of the last twenty are above the limit; nothing is said of fewer", () => {
  const times = new AnswerTimes();
  for (let i = 0; i < 18; i++) times.add(100);
  times.add(9_000);
  assert.equal(times.areAbove(3_000), false); // 19
  times.add(100);
  assert.equal(times.areAbove(3_000), false); // one of 20
  times.add(9_000);
  assert.equal(times.areAbove(3_000), true);
  for (let i = 0; i < 19; i++) times.add(100);
  assert.equal(times.areAbove(3_000), false);
  for (let i = 0; i < 20; i++) times.add(9_000);
  times.clear();
  assert.equal(times.areAbove(3_000), false);
});
