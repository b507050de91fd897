// The general code that ships: where it comes from, what it may not hold, and what a damaged file does.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import { UserError } from "../../../../common/errors.ts";
import { secretsIn } from "../../../../common/rules/redactSecrets.ts";
import {
  GeneralFiles,
  generalCaseSchema,
  generalCases,
  generalDir,
  readGeneral,
  replayFileSchema,
  replayFiles,
} from "../../../../finetune/general/general.ts";
import { excludedPackages, listedPackages } from "../../../../lab/training/corpus.ts";

const replay = await readGeneral(generalDir(), GeneralFiles.replay, replayFileSchema);
const cases = await readGeneral(generalDir(), GeneralFiles.cases, generalCaseSchema);
const noticesSchema = z.object({
  package: z.string(),
  version: z.string(),
  licence: z.string(),
  notices: z.array(z.object({ file: z.string(), text: z.string().min(200) })).min(1),
});

test("replay comes from training packages, cases from validation packages, as the list has them", () => {
  const listed = new Map(listedPackages().map((entry) => [entry.name, entry]));
  for (const [records, use] of [
    [replay, "train"],
    [cases, "validation"],
  ] as const) {
    for (const { package: name, version, licence } of records) {
      const entry = listed.get(name);
      assert.deepEqual([entry?.use, entry?.version, entry?.licence], [use, version, licence], name);
    }
  }
});

test("nothing is of a package that stays out of training", () => {
  const names = new Set([...replay, ...cases].map((record) => record.package));
  assert.ok(names.size > 50);
  for (const { name } of excludedPackages())
    for (const found of names) assert.ok(!path.matchesGlob(found, name), `${found} is ${name}`);
});

test("each package's licence text lies beside it, and no file has a notice of its own that was taken off", async () => {
  const notices = await readGeneral(generalDir(), GeneralFiles.notices, noticesSchema);
  const noticed = new Set(notices.map((entry) => `${entry.package}@${entry.version} ${entry.licence}`));
  const shown = new Set([...replay, ...cases].map((entry) => `${entry.package}@${entry.version} ${entry.licence}`));
  assert.deepEqual(noticed, shown);
  for (const { text, path: file } of replay) assert.doesNotMatch(text, /copyright|@author/i, file);
});

test("the replay is of many packages and holds no secret", () => {
  const bytes = replay.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  assert.ok(bytes >= 600_000 && bytes < 610_000, `${bytes} bytes`);
  assert.ok(new Set(replay.map((file) => file.package)).size >= 70);
  for (const { text, path: file } of replay) assert.deepEqual(secretsIn(text), [], file);
});

test("the cases are 360 single lines of as many files, each cut to what a prompt holds", async () => {
  const found = await generalCases();
  assert.equal(found.length, 360);
  assert.equal(new Set(found.map(({ id }) => id)).size, 360);
  assert.ok(new Set(found.map((value) => value.path)).size >= 150);
  for (const { id, prefix, suffix, expected } of found) {
    assert.ok(expected.length >= 3 && !expected.includes("\n") && expected.trimStart() === expected, id);
    assert.ok(prefix.length >= 300 && prefix.length <= 3_000 && suffix.length <= 1_000, id);
    assert.ok(suffix === "" || suffix.startsWith("\n"), id);
    assert.doesNotMatch(prefix.slice(prefix.lastIndexOf("\n") + 1) + expected, /^\s*(\/\/|\/?\*|#)/, id);
  }
});

test("a replay file is found under its package's name", async () => {
  const files = await replayFiles();
  assert.equal(files.length, replay.length);
  assert.ok(files.some((file) => file.path === `${replay[0].package}/${replay[0].path}`));
});

test("a file that is damaged, cut, exchanged or missing is one clear error", async (t) => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-general-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = path.join(dir, GeneralFiles.cases);
  const whole = readFileSync(path.join(generalDir(), GeneralFiles.cases));
  const lines = gunzipSync(whole).toString();
  const damages: Record<string, () => void> = {
    cut: () => writeFileSync(file, whole.subarray(0, 1000)),
    flipped: () =>
      writeFileSync(
        file,
        whole.map((byte, i) => (i === 5000 ? byte ^ 1 : byte)),
      ),
    "another text": () => writeFileSync(file, gzipSync(lines.replace("expected", "Expected"))),
    "one record less": () => writeFileSync(file, gzipSync(lines.slice(lines.indexOf("\n") + 1))),
    missing: () => rmSync(file),
    "no manifest": () => rmSync(path.join(dir, GeneralFiles.manifest)),
    "manifest of nothing": () => writeFileSync(path.join(dir, GeneralFiles.manifest), "{}"),
  };
  for (const [what, damage] of Object.entries(damages)) {
    cpSync(generalDir(), dir, { recursive: true });
    assert.equal((await generalCases(dir)).length, 360);
    damage();
    await assert.rejects(
      generalCases(dir),
      (error) => error instanceof UserError && /is damaged: /.test(error.message) && error.message.includes(dir),
      what,
    );
  }
});
