import assert from "node:assert/strict";
import { test } from "node:test";
import { Dice } from "../../../finetune/data/dice.ts";
import type { Candidate, Place } from "../../../lab/vectors/places.ts";
import { queryOf } from "../../../lab/vectors/places.ts";
import { found, interval } from "../../../lab/vectors/recall.ts";
import { trainStatic } from "../../../lab/vectors/staticTraining.ts";
import { staticEmbedder } from "../../../lab/vectors/staticVectors.ts";

const candidate = (path: string, text: string, score: number, gold: boolean): Candidate => ({
  chunk: { path, text },
  score,
  gold,
});

const place = (candidates: Candidate[], query = "", source = "a@1"): Place => ({
  source,
  path: "here.ts",
  query,
  goldPath: candidates.find(({ gold }) => gold)?.chunk.path ?? "",
  candidates,
});

test("the query leaves out what is to be written", () => {
  assert.equal(queryOf({ prefix: "one\ntwo(", suffix: ");\nthree" }), "one\ntwo(\nthree");
});

test("candidates are packed best first until the budget is full", () => {
  const long = "x".repeat(1_500);
  const value = place([candidate("a", long, 3, false), candidate("b", long, 2, true)]);
  const scores = [0, 1];
  assert.deepEqual(found({ place: value, scores }, 0).chunk, [0, 1]); // 450 tokens each
  assert.deepEqual(found({ place: value, scores }, Number.POSITIVE_INFINITY).chunk, [1, 1]);
});

test("an interval over equal documents is a point", () => {
  const values = ["a", "a", "b"].map((document) => ({ document, value: 0.5 }));
  assert.deepEqual(interval(values, new Dice(1)), [0.5, 0.5]);
});

test("trained vectors find what BM25 does not see in places of a source that they were not trained on", () => {
  // Whoever writes "question" wants the chunk with "answer", which shares no term with it.
  const places = ["a", "b", "c", "d", "e"].map((source) => {
    const others = Array.from({ length: 40 }, (_, i) =>
      candidate(`${i}`, i === 0 ? "question filler" : "filler", 1, false),
    );
    return place([...others, candidate("gold", "answer", 1, true)], "question", source);
  });
  const heldOut = places.slice(4);
  const options = { dims: 8, shared: false, steps: 1_000, dice: new Dice(1), report: () => {} };
  const vectors = staticEmbedder("", trainStatic(places.slice(0, 4), heldOut, options));
  const query = vectors.query("question");
  const cosine = (text: string) =>
    vectors.chunk({ path: "", text }).reduce((sum, value, d) => sum + value * query[d], 0);
  assert.ok(cosine("answer") > cosine("filler"));
});
