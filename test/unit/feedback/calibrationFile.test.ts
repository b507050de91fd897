// What was learnt, on disk: small, whole, shared by windows, and forgotten where it is damaged.

import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { calibrated, type Label, UNLEARNT } from "../../../src/completion/show/calibration.ts";
import { CALIBRATION_NAME, CalibrationFile, parseLearnt } from "../../../src/feedback/calibrationFile.ts";

const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-calibration-"));
after(() => rmSync(folder, { recursive: true, force: true }));
let folders = 0;
const newFile = () => path.join(folder, String(++folders), CALIBRATION_NAME);

const DAY_MS = 86_400_000;
const NOON_MS = new Date(2026, 4, 20, 12).getTime();
const wrong: Label = { logOdds: 1, languageId: "typescript", isRight: false };
const window = (file: string, log: (line: string) => void = assert.fail) => new CalibrationFile(file, log, NOON_MS);
const shiftOf = (one: CalibrationFile, nowMs = NOON_MS) => calibrated(0, "typescript", one.calibration(nowMs, 0));

test("nothing learnt: nothing shifts, and nothing is written", () => {
  const file = newFile();
  const one = window(file);
  assert.deepEqual(one.calibration(NOON_MS, 0), UNLEARNT);
  one.save(NOON_MS);
  assert.equal(existsSync(file), false);
});

test("two windows learn apart and lose nothing, in whatever order they write", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(1), fc.boolean(), fc.boolean()), { maxLength: 40 }), (steps) => {
      const file = newFile();
      const windows = [window(file), window(file)];
      let labels = 0;
      for (const [at, isRight, saves] of steps) {
        if (windows[at]!.learn({ ...wrong, isRight }, NOON_MS)) labels++;
        if (saves) windows[at]!.save(NOON_MS);
      }
      for (const one of windows) one.save(NOON_MS);
      assert.equal(window(file).learnt(NOON_MS).evidence.labels, labels);
    }),
    { numRuns: 30 },
  );
});

test("a window that learns nothing itself takes over what another has learnt when it writes", () => {
  const file = newFile();
  const [one, other] = [window(file), window(file)];
  assert.equal(shiftOf(other), 0);
  for (let i = 0; i < 50; i++) one.learn(wrong, NOON_MS);
  one.save(NOON_MS);
  other.save(NOON_MS);
  assert.ok(shiftOf(other) < -0.2, String(shiftOf(other)));
  assert.ok(Math.abs(shiftOf(other) - shiftOf(one)) < 1e-3);
});

test("at most 2 kB and this user's only, with many languages over many days; only its file is left", () => {
  const file = newFile();
  const one = window(file);
  for (let i = 0; i < 3_000; i++) {
    const languageId = `a-language-with-a-long-name-${i % 12}`;
    one.learn({ logOdds: Math.sin(i) * 3.7, languageId, isRight: i % 3 === 0 }, NOON_MS + i * 1_000_000);
    if (i % 100 === 0) one.save(NOON_MS + i * 1_000_000);
  }
  one.save(NOON_MS + 100 * DAY_MS);
  const { size, mode } = statSync(file);
  assert.ok(size <= 2_048, `${size} bytes`);
  if (process.platform !== "win32") assert.equal(mode & 0o777, 0o600);
  assert.deepEqual(readdirSync(path.dirname(file)), [CALIBRATION_NAME]);
  assert.ok(window(file).learnt(NOON_MS).evidence.labels > 2_000);
});

const whole =
  '{"version":1,"labels":3,"sums":{"typescript":[1,0.5,1,0.2,0.1]},"dayBegan":{"atMs":5,"calibration":{"slope":1,"shift":0,"byLanguage":{}}}}';

test("what a file may hold", () => {
  assert.equal(parseLearnt(whole).evidence.labels, 3);
});

for (const [what, text] of [
  ["no JSON", "{"],
  ["half of it", whole.slice(0, 60)],
  ["another version", whole.replace('"version":1', '"version":2')],
  ["a number of labels that is none", whole.replace('"labels":3', '"labels":-3')],
  ["a sum that is no number", whole.replace("0.2", "null")],
  ["sums that no labels have", whole.replace("[1,0.5,1", "[1,5,1")],
  ["a day that began with nothing", whole.replace('"slope":1', '"slope":"1"')],
  ["another form", '{"version":1,"labels":3,"sums":[],"dayBegan":{}}'],
] as const) {
  test(`a damaged file (${what}): one line, set aside, and the fit as it is`, () => {
    const file = newFile();
    mkdirSync(path.dirname(file));
    writeFileSync(file, text);
    const lines: string[] = [];
    const one = window(file, (line) => lines.push(line));
    assert.deepEqual(one.calibration(NOON_MS, 0), UNLEARNT);
    one.learn(wrong, NOON_MS);
    one.save(NOON_MS);
    assert.equal(lines.length, 1, lines.join("\n"));
    assert.match(lines[0]!, /damaged/);
    assert.equal(readFileSync(`${file}.damaged`, "utf8"), text);
    assert.equal(window(file).learnt(NOON_MS).evidence.labels, 1);
  });
}

test("reset: the fit as it is, in other windows too once they write", () => {
  const file = newFile();
  const [one, other] = [window(file), window(file)];
  for (let i = 0; i < 50; i++) one.learn(wrong, NOON_MS);
  one.save(NOON_MS);
  assert.ok(shiftOf(other) < 0);
  assert.equal(one.reset(NOON_MS), true);
  assert.equal(shiftOf(one), 0);
  other.save(NOON_MS);
  assert.equal(shiftOf(other), 0);
});
