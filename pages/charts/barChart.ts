// Upright bars side by side, each a stack of parts: counts by week, for instance.

import { scaleBand, scaleLinear } from "d3-scale";
import { stack } from "d3-shape";
import { type Html, html } from "../html.ts";
import { area, type ChartText, figure } from "./figure.ts";
import { at, bottomLabels, HEIGHT, leftAxis, MARGIN, shortNumber, WIDTH } from "./frame.ts";
import { hatchings } from "./hatch.ts";

export interface BarChart extends ChartText {
  series: readonly string[]; // names of the parts, from the bottom up
  bars: readonly { label: string; parts: readonly number[] }[]; // a part for each series, at least 0
  format?: (value: number) => string;
}

export function barChart(chart: BarChart): Html {
  const { series, bars, format = shortNumber } = chart;
  const sums = bars.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0));
  const most = sums.reduce((a, b) => Math.max(a, b), 0);
  const x = scaleBand<number>()
    .domain(bars.keys())
    .range([MARGIN.left, WIDTH - MARGIN.right])
    .padding(0.2);
  const y = scaleLinear()
    .domain([0, most || 1])
    .nice()
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const layers = stack<(typeof bars)[number], number>()
    .keys(series.keys())
    .value(({ parts }, key) => parts[key])(bars);
  const marks = bars.map((bar, i) => {
    const value = `${bar.label}: ${series.map((name, key) => `${name} ${format(bar.parts[key])}`).join(", ")}`;
    const rectangles = layers.map((layer, key) => {
      const [low, high] = layer[i];
      const [top, bottom] = [at(y(high)), at(y(low))];
      return area(chart.id, key, { x: at(x(i)!), y: top, width: at(x.bandwidth()), height: at(bottom - top) });
    });
    return html`<g class="mark" data-value="${value}">${rectangles}</g>`;
  });
  const labels = bars.map(({ label }, i) => ({ text: label, x: x(i)! + x.bandwidth() / 2 }));
  const largest = sums.indexOf(most);
  return figure(chart, {
    width: WIDTH,
    height: HEIGHT,
    marks: html`${hatchings(chart.id, series.length)}${leftAxis(y, format)}${marks}${bottomLabels(labels)}`,
    description:
      bars.length === 0 ? "" : `${bars.length} bars. The highest is ${bars[largest].label} with ${format(most)}.`,
    legend: series.length > 1 ? { names: series, sample: "area" } : undefined,
    table: { head: ["", ...series], rows: bars.map(({ label, parts }) => [label, ...parts.map(format)]) },
  });
}
