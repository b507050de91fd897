// A chart as a figure: its picture with a title and a description, how its numbers are counted, and the numbers themselves as a table.

import { type Html, html, nothing } from "../html.ts";

/** Numbers as they are shown: the first cell of a row names it. */
export interface Table {
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
  legend?: readonly string[]; // names of the series, in their colours
  table: Table;
}

/** Without rows in its table a figure says that there is nothing to draw. */
export function figure({ id, title, counted }: ChartText, drawing: Drawing): Html {
  const { width, height, marks, description, legend, table } = drawing;
  if (table.rows.length === 0)
    return html`<figure id="${id}"><figcaption>${title}</figcaption><p>Nothing was counted yet.</p>${countedLine(counted)}</figure>`;
  return html`<figure id="${id}"><figcaption>${title}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-description" tabindex="0"><title id="${id}-title">${title}</title><desc id="${id}-description">${description}</desc>${marks}</svg>
${legend ? legendOf(legend) : nothing}${countedLine(counted)}
<details><summary>The numbers: ${title}</summary>${tableOf(table)}</details></figure>`;
}

export function tableOf({ head, rows }: Table): Html {
  return html`<table><thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${rows.map(
    ([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`,
  )}</tbody></table>`;
}

const countedLine = (counted: string): Html => html`<p class="counted soft">How this is counted: ${counted}</p>`;

const legendOf = (names: readonly string[]): Html =>
  html`<ul class="legend">${names.map((name, i) => html`<li><svg class="${seriesClass(i)}" viewBox="0 0 12 12" aria-hidden="true"><rect class="bar" width="12" height="12" rx="2"/></svg>${name}</li>`)}</ul>`;

/** The class that gives a series its colour. */
export const seriesClass = (index: number): string => `series${index % 6}`;
