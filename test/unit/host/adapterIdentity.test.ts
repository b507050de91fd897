// An adapter's folder as a hash: another one when a file changes, and an error, at once, for what is no file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import { AdapterIdentities } from "../../../server/host/adapterIdentity.ts";

const dir = mkdtempSync(path.join(tmpdir(), "sotto-identity-"));
after(() => rmSync(dir, { recursive: true, force: true }));
const file = path.join(dir, AdapterFiles.tensors);

test("the same files are the same adapter, others another", async () => {
  for (const name of Object.values(AdapterFiles)) writeFileSync(path.join(dir, name), name);
  const first = await new AdapterIdentities().of(dir);
  assert.equal(await new AdapterIdentities().of(dir), first);
  writeFileSync(file, "other");
  assert.notEqual(await new AdapterIdentities().of(dir), first);
});

test("a pipe in place of a file is an error, and nobody waits for it", {
  skip: process.platform === "win32",
}, async () => {
  rmSync(file);
  execFileSync("mkfifo", [file]);
  await assert.rejects(async () => new AdapterIdentities().of(dir), /adapter_model.*it is not a regular file/);
});
