// The pause before a request costs anything: its policy as a table, and how it learns rhythm and latency, with a clock of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Debounce, pauseMs, type Rhythm } from "../../../src/completion/requests/debounce.ts";
import { never } from "./completeAt.ts";
import { handClock } from "./handClock.ts";

const table: [name: string, rhythm: Rhythm, expected: number][] = [
  ["nothing is known", { sinceKeyMs: 50, leastMs: 0 }, 0],
  ["nothing is known, and a person wants a delay", { sinceKeyMs: 50, leastMs: 100 }, 100],
  ["the answer comes before the next key", { sinceKeyMs: 50, gapMs: 200, answerMs: 100, leastMs: 0 }, 0],
  ["the answer comes before the key after it", { sinceKeyMs: 50, gapMs: 200, answerMs: 350, leastMs: 0 }, 0],
  ["it would come later: until the hand rests", { sinceKeyMs: 50, gapMs: 100, answerMs: 200, leastMs: 0 }, 100],
  ["a delay makes it late", { sinceKeyMs: 50, gapMs: 100, answerMs: 120, leastMs: 60 }, 100],
  ["the hand rests already", { sinceKeyMs: 300, gapMs: 150, answerMs: 400, leastMs: 0 }, 0],
  ["never for longer than a moment", { sinceKeyMs: 50, gapMs: 450, answerMs: 3_000, leastMs: 0 }, 120],
  ["but for what a person wants", { sinceKeyMs: 50, gapMs: 450, answerMs: 3_000, leastMs: 600 }, 600],
];

for (const [name, rhythm, expected] of table) {
  test(`pause: ${name}`, () => assert.equal(pauseMs(rhythm), expected));
}

test("a pause is never shorter than the setting, and never longer than that or 120 ms", () => {
  const ms = fc.nat({ max: 5_000 });
  const some = fc.option(ms, { nil: undefined });
  fc.assert(
    fc.property(ms, some, some, ms, (sinceKeyMs, gapMs, answerMs, leastMs) => {
      const pause = pauseMs({ sinceKeyMs, gapMs, answerMs, leastMs });
      assert.ok(pause >= leastMs && pause <= Math.max(leastMs, 120));
    }),
  );
});

/** Keys at a rhythm, after answers of a latency. */
function typed(gapMs: number, answerMs: number, keys = 6) {
  const clock = handClock();
  const debounce = new Debounce(clock);
  for (let i = 0; i < 3; i++) debounce.answered(answerMs);
  for (let i = 0; i < keys; i++) {
    clock.pass(gapMs);
    debounce.changed("a");
  }
  clock.pass(50); // the editor's own
  return { clock, debounce };
}

test("it waits in a quick burst on a slow machine, and else not", () => {
  assert.equal(typed(100, 300).debounce.pauseMs(0), 100);
  assert.equal(typed(200, 100).debounce.pauseMs(0), 0, "a quick machine");
  assert.equal(typed(100, 30).debounce.pauseMs(0), 0, "a very quick one");
  assert.equal(typed(900, 300).debounce.pauseMs(0), 0, "single keys");
  assert.equal(typed(100, 300, 2).debounce.pauseMs(0), 0, "too few to know");
});

test("after a new line, a deletion and what was taken at once, nobody is in a burst", () => {
  for (const text of ["\n", "", "a whole suggestion"]) {
    const { clock, debounce } = typed(100, 300);
    clock.pass(50);
    debounce.changed(text);
    clock.pass(50);
    assert.equal(debounce.pauseMs(0), 0, JSON.stringify(text));
  }
});

test("the pause ends by its time or by the signal, whichever comes first", async () => {
  const { clock, debounce } = typed(100, 300);
  let ended = false;
  const whole = debounce.pause(0, never).then(() => (ended = true));
  clock.pass(99);
  await new Promise(setImmediate);
  assert.equal(ended, false);
  clock.pass(1);
  await whole;
  const abort = new AbortController();
  const cancelled = debounce.pause(500, abort.signal);
  abort.abort();
  await cancelled;
  await debounce.pause(500, abort.signal);
});
