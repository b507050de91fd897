import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { UserError } from "../../../../common/errors.ts";
import { freeBytes } from "../../../../common/util/freeBytes.ts";
import { checkRoom, systemDisk, tellDiskFull, writeJson } from "../../../../finetune/job/disk.ts";
import { diskNeedOf, keepFor, leastMemory, memoryNeed, readModelConfig } from "../../../../finetune/job/need.ts";
import { readJson } from "../../../../finetune/jsonFile.ts";
import { embeddedModelDir } from "../../../../server/engine/models/catalog.ts";
import { shippedModelDir } from "../../../../server/engine/models/tiers.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-job-disk-"));
after(() => rmSync(scratch, { recursive: true }));

test("JSON comes back, and what is missing or half is nothing", () => {
  const file = path.join(scratch, "a.json");
  assert.equal(readJson(file), undefined);
  writeJson(file, { a: [1, "ä"] }, systemDisk);
  assert.deepEqual(readJson(file), { a: [1, "ä"] });
  writeFileSync(file, readFileSync(file, "utf8").slice(0, 5));
  assert.equal(readJson(file), undefined);
});

test("folders are made and removed, also where they are or are not", () => {
  const dir = path.join(scratch, "deep", "folder");
  systemDisk.makeFolder(dir);
  systemDisk.makeFolder(dir);
  mkdirSync(path.join(dir, "more"));
  systemDisk.removeFolder(dir);
  systemDisk.removeFolder(dir);
  assert.ok(!existsSync(dir));
});

test("too little room is told before anything is begun, with both figures; where nobody tells, it begins", () => {
  checkRoom(scratch, 100, 100);
  checkRoom(scratch, 1e18, undefined);
  assert.throws(() => checkRoom(scratch, 2_000_000_001, 3_400_000), {
    code: "diskTooSmall",
    message: `Fine-tuning needs about 2,001 MB on the disk of ${scratch}, and 4 MB are free.`,
  });
});

test("free bytes are asked of the nearest folder that there is", () => {
  const free = freeBytes(path.join(scratch, "not", "there", "yet"));
  assert.ok(free !== undefined && free > 0);
});

test("a full disk in the middle is told; any other error stays as it is", () => {
  const told = tellDiskFull(Object.assign(new Error("no space"), { code: "ENOSPC" }), "/data");
  assert.ok(told instanceof UserError && told.code === "diskTooSmall");
  const other = new Error("other");
  assert.equal(tellDiskFull(other, "/data"), other);
});

test("what the embedded model takes is what was measured, about: 1.3 GB of memory for 512 tokens at rank 16", async () => {
  const config = await readModelConfig(embeddedModelDir());
  const memory = memoryNeed(config, "selective", 512);
  assert.ok(memory > 1.0e9 && memory < 1.5e9, `${memory}`);
  const disk = diskNeedOf(config);
  assert.ok(disk > 3 * 78e6 && disk < 1.5e9, `${disk}`);
  await assert.rejects(readModelConfig(scratch), { code: "modelMissing" });
});

test("where memory is short each layer's input alone is kept, which takes less; the strong model takes more than the quick one", async () => {
  const [quick, strong] = [
    await readModelConfig(shippedModelDir("quick")),
    await readModelConfig(shippedModelDir("strong")),
  ];
  for (const config of [quick, strong]) {
    assert.ok(memoryNeed(config, "recompute") < 0.75 * memoryNeed(config, "selective"));
    assert.equal(leastMemory(config), memoryNeed(config, "recompute"));
    assert.equal(keepFor(config, 64e9), "selective");
    assert.equal(keepFor(config, 1.5 * memoryNeed(config, "selective")), "recompute");
  }
  assert.ok(memoryNeed(strong, "selective") > 1.5 * memoryNeed(quick, "selective"));
});
