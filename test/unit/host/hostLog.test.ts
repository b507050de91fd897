// The host's log: lines with time and process, private, bounded, and never a reason to fail.

import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { hostLog } from "../../../server/host/hostLog.ts";

test("lines are appended, and the file never grows beyond its limit by more than a line", (t) => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-log-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, "h.log");
  const log = hostLog(file);
  log("first");
  assert.match(readFileSync(file, "utf8"), new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\S+Z ${process.pid} first\\n$`));
  if (process.platform !== "win32") assert.equal(statSync(file).mode & 0o777, 0o600);
  const long = "x".repeat(8_000);
  for (let i = 0; i < 250; i++) log(long);
  assert.deepEqual(readdirSync(dir).sort(), ["h.log", "h.log.old"]);
  for (const name of readdirSync(dir)) assert.ok(statSync(path.join(dir, name)).size < 700_000);
  assert.ok(readFileSync(file, "utf8").endsWith(`${long}\n`));
});

test("of a line of any length the beginning is written, and how much there was", (t) => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-log-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, "h.log");
  hostLog(file)("y".repeat(64_000_000));
  const written = readFileSync(file, "utf8");
  assert.ok(written.length < 9_000);
  assert.match(written, /y… \(63991808 more characters\)\n$/);
});

test("a folder that is not there is no error", () => {
  const log = hostLog(path.join(os.tmpdir(), "sotto-not-there", "h.log"));
  assert.doesNotThrow(() => log("line"));
});
