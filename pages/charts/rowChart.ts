// Named rows, each a lying bar from zero to its value, to either side, with its interval where there is one.

import { scaleLinear } from "d3-scale";
import { type Html, html, nothing } from "../html.ts";
import { type ChartText, figure } from "./figure.ts";
import { at, MARGIN, rangeOf, shortened, shortNumber, WIDTH } from "./frame.ts";

export interface RowChart extends ChartText {
  rows: readonly Row[];
  valueName?: string; // heading of the values in the table; default "value"
  format?: (value: number) => string;
}

interface Row {
  name: string;
  value: number;
  interval?: readonly [low: number, high: number];
  unclear?: boolean; // within the noise: drawn faintly
}

const NAMES = 300; // width of the names
const ROW = 26; // height of a row
const LONGEST_NAME = 42; // in characters

export function rowChart(chart: RowChart): Html {
  const { rows, valueName = "value", format = shortNumber } = chart;
  const x = scaleLinear()
    .domain(rangeOf([0, ...rows.flatMap(({ value, interval = [] }) => [value, ...interval])]))
    .range([NAMES, WIDTH - 90]);
  const height = rows.length * ROW + 8;
  const marks = rows.map((row, i) => {
    const { name, value, interval, unclear } = row;
    const top = 4 + i * ROW;
    const [from, to] = [x(0), x(value)].sort((a, b) => a - b);
    const middle = top + ROW / 2;
    const whisker = interval
      ? html`<line class="whisker" x1="${at(x(interval[0]))}" x2="${at(x(interval[1]))}" y1="${middle}" y2="${middle}"/>`
      : nothing;
    return html`<g class="mark${unclear ? " unclear" : ""}" data-value="${textOf(row, format)}"><text class="name" x="${NAMES - 10}" y="${middle + 4}" text-anchor="end">${shortened(name, LONGEST_NAME)}</text><rect class="bar ${value < 0 ? "series1" : "series0"}" x="${at(from)}" y="${top + 5}" width="${at(Math.max(1, to - from))}" height="${ROW - 10}" rx="2"/>${whisker}<text class="tick" x="${WIDTH - MARGIN.right}" y="${middle + 4}" text-anchor="end">${format(value)}</text></g>`;
  });
  const largest = rows.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value))[0];
  const hasIntervals = rows.some(({ interval }) => interval);
  return figure(chart, {
    width: WIDTH,
    height,
    marks: html`${marks}<line class="axis" x1="${at(x(0))}" x2="${at(x(0))}" y1="0" y2="${height}"/>`,
    description: largest ? `${rows.length} rows. The largest is ${textOf(largest, format)}.` : "",
    table: {
      head: ["", valueName, ...(hasIntervals ? ["interval"] : [])],
      rows: rows.map(({ name, value, interval }) => [
        name,
        format(value),
        ...(hasIntervals ? [interval ? `${format(interval[0])} to ${format(interval[1])}` : "–"] : []),
      ]),
    },
  });
}

function textOf({ name, value, interval, unclear }: Row, format: (value: number) => string): string {
  const range = interval ? `, between ${format(interval[0])} and ${format(interval[1])}` : "";
  return `${name}: ${format(value)}${range}${unclear ? ", within the noise" : ""}`;
}
