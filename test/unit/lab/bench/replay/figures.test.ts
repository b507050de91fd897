// What became of the model's tokens, what a suggestion is worth to somebody who types, and the peer that copies lines.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { typeWithCopies } from "../../../../../lab/bench/replay/copyPeer.ts";
import { figuresOf } from "../../../../../lab/bench/replay/figures.ts";
import type { ModelCall } from "../../../../../lab/bench/replay/hostTap.ts";
import { modelTime } from "../../../../../lab/bench/replay/modelTime.ts";
import { emptyRecord, type ShownAnswer } from "../../../../../lab/bench/replay/record.ts";
import { flickerOf, typedUnits, verdictOf } from "../../../../../lab/bench/replay/typist.ts";
import { type TokenUse, tokenUse } from "../../../../../lab/bench/replay/waste.ts";
import type { GenerateResult } from "../../../../../server/host/protocol/messages.ts";

/** A call that wrote the tokens, one string each. */
function call(prefix: string, tokens: string[], change: Partial<GenerateResult["tokens"]> = {}): ModelCall {
  let units = 0;
  const result: GenerateResult = {
    text: tokens.join(""),
    stop: "stopSequence",
    tokens: { prompt: 10, cached: 0, generated: tokens.length, ...change },
    timingMs: { queue: 0, prefill: 0, decode: 0 },
    logProbs: tokens.map(() => 0),
    tokenEnds: tokens.map((token) => (units += token.length)),
  };
  return { prefix, pieces: [], startMs: 0, endMs: 1, cancelled: false, text: result.text, result };
}

describe("tokens", () => {
  const before = "let a = ";
  const use = (one: ModelCall, shownAnswers: ShownAnswer[], emptyAnswers: string[] = []) =>
    tokenUse({ ...emptyRecord(), calls: [one], shownAnswers, emptyAnswers });
  const all = (generated: number, thrownAway: Partial<TokenUse>): TokenUse => ({
    generated,
    thrownAway: Object.values(thrownAway).reduce((sum, count) => sum + count, 0),
    unanswered: 0,
    withheld: 0,
    beyond: 0,
    ...thrownAway,
  });

  test("are used as far as they were shown, the end with all of the text", () => {
    const whole = call(before, ["b", " + ", "c", ""]);
    const shown = { text: `${before}b + c`, cursor: before.length };
    assert.deepEqual(use(whole, [shown]), all(4, {}));
    const cut = { text: `${before}b + `, cursor: before.length };
    assert.deepEqual(use(whole, [cut]), all(4, { beyond: 2 }));
  });

  test("are withheld where the answer is in time and shows nothing, else unanswered", () => {
    const whole = call(before, ["b", " + ", "c", ""]);
    assert.deepEqual(use(whole, []), all(4, { unanswered: 4 }));
    assert.deepEqual(use(whole, [], [before]), all(4, { withheld: 4 }));
    assert.deepEqual(use(whole, [], [`${before}b +`]), all(4, { withheld: 4 }));
    assert.deepEqual(use(whole, [], [`${before}d`]), all(4, { unanswered: 4 }));
  });

  test("are used where they were typed before the answer came, and not where all of them were", () => {
    const early = call(before, ["b", " + ", "c"]);
    assert.deepEqual(use(early, [{ text: `${before}b + c`, cursor: before.length + 2 }]), all(3, {}));
    const after = { text: `${before}b + c.d`, cursor: before.length + 5 };
    assert.deepEqual(use(early, [after]), all(3, { unanswered: 3 }));
  });

  test("are used where a call for a place further on was shown there", () => {
    const ahead = call(`${before}b;\n`, ["let ", "c"]);
    assert.deepEqual(use(ahead, [{ text: `${before}b;\nlet c`, cursor: before.length + 3 }]), all(2, {}));
  });

  test("of prompts that were cut at their beginning are found by their end", () => {
    const long = "x".repeat(200);
    const cut = call(`${long.slice(50)}let a = `, ["b"]);
    assert.deepEqual(use(cut, [{ text: `${long}let a = b`, cursor: 208 }]), all(1, {}));
  });
});

test("the model's time: what was read anew, and what was written again", () => {
  const calls = [
    call("a", ["b", "cd", "e"], { prompt: 1_000, cached: 1 }),
    call("ab", ["cd", "e"], { prompt: 1_001, cached: 1_000 }), // as the one before had said
    call("abc", ["x"], { prompt: 1_001, cached: 1_000 }),
    call("abcy", ["x"], { prompt: 1_001, cached: 1_000 }), // something else was typed
  ];
  calls[0].result!.timingMs = { queue: 0, prefill: 900, decode: 50 };
  calls[1].result!.timingMs = { queue: 0, prefill: 10, decode: 40 };
  assert.deepEqual(modelTime(calls), {
    ms: 1_000,
    readAnewCalls: 1,
    readAnewMs: 900,
    repeatedCalls: 1,
    repeatedTokens: 2,
  });
});

describe("a suggestion", () => {
  const writing = { text: "x\nf()", cursor: 4, start: 1, end: 5, target: "\nf(a, b);", indent: "  " };
  const offer = (text: string, end = 5) => verdictOf({ start: 4, end, text }, writing);

  test("is right as a whole where all of it is typed next", () => {
    assert.equal(offer("a, b);"), "whole");
    assert.equal(offer("a, b)"), "whole");
    assert.equal(offer("a, ", 4), "whole");
  });

  test("is right in its first word, or wrong", () => {
    assert.equal(offer("a, c);"), "beginning");
    assert.equal(offer("b);"), "wrong");
    assert.equal(offer("a", 4), "beginning", "nobody leaves the keys for a letter");
  });

  test("indentation costs no keys", () => assert.equal(typedUnits("\n    a\n\tb c"), 6));
});

test("ghost text flickers where an answer takes it away or changes what is left of it, however it is put", () => {
  const text = "let a = b";
  const before = { start: 8, end: 9, text: "b + c" };
  const flicker = (now?: typeof before) => flickerOf(before, now, text, text.length);
  assert.equal(flicker({ start: 9, end: 9, text: " + c" }), undefined);
  assert.deepEqual(flicker(), { what: "gone", before: " + c", after: "" });
  assert.deepEqual(flicker({ start: 9, end: 9, text: " - c" }), { what: "changed", before: " + c", after: " - c" });
  assert.equal(flicker({ start: 9, end: 9, text: " + c.d" })?.what, "changed", "longer");
});

test("shares of nothing are null, the first prompt of a place is told apart", () => {
  const nothing = figuresOf([emptyRecord()]);
  assert.deepEqual([nothing.thrownAwayShare, nothing.cachedShare, nothing.keyToGhostMs.p50], [null, null, null]);
  const calls = [call("a", [], { prompt: 100, cached: 0, generated: 0 })];
  calls.push(call("ab", ["x"], { prompt: 100, cached: 60 }), call("abc", ["x"], { prompt: 100, cached: 99 }));
  const { cachedShare, cachedShareAfterFirst } = figuresOf([{ ...emptyRecord(), calls }]);
  assert.deepEqual([cachedShare, cachedShareAfterFirst], [0.53, 0.99]);
});

describe("the copying peer", () => {
  const slowly = (text: string) => Array.from(text, () => 500);

  test("offers the rest of the nearest earlier line, and is taken where that is right", () => {
    const target = "\nlog(one, two);";
    const { shown, savedUnits, keys } = typeWithCopies("a;\nlog(one, two);", target, slowly(target), true);
    assert.deepEqual(shown.at(0), { verdict: "whole", accepted: true });
    assert.equal(savedUnits + keys, typedUnits(target));
  });

  test("says nothing where no line begins like that, and is wrong where it goes on otherwise", () => {
    assert.deepEqual(typeWithCopies("a;", "\nzz", slowly("\nzz"), true).shown, [{ verdict: "wrong", accepted: false }]);
    const { shown } = typeWithCopies("if (a) return;\nb;", "\nif (z)", slowly("\nif (z)"), false);
    assert.ok(shown.some(({ verdict }) => verdict === "wrong" || verdict === "beginning"));
    assert.ok(shown.every(({ accepted }) => !accepted));
  });
});
