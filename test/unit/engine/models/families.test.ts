// A folder as transformers writes it, of each family: opened, and computed by the plain forward pass, it gives transformers' logits
// (lab/golden/makeFamiliesGolden.py). And the same weights in a GGUF file are the same model.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { writeGguf } from "../../../../lab/bench/peer/writeGguf.ts";
import { parseConfig } from "../../../../server/engine/models/configFile.ts";
import { openModel } from "../../../../server/engine/models/modelStore.ts";
import {
  type SafetensorsType,
  type TensorToWrite,
  writeSafetensors,
} from "../../../../server/engine/models/safetensors.ts";
import { huggingFaceName, tensorShapes } from "../../../../server/engine/models/tensors.ts";
import { forward } from "../../../support/forward.ts";
import { writeManifest } from "../../../support/storedFolder.ts";

interface Case {
  title: string;
  config: Record<string, unknown>;
  logits: string; // float32 [tokens, vocab], little-endian, in base64
}

const golden: { tokens: number[]; cases: Case[] } = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "../../../golden/families-golden.json"), "utf8"),
);

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-families-"));
after(() => rmSync(scratch, { recursive: true }));

/** `weight` of the script, to the bit. */
function goldenWeight(name: string, count: number, isOffset: boolean): Float32Array {
  let seed = 0x811c9dc5;
  for (const byte of Buffer.from(name)) seed = Math.imul(seed ^ byte, 0x01000193) >>> 0;
  const middle = name.endsWith("norm.weight") && !isOffset ? 1 : 0;
  return Float32Array.from({ length: count }, (_, index) => {
    let x = (Math.imul(index, 0x9e3779b1) + seed) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x = (x ^ (x >>> 16)) >>> 0;
    return (x / 2 ** 32 - 0.5) * 0.5 + middle;
  });
}

/** The upper half of each float's bits, as BF16 keeps them: exact for none of these values. */
function toBf16(values: Float32Array): Uint8Array {
  const halves = Uint16Array.from(
    new Uint32Array(values.buffer, values.byteOffset, values.length),
    (bits) => bits >>> 16,
  );
  return new Uint8Array(halves.buffer);
}

/** Writes the case's model as one file of safetensors with its config. */
function writeCase({ title, config: json }: Case, type: SafetensorsType): string {
  const dir = path.join(scratch, `${title.replaceAll(/\W+/g, "-")}-${type}`);
  mkdirSync(dir);
  const config = parseConfig(json, "config.json");
  const tensors = tensorShapes(config).map(({ name, rows, cols }) => {
    const stored = huggingFaceName(name, config);
    const values = goldenWeight(stored, rows * cols, config.architecture === "gemma");
    const data = type === "BF16" ? toBf16(values) : new Uint8Array(values.buffer);
    return { name: stored, type, shape: rows === 1 ? [cols] : [rows, cols], data };
  });
  writeSafetensors(path.join(dir, "model.safetensors"), tensors);
  writeFileSync(path.join(dir, "config.json"), JSON.stringify(json));
  writeManifest(dir, ["config.json", "model.safetensors"]);
  return dir;
}

for (const one of golden.cases) {
  test(`transformers' logits: ${one.title}`, async () => {
    const model = await openModel(writeCase(one, "F32"));
    const wanted = new Float32Array(new Uint8Array(Buffer.from(one.logits, "base64")).buffer);
    const found = forward(model, golden.tokens).flatMap((row) => [...row]);
    assert.equal(found.length, wanted.length);
    const largest = Math.max(...found.map((logit, i) => Math.abs(logit - wanted[i])));
    const scale = Math.max(...wanted.map(Math.abs));
    assert.ok(largest < 2e-5 * scale, `off by ${largest} of ${scale}`);
  });

  test(`the same model from a GGUF file: ${one.title}`, async () => {
    const model = await openModel(writeCase(one, "BF16"));
    const dir = path.join(scratch, `${one.title.replaceAll(/\W+/g, "-")}-gguf`);
    mkdirSync(dir);
    writeGguf(path.join(dir, "model.gguf"), model, "f32");
    writeManifest(dir, ["model.gguf"]);
    const opened = await openModel(dir);
    assert.deepEqual([...opened.tensors.keys()], [...model.tensors.keys()]);
    for (const [name, { rows }] of model.tensors) {
      assert.deepEqual(opened.dequantise(name), model.dequantise(name), name);
      assert.deepEqual(opened.rows!(name, rows >> 1, 1), model.rows!(name, rows >> 1, 1), name);
    }
    const [ours, theirs] = [forward(model, golden.tokens), forward(opened, golden.tokens)];
    for (const [t, row] of ours.entries())
      for (const [i, logit] of row.entries()) assert.ok(Math.abs(logit - theirs[t][i]) < 1e-4 * Math.abs(logit) + 1e-4);
  });
}

test("a value that is no number, a tensor that is missing or of another shape: one error that names it", async () => {
  const [one] = golden.cases;
  const config = parseConfig(one.config, "config.json");
  const tensors = tensorShapes(config).map(({ name, rows, cols }): TensorToWrite => {
    const data = new Uint8Array(goldenWeight(name, rows * cols, false).buffer);
    return { name, type: "F32", shape: rows === 1 ? [cols] : [rows, cols], data };
  });
  const open = (made: TensorToWrite[], title: string) => {
    const dir = path.join(scratch, title);
    mkdirSync(dir);
    writeSafetensors(path.join(dir, "model.safetensors"), made);
    writeFileSync(path.join(dir, "config.json"), JSON.stringify(one.config));
    writeManifest(dir, ["config.json", "model.safetensors"]);
    return openModel(dir);
  };
  const name = "model.layers.1.mlp.up_proj.weight";
  const change = (to: (tensor: TensorToWrite) => TensorToWrite[]) =>
    tensors.flatMap((tensor) => (tensor.name === name ? to(tensor) : [tensor]));

  const broken = new Uint8Array(tensors.find((tensor) => tensor.name === name)!.data);
  new DataView(broken.buffer).setFloat32(400, Number.NaN, true);
  const model = await open(
    change((tensor) => [{ ...tensor, data: broken }]),
    "nan",
  );
  for (const read of [() => model.dequantise(name), () => model.rows!(name, 0, 4)])
    assert.throws(read, {
      code: "modelCorrupt",
      message: /model\.safetensors.*"model\.layers\.1\.mlp\.up_proj\.weight".*not a finite/,
    });
  assert.equal(model.rows!(name, 4, 1).length, config.hiddenSize); // the others can be read

  await assert.rejects(
    open(
      change(() => []),
      "missing",
    ),
    { code: "modelCorrupt", message: /no tensor "model\.layers\.1\.mlp\.up_proj\.weight"/ },
  );
  await assert.rejects(
    open(
      change((tensor) => [{ ...tensor, shape: tensor.shape.toReversed() }]),
      "turned",
    ),
    { code: "modelCorrupt", message: /up_proj\.weight" is F32 \[64,96\], and floats \[96,64\] are needed/ },
  );
});
