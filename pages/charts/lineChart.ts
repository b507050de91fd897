// Lines over a common axis, one for each series. A point without a finite value is a gap in its line.

import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import { type Html, html } from "../html.ts";
import { type ChartText, figure, seriesClass } from "./figure.ts";
import { at, bottomLabels, HEIGHT, leftAxis, MARGIN, rangeOf, shortNumber, WIDTH } from "./frame.ts";

export interface LineChart extends ChartText {
  xName: string;
  lines: readonly Line[];
  xLabels?: readonly string[]; // names of the places 0, 1, 2, … where x is a position in a list
  legend?: readonly string[]; // where lines share colours: a name for each colour
  fromZero?: boolean; // the axis begins at 0, whatever the least value
  format?: (value: number) => string;
}

export interface Line {
  name: string;
  points: readonly (readonly [x: number, y: number])[]; // by x
  weight?: "thin" | "strong";
  series?: number; // its colour; default: its place in the list
}

export function lineChart(chart: LineChart): Html {
  const { xName, xLabels, fromZero = false, format = shortNumber } = chart;
  const lines = chart.lines
    .map((one, i) => ({ ...one, series: one.series ?? i, points: one.points.filter(isFinitePoint) }))
    .filter(({ points }) => points.length > 0);
  const points = lines.flatMap((one) => one.points);
  const [left, right] = xLabels ? [0, Math.max(1, xLabels.length - 1)] : rangeOf(points.map(([place]) => place));
  const [low, high] = rangeOf([...(fromZero ? [0] : []), ...points.map(([, value]) => value)]);
  const x = scaleLinear()
    .domain([left, right])
    .range([MARGIN.left + 10, WIDTH - MARGIN.right - 10]);
  const y = scaleLinear()
    .domain([low, high])
    .nice()
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const label = (place: number) => xLabels?.[place] ?? shortNumber(place);
  const path = line<readonly [number, number]>()
    .x(([place]) => at(x(place)))
    .y(([, value]) => at(y(value)));
  const ordered = lines.toSorted((a, b) => Number(a.weight === "strong") - Number(b.weight === "strong"));
  const marks = ordered.map(({ name, points: its, weight = "", series }) => {
    const dots = its.map(
      ([place, value]) =>
        html`<g class="mark" data-value="${`${name}, ${xName} ${label(place)}: ${format(value)}`}"><circle class="dot" cx="${at(x(place))}" cy="${at(y(value))}" r="${weight === "thin" ? 1.5 : 3}"/></g>`,
    );
    return html`<g class="${seriesClass(series)} ${weight}"><path class="curve" d="${path(its) ?? ""}"/>${dots}</g>`;
  });
  const ticks = xLabels ? [...xLabels.keys()] : x.ticks(8);
  const labels = ticks.map((place) => ({ text: label(place), x: x(place) }));
  const isPlain = lines.length > 1 && lines.every(({ series }, i) => series === i);
  const names = chart.legend ?? (isPlain ? lines.map(({ name }) => name) : undefined);
  return figure(chart, {
    width: WIDTH,
    height: HEIGHT,
    marks: html`${leftAxis(y, format)}${marks}${bottomLabels(labels, xName)}`,
    description: lines
      .map(({ name, points: its }) => `${name}: from ${format(its[0][1])} to ${format(its.at(-1)![1])}.`)
      .join(" "),
    legend: names && { names, sample: "line" },
    table: {
      head: ["", xName, "value"],
      rows: lines.flatMap(({ name, points: its }) =>
        its.map(([place, value]) => [name, label(place), format(value)] as const),
      ),
    },
  });
}

const isFinitePoint = ([x, y]: readonly [number, number]): boolean => Number.isFinite(x) && Number.isFinite(y);
