// Models and adapters for servers, read back with our own readers: the weights as they are used, the factors alone, llama.cpp's order of rows.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { exportAdapter } from "../../../../finetune/store/exportAdapter.ts";
import { exportModel } from "../../../../finetune/store/exportModel.ts";
import { keepAdapter } from "../../../../finetune/store/keepAdapter.ts";
import { freePort } from "../../../../lab/bench/peer/freePort.ts";
import { AdapterFiles, adaptableLayers, type LowRank } from "../../../../server/engine/adapters/adapter.ts";
import { readAdapter } from "../../../../server/engine/adapters/readAdapter.ts";
import { writeAdapter } from "../../../../server/engine/adapters/writeAdapter.ts";
import { openAdapted } from "../../../../server/engine/load/openAdapted.ts";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { openGguf } from "../../../../server/engine/models/gguf.ts";
import { openModel, type StoredModel } from "../../../../server/engine/models/modelStore.ts";
import { ggufRowOrder } from "../../../../server/engine/models/tensors.ts";
import { TIER_MODEL_IDS } from "../../../../server/engine/models/tiers.ts";
import { loadTokenizer } from "../../../../server/engine/tokenizer/bpeTokenizer.ts";
import { findAdapter } from "../../../../src/adapters/adapterStore.ts";
import { noFacts } from "../../../../src/adapters/storedAdapter.ts";
import { SHARDS, SMALL_CONFIG, writeManifest, writeSmallModel } from "../../../support/storedFolder.ts";
import { torchPython } from "../../../support/torchPython.ts";
import { sampleAdapter } from "../../adapters/sampleAdapter.ts";
import { workspaceAdapter } from "./adaptedModel.ts";

const { python, skip } = await torchPython();
const scratch = mkdtempSync(path.join(tmpdir(), "sotto-server-"));
after(() => rmSync(scratch, { recursive: true }));
const [modelDir, root, dataDir] = ["model", "workspace", "data"].map((name) => path.join(scratch, name));
for (const dir of [modelDir, root]) mkdirSync(dir);

/** A small model with the embedded one's tokenizer and an adapter of its own, with rows of the embedding. */
writeSmallModel(modelDir, { ...SMALL_CONFIG, vocabSize: 16_384 }, TIER_MODEL_IDS.quick);
copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
const plain = await openModel(modelDir);
writeAdapter(path.join(modelDir, "adapters", "fim"), { ...sampleAdapter(plain), promptFormat: 1 }, plain, {});
const listed = Object.values(AdapterFiles).map((name) => `adapters/fim/${name}`);
writeManifest(
  modelDir,
  ["config.json", "model.safetensors.index.json", "tokenizer.json", ...SHARDS, ...listed],
  TIER_MODEL_IDS.quick,
);
const manifest = path.join(modelDir, "manifest.json");
writeFileSync(manifest, JSON.stringify({ ...JSON.parse(readFileSync(manifest, "utf8")), adapter: "adapters/fim" }));
const used = await openAdapted(modelDir);

let kept = 0;
function keep(base: StoredModel, adapter: Parameters<typeof writeAdapter>[1]): string {
  const dir = path.join(scratch, `trained-${kept++}`);
  writeAdapter(dir, adapter, base, {});
  return keepAdapter(root, dir, noFacts, { dataDir });
}

const same = (one: Float32Array, other: Float32Array, relative: number) => {
  assert.equal(one.length, other.length);
  for (const [i, value] of one.entries())
    if (Math.abs(value - other[i]) > relative * Math.abs(value)) assert.fail(`${value} and ${other[i]} at ${i}`);
};

/** Each tensor of a model that was read back. */
async function compareModels(dir: string, names: string[], relative: number) {
  writeManifest(dir, names, "back");
  const back = await openModel(dir);
  assert.deepEqual([...back.tensors.keys()].sort(), [...used.tensors.keys()].sort());
  for (const name of used.tensors.keys()) same(used.dequantise(name), back.dequantise(name), relative);
  return back;
}

test("a model's folder holds the weights as they are used, and tells how a prompt is laid out", async () => {
  const exact = path.join(scratch, "exact");
  await exportModel(modelDir, exact, { type: "f32" });
  const names = ["config.json", "model.safetensors", "tokenizer.json"];
  await compareModels(exact, names, 0);
  const half = path.join(scratch, "half");
  const exported = await exportModel(modelDir, half);
  assert.equal(exported.weightsSha256, used.weightsSha256);
  await compareModels(half, names, 2 ** -8);
  const about = JSON.parse(readFileSync(path.join(half, "sotto.json"), "utf8"));
  const markers = about.prompt.flatMap((part: { token?: string; id?: number }) =>
    part.token ? [[part.token, part.id]] : [],
  );
  assert.deepEqual(markers, [
    ["<file_sep>", 5],
    ["<fim_suffix>", 8],
    ["<fim_prefix>", 7],
    ["<fim_middle>", 9],
  ]);
  const config = JSON.parse(readFileSync(path.join(half, "config.json"), "utf8"));
  assert.deepEqual([config.dtype, config.quantization_config], ["bfloat16", undefined]);
  await assert.rejects(exportModel(modelDir, half), /not empty/);
});

test("a GGUF file of the model is read back with the same weights and the same tokens", async () => {
  const dir = path.join(scratch, "gguf");
  await exportModel(modelDir, dir, { type: "f32", form: "gguf" });
  const file = `${TIER_MODEL_IDS.quick}.gguf`;
  const back = await compareModels(dir, [file], 0);
  const { ropeTheta, normEps, contextLength, headDim } = used.config;
  assert.deepEqual(
    [back.config.ropeTheta, back.config.normEps, back.config.contextLength, back.config.headDim],
    [ropeTheta, normEps, contextLength, headDim],
  );
  const [ours, theirs] = [await loadTokenizer(modelDir), await loadTokenizer(dir)];
  const text = "function f(a1) {\n\treturn 2026 + a1; // ü\n}\n";
  assert.deepEqual(theirs.encode(text), ours.encode(text));
  assert.equal(theirs.specialId("<fim_middle>"), 9);
});

test("for vLLM the workspace's factors go alone, as an adapter of the model as it is used", async () => {
  const adapter = workspaceAdapter(used, 4);
  const id = keep(used, adapter);
  const dir = path.join(scratch, "vllm");
  const exported = await exportAdapter(root, id, dir, modelDir, dataDir, "vllm");
  assert.equal(exported.rank, adapter.rank);
  const config = JSON.parse(readFileSync(path.join(dir, "adapter_config.json"), "utf8"));
  assert.deepEqual([config.r, config.lora_alpha, config.trainable_token_indices], [adapter.rank, adapter.alpha, null]);
  const back = await readAdapter(dir, used);
  for (const [layer, { a, b }] of adapter.matrices) {
    same(a, back.matrices.get(layer)!.a, 0);
    same(b, back.matrices.get(layer)!.b, 0);
  }
});

test("PEFT computes with the exported adapter on the exported model what the merged model computes", {
  skip,
}, async (t) => {
  const adapter = workspaceAdapter(used, 4);
  const id = keep(used, adapter);
  const [base, factors, merged] = ["peft-base", "peft-adapter", "peft-merged"].map((name) => path.join(scratch, name));
  await exportModel(modelDir, base, { type: "f32" });
  await exportAdapter(root, id, factors, modelDir, dataDir, "vllm");
  await exportModel(modelDir, merged, { adapter: findAdapter(root, id, dataDir).dir, type: "f32" });
  const script = path.join(import.meta.dirname, "..", "torch", "peftLogits.py");
  const { stdout } = await promisify(execFile)(python, [script, base, factors, merged]);
  const { cosine, top1, largest, moved } = JSON.parse(stdout.trim().split("\n").at(-1)!);
  t.diagnostic(stdout.trim().split("\n").at(-1)!);
  assert.ok(cosine > 0.999999 && top1 === 1 && largest < 1e-4, stdout);
  assert.ok(moved > 100 * largest, "the adapter does nothing, so that nothing was compared");
});

test("for llama.cpp the factors lie under its names, with the rows of queries and keys in its order", async () => {
  const adapter = workspaceAdapter(used, 4);
  const q = "model.layers.0.self_attn.q_proj";
  const { hiddenSize, heads, headDim } = used.config;
  const rank = adapter.rank;
  const value = (count: number) => Float32Array.from({ length: count }, (_, i) => ((i * 7) % 64) / 64);
  const factors = { a: value(rank * hiddenSize), b: value(heads * headDim * rank) };
  const id = keep(used, { ...adapter, matrices: new Map([...adapter.matrices, [q, factors]]) });
  const dir = path.join(scratch, "adapter-gguf");
  await exportAdapter(root, id, dir, modelDir, dataDir, "gguf");
  assert.deepEqual(readdirSync(dir).sort(), ["README.md", "adapter.gguf"]);
  const gguf = openGguf(path.join(dir, "adapter.gguf"));
  assert.deepEqual(
    ["general.type", "general.architecture", "adapter.type", "adapter.lora.alpha"].map((key) => gguf.metadata.get(key)),
    ["adapter", "llama", "lora", adapter.alpha],
  );
  assert.equal(gguf.tensors.size, 2 * (adapter.matrices.size + 1));
  same(factors.a, gguf.values("blk.0.attn_q.weight.lora_a"), 0);
  const stored = gguf.values("blk.0.attn_q.weight.lora_b");
  for (const [row, to] of ggufRowOrder(`${q}.weight`, used.config)!.entries())
    same(factors.b.subarray(row * rank, (row + 1) * rank), stored.subarray(to * rank, (to + 1) * rank), 0);
});

const server = process.env.SOTTO_TEST_LLAMA_SERVER;

/** The likeliest next tokens after some ids, from a llama-server that is started for it. */
async function askServer(args: readonly string[]): Promise<Map<number, number>> {
  const port = await freePort();
  const child = spawn(
    server!,
    [...args, "--host", "127.0.0.1", "--port", String(port), "-c", "64", "-t", "1", "--device", "none"],
    {
      stdio: "ignore",
      env: { ...process.env, LD_LIBRARY_PATH: path.dirname(server!) },
    },
  );
  try {
    const prompt = [5, 8, 7, 9, ...Array.from({ length: 20 }, (_, i) => (37 * i * i + 100) % used.config.vocabSize)];
    const body = JSON.stringify({
      prompt,
      n_predict: 1,
      n_probs: 20,
      temperature: 0,
      return_tokens: true,
      post_sampling_probs: false,
    });
    for (const endMs = Date.now() + 120_000; Date.now() < endMs; await sleep(500)) {
      const response = await fetch(`http://127.0.0.1:${port}/completion`, { method: "POST", body }).catch(
        () => undefined,
      );
      if (!response?.ok) continue; // it is loading
      const answer = (await response.json()) as {
        completion_probabilities: [{ top_logprobs: { id: number; logprob: number }[] }];
      };
      return new Map(answer.completion_probabilities[0].top_logprobs.map(({ id, logprob }) => [id, logprob]));
    }
    throw new Error("llama-server did not answer");
  } finally {
    child.kill();
  }
}

test("llama.cpp computes with the exported adapter on the exported model what the merged model computes", {
  skip: server === undefined && "SOTTO_TEST_LLAMA_SERVER names no llama-server",
}, async (t) => {
  const layers = [...adaptableLayers(used.config)];
  const value = (count: number, seed: number) =>
    Float32Array.from({ length: count }, (_, i) => ((((i + seed) * 41) % 129) - 64) / 256);
  const factors = layers.map(([layer, { inputs, outputs }], i): [string, LowRank] => {
    return [layer, { a: value(4 * inputs, i), b: value(outputs * 4, i + 9) }];
  });
  const id = keep(used, { promptFormat: 1, rank: 4, alpha: 8, matrices: new Map(factors), embeddingRows: new Map() });
  const [base, alone, merged] = ["llama-base", "llama-adapter", "llama-merged"].map((name) => path.join(scratch, name));
  await exportModel(modelDir, base, { type: "f32", form: "gguf" });
  await exportAdapter(root, id, alone, modelDir, dataDir, "gguf");
  await exportModel(modelDir, merged, { adapter: findAdapter(root, id, dataDir).dir, type: "f32", form: "gguf" });
  const file = `${TIER_MODEL_IDS.quick}.gguf`;
  const plainAnswer = await askServer(["-m", path.join(base, file)]);
  const adapted = await askServer(["-m", path.join(base, file), "--lora", path.join(alone, "adapter.gguf")]);
  const wanted = await askServer(["-m", path.join(merged, file)]);
  const distance = (one: Map<number, number>) =>
    Math.max(
      ...[...wanted].map(([token, logprob]) => Math.abs((one.get(token) ?? Number.POSITIVE_INFINITY) - logprob)),
    );
  t.diagnostic(
    `log probabilities of 20 tokens differ by at most ${distance(adapted)}, without the adapter by ${distance(plainAnswer)}`,
  );
  assert.equal([...adapted.keys()][0], [...wanted.keys()][0]);
  assert.ok(distance(adapted) < 1e-4, String(distance(adapted)));
  assert.ok(distance(plainAnswer) > 1e-2, "the adapter does nothing, so that nothing was compared");
});

test("an adapter with rows of the embedding, or of the plain model, is none for a server; merged it is", async () => {
  const rows = new Map([[3, new Float32Array(used.config.hiddenSize).fill(0.5)]]);
  const withRows = keep(used, { ...workspaceAdapter(used, 4), embeddingRows: rows });
  const ofPlain = keep(plain, workspaceAdapter(plain, 4));
  const cases: [string, RegExp][] = [
    [withRows, /replaces rows of the embedding/],
    [ofPlain, /belongs to the plain model/],
  ];
  for (const [id, told] of cases)
    for (const form of ["vllm", "gguf"] as const)
      await assert.rejects(exportAdapter(root, id, path.join(scratch, "none"), modelDir, dataDir, form), {
        message: told,
      });
  const merged = path.join(scratch, "merged");
  await exportModel(modelDir, merged, { adapter: findAdapter(root, withRows, dataDir).dir, type: "f32" });
  writeManifest(merged, ["config.json", "model.safetensors", "tokenizer.json"], "merged");
  const embedding = (await openModel(merged)).rows!("model.embed_tokens.weight", 3, 1);
  same(rows.get(3)!, embedding, 0);
});
