// What tells series apart besides their colours: a hatching for areas, for who sees no colours and for paper. Lines have dashes, in the pages' style.

import { type Html, html } from "../html.ts";

/** Width and height of a pattern's tile, in units of the picture. */
const TILE = 8;

/** By series: what is drawn into a tile; the first has none. */
const MARKS: readonly (Html | undefined)[] = [
  undefined,
  html`<path d="M-2 2l4-4M0 8l8-8M6 10l4-4"/>`,
  html`<circle cx="2" cy="2" r=".8"/><circle cx="6" cy="6" r=".8"/>`,
  html`<path d="M0 4h8"/>`,
  html`<path d="M-2 6l4 4M0 0l8 8M6-2l4 4"/>`,
  html`<path d="M0 4h8M4 0v8"/>`,
];

const patternId = (chart: string, series: number): string => `${chart}-hatch${series % MARKS.length}`;

/** The patterns that a chart's areas and its legend refer to. @param series how many there are */
export const hatchings = (chart: string, series: number): Html =>
  html`<defs>${MARKS.slice(0, series).flatMap((marks, i) =>
    marks
      ? [
          html`<pattern id="${patternId(chart, i)}" width="${TILE}" height="${TILE}" patternUnits="userSpaceOnUse"><g class="hatch">${marks}</g></pattern>`,
        ]
      : [],
  )}</defs>`;

/** What fills an area over its colour. */
export const hatchFill = (chart: string, series: number): string =>
  MARKS[series % MARKS.length] ? `url(#${patternId(chart, series)})` : "none";
