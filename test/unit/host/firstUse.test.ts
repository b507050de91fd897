// A model that a person brought is measured once, when it is first used; the others never are.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { smoothedInputs } from "../../../server/engine/graph/smoothing.ts";
import { verifyModel } from "../../../server/engine/models/catalog.ts";
import { CALIBRATION_FILE, openModel } from "../../../server/engine/models/modelStore.ts";
import { measureOnFirstUse } from "../../../server/host/firstUse.ts";
import { writeManifest, writeSmallModel } from "../../support/storedFolder.ts";
import { repositoryFiles } from "../../support/testHub.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-first-use-"));
after(() => rmSync(scratch, { recursive: true }));

function brought(name: string): string {
  const dir = path.join(scratch, name);
  mkdirSync(dir);
  const files = repositoryFiles();
  for (const [file, content] of Object.entries(files)) writeFileSync(path.join(dir, file), content);
  writeManifest(dir, Object.keys(files));
  return dir;
}

const isRoot = process.getuid?.() === 0;

/** As the system says of a folder on a read-only file system; root meets it too, but may write wherever permissions alone forbid it. */
async function readOnly(dir: string): Promise<void> {
  throw Object.assign(new Error(`EROFS: read-only file system, access '${dir}'`), { code: "EROFS", syscall: "access" });
}

test("it is measured once, on its own tokens, and what it is known by stays", async () => {
  const dir = brought("brought");
  const before = await openModel(dir);
  const lines: string[] = [];
  for (let use = 0; use < 2; use++) await measureOnFirstUse(dir, (line) => lines.push(line));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^small is used for the first time: measured in \d+ ms$/);
  const model = await openModel(dir);
  for (const input of smoothedInputs(model.config))
    assert.ok(
      model.inputRms!(input)!.some((rms) => rms > 0),
      input,
    );
  assert.equal(model.weightsSha256, before.weightsSha256, "adapters belong to the weights");
  assert.equal((await verifyModel(dir)).ok, true);
});

test("a model in our own blocks is left as it is", async () => {
  const dir = path.join(scratch, "own");
  mkdirSync(dir);
  writeSmallModel(dir);
  const names = readdirSync(dir);
  await measureOnFirstUse(dir, assert.fail);
  assert.deepEqual(readdirSync(dir), names);
});

test("a folder that cannot be written is told, and not measured for nothing", async () => {
  const dir = brought("locked");
  const names = readdirSync(dir);
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  if (isRoot) await measureOnFirstUse(dir, say, readOnly);
  else {
    chmodSync(dir, 0o500);
    await measureOnFirstUse(dir, say).finally(() => chmodSync(dir, 0o700));
  }
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^small is used without being measured: E(?:ACCES|ROFS)/);
  assert.deepEqual(readdirSync(dir), names);
  assert.equal((await openModel(dir)).inputRms, undefined);
});

test("what was measured and cannot be kept is told, and the model is used as it is", async () => {
  const dir = brought("full");
  mkdirSync(path.join(dir, CALIBRATION_FILE)); // nobody can write a file in its place, not even root
  const lines: string[] = [];
  await measureOnFirstUse(dir, (line) => void lines.push(line));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^small is used without being measured: .*E[A-Z]+/);
  assert.equal((await openModel(dir)).inputRms, undefined);
});
