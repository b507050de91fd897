import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { computeForm } from "../../../server/graph/computeForm.ts";
import { UserError } from "../../../server/protocol/errors.ts";
import { tinyModel } from "../../fixtures/tinyModel.ts";

const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-form-"));
after(() => fs.rm(scratch, { recursive: true }));

/** Node 22.16 and 22.17 take types out only when told to; the tests' own process was told. */
const isTypesFlag = (flag: string) => flag === "--experimental-strip-types";

let folders = 0;
const newCacheDir = () => path.join(scratch, `cache-${folders++}`);
const model = tinyModel();

/** The form's folder after it was derived into a new cache folder. */
async function derived() {
  const cacheDir = newCacheDir();
  const { graphPath } = await computeForm(model, { cacheDir });
  return { cacheDir, dir: path.dirname(graphPath), weights: path.join(path.dirname(graphPath), "weights.bin") };
}

test("a form is derived once and found afterwards", async () => {
  const cacheDir = newCacheDir();
  const first = await computeForm(model, { cacheDir });
  const second = await computeForm(model, { cacheDir });
  assert.deepEqual([first.derived, first.found], [true, "absent"]);
  assert.deepEqual([second.derived, second.found], [false, "intact"]);
  assert.equal(second.graphPath, first.graphPath);
});

test("other weights, another shape and another form have a place of their own", async () => {
  const cacheDir = newCacheDir();
  const wider = { ...model, config: { ...model.config, ropeTheta: 1e6 } };
  const paths = [
    await computeForm(model, { cacheDir }),
    await computeForm(tinyModel(2), { cacheDir }),
    await computeForm(wider, { cacheDir }),
    await computeForm(model, { cacheDir, form: "fp32" }),
  ].map(({ graphPath }) => graphPath);
  assert.equal(new Set(paths).size, 4);
});

for (const file of ["weights.bin", "decoder.onnx", "decoder-rows.onnx", "manifest.json"]) {
  test(`a truncated ${file} is derived anew`, async () => {
    const { cacheDir, dir } = await derived();
    await fs.truncate(path.join(dir, file), 100);
    const again = await computeForm(model, { cacheDir });
    assert.equal(again.found, file === "manifest.json" ? "unreadable" : "truncated");
    assert.equal((await computeForm(model, { cacheDir })).found, "intact");
  });
}

test("one altered byte is found, and the form derived anew is the first one", async () => {
  const { cacheDir, weights } = await derived();
  const bytes = await fs.readFile(weights);
  const altered = Buffer.from(bytes);
  altered[5000] ^= 1;
  await fs.writeFile(weights, altered);
  assert.equal((await computeForm(model, { cacheDir })).found, "altered");
  assert.deepEqual(await fs.readFile(weights), bytes);
});

test("a missing file is found", async () => {
  const { cacheDir, weights } = await derived();
  await fs.rm(weights);
  assert.equal((await computeForm(model, { cacheDir })).found, "truncated");
  assert.equal((await computeForm(model, { cacheDir })).found, "intact");
});

test("a file that has another name, or is a link, is refused", async () => {
  const { cacheDir, weights } = await derived();
  await fs.link(weights, path.join(scratch, "hard"));
  assert.equal((await computeForm(model, { cacheDir })).found, "linked");
  await fs.rename(weights, path.join(scratch, "elsewhere"));
  await fs.symlink(path.join(scratch, "elsewhere"), weights);
  assert.equal((await computeForm(model, { cacheDir })).found, "linked");
  assert.equal((await computeForm(model, { cacheDir })).found, "intact");
});

test("several at once end with one whole form and no rest", async () => {
  const cacheDir = newCacheDir();
  const results = await Promise.all(Array.from({ length: 4 }, () => computeForm(model, { cacheDir })));
  assert.equal(new Set(results.map(({ graphPath }) => graphPath)).size, 1);
  assert.equal((await fs.readdir(path.join(cacheDir, "forms"))).length, 1);
  assert.equal((await computeForm(model, { cacheDir })).found, "intact");
});

test("a process killed at any moment leaves a whole form or none", async () => {
  const states = new Set<string>();
  for (let killMs = 0; killMs < 40; killMs += 7) {
    const cacheDir = newCacheDir();
    const script = path.join(import.meta.dirname, "deriveForever.ts");
    const child = spawn(process.execPath, [...process.execArgv.filter(isTypesFlag), script, cacheDir], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    await sleep(killMs);
    child.kill("SIGKILL");
    await once(child, "exit");
    states.add((await computeForm(model, { cacheDir })).found);
    assert.equal((await computeForm(model, { cacheDir })).found, "intact");
  }
  for (const state of states) assert.ok(state === "absent" || state === "intact", state);
});

test("what a dead process left long ago is cleared away", async () => {
  const cacheDir = newCacheDir();
  const rest = path.join(cacheDir, "forms", "0123.tmp-999999999-1");
  await fs.mkdir(rest, { recursive: true });
  const longAgo = new Date(Date.now() - 3_600_000);
  await fs.utimes(rest, longAgo, longAgo);
  await computeForm(model, { cacheDir });
  assert.equal((await fs.readdir(path.join(cacheDir, "forms"))).length, 1);
});

test("a cache folder that cannot be written gives one clear error", async () => {
  const file = path.join(scratch, "a file");
  await fs.writeFile(file, "");
  await assert.rejects(
    computeForm(model, { cacheDir: file }),
    (error) => error instanceof UserError && error.code === "cacheUnwritable" && error.message.includes(file),
  );
});

test("a model without a graph here is refused", async () => {
  const untied = { ...model, config: { ...model.config, tiedEmbeddings: false } };
  await assert.rejects(
    computeForm(untied, { cacheDir: newCacheDir() }),
    (error) => error instanceof UserError && error.code === "modelUnsupported",
  );
});
