// What a person is told about adapters, and numbers in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { adapterRow, comparison } from "../../../../src/editor/fineTune/adapterText.ts";
import { about, minutes, percent, points, size, some } from "../../../../src/editor/fineTune/words.ts";
import type { AdapterEntry } from "../../../../src/protocol/adapters.ts";

const adapter: AdapterEntry = {
  id: "shop-2",
  name: "after the rewrite",
  createdMs: Date.UTC(2026, 10, 24, 12),
  active: true,
  origin: "trained",
  sizeBytes: 19_500_000,
  gain: 0.075,
  interval: [0.041, 0.109],
  forgetting: -0.5,
  cases: 400,
};
const imported: AdapterEntry = {
  ...adapter,
  id: "shop-1",
  name: "theirs",
  active: false,
  origin: "imported",
  gain: null,
  interval: null,
  forgetting: null,
  cases: null,
};

test("a row says name, gain, day, and which is in use", () => {
  assert.deepEqual(adapterRow(adapter), {
    label: "$(pass-filled) after the rewrite",
    description: "+7.5 points · 24 Nov 2026 · in use",
    detail: "between +4.1 and +10.9, judged on 400 held-out lines, general code +0.5 points, 20 MB",
  });
  assert.deepEqual(adapterRow(imported), {
    label: "$(circle-large-outline) theirs",
    description: "imported · 24 Nov 2026",
    detail: "20 MB",
  });
});

test("two side by side, with what is not known", () => {
  const cells = comparison(adapter, imported)
    .split("\n")
    .map((line) => line.split(/ {3,}/));
  assert.deepEqual(cells.slice(0, 5), [
    ["", "after the rewrite", "theirs"],
    ["In use", "yes", "no"],
    ["Made", "24 Nov 2026, trained", "24 Nov 2026, imported"],
    ["Gain of exact match", "+7.5 points", "not known"],
    ["  with 95 % between", "+4.1 and +10.9", "not known"],
  ]);
});

test("two judged by the same lines", () => {
  const set = (before: number, after: number) => ({
    cases: 240,
    before: { loss: 0.62, exactMatch: before, editSimilarity: 0.6 },
    after: { loss: 0.51, exactMatch: after, editSimilarity: 0.66 },
    gains: { exactMatch: { mean: after - before, interval: [-0.012, 0.08] as [number, number] } },
  });
  const lines = comparison(adapter, imported, { heldOut: set(0.31, 0.35), general: set(0.4, 0.4) }).split("\n");
  const rows = lines.slice(9).map((line) => line.split(/ {3,}/));
  assert.deepEqual(rows, [
    ["Judged by the same lines"],
    ["Held-out lines", "240", "240"],
    ["  exact match", "31 %", "35 %, +4.0 points (−1.2 to +8.0)"],
    ["  edit similarity", "60 %", "66 %"],
    ["  loss, nats a character", "0.620", "0.510"],
    ["General lines", "240", "240"],
    ["  exact match", "40 %", "40 %, +0.0 points (−1.2 to +8.0)"],
    ["  edit similarity", "60 %", "66 %"],
    ["  loss, nats a character", "0.620", "0.510"],
    [""],
  ]);
});

test("numbers in words", () => {
  assert.equal(about(402_137), "402,000");
  assert.equal(percent(0.43), "43 %");
  assert.deepEqual([0, 900, 99_000, 100_000, 1_130_000, 350_000_000, 1_420_000_000].map(size), [
    "1 kB",
    "1 kB",
    "99 kB",
    "0.1 MB",
    "1.1 MB",
    "350 MB",
    "1.4 GB",
  ]);
  assert.deepEqual([0.2, 1, 1.4, 38.4, 98, 120].map(minutes), [
    "less than a minute",
    "1 minute",
    "1 minute",
    "38 minutes",
    "98 minutes",
    "2.0 hours",
  ]);
  assert.deepEqual([0.075, 0, -0.02].map(points), ["+7.5 points", "+0.0 points", "−2.0 points"]);
  assert.deepEqual([some(1, "file"), some(2_000, "file")], ["1 file", "2,000 files"]);
});
