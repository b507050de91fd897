// Charts: whatever the numbers are, the picture has numbers only, no style attributes, and stands beside a table with the same numbers.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { barChart } from "../../../pages/charts/barChart.ts";
import { heatMap } from "../../../pages/charts/heatMap.ts";
import { lineChart } from "../../../pages/charts/lineChart.ts";
import { rowChart } from "../../../pages/charts/rowChart.ts";
import type { Html } from "../../../pages/html.ts";

const text = { id: "a", title: "Title", counted: "one by one." };
const format = (value: number) => value.toFixed(2);

const cellsOf = ({ markup }: Html): string[] => [...markup.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell);

/** What holds for every figure. */
function assertSound({ markup }: Html): void {
  assert.doesNotMatch(markup, /NaN|Infinity|undefined|\bstyle=/);
  assert.match(markup, /How this is counted: one by one\./);
  if (!markup.includes("Nothing was counted yet.")) {
    assert.match(markup, /<svg [^>]*role="img" aria-labelledby="a-title" aria-describedby="a-description"/);
    assert.match(markup, /<details><summary>[^<]+<\/summary><div class="table"><table><caption>Title<\/caption>/);
  }
}

const numbers = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { maxLength: 8 });
const counts = fc.array(fc.nat(100_000), { maxLength: 8 });

test("bars: the table has each part", () => {
  fc.assert(
    fc.property(counts, (parts) => {
      const bars = parts.map((part, i) => ({ label: `<${i}>`, parts: [part, 1] }));
      const chart = barChart({ ...text, series: ["x", "y"], bars, format });
      assertSound(chart);
      assert.deepEqual(
        cellsOf(chart),
        parts.flatMap((part) => [format(part), "1.00"]),
      );
    }),
  );
});

test("lines: the table has each point, and a point without a value is left out", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const points = [...values, Number.NaN].map((value, i) => [i, value] as const);
      const chart = lineChart({ ...text, xName: "step", lines: [{ name: "a", points }], format });
      assertSound(chart);
      assert.deepEqual(
        cellsOf(chart),
        values.flatMap((value, i) => [String(i), format(value)]),
      );
    }),
  );
});

test("lines: values that are as good as one, and huge ones, have an axis", () => {
  for (const values of [
    [-5e-324, -1e-323],
    [0, 1e-200],
    [3, 3 + 4e-16],
    [-1e300, 1e300],
    [1e300, 1e300],
  ]) {
    const points = values.map((value, i) => [i, value] as const);
    assertSound(lineChart({ ...text, xName: "step", lines: [{ name: "a", points }], format }));
  }
});

test("rows: the table has each value and its interval", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const rows = values.map((value) => ({ name: "n", value, interval: [value - 1, value + 1] as const }));
      const chart = rowChart({ ...text, rows, format });
      assertSound(chart);
      assert.deepEqual(
        cellsOf(chart),
        values.flatMap((value) => [format(value), `${format(value - 1)} to ${format(value + 1)}`]),
      );
    }),
  );
});

test("cells: the table has each value", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const chart = heatMap({ ...text, rows: ["r"], columns: values.map(String), values: [values], format });
      assertSound(chart);
      assert.deepEqual(cellsOf(chart), values.map(format));
    }),
  );
});

test("no numbers give a sentence, and one number gives a picture", () => {
  const none = barChart({ ...text, series: ["x"], bars: [] });
  assert.ok(none.markup.includes("Nothing was counted yet.") && !none.markup.includes("<svg"));
  const one = barChart({ ...text, series: ["x"], bars: [{ label: "l", parts: [0] }] });
  assert.match(one.markup, /<svg/);
  assertSound(one);
});
