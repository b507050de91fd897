import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../../../common/errors.ts";
import { computeForm } from "../../../../server/engine/graph/computeForm.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

const scratch = await fs.mkdtemp(path.join(os.tmpdir(), "sotto-form-"));
after(() => fs.rm(scratch, { recursive: true }));

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

/** The folder's files with their content. */
async function contents(dir: string): Promise<Map<string, Buffer>> {
  const names = (await fs.readdir(dir)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await fs.readFile(path.join(dir, name))] as const)),
  );
}

/** Damages a form that was just derived; the next use must find it so, and make again what was there first. */
async function madeAgain(found: string, damage: (dir: string) => Promise<unknown>): Promise<void> {
  const { cacheDir, dir } = await derived();
  const first = await contents(dir);
  await damage(dir);
  assert.equal((await computeForm(model, { cacheDir })).found, found);
  assert.deepEqual(await contents(dir), first);
  assert.equal((await computeForm(model, { cacheDir })).found, "intact");
  assert.deepEqual(await fs.readdir(path.join(cacheDir, "forms")), [path.basename(dir)]);
}

const LOW_RANK_FILES = ["decoder-low-rank.onnx", "decoder-low-rank-rows.onnx", "smoothing.bin"];
const FILES = ["weights.bin", "decoder.onnx", "decoder-rows.onnx", "probe.onnx", ...LOW_RANK_FILES];
for (const file of FILES) {
  test(`a byte of ${file} altered, wherever it is`, async () => {
    for (const at of [0, 0.5, 1]) {
      await madeAgain("altered", async (dir) => {
        const bytes = await fs.readFile(path.join(dir, file));
        bytes[Math.round(at * (bytes.length - 1))] ^= 0x80;
        await fs.writeFile(path.join(dir, file), bytes);
      });
    }
  });

  test(`${file} missing, empty, longer, or a folder`, async () => {
    await madeAgain("truncated", (dir) => fs.rm(path.join(dir, file)));
    await madeAgain("truncated", (dir) => fs.truncate(path.join(dir, file)));
    await madeAgain("truncated", (dir) => fs.appendFile(path.join(dir, file), "\0"));
    await madeAgain("linked", async (dir) => {
      await fs.rm(path.join(dir, file));
      await fs.mkdir(path.join(dir, file));
    });
  });
}

test("a manifest that is missing, a folder, or none of ours", async () => {
  const manifest = (dir: string) => path.join(dir, "manifest.json");
  await madeAgain("absent", (dir) => fs.rm(manifest(dir)));
  await madeAgain("linked", async (dir) => {
    await fs.rm(manifest(dir));
    await fs.mkdir(manifest(dir));
  });
  const sha256 = "0".repeat(64);
  const bad = [null, [], {}, { files: [] }, { files: {} }, { files: [null] }, { files: [{ name: "weights.bin" }] }];
  const outside = { files: [{ name: "../weights.bin", sizeBytes: 1, sha256 }] };
  const negative = { files: [{ name: "weights.bin", sizeBytes: -1, sha256 }] };
  for (const json of [...bad, outside, negative]) {
    await madeAgain("unreadable", (dir) => fs.writeFile(manifest(dir), JSON.stringify(json)));
  }
  await madeAgain("unreadable", (dir) => fs.writeFile(manifest(dir), Buffer.alloc(4096, 0xff)));
});

test("a manifest that leaves a file out is none, whether the file is there or not", async () => {
  for (const file of FILES) {
    await madeAgain("unreadable", async (dir) => {
      const manifest = path.join(dir, "manifest.json");
      const { files } = JSON.parse(await fs.readFile(manifest, "utf8"));
      await fs.writeFile(
        manifest,
        JSON.stringify({ files: files.filter(({ name }: { name: string }) => name !== file) }),
      );
      if (file !== "weights.bin") await fs.rm(path.join(dir, file));
    });
  }
});

test("a file or a link in place of the whole folder", async () => {
  await madeAgain("linked", async (dir) => {
    await fs.rm(dir, { recursive: true });
    await fs.writeFile(dir, "no folder");
  });
  await madeAgain("linked", async (dir) => {
    const elsewhere = path.join(scratch, `moved-${folders++}`);
    await fs.rename(dir, elsewhere);
    await fs.symlink(elsewhere, dir);
  });
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
    const child = spawn(process.execPath, [script, cacheDir], {
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

test("of many models the forms used last stay, and those that are gone are made again", async () => {
  const cacheDir = path.join(scratch, "many");
  const derivedAnew = async (seed: number) => (await computeForm(tinyModel(seed), { cacheDir })).derived;
  for (let seed = 1; seed <= 8; seed++) assert.equal(await derivedAnew(seed), true);
  await sleep(20); // a later time of use, on any file system
  assert.equal(await derivedAnew(1), false);
  assert.equal(await derivedAnew(9), true); // in the place of the second
  assert.equal((await fs.readdir(path.join(cacheDir, "forms"))).length, 8);
  assert.equal(await derivedAnew(1), false);
  assert.equal(await derivedAnew(2), true);
});
