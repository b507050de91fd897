// Taking over a generation: what the newer request gets is what the older one's call has left after the typed text, whatever way both go.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { GenerateParams, GenerateResult } from "../../../server/host/protocol/messages.ts";
import { RequestsInFlight } from "../../../src/completion/requests/inFlight.ts";
import { folderModel } from "../../support/folderModel.ts";
import { settled } from "./editorWindow.ts";
import { handClock } from "./handClock.ts";
import { type SteppedModel, steppedModel } from "./steppedModel.ts";

const URI = "file:///w/a.ts";

function params(prefix: string, other: Partial<Omit<GenerateParams, "id">> = {}): Omit<GenerateParams, "id"> {
  const prompt = { path: "a.ts", languageId: "typescript", prefix, suffix: "\n", pieces: [] };
  return { prompt, editor: URI, maxTokens: 48, sampling: { temperature: 0 }, stop: ["\n"], ...other };
}

/** Requests of one document: each `ask` gives the request before it up. */
function editor(model: SteppedModel, clock = handClock()) {
  const inFlight = new RequestsInFlight({ clock });
  const writer = { model: folderModel(model) };
  let left = new AbortController();
  const ask = (prefix: string, other: Partial<Omit<GenerateParams, "id">> = {}) => {
    left.abort();
    left = new AbortController();
    const request = inFlight.open({ uri: URI, text: prefix, offset: prefix.length }, writer, left.signal);
    const asked = { streamed: "", result: undefined as GenerateResult | undefined };
    void request
      .generate(params(prefix, other), (text) => (asked.streamed += text), request.signal)
      .then((result) => (asked.result = result))
      .finally(() => request.end(true))
      .catch(() => {});
    return asked;
  };
  return { ask, inFlight, clock, writer };
}

test("a request that takes over gets the rest, with the tokens that wrote it", async () => {
  const model = steppedModel();
  const { ask } = editor(model);
  ask("a = ");
  model.last.write("abcdef");
  const next = ask("a = ab");
  model.last.write("gh");
  model.last.finish();
  await settled();
  assert.equal(next.streamed, "cdefgh");
  const { text, stop, logProbs, tokenEnds, tokens } = next.result!;
  assert.deepEqual([text, stop, tokens.generated], ["cdefgh", "endOfText", 3]);
  assert.deepEqual(tokenEnds, [1, 4, 6]); // "abc", of which "c" is left, "def", "gh"
  const rounded = logProbs.map((value) => Number(value.toFixed(6)));
  assert.deepEqual(rounded, [-0.000333, -0.002, -0.003], "what is typed of a token is in no doubt any more");
});

test("a request that asks for something else makes its own call, after the older one has ended", async () => {
  const others: Partial<Omit<GenerateParams, "id">>[] = [
    { maxTokens: 128 },
    { stop: [] },
    { sampling: { temperature: 0.5 } },
    { prompt: { ...params("").prompt, prefix: "a = ab", suffix: ";\n" } },
    { prompt: { ...params("").prompt, prefix: "a = ab", path: "b.ts" } },
    { prompt: { ...params("").prompt, prefix: "b = ab" } },
  ];
  for (const other of others) {
    const model = steppedModel();
    const { ask } = editor(model);
    ask("a = ");
    model.last.write("abcdef");
    ask("a = ab", other);
    await settled();
    assert.equal(model.calls.length, 2, JSON.stringify(other));
    assert.equal(model.calls[0]!.isCancelled, true);
  }
});

test("what has ended is taken over only where it is all that the model had to say, and something is left", async () => {
  const cases: [text: string, stop: GenerateResult["stop"], next: string, calls: number][] = [
    ["abc", "endOfText", "a = ab", 1],
    ["abc", "stopSequence", "a = ", 1],
    ["abc", "maxTokens", "a = ab", 2],
    ["abc", "deadline", "a = ab", 2],
    ["abc", "superseded", "a = ab", 2],
    ["abc", "endOfText", "a = abc", 2],
    ["abc", "endOfText", "a = x", 2],
  ];
  for (const [text, stop, next, calls] of cases) {
    const model = steppedModel();
    const { ask } = editor(model);
    ask("a = ");
    model.last.write(text);
    model.last.finish(stop);
    await settled();
    ask(next);
    await settled();
    assert.equal(model.calls.length, calls, `${text}, ${stop}, ${next}`);
  }
});

test("what was kept is held for a request on its way, has its time again where that is cancelled, and ends with one that needs no model", async () => {
  for (const end of ["cancelled", "answered"]) {
    const model = steppedModel();
    const { clock, inFlight, writer } = editor(model);
    const [first, second] = [new AbortController(), new AbortController()];
    const place = { uri: URI, text: "a = ", offset: 4 };
    const kept = inFlight.open(place, writer, first.signal);
    void kept.generate(params("a = "), () => {}, kept.signal);
    first.abort();
    const next = inFlight.open(place, writer, second.signal); // still at its context
    clock.pass(1_000);
    assert.equal(model.last.isCancelled, false);
    if (end === "answered") next.end(true);
    else {
      second.abort();
      assert.equal(next.signal.aborted, true);
      clock.pass(199);
      assert.equal(model.last.isCancelled, false);
      clock.pass(1);
    }
    assert.equal(model.last.isCancelled, true);
    await settled();
  }
});

test("a newer request takes the place of one that the editor has not cancelled", async () => {
  const model = steppedModel();
  const { inFlight, writer } = editor(model);
  const results: string[] = [];
  for (const prefix of ["a = ", "b = ", "b = "]) {
    const place = { uri: URI, text: prefix, offset: prefix.length };
    const request = inFlight.open(place, writer, new AbortController().signal);
    void request
      .generate(params(prefix), () => {}, request.signal)
      .then(({ stop }) => results.push(`${prefix}${stop}`));
    await settled();
  }
  model.last.finish();
  await settled();
  assert.equal(model.calls.length, 2);
  assert.deepEqual(results, ["a = cancelled", "b = superseded", "b = endOfText"]);
});

test("whatever is written and typed, and in whatever pieces: a request gets what its own call would have brought, and one call runs at a time", async () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 8 });
  const step = fc.oneof(
    fc.record({ write: fc.nat({ max: 3 }) }),
    fc.record({ type: fc.constantFrom("right", "wrong") }),
    fc.record({ pass: fc.constantFrom(20, 250) }),
  );
  let joined = 0;
  await fc.assert(
    fc.asyncProperty(texts, fc.array(step, { maxLength: 12 }), async (whole, steps) => {
      const model = steppedModel();
      const { ask, clock, inFlight } = editor(model);
      // what the model writes after a prefix: the whole text, or what is left of it, or "c"
      const script = (prefix: string) => (whole.startsWith(prefix) ? whole.slice(prefix.length) : "c");
      let prefix = "";
      let request = ask(prefix);
      const write = (units: number) => {
        const { last } = model;
        const written = writtenBy.get(last) ?? 0;
        const text = script(last.params.prompt.prefix).slice(written, written + units);
        writtenBy.set(last, written + text.length);
        last.write(text);
      };
      const writtenBy = new Map<object, number>();
      for (const one of steps) {
        if ("write" in one) write(one.write);
        else if ("pass" in one) clock.pass(one.pass);
        else {
          prefix += one.type === "right" ? (script(prefix)[0] ?? "c") : "d";
          request = ask(prefix);
        }
        await new Promise(setImmediate);
        assert.ok(model.calls.filter(({ isCancelled }) => !isCancelled).length <= 1);
      }
      for (let tries = 0; !request.result && tries < 3; tries++) {
        while ((writtenBy.get(model.last) ?? 0) < script(model.last.params.prompt.prefix).length) {
          write(1);
          await new Promise(setImmediate);
        }
        model.last.finish();
        await settled();
      }
      assert.equal(request.result?.text, script(prefix));
      assert.equal(request.streamed, script(prefix));
      joined += inFlight.counts.joinedRequests;
    }),
    { numRuns: 300 },
  );
  assert.ok(joined > 100, `${joined} have joined`);
});
