import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { computeForm } from "../../../../server/engine/graph/computeForm.ts";
import { KernelProbe } from "../../../../server/engine/graph/kernelProbe.ts";
import { loadCApi } from "../../../../server/engine/runtime/cApi.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const cacheDir = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-probe-"));
after(() => fs.rm(cacheDir, { recursive: true }));

/** Runs the probe through the fast kernels, or the exact ones. */
async function probe(exactBytes: boolean): Promise<number[]> {
  const api = await loadCApi();
  const { probePath } = await computeForm(tinyModel(), { cacheDir });
  const session = await api.createSession(probePath, { threads: 1, exactBytes });
  const sums = new Float32Array(KernelProbe.outputShape[0] * KernelProbe.outputShape[1]);
  const bytes = new Uint8Array(KernelProbe.inputShape[0] * KernelProbe.inputShape[1]).fill(KernelProbe.inputValue);
  const binding = session.createBinding();
  session.bindInput(binding, KernelProbe.input, bytes, KernelProbe.inputShape);
  session.bindOutput(binding, KernelProbe.output, sums, KernelProbe.outputShape);
  await session.run(binding);
  session.dispose();
  return [...sums];
}

test("the exact kernels give the right sums", async () => {
  assert.deepEqual(await probe(true), new Array(32).fill((255 - 128) * 127 * 32));
});

const hasVnni =
  process.platform === "linux" && /\b(avx512_vnni|avx_vnni)\b/.test(readFileSync("/proc/cpuinfo", "utf8"));
test("with VNNI, so do the fast ones", { skip: !hasVnni && process.arch === "x64" && "no VNNI here" }, async () => {
  assert.deepEqual(await probe(false), new Array(32).fill(KernelProbe.outputValue));
});
