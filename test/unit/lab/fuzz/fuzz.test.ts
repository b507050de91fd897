// Fuzzing in short: every parser of foreign bytes bears some thousand changed inputs. That faults are found is tested with planted ones.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";
import { campaign, type Fault } from "../../../../lab/fuzz/campaign.ts";
import { mutated } from "../../../../lab/fuzz/mutate.ts";
import { runFuzz, seedsOf } from "../../../../lab/fuzz/runFuzz.ts";
import { type Target, verdictOf } from "../../../../lab/fuzz/target.ts";
import { TARGETS } from "../../../../lab/fuzz/targets.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-planted-"));
after(() => rmSync(scratch, { recursive: true }));

for (const target of Object.keys(TARGETS))
  test(`${target} bears changed inputs`, async () => {
    assert.ok(seedsOf(target).length > 0);
    const { faults, inputs, accepted } = await runFuzz({ target, inputs: 2_000, seed: 1 });
    assert.deepEqual(
      faults.map(({ kind, message, where, input }) => `${kind} ${message} ${where} ${input.toString("base64")}`),
      [],
    );
    assert.equal(inputs, 2_000);
    assert.ok(accepted > 0, "its seeds are right");
  });

test("a crash, a hang and a waste of memory behind three bytes are found, led by coverage, and noted once each", async () => {
  const target: Target = {
    sources: ["test/unit/lab/fuzz/plantedParser.ts"],
    dictionary: [..."FUZSM!"],
    maxBytes: 16,
    async open() {
      const { plantedParser } = await import("./plantedParser.ts");
      return (input) => verdictOf(() => plantedParser(input));
    },
  };
  const faults: Fault[] = [];
  const mostFaults = process.platform === "linux" ? 3 : 2; // elsewhere the most memory is not known
  const options = { target, scratch, seeds: [Buffer.from("AAAA")], inputs: 60_000, seed: 1, limitMs: 100, mostFaults };
  await campaign({ ...options, onInput() {}, onProgress() {}, onFault: (fault) => faults.push(fault) });
  const beginning = (fault: Fault) =>
    `${fault.kind} ${fault.input.toString("latin1").slice(0, fault.kind === "crash" ? 4 : 3)}`;
  const wanted = ["crash FUZ!", "hang FUS", "memory FUM"];
  assert.deepEqual(faults.map(beginning).sort(), wanted.slice(0, mostFaults));
});

test("a seed draws the same changes", () => {
  const draw = () => {
    const random = new SeededRandom(5);
    const pool = { inputs: [Buffer.from("abc 12"), Buffer.from("xyz")], dictionary: [Buffer.from("word")] };
    return Array.from({ length: 200 }, () => mutated(pool.inputs[0], pool, random, 64).toString("hex"));
  };
  assert.deepEqual(draw(), draw());
  assert.ok(new Set(draw()).size > 100);
  assert.ok(draw().every((hex) => hex.length <= 128));
});
