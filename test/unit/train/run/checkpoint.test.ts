// Checkpoints: saved and loaded to the bit, old or new at whatever point the writing ends, refused for any other run.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import {
  loadCheckpoint,
  type RunIdentity,
  type RunState,
  saveCheckpoint,
} from "../../../../server/train/run/checkpoint.ts";
import { FakeTrainer, IDENTITY, stateAt, stateOf } from "./fixtures.ts";
import { MemoryDisk } from "./memoryDisk.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-checkpoint-"));
after(() => rmSync(scratch, { recursive: true }));
const file = path.join(scratch, "checkpoint.safetensors");

/** A trainer as it is after `step` updates. */
async function trainerAt(step: number): Promise<FakeTrainer> {
  const trainer = new FakeTrainer();
  const batch = { tokens: new Int32Array([3, 1, 4]), weights: new Float32Array(3), documents: new Uint8Array(3) };
  for (let i = 0; i < step; i++) {
    await trainer.accumulate(batch, { dropoutSeed: i, scale: 1 });
    trainer.update({ learningRate: 0.1 });
  }
  return trainer;
}

function load(from: string, identity = IDENTITY) {
  const trainer = new FakeTrainer();
  return { trainer, ...loadCheckpoint(from, identity, trainer) };
}

test("parameters, moments, step and state come back to the bit", async () => {
  const trainer = await trainerAt(3);
  trainer.parameters[0].m[1] = -0;
  trainer.parameters[0].v[1] = 2 ** -149;
  saveCheckpoint(file, stateAt(3), trainer.parameters);
  const loaded = load(file);
  assert.deepEqual(stateOf(loaded.trainer), stateOf(trainer));
  assert.deepEqual(loaded.state, stateAt(3));
  assert.deepEqual(readdirSync(scratch), ["checkpoint.safetensors"]);
});

/** A state whose best values, those of `best`, are kept. */
const stateWithBest = (step: number): RunState => ({ ...stateAt(step), best: { step: step - 1, heldOutLoss: 1.25 } });
const valuesOf = ({ parameters }: FakeTrainer, times = 1) =>
  parameters.map(({ data }) => data.map((value) => value * times));

test("so do the values of the best step, where there is one, and nothing of them where there is none", async () => {
  const trainer = await trainerAt(3);
  const best = valuesOf(await trainerAt(2));
  saveCheckpoint(file, stateWithBest(3), trainer.parameters, best);
  const loaded = load(file);
  assert.deepEqual(stateOf(loaded.trainer), stateOf(trainer));
  assert.deepEqual(loaded.best, best);
  assert.deepEqual(loaded.state, stateWithBest(3));
  saveCheckpoint(file, stateAt(3), trainer.parameters, best);
  assert.equal(load(file).best, undefined);
});

test("what a killed process left beside it is overwritten", async () => {
  const trainer = await trainerAt(4);
  writeFileSync(`${file}.new`, "half of a checkpoint, and much longer than the whole one".repeat(1000));
  saveCheckpoint(file, stateAt(4), trainer.parameters);
  assert.equal(load(file).state.step, 4);
  assert.deepEqual(readdirSync(scratch), ["checkpoint.safetensors"]);
});

test("ended at any point of the writing, by a kill or a power cut: the old one or the new one, whole", async () => {
  const before = await trainerAt(5);
  const later = await trainerAt(6);
  const best = { old: valuesOf(before, 2), new: valuesOf(later, 3) };
  saveCheckpoint(file, stateWithBest(5), before.parameters, best.old);
  const old = readFileSync(file);
  const wanted = { old: stateOf(before), new: stateOf(later) };
  const found = { old: 0, new: 0 };
  const place = path.join(scratch, "found.safetensors");
  let points = 0;
  for (; ; points++) {
    const disk = new MemoryDisk({ [file]: old }, { killAfter: points, writeAtMost: 8 });
    disk.until(() => saveCheckpoint(file, stateWithBest(6), later.parameters, best.new, disk));
    for (const [outcome, bytes] of Object.entries(disk.outcomes(file))) {
      assert.ok(bytes, `nothing is left (${outcome}) after ${points} operations`);
      writeFileSync(place, bytes);
      const { trainer, state, best: foundBest } = load(place);
      const which = state.step === 5 ? "old" : "new";
      assert.deepEqual(stateOf(trainer), wanted[which], `${outcome} after ${points} operations`);
      assert.deepEqual(foundBest, best[which], `${outcome} after ${points} operations`);
      found[which]++;
    }
    if (!disk.wasKilled) {
      const isNew = Object.values(disk.outcomes(file)).map((bytes) => bytes && !old.equals(bytes));
      assert.deepEqual(isNew, [true, true, true], "written to its end, only the new one can be found");
      break;
    }
  }
  assert.ok(points >= 200, `${points} points`);
  assert.ok(found.old > 0 && found.new > 0);
});

test("a full disk at any byte: an error, the old checkpoint, and nothing beside it", async () => {
  const trainer = await trainerAt(5);
  saveCheckpoint(file, stateAt(5), trainer.parameters);
  const old = readFileSync(file);
  for (let room = 0; room < 2000; room += 100) {
    const disk = new MemoryDisk({ [file]: old }, { writeAtMost: 50, roomBytes: room });
    assert.throws(() => saveCheckpoint(file, stateAt(6), trainer.parameters, undefined, disk), { code: "ENOSPC" });
    assert.deepEqual(disk.names(), [file]);
    assert.deepEqual(Buffer.from(disk.outcomes(file).killed!), old);
  }
});

function refused(from: string, message: RegExp, identity?: RunIdentity): void {
  const trainer = new FakeTrainer();
  const untouched = stateOf(trainer);
  assert.throws(
    () => loadCheckpoint(from, identity ?? IDENTITY, trainer),
    (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.equal(error.code, "checkpointInvalid");
      assert.match(error.message, message);
      return true;
    },
  );
  assert.deepEqual(stateOf(trainer), untouched, "a refused checkpoint changes nothing");
}

const { base, recipe } = IDENTITY;
const others: [string, RunIdentity, RegExp][] = [
  ["another base", { ...IDENTITY, base: { ...base, weightsSha256: "other" } }, /the model tiny with other weights/],
  ["other data", { ...IDENTITY, datasetSha256: "other" }, /other training data/],
  ["another rank", { ...IDENTITY, recipe: { ...recipe, rank: 8 } }, /its rank is 4, and 8 was asked for/],
  ["other rows", { ...IDENTITY, recipe: { ...recipe, embeddingRows: [7] } }, /its embeddingRows is \[\], and \[7\]/],
  ["other layers", { ...IDENTITY, recipe: { ...recipe, trainedLayers: 2 } }, /its trainedLayers is 1, and 2 was/],
  [
    "another precision",
    { ...IDENTITY, recipe: { ...recipe, precision: "int8" } },
    /its precision is "fp32", and "int8"/,
  ],
  ["another seed", { ...IDENTITY, recipe: { ...recipe, seed: 6 } }, /its seed is 5, and 6/],
];

for (const [what, identity, message] of others) {
  test(`a checkpoint of ${what} is refused`, async () => {
    saveCheckpoint(file, stateAt(3), (await trainerAt(3)).parameters);
    refused(file, message, identity);
  });
}

test("a checkpoint from before there was a choice of precision is one in floats", async () => {
  const { precision, ...older } = recipe;
  assert.equal(precision, "fp32");
  saveCheckpoint(file, { ...stateAt(3), recipe: older as typeof recipe }, (await trainerAt(3)).parameters);
  assert.equal(load(file).state.recipe.precision, "fp32");
  refused(file, /its precision is "fp32"/, { ...IDENTITY, recipe: { ...recipe, precision: "int8" } });
});

test("a checkpoint that is missing, cut short, altered or of other tensors is refused", async () => {
  refused(path.join(scratch, "nowhere"), /it is missing/);
  const trainer = await trainerAt(3);
  saveCheckpoint(file, stateWithBest(3), trainer.parameters, valuesOf(trainer, 2));
  const bytes = readFileSync(file);
  for (const size of [0, 7, 100, bytes.length - 1]) {
    truncateSync(file, size);
    refused(file, /it is damaged/);
    writeFileSync(file, bytes);
  }
  for (let at = 0; at < bytes.length; at += 41) {
    writeFileSync(file, bytes.with(at, bytes[at] ^ 1));
    refused(
      file,
      /damaged|altered|does not say|missing or has another shape|is .*, and .* was asked for|other|tensors/,
    );
  }
  saveCheckpoint(file, stateAt(3), trainer.parameters.slice(0, 1));
  refused(file, /lora_B\.data" is missing/);
  saveCheckpoint(file, stateAt(3), [...trainer.parameters, { ...trainer.parameters[0], name: "more" }]);
  refused(file, /tensors that are not trained/);
});
