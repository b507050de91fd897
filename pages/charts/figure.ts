// A chart as a figure: its picture with a title and a description, how its numbers are counted, and the numbers themselves as a table.

import { type Html, html, nothing } from "../html.ts";
import { hatchFill } from "./hatch.ts";

/** Numbers as they are shown: the first cell of a row names it. */
export interface Table {
  caption: string;
  head: readonly string[];
  rows: readonly (readonly (string | number)[])[];
}

/** What every chart is told besides its numbers. */
export interface ChartText {
  id: string; // letters, digits and hyphens; one on a page
  title: string;
  counted: string; // how the numbers came to be, in a sentence or two
}

/** What a chart makes of them. */
interface Drawing {
  width: number; // in units of the picture
  height: number;
  marks: Html;
  description: string; // what the picture shows, for who does not see it
  legend?: Legend;
  table: Omit<Table, "caption">; // its caption is the chart's title
}

/** Names of the series, each beside a sample: an area with its colour and hatching, or a line with its colour and dashes. */
interface Legend {
  names: readonly string[];
  sample: "area" | "line";
}

/** Without rows in its table a figure says that there is nothing to draw. */
export function figure({ id, title, counted }: ChartText, drawing: Drawing): Html {
  const { width, height, marks, description, legend, table } = drawing;
  if (table.rows.length === 0)
    return html`<figure id="${id}"><figcaption>${title}</figcaption><p>Nothing was counted yet.</p>${countedLine(counted)}</figure>`;
  return html`<figure id="${id}"><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-description" tabindex="0"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${marks}</svg>
${legend ? legendOf(id, legend) : nothing}${countedLine(counted)}
<details><summary>The numbers: ${title}</summary>${tableOf({ caption: title, ...table })}</details></figure>`;
}

export function tableOf({ caption, head, rows }: Table): Html {
  return html`<div class="table"><table><caption>${caption}</caption><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    ([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const countedLine = (counted: string): Html => html`<p class="counted soft">How this is counted: ${counted}</p>`;

const legendOf = (id: string, { names, sample }: Legend): Html =>
  html`<ul class="legend">${names.map((name, i) => html`<li><svg class="${seriesClass(i)}" viewBox="0 0 24 12" aria-hidden="true">${sample === "line" ? html`<path class="curve" d="M0 6h24"/>` : area(id, i, { x: 0, y: 0, width: 24, height: 12 })}</svg>${name}</li>`)}</ul>`;

/** A rectangle in the colour of a series, hatched. The chart's picture holds the patterns. */
export const area = (id: string, series: number, at: { x: number; y: number; width: number; height: number }): Html => {
  const place = html`x="${at.x}" y="${at.y}" width="${at.width}" height="${at.height}"`;
  const hatch = hatchFill(id, series);
  return html`<rect class="bar ${seriesClass(series)}" ${place}/>${hatch === "none" ? nothing : html`<rect fill="${hatch}" ${place}/>`}`;
};

/** The class that gives a series its colour. */
export const seriesClass = (index: number): string => `series${index % 6}`;
