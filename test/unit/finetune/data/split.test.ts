// Which files are held out: the newest, evenly, each in one split; and places that cover a text.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PlacesByWeight } from "../../../../finetune/data/placesByWeight.ts";
import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";
import { SPLITS, splitFiles } from "../../../../finetune/data/split.ts";
import type { WorkspaceFile } from "../../../../finetune/data/workspaceFiles.ts";

function filesOf(sizes: readonly number[]): WorkspaceFile[] {
  return sizes.map((bytes, i) => ({ path: `f${i}.ts`, text: "", bytes }));
}

const sum = (files: readonly WorkspaceFile[]) => files.reduce((total, { bytes }) => total + bytes, 0);
const numberOf = (path: string) => Number(/\d+/.exec(path)![0]);

test("each file is in one split, and the splits have their shares", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new SeededRandom(seed);
    const files = filesOf(Array.from({ length: random.between(30, 300) }, () => random.logBetween(300, 20_000)));
    const split = splitFiles(files, () => 0, seed);
    assert.deepEqual(
      SPLITS.flatMap((name) => split[name])
        .map(({ path }) => path)
        .sort(),
      files.map(({ path }) => path).sort(),
    );
    const all = sum(files);
    const share = { validation: sum(split.validation) / all, report: sum(split.report) / all };
    assert.ok(
      share.report > 0.02 && share.report < 0.14 && share.validation > 0.01 && share.validation < 0.1,
      JSON.stringify(share),
    );
    assert.ok(split.report.length >= 3);
  }
});

test("what is held out of a large workspace is bounded", () => {
  const split = splitFiles(filesOf(Array(1_000).fill(6_000)), () => 0, 1);
  assert.ok(sum(split.report) <= 170_000 && sum(split.report) >= 150_000);
  assert.ok(sum(split.validation) <= 70_000 && sum(split.validation) >= 55_000);
});

test("the newest files are held out, and neither split is newer than the other", () => {
  const split = splitFiles(filesOf(Array(200).fill(2_000)), numberOf, 1);
  const newest = [...split.report, ...split.validation].map(({ path }) => numberOf(path));
  assert.equal(Math.min(...newest), 200 - newest.length); // none older than one that is learnt from
  const mean = (files: readonly WorkspaceFile[]) =>
    files.reduce((total, { path }) => total + numberOf(path), 0) / files.length;
  assert.ok(Math.abs(mean(split.report) - mean(split.validation)) < 3);
});

test("many files judge, where the newest are large too", () => {
  for (let seed = 0; seed < 20; seed++) {
    const random = new SeededRandom(seed);
    const files = filesOf(Array.from({ length: 200 }, () => random.logBetween(500, 60_000)));
    const { report } = splitFiles(files, numberOf, seed);
    assert.ok(report.length >= 8, `${report.length}`);
  }
});

test("one huge file does not become the report, and the seed decides where no time does", () => {
  const files = filesOf([400_000, ...Array(60).fill(3_000)]);
  const split = splitFiles(files, (path) => (path === "f0.ts" ? 1 : 0), 1);
  assert.ok(split.train.some(({ path }) => path === "f0.ts"));
  const paths = (seed: number) => splitFiles(files, () => 0, seed).report.map(({ path }) => path);
  assert.deepEqual(paths(3), paths(3));
  assert.notDeepEqual(paths(3), paths(4));
});

test("the smallest workspace that is learnt from has three files in its report, and most of it in training", () => {
  for (let seed = 0; seed < 30; seed++) {
    const random = new SeededRandom(seed);
    const files = filesOf(Array.from({ length: 8 }, () => random.between(2_500, 6_000)));
    const split = splitFiles(files, () => 0, seed);
    assert.deepEqual([split.report.length, split.validation.length, split.train.length], [3, 1, 4]);
  }
});

test("places: a draw in each stretch lies in it, the stretches cover the text, and a heavy line comes as often as it weighs", () => {
  const text = Array.from({ length: 50 }, (_, i) => `line ${i} ${"x".repeat(i % 17)}`).join("\n");
  const heavy = 20;
  const places = new PlacesByWeight(text, (line) => (line === heavy ? 3 : 1));
  const lines = text.split("\n");
  assert.equal(places.total, text.length + 2 * (lines[heavy]!.length + 1));
  const random = new SeededRandom(1);
  const counts = lines.map(() => 0);
  let last = -1;
  const stretches = places.stretches(1);
  assert.equal(stretches, places.total);
  for (let stretch = 0; stretch < stretches; stretch++) {
    const at = places.drawIn(stretch, stretches, random);
    assert.ok(at >= last && at < text.length);
    last = at;
    counts[text.slice(0, at).split("\n").length - 1]!++;
  }
  for (const [i, line] of lines.entries()) {
    assert.ok(Math.abs(counts[i]! - (line.length + 1) * (i === heavy ? 3 : 1)) <= 2, `${i}`);
  }
  assert.equal(new PlacesByWeight("", () => 1).stretches(800), 1);
});
