import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Cancelled } from "../../../../common/errors.ts";
import { lockRunFolder } from "../../../../server/train/run/folderLock.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-run-lock-"));
after(() => rmSync(scratch, { recursive: true }));

const never = new AbortController().signal;

test("a second training into a folder waits for the first, gives up after a while, and ends when nobody wants it any more", async () => {
  const dir = path.join(scratch, "run");
  const free = await lockRunFolder(dir, never);
  await assert.rejects(lockRunFolder(dir, never, 10), /Another process trains into/);
  await assert.rejects(lockRunFolder(dir, AbortSignal.abort(), 10_000), Cancelled);
  const second = lockRunFolder(dir, never);
  free();
  (await second)();
});

test("a folder that cannot be made is told", async () => {
  const file = path.join(scratch, "file");
  writeFileSync(file, "");
  await assert.rejects(lockRunFolder(path.join(file, "run"), never), /cannot be made/);
});
