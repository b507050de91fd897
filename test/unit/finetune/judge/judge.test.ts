// Judging with models that are made up: what is asked of whom, that a killed judgement goes on, and that no answer is taken for another's.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { Cancelled, UserError } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { type HeldOutCase, parseHeldOutCases } from "../../../../finetune/heldOutCase.ts";
import { Answers } from "../../../../finetune/judge/answers.ts";
import { answerBoth, judge, paceOf, requireCases, type Side } from "../../../../finetune/judge/judge.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import { openModel } from "../../../../server/engine/models/modelStore.ts";
import { fakeModel } from "../../../support/fakeModel.ts";
import { EXPECTED, heldOutCase } from "../../../support/heldOut.ts";
import { writeSmallModel } from "../../../support/storedFolder.ts";
import { sampleAdapter } from "../../adapters/sampleAdapter.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

/** A side whose model writes this, and a record of what it is asked and how many models there are at a time. */
class FakeSide implements Side {
  static loaded = 0;
  readonly weightsSha256: string;
  readonly asked: string[] = [];
  loads = 0;
  readonly #write: (prefix: string) => string;

  constructor(weightsSha256: string, write: (prefix: string) => string) {
    this.weightsSha256 = weightsSha256;
    this.#write = write;
  }

  async load() {
    this.loads++;
    assert.equal(FakeSide.loaded++, 0, "one model at a time");
    const model = fakeModel(({ prefix }) => {
      this.asked.push(prefix);
      return this.#write(prefix);
    });
    return { ...model, dispose: () => void FakeSide.loaded-- };
  }
}

function folder(t: TestContext): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-judge-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return dir;
}

const cases = Array.from({ length: 4 }, (_, i) => heldOutCase(i));
const sides = () =>
  [
    new FakeSide("base", () => "return 1;\nmore"),
    new FakeSide("adapted", (prefix) => (prefix.includes("number2") ? "return 2;" : `${EXPECTED}\n}`)),
  ] as const;

const run = (
  of: readonly [Side, Side],
  file: string,
  values: HeldOutCase[] = cases,
  signal = never,
  progress = () => {},
) => {
  const answers = new Answers(file);
  return answerBoth(of, [{ cases: values, answersOf: () => answers }], parsers, progress, signal);
};

test("each model is asked for each case once, the line as it was written, one model after the other", async (t) => {
  const of = sides();
  const done: number[] = [];
  const answers = new Answers(path.join(folder(t), "answers.jsonl"));
  const set = { cases, answersOf: () => answers };
  const [found] = await answerBoth(of, [set], parsers, (count, total) => done.push(count, total), never);
  assert.deepEqual(
    found.map(({ before, after }) => [before.text, after.text]),
    [0, 1, 2, 3].map((i) => ["return 1;", i === 2 ? "return 2;" : EXPECTED]),
  );
  assert.ok(found.every(({ before }) => Math.abs(before.logProb - EXPECTED.length * Math.log(0.9)) < 1e-9));
  assert.deepEqual(done, [0, 8, 1, 8, 2, 8, 3, 8, 4, 8, 5, 8, 6, 8, 7, 8, 8, 8]);
  assert.deepEqual([of[0].loads, of[1].loads], [1, 1]);
});

test("killed after any case, torn lines included, it goes on and finds the same", async (t) => {
  const dir = folder(t);
  const whole = await run(sides(), path.join(dir, "whole.jsonl"));
  const text = readFileSync(path.join(dir, "whole.jsonl"), "utf8");
  const lines = text.trimEnd().split("\n");
  assert.equal(lines.length, 8);
  for (let kept = 0; kept <= 8; kept++) {
    for (const torn of kept < 8 ? ["", lines[kept].slice(0, 20), lines[kept].slice(0, -1)] : [""]) {
      const file = path.join(dir, "cut.jsonl");
      writeFileSync(
        file,
        lines
          .slice(0, kept)
          .map((line) => `${line}\n`)
          .join("") + torn,
      );
      const of = sides();
      assert.deepEqual(await run(of, file), whole);
      assert.equal(of[0].asked.length + of[1].asked.length, 8 - kept);
      assert.equal(of[0].loads, kept < 4 ? 1 : 0, "who has answered all is not loaded");
      const again = sides();
      assert.deepEqual(await run(again, file), whole);
      assert.equal(again[0].loads + again[1].loads, 0);
    }
  }
});

test("a cancelled judgement ends at once, disposes its model and keeps what was answered", async (t) => {
  const file = path.join(folder(t), "answers.jsonl");
  const abort = new AbortController();
  let done = 0;
  const stopAtThird = () => {
    if (done++ === 3) abort.abort();
  };
  await assert.rejects(run(sides(), file, cases, abort.signal, stopAtThird), Cancelled);
  assert.equal(FakeSide.loaded, 0);
  assert.equal(readFileSync(file, "utf8").trimEnd().split("\n").length, 3);
  const of = sides();
  await run(of, file);
  assert.equal(of[0].asked.length, 1);
});

test("an answer is of one model and one case: another adapter, or another text around the cursor, is asked anew", async (t) => {
  const file = path.join(folder(t), "answers.jsonl");
  await run(sides(), file);
  const [base] = sides();
  const other = new FakeSide("other adapter", () => "other");
  const found = await run([base, other], file);
  assert.equal(found[0][0].after.text, "other");
  assert.equal(base.loads, 0);
  const edited = cases.map((value, i) => (i === 1 ? { ...value, suffix: "\n// edited\n}\n" } : value));
  const again = sides();
  await run(again, file, edited);
  assert.deepEqual([again[0].asked.length, again[1].asked.length], [1, 1]);
});

test("a model that fails is an error and no wrong answer", async (t) => {
  const file = path.join(folder(t), "answers.jsonl");
  const failing = new FakeSide("failing", () => {
    throw new UserError("runtimeFailed", "The runtime failed.", "Try again.");
  });
  await assert.rejects(run([failing, sides()[1]], file), /The runtime failed/);
  assert.equal(FakeSide.loaded, 0);
  assert.throws(() => readFileSync(file), /ENOENT/);
});

test("no cases, and two of one id, are told before a model is asked", () => {
  assert.throws(() => requireCases([], "adapter"), UserError);
  assert.throws(() => requireCases([cases[0], cases[0]], "adapter"), /have 1 ids/);
});

test("the pace is that of both sets in proportion, known or not, and each answer is kept once", async (t) => {
  const [base] = sides();
  const dir = folder(t);
  const setOf = (name: string, from: number, count: number) => {
    const answers = new Answers(path.join(dir, `${name}.jsonl`));
    return { cases: Array.from({ length: count }, (_, i) => heldOutCase(from + i)), answersOf: () => answers };
  };
  const [own, general] = [setOf("own", 0, 40), setOf("general", 40, 80)];
  const askedOf = ({ cases }: typeof own) => cases.filter(({ prefix }) => base.asked.includes(prefix)).length;
  const pace = await paceOf(base, [own, general], parsers, never);
  assert.ok(pace !== undefined && pace > 0, `${pace} s`);
  assert.ok(base.asked.length < 20, `${base.asked.length} answers`);
  assert.ok(Math.abs(askedOf(general) - 2 * askedOf(own)) <= 2, `${askedOf(own)} and ${askedOf(general)}`);

  const linesOf = (name: string) =>
    readFileSync(path.join(dir, `${name}.jsonl`), "utf8")
      .trimEnd()
      .split("\n").length;
  assert.deepEqual([linesOf("own"), linesOf("general")], [askedOf(own), askedOf(general)]);
  assert.ok((await paceOf(base, [own, general], parsers, never))! > 0, "the second job of a workspace has a pace, too");
  assert.deepEqual([linesOf("own"), linesOf("general")], [askedOf(own), askedOf(general)]);
  assert.equal(await paceOf(base, [{ ...own, cases: own.cases.slice(0, 1) }], parsers, never), undefined);
});

test("an adapter of another model, or a damaged one, is refused before anything is asked or written", async (t) => {
  const modelDir = folder(t);
  writeSmallModel(modelDir);
  const model = await openModel(modelDir);
  const dir = path.join(folder(t), "judging");
  const adapterDir = path.join(folder(t), "adapter");
  const judging = () => judge({ dir, modelDir, adapterDir, cases }, () => assert.fail("nothing is asked"), never);
  const refused = (code: string) => (error: unknown) => error instanceof UserError && error.code === code;

  writeAdapter(adapterDir, sampleAdapter(model), { id: "other", weightsSha256: "0".repeat(64) }, {});
  await assert.rejects(judging, refused("adapterOfOtherBase"));
  writeAdapter(adapterDir, sampleAdapter(model), model, {});
  writeFileSync(path.join(adapterDir, "adapter_model.safetensors"), "cut");
  await assert.rejects(judging, refused("adapterInvalid"));
  await assert.rejects(
    judge({ dir, modelDir, adapterDir, cases: [] }, () => {}, never),
    /no held-out places/,
  );
  assert.ok(!existsSync(dir));
});

test("a file of cases is read whole, or its bad line is named", () => {
  const text = cases.map((value) => JSON.stringify(value)).join("\n");
  assert.deepEqual(parseHeldOutCases(`${text}\n\n`, "cases.jsonl"), cases);
  const refused = (broken: string) => () => parseHeldOutCases(broken, "cases.jsonl");
  assert.throws(refused(`${text}\n{"id": 1}`), /^UserError: Line 5 of cases.jsonl is no held-out case \(id: /);
  assert.throws(refused(`{\n${text}`), /Line 1 of cases.jsonl/);
  assert.throws(refused(`${text}\n${JSON.stringify(cases[2])}`), /has the case src\/file2.ts:2 twice/);
  assert.throws(refused(JSON.stringify({ ...cases[0], expected: "" })), /expected/);
});
