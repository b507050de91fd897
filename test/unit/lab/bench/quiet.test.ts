// Contestants take turns, and a figure is the median of what they say of themselves. Nothing here depends on how fast the machine is.

import assert from "node:assert/strict";
import { test } from "node:test";
import { takeTurns } from "../../../../lab/bench/support/quiet.ts";

/** Work that says that it took `times`, one after the other, and notes its turn. */
function contestant(name: string, times: number[], turns: string[]) {
  let turn = 0;
  return {
    rivals: name,
    work: async () => {
      turns.push(name);
      const ms = times[turn++ % times.length];
      return { ms, cpuMs: ms };
    },
  };
}

test("each has its turn in every round, and its median", async () => {
  const turns: string[] = [];
  const [a, b] = await takeTurns([contestant("a", [3, 1, 2], turns), contestant("b", [30, 20, 10], turns)], 3, 3);
  assert.deepEqual(turns, ["a", "b", "a", "b", "a", "b"]);
  assert.deepEqual([a.ms, b.ms], [2, 20]);
  assert.deepEqual([a.samples, b.samples], [3, 3]);
});

test("who is rival to nobody faster is measured to the end, however slow", async () => {
  const turns: string[] = [];
  const [, slow] = await takeTurns([contestant("fast", [1], turns), contestant("slow", [1000], turns)], 3, 3);
  assert.equal(slow.samples, 3);
});
