import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { lockJob, lockMachine } from "../../../../finetune/job/lock.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-job-lock-"));
after(() => rmSync(scratch, { recursive: true }));

test("one job for each workspace: the second is told that it is running", () => {
  const dir = path.join(scratch, "job");
  const free = lockJob(dir, "/home/me/shop");
  assert.throws(() => lockJob(dir, "/home/me/shop"), {
    code: "jobRunning",
    message: "Fine-tuning of /home/me/shop is running.",
  });
  free();
  lockJob(dir, "/home/me/shop")();
});

test("one training at a time on this machine: the second is told whose it is, and since when", () => {
  const free = lockMachine(scratch, "/home/me/shop");
  assert.throws(() => lockMachine(scratch, "/home/me/other"), {
    code: "jobRunning",
    message: /^Fine-tuning of \/home\/me\/shop is running since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.$/,
    action: "Wait, or cancel it there.",
  });
  free();
  lockMachine(scratch, "/home/me/other")();
});
