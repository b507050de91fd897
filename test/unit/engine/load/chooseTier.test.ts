// Which model writes while somebody types, by what the strong one was measured to take.

import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseTier, TIER_LIMITS } from "../../../../server/engine/load/chooseTier.ts";

test("strong types where both times are within their limits, the limits included", () => {
  for (const times of [{ keyMs: 120, promptMs: 900 }, TIER_LIMITS, { keyMs: 1, promptMs: 1 }])
    assert.equal(chooseTier(times).tier, "strong", JSON.stringify(times));
  assert.equal(
    chooseTier({ keyMs: 119.2, promptMs: 880 }).reason,
    "it takes 120 ms for a key here, and 0.9 s for a new place",
  );
});

test("quick types where one of them is not, and the reason names it", () => {
  assert.deepEqual(chooseTier({ keyMs: 409.3, promptMs: 1_200 }), {
    tier: "quick",
    reason: "strong takes 410 ms for a key here, more than 250",
  });
  assert.deepEqual(chooseTier({ keyMs: 200, promptMs: 2_080 }), {
    tier: "quick",
    reason: "strong reads a new place in 2.1 s here, more than 1.5",
  });
  assert.equal(
    chooseTier({ keyMs: 900, promptMs: 4_000 }).reason,
    "strong takes 900 ms for a key here, more than 250, and reads a new place in 4.0 s here, more than 1.5",
  );
});

test("what is a little too late never reads as if it were in time", () => {
  assert.match(chooseTier({ keyMs: 250.01, promptMs: 1 }).reason, /takes 251 ms .*more than 250/);
  assert.match(chooseTier({ keyMs: 1, promptMs: 1_500.1 }).reason, /in 1\.6 s .*more than 1\.5/);
});

test("other limits decide otherwise", () => {
  const times = { keyMs: 300, promptMs: 2_000 };
  assert.equal(chooseTier(times, { keyMs: 300, promptMs: 2_000 }).tier, "strong");
  assert.equal(chooseTier(times, { keyMs: 300, promptMs: 1_999 }).tier, "quick");
});
