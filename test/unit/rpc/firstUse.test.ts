// A model that a person brought is measured once, when it is first used; the others never are.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { smoothedInputs } from "../../../server/graph/smoothing.ts";
import { verifyModel } from "../../../server/models/catalog.ts";
import { openModel } from "../../../server/models/modelStore.ts";
import { measureOnFirstUse } from "../../../server/rpc/firstUse.ts";
import { repositoryFiles } from "../models/download/testHub.ts";
import { writeManifest, writeSmallModel } from "../models/storedFolder.ts";

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

test("a folder that cannot be written is told, and not measured for nothing", {
  skip: isRoot && "root may write everywhere",
}, async () => {
  const dir = brought("locked");
  chmodSync(dir, 0o500);
  const lines: string[] = [];
  await measureOnFirstUse(dir, (line) => lines.push(line)).finally(() => chmodSync(dir, 0o700));
  assert.equal(lines.length, 1);
  assert.match(lines[0], /^small is used without being measured: .*EACCES/);
  assert.equal((await openModel(dir)).inputRms, undefined);
});
