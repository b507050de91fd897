// The model on a WebGPU device, where there is one (Mesa's software Vulkan will do), against the processor in the same weights. In a process of
// its own, as every test file: a broken driver ends this one only.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, describe, test } from "node:test";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { GpuForm } from "../../server/engine/graph/decoderGraph.ts";
import { goldenOf, tryCandidate } from "../../server/engine/load/deviceTrial.ts";
import { listGpus } from "../../server/engine/load/gpuList.ts";
import { type DeviceOptions, loadDecoder } from "../../server/engine/load/loadDecoder.ts";
import { selfTest, toleranceOf } from "../../server/engine/load/selfTest.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { FAMILIES } from "../../server/engine/models/config.ts";
import type { Decoder, KvCache } from "../../server/engine/runtime/decoder.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { processProbe } from "../../server/host/deviceProcess.ts";
import { FAMILY_OPTIONS } from "../support/families.ts";
import { request, Sandbox, until } from "../support/hostProcess.ts";
import { tinyModel } from "../support/tinyModel.ts";
import { writeStoredCopy } from "../unit/engine/models/storedCopy.ts";

const [gpu] = await listGpus();
const skip = gpu ? false : "no driver of a graphics processor is installed (Debian: mesa-vulkan-drivers)";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-webgpu-"));
const opened: Decoder[] = [];
after(() => {
  for (const decoder of opened) decoder.dispose();
  rmSync(scratch, { recursive: true });
});

const model = tinyModel();
const { vocabSize } = model.config;
const options: DeviceOptions = { cacheDir: path.join(scratch, "cache"), threads: 1 };
const limits = { capacity: 256 };
const SHORT = 31; // rows of a run that are right on every device

const tokensFrom = (seed: number, count: number) =>
  Array.from({ length: count }, (_, i) => (i * i + 37 * i + seed * 91) % vocabSize);
const TOKENS = tokensFrom(1, 100);

async function open(change: Partial<DeviceOptions>, of = model): Promise<Decoder> {
  const decoder = await loadDecoder(of, { ...options, ...change }, limits);
  opened.push(decoder);
  return decoder;
}

const last = async (decoder: Decoder, cache: KvCache, tokens: readonly number[], past = 0) =>
  Float32Array.from(await decoder.run(cache, tokens, past, [tokens.length - 1]));

/** The logits after each token, [tokens, vocab], run in chunks. */
async function inChunks(decoder: Decoder, tokens: readonly number[], size: number): Promise<Float32Array[]> {
  const cache = decoder.createCache();
  const rows: Float32Array[] = [];
  for (let past = 0; past < tokens.length; past += size) {
    const chunk = tokens.slice(past, past + size);
    const logits = await decoder.run(cache, chunk, past, [...chunk.keys()]);
    for (let row = 0; row < chunk.length; row++) rows.push(logits.slice(row * vocabSize, (row + 1) * vocabSize));
  }
  cache.dispose();
  return rows;
}

const difference = (a: Float32Array, b: Float32Array) =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
const differences = (a: Float32Array[], b: Float32Array[]) => Math.max(...a.map((row, i) => difference(row, b[i])));

/** By how much logits may differ: sums in another order; half floats besides. */
const TOLERANCE: Record<GpuForm, number> = { gpu8: 1e-3, gpu4: 1e-3, gpu16: 0.5 };

for (const form of ["gpu8", "gpu4", "gpu16"] as const) {
  describe(`${form} on WebGPU`, { skip }, () => {
    const load = () => open({ device: "webgpu", form, mostRows: SHORT });
    const processor = () => open({ form: form === "gpu16" ? "gpu8" : form });

    test("computes what the processor computes, in chunks of any size", async () => {
      const wanted = await inChunks(await processor(), TOKENS, TOKENS.length);
      const decoder = await load();
      assert.equal(decoder.device, "webgpu");
      for (const size of [1, 7, 31, 100]) {
        const found = differences(await inChunks(decoder, TOKENS, size), wanted);
        assert.ok(found < TOLERANCE[form], `chunks of ${size}: ${found}`);
      }
    });

    test("writes the processor's tokens, wherever those are no near ties", async () => {
      const [oracle, decoder] = [await processor(), await load()];
      const [onProcessor, onDevice] = [oracle.createCache(), decoder.createCache()];
      const prompt = tokensFrom(2, 40);
      let [wanted, found] = [await last(oracle, onProcessor, prompt), await last(decoder, onDevice, prompt)];
      let decided = 0;
      for (let past = prompt.length; past < prompt.length + 40; past++) {
        const [best, second] = wanted.toSorted((a, b) => b - a);
        const token = wanted.indexOf(best);
        if (best - second > toleranceOf(form).nearTie) {
          assert.equal(found.indexOf(Math.max(...found)), token, `at ${past}`);
          decided++;
        }
        wanted = await last(oracle, onProcessor, [token], past);
        found = await last(decoder, onDevice, [token], past);
      }
      assert.ok(decided > 10, `${decided}`);
    });

    test("cached = uncached, copied = fresh, and two caches do not disturb each other", async () => {
      const decoder = await load();
      const [a, b, copy] = [decoder.createCache(), decoder.createCache(), decoder.createCache()];
      const wanted = await last(decoder, a, TOKENS);
      await last(decoder, b, tokensFrom(3, 120));
      copy.copyFrom(a, 60);
      assert.ok(difference(await last(decoder, a, [...TOKENS.slice(0, 60), ...tokensFrom(4, 40)]), wanted) > 0.01);
      assert.ok(difference(await last(decoder, copy, TOKENS.slice(60), 60), wanted) < TOLERANCE[form], "copied");
      assert.ok(difference(await last(decoder, a, TOKENS.slice(60), 60), wanted) < TOLERANCE[form], "cached");
      assert.ok(difference(await last(decoder, b, TOKENS), wanted) < TOLERANCE[form], "another cache");
    });
  });
}

describe("families on WebGPU", { skip }, () => {
  for (const family of FAMILIES) {
    for (const form of ["gpu8", "gpu16"] as const) {
      test(`${family} in ${form}: what the processor computes; its tokens, wherever those are no near ties`, async () => {
        const ofFamily = { ...tinyModel(8, FAMILY_OPTIONS[family]), weightsSha256: `gpu-${family}` };
        const wanted = await inChunks(await open({ form: "gpu8" }, ofFamily), TOKENS, TOKENS.length);
        const decoder = await open({ device: "webgpu", form, mostRows: SHORT }, ofFamily);
        const found = await inChunks(decoder, TOKENS, SHORT);
        assert.ok(differences(found, wanted) < TOLERANCE[form], `${differences(found, wanted)}`);
        let decided = 0;
        for (const [t, row] of wanted.entries()) {
          const [best, second] = row.toSorted((a, b) => b - a);
          if (best - second <= toleranceOf(form).nearTie) continue;
          assert.equal(found[t].indexOf(Math.max(...found[t])), row.indexOf(best), `at ${t}`);
          decided++;
        }
        assert.ok(decided > 20, `${decided}`);
      });
    }
  }
});

describe("a WebGPU device", { skip }, () => {
  test("passes the self-test in runs that it computes rightly, and other weights do not", async () => {
    const golden = await goldenOf(model, options);
    const others = await goldenOf(tinyModel(2), options);
    for (const form of ["gpu8", "gpu16"] as const) {
      const decoder = await open({ device: "webgpu", form, mostRows: SHORT });
      assert.deepEqual(
        { ...(await selfTest(decoder, golden, form)), compared: 0, nearTies: 0 },
        { ok: true, compared: 0, nearTies: 0 },
      );
      assert.equal((await selfTest(decoder, others, form)).ok, false);
    }
  });

  test("many caches that come and go leave room for the next", async () => {
    const decoder = await open({ device: "webgpu", form: "gpu8", mostRows: SHORT });
    const wanted = await last(decoder, decoder.createCache(), TOKENS.slice(0, 20));
    for (let round = 0; round < 100; round++) {
      const [cache, copy] = [decoder.createCache(), decoder.createCache()];
      await last(decoder, cache, TOKENS.slice(0, 20));
      copy.copyFrom(cache, 20);
      cache.dispose();
      assert.ok(difference(await last(decoder, copy, [TOKENS[19]], 19), wanted) < 1e-3);
      copy.dispose();
    }
  });

  test("is tried and measured", async () => {
    const trial = await tryCandidate(model, { device: "webgpu", form: "gpu8" }, options);
    assert.ok(trial.works, trial.reason);
    assert.ok(trial.mostRows === undefined || trial.mostRows === SHORT);
    assert.ok(trial.prefillTokensPerSecond! > 0 && trial.decodeTokensPerSecond! > 0);
  });

  test("takes over from the processor in the host: listed, tried in a process of its own, loaded, told", async () => {
    const modelDir = path.join(scratch, "model");
    mkdirSync(modelDir);
    const tokenizer = await loadTokenizer(embeddedModelDir());
    writeStoredCopy(modelDir, tinyModel(1, { vocabSize: tokenizer.vocabSize }));
    copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(modelDir, "tokenizer.json"));
    const { backends, gpus } = await processProbe({ modelDir }, { cacheDir: scratch }).offer();
    assert.ok(backends.includes("webgpu") && gpus[0].name === gpu.name);

    const box = new Sandbox();
    try {
      const hostScript = path.join(packageRoot(import.meta.dirname), "server/main.ts");
      const env = { SOTTO_MODEL_DIR: modelDir, SOTTO_DEVICE: "webgpu", SOTTO_THREADS: "1" };
      const client = box.client({ hostScript, env });
      const write = () => client.generate(request({ maxTokens: 8 }), () => {}, new AbortController().signal);
      assert.ok((await write()).tokens.generated > 0); // on the processor, most likely
      const status = await until("it runs on WebGPU", () => {
        const { host } = client.status();
        assert.equal(host?.fallbackReason, undefined);
        return host?.device === "webgpu" ? host : undefined;
      });
      assert.match(status.runtime, /^binding 1\.30\.0, gpu(8|16), /);
      assert.ok((await write()).tokens.generated > 0);
    } finally {
      await box.dispose();
    }
  });
});
