// A grid of cells, the stronger the larger their value: rows by columns.

import { scaleLinear } from "d3-scale";
import { type Html, html, nothing } from "../html.ts";
import { type ChartText, figure } from "./figure.ts";
import { at, shortened, shortNumber, WIDTH } from "./frame.ts";

export interface HeatMap extends ChartText {
  rows: readonly string[];
  columns: readonly string[];
  values: readonly (readonly number[])[]; // by row, then by column; what is no finite number is left empty
  format?: (value: number) => string;
}

const NAMES = 200; // width of the rows' names
const LONGEST_NAME = 26; // UTF-16 units
const HEAD = 22; // height of the columns' names
const MOST_HEIGHT = 24; // of a cell
const NAME_WIDTH = 56; // room that a column's name needs

export function heatMap(chart: HeatMap): Html {
  const { rows, columns, values, format = shortNumber } = chart;
  const finite = values.flat().filter(Number.isFinite);
  const most = finite.reduce((a, b) => Math.max(a, Math.abs(b)), 0) || 1;
  const opacity = scaleLinear().domain([0, most]).range([0, 1]);
  const width = (WIDTH - NAMES) / Math.max(1, columns.length);
  const every = Math.max(1, Math.ceil(NAME_WIDTH / width));
  const heads = columns.flatMap((name, i) =>
    i % every === 0
      ? [
          html`<text class="tick" x="${at(NAMES + (i + 0.5) * width)}" y="14" text-anchor="middle">${name.slice(0, 10)}</text>`,
        ]
      : [],
  );
  const cells = rows.map((row, r) => {
    const y = HEAD + r * MOST_HEIGHT;
    const its = columns.flatMap((column, c) => {
      const value = values[r]?.[c] ?? Number.NaN;
      if (!Number.isFinite(value)) return [];
      const series = value < 0 ? "series1" : "series0";
      return [
        html`<g class="mark" data-value="${`${row}, ${column}: ${format(value)}`}"><rect class="cell ${series}" x="${at(NAMES + c * width)}" y="${y}" width="${at(Math.max(1, width - 1))}" height="${MOST_HEIGHT - 1}" fill-opacity="${Number(opacity(Math.abs(value)).toFixed(3))}"/>${value < 0 ? html`<text class="tick" x="${at(NAMES + (c + 0.5) * width)}" y="${y + 16}" text-anchor="middle">−</text>` : nothing}</g>`,
      ];
    });
    return html`<text class="name" x="${NAMES - 8}" y="${y + 16}" text-anchor="end">${shortened(row, LONGEST_NAME)}</text>${its}`;
  });
  return figure(chart, {
    width: WIDTH,
    height: HEAD + rows.length * MOST_HEIGHT,
    marks: html`${heads}${cells}`,
    description: `${rows.length} rows by ${columns.length} columns; the strongest cell has ${format(most)}.`,
    table: {
      head: ["", ...columns],
      rows:
        finite.length === 0
          ? []
          : rows.map((row, r) => [
              row,
              ...columns.map((_, c) => (Number.isFinite(values[r]?.[c]) ? format(values[r][c]) : "–")),
            ]),
    },
  });
}
