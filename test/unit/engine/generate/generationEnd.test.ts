import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { createStopScanner, endsInLoop } from "../../../../server/engine/generate/generationEnd.ts";

/** Pushes `pieces` until a stop sequence is complete; what was handed out, and how it ended. */
function scan(pieces: string[], stops: string[]) {
  const scanner = createStopScanner(stops);
  let text = "";
  for (const piece of pieces) {
    const { text: certain, stopped } = scanner.push(piece);
    text += certain;
    if (stopped) return { text, stopped };
  }
  return { text: text + scanner.flush(), stopped: false };
}

/** The same by going through the whole text character by character. */
function scanSlowly(text: string, stops: string[]) {
  for (let end = 1; end <= text.length; end++) {
    const complete = stops.filter((stop) => stop !== "" && text.slice(0, end).endsWith(stop));
    const longest = Math.max(0, ...complete.map((stop) => stop.length));
    if (longest > 0) return { text: text.slice(0, end - longest), stopped: true };
  }
  return { text, stopped: false };
}

test("the text ends before a stop sequence that lies across pieces", () => {
  assert.deepEqual(scan(["ab", "c\n", "\nrest"], ["\n\n"]), { text: "abc", stopped: true });
});

test("a beginning of a stop sequence is held back until it is decided", () => {
  const scanner = createStopScanner(["end;"]);
  assert.equal(scanner.push("x en").text, "x ");
  assert.equal(scanner.push("d").text, "");
  assert.equal(scanner.push("e").text, "end");
  assert.equal(scanner.flush(), "e");
});

test("however the text is cut, the end is the same", () => {
  const letters = (options: object) => fc.string({ unit: fc.constantFrom("a", "b", "c"), ...options });
  const pieces = fc.array(letters({ maxLength: 4 }), { maxLength: 12 });
  const stops = fc.array(letters({ maxLength: 5 }), { maxLength: 3 });
  fc.assert(
    fc.property(pieces, stops, (cut, stopSequences) => {
      assert.deepEqual(scan(cut, stopSequences), scanSlowly(cut.join(""), stopSequences));
    }),
    { numRuns: 2000 },
  );
});

test("what was handed out never has to be taken back", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 3 });
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 10 }), fc.array(letters, { maxLength: 3 }), (cut, stops) => {
      const final = scanSlowly(cut.join(""), stops).text;
      const scanner = createStopScanner(stops);
      let text = "";
      for (const piece of cut) {
        const { text: certain, stopped } = scanner.push(piece);
        text += certain;
        assert.ok(final.startsWith(text));
        if (stopped) break;
      }
    }),
    { numRuns: 2000 },
  );
});

/** Whether the end of `tokens` repeats some period four times over at least 24 tokens. */
function loopsSlowly(tokens: number[]): boolean {
  for (let period = 1; period <= 32; period++) {
    const length = Math.max(24, 4 * period);
    if (length > Math.min(tokens.length, 128)) continue;
    const end = tokens.slice(-length);
    if (end.every((token, i) => i < period || token === end[i - period])) return true;
  }
  return false;
}

test("loops are those that the plain search finds", () => {
  const round = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(round, fc.nat({ max: 8 }), round, fc.nat({ max: 30 }), (before, times, loop, rest) => {
      const tokens = [...before, ...new Array(times).fill(loop).flat(), ...loop.slice(0, rest)];
      assert.equal(endsInLoop(tokens), loopsSlowly(tokens));
    }),
    { numRuns: 2000 },
  );
});

test("four rounds of six tokens are a loop, three are not", () => {
  const rounds = (count: number) => new Array(count).fill([1, 2, 3, 4, 5, 6]).flat();
  assert.equal(endsInLoop([9, 9, ...rounds(4)]), true);
  assert.equal(endsInLoop([9, 9, ...rounds(3)]), false);
  assert.equal(endsInLoop(new Array(23).fill(7)), false);
  assert.equal(endsInLoop(new Array(24).fill(7)), true);
});
