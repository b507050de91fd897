// The reader of training data: what it hands out, and that everything that cannot be trained on is named before the training begins.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { DatasetWriter, Packer } from "../../../../finetune/data/packing.ts";
import { openDataset } from "../../../../server/train/run/dataset.ts";
import { writeDataset } from "./fixtures.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-dataset-"));
after(() => rmSync(scratch, { recursive: true }));
const newDir = () => mkdtempSync(path.join(scratch, "data-"));

test("a sequence is handed out as it lies in the files, weights in units of 1", async () => {
  const dir = newDir();
  writeDataset(dir, { sequences: 3 });
  const dataset = await openDataset(dir, 260);
  const { tokens, weights, documents } = dataset.batch(2);
  assert.deepEqual(
    [...tokens],
    Array.from({ length: 12 }, (_, t) => ((24 + t) * 29 + 3) % 260),
  );
  assert.deepEqual([...weights], [0, 0.25, 0.25, 0.25, 1, 1, 1, 0, 1, 1, 1, 0]);
  assert.deepEqual([...documents], [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 255]);
  assert.deepEqual([dataset.sequences, dataset.sequenceTokens], [3, 12]);
  assert.deepEqual([dataset.weightOf(1), dataset.tokensOf(1)], [6.75, 11]);
  dataset.close();
});

test("what the packer writes is read: whole documents, and their weights but for the first token", async () => {
  const dir = newDir();
  const packer = new Packer(12);
  const writer = new DatasetWriter(dir, 260);
  const documents = [5, 12, 1, 7, 6, 3].map((length, i) => ({
    tokens: Array.from({ length }, (_, t) => 10 * i + t),
    weights: Array.from({ length }, () => 32),
  }));
  const sequences = documents.map((document) => packer.add(document)).filter((sequence) => sequence !== undefined);
  for (const sequence of [...sequences, ...packer.finish()]) writer.write(sequence);
  writer.finish({ sequenceTokens: 12, promptFormat: 1 });
  const dataset = await openDataset(dir, 260);
  const found: number[][] = [];
  for (let sequence = 0; sequence < dataset.sequences; sequence++) {
    const batch = dataset.batch(sequence);
    for (const [t, document] of batch.documents.entries()) {
      if (document === 255) continue;
      const isFirst = t === 0 || batch.documents[t - 1] !== document;
      if (isFirst) found.push([]);
      found.at(-1)!.push(batch.tokens[t]);
      assert.equal(batch.weights[t], isFirst ? 0 : 0.5);
    }
  }
  dataset.close();
  const inOrder = (lists: number[][]) => lists.toSorted((a, b) => a[0] - b[0]);
  assert.deepEqual(
    inOrder(found),
    documents.map(({ tokens }) => tokens),
  );
});

test("ids of a large vocabulary have 32 bits, and one beyond it is refused; a vocabulary of 65,536 tokens still has 16", async () => {
  const write = (vocabSize: number, ids: number[]) => {
    const dir = newDir();
    const writer = new DatasetWriter(dir, vocabSize);
    const packer = new Packer(4);
    packer.add({ tokens: ids, weights: ids.map(() => 64) });
    for (const sequence of packer.finish()) writer.write(sequence);
    writer.finish({ sequenceTokens: 4, promptFormat: "qwen" });
    return dir;
  };
  const large = write(151_936, [3, 65_535, 65_536, 151_935]);
  assert.deepEqual(readdirSync(large).sort(), ["dataset.json", "documents.u8", "tokens.u32", "weights.u8"]);
  const dataset = await openDataset(large, 151_936);
  assert.deepEqual([...dataset.batch(0).tokens], [3, 65_535, 65_536, 151_935]);
  assert.equal(dataset.promptFormat, "qwen");
  dataset.close();
  const about = JSON.parse(readFileSync(path.join(large, "dataset.json"), "utf8"));
  assert.equal(about.formatVersion, 2);
  await assert.rejects(openDataset(write(151_936, [3, 151_936]), 151_936), {
    code: "datasetInvalid",
    message: /tokens\.u32.*there is no token 151936/,
  });
  const small = write(65_536, [3, 65_535]);
  const old = await openDataset(small, 65_536);
  assert.deepEqual([...old.batch(0).tokens], [3, 65_535, 0, 0]);
  assert.ok(existsSync(path.join(small, "tokens.u16")));
  old.close();
});

test("its name changes with every file's content and with nothing else", async () => {
  const names = new Set<string>();
  const nameOf = async (...args: [Parameters<typeof writeDataset>[1]?, Parameters<typeof writeDataset>[2]?]) => {
    const dir = newDir();
    writeDataset(dir, ...args);
    const dataset = await openDataset(dir, 260);
    dataset.close();
    names.add(dataset.sha256);
  };
  await nameOf();
  await nameOf({}, (_, about) => Object.assign(about, { note: "hello" }));
  assert.equal(names.size, 1);
  await nameOf({ first: 1 });
  await nameOf({ sequences: 5 });
  await nameOf({}, (parts) => parts["weights.u8"].set([8], 4));
  await nameOf({}, (parts) => parts["documents.u8"].set([255], 10) ?? parts["weights.u8"].set([0], 10));
  assert.equal(names.size, 5);
});

const spoilt: [string, Parameters<typeof writeDataset>[2], RegExp][] = [
  ["no sequences", (_, about) => Object.assign(about, { sequences: 0 }), /is empty: there is no sequence/],
  ["nothing to learn", (parts) => parts["weights.u8"].fill(0), /nothing to learn/],
  ["another format", (_, about) => Object.assign(about, { formatVersion: 3 }), /dataset\.json.*"formatVersion"/],
  ["the other format's file missing", (_, about) => Object.assign(about, { formatVersion: 2 }), /tokens\.u32.*missing/],
  ["another prompt format", (_, about) => Object.assign(about, { promptFormat: 0 }), /"promptFormat"/],
  ["a prompt format that is none", (_, about) => Object.assign(about, { promptFormat: "mine" }), /"promptFormat"/],
  ["another vocabulary", (_, about) => Object.assign(about, { vocabSize: 99 }), /vocabulary of 99 tokens.*has 260/],
  [
    "more sequences than there are",
    (_, about) => Object.assign(about, { sequences: 7 }),
    /tokens\.u16.*has 144 bytes.*168/,
  ],
  [
    "an unknown token",
    (parts) => parts["tokens.u16"].set([4, 1], 26),
    /tokens\.u16.*sequence 1: there is no token 260/,
  ],
  [
    "documents out of order",
    (parts) => parts["documents.u8"].set([0], 8),
    /documents\.u8.*document 0 cannot follow document 1/,
  ],
  ["a document left out", (parts) => parts["documents.u8"].set([2, 2, 2, 2], 7), /document 2 cannot follow document 0/],
  ["padding in front", (parts) => parts["documents.u8"].set([255], 12), /sequence 1: document 255 cannot follow/],
  [
    "padding in the middle",
    (parts) => parts["documents.u8"].set([255], 9) ?? parts["weights.u8"].set([0], 9),
    /document 1 cannot follow document 255/,
  ],
  ["a weight on a first token", (parts) => parts["weights.u8"].set([1], 7), /weights\.u8.*token 7 begins a document/],
  ["a weight on padding", (parts) => parts["weights.u8"].set([1], 11), /token 11 .*padding/],
];

async function refused(dir: string, message: RegExp): Promise<void> {
  await assert.rejects(openDataset(dir, 260), (error) => {
    assert.ok(error instanceof UserError, String(error));
    assert.equal(error.code, "datasetInvalid");
    assert.match(error.message, message);
    return true;
  });
}

for (const [what, change, message] of spoilt) {
  test(`refused: ${what}`, () => {
    const dir = newDir();
    writeDataset(dir, {}, change);
    return refused(dir, message);
  });
}

test("a file that is missing, or no JSON", async () => {
  await refused(path.join(scratch, "nowhere"), /dataset\.json.*missing/);
  for (const file of ["tokens.u16", "weights.u8", "documents.u8"]) {
    const dir = newDir();
    writeDataset(dir);
    rmSync(path.join(dir, file));
    await refused(dir, new RegExp(`${file.replace(".", "\\.")}.*missing`));
  }
  const dir = newDir();
  writeDataset(dir);
  writeFileSync(path.join(dir, "dataset.json"), "{");
  await refused(dir, /dataset\.json.*not JSON/);
});
