// The door for foreign files: what lies under a file's name may be a pipe, a device, or larger than it says; a read ends all the same.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { type CappedRead, copyCappedSync, readCapped, readCappedSync } from "../../../common/util/cappedRead.ts";

const base = mkdtempSync(path.join(tmpdir(), "sotto-capped-"));
after(() => rmSync(base, { recursive: true, force: true }));
const at = (name: string) => path.join(base, name);

async function both(file: string, maxBytes: number): Promise<string> {
  const inWords = (read: CappedRead) => ("bytes" in read ? `read ${read.bytes.toString("utf8")}` : read.unread);
  const [waited, atOnce] = [inWords(await readCapped(file, maxBytes)), inWords(readCappedSync(file, maxBytes))];
  assert.equal(waited, atOnce);
  return waited;
}

test("a file is read whole up to its cap, and not a byte beyond", async () => {
  writeFileSync(at("five"), "12345");
  writeFileSync(at("empty"), "");
  assert.equal(await both(at("five"), 5), "read 12345");
  assert.equal(await both(at("five"), 4), "tooLarge");
  assert.equal(await both(at("empty"), 0), "read ");
  assert.equal(await both(at("none"), 5), "missing");
  assert.equal(await both(at("five/below"), 5), "missing");
  mkdirSync(at("folder"));
  assert.equal(await both(at("folder"), 5), "notFile");
});

test("a file of 900 MB is refused before it is read", async () => {
  writeFileSync(at("large"), "");
  truncateSync(at("large"), 900e6);
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(await both(at("large"), 1e6), "tooLarge");
  assert.ok(process.memoryUsage().arrayBuffers - before < 10e6);
});

test("pipes, devices and links to them are no files", { skip: process.platform === "win32" }, async () => {
  execFileSync("mkfifo", [at("pipe")]);
  symlinkSync(at("pipe"), at("to-pipe"));
  symlinkSync("/dev/zero", at("zero"));
  symlinkSync(at("ring"), at("ring"));
  symlinkSync(at("five-too"), at("to-file"));
  writeFileSync(at("five-too"), "12345");
  for (const name of ["pipe", "to-pipe", "zero", "ring"]) assert.equal(await both(at(name), 1e6), "notFile", name);
  assert.equal(await both(at("to-file"), 5), "read 12345");
});

test("a file that says it is empty is read to its end, and no further than the cap", {
  skip: !existsSync("/proc/self/maps"),
}, async () => {
  const whole = readCappedSync("/proc/self/status", 1e6);
  assert.ok("bytes" in whole && whole.bytes.toString().startsWith("Name:") && whole.bytes.includes("ctxt_switches"));
  assert.equal(await both("/proc/self/maps", 100), "tooLarge");
});

test("what the system refuses has a name", {
  skip: process.platform === "win32" || process.getuid?.() === 0,
}, async () => {
  writeFileSync(at("shut"), "");
  chmodSync(at("shut"), 0);
  assert.equal(await both(at("shut"), 5), "unreadable");
});

test("nobody waits longer than the limit", async () => {
  writeFileSync(at("slow"), "");
  truncateSync(at("slow"), 50e6);
  assert.deepEqual(await readCapped(at("slow"), 100e6, 0), { unread: "tookTooLong" });
});

test("time in which this thread is busy itself does not count", async () => {
  writeFileSync(at("busy"), "there");
  const read = readCapped(at("busy"), 10, 100);
  for (const start = performance.now(); performance.now() - start < 400; );
  assert.deepEqual(await read, { bytes: Buffer.from("there") });
});

test("a copy has the same cap, and refuses the same", () => {
  writeFileSync(at("source"), "a".repeat(3_000_000));
  assert.equal(copyCappedSync(at("source"), at("copy"), 3_000_000), undefined);
  assert.deepEqual(readFileSync(at("copy")), readFileSync(at("source")));
  appendFileSync(at("source"), "b");
  assert.equal(copyCappedSync(at("source"), at("copy2"), 3_000_000), "tooLarge");
  assert.equal(copyCappedSync(at("nowhere"), at("copy3"), 1), "missing");
  assert.equal(copyCappedSync(base, at("copy4"), 1), "notFile");
  assert.ok(!existsSync(at("copy2")) && !existsSync(at("copy3")) && !existsSync(at("copy4")));
});
