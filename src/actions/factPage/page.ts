// A page of facts as a page of the editor, whose places can be opened. Pure.

import { fileLink, pageControls } from "../../../pages/controls.ts";
import { type Html, html, nothing } from "../../../pages/html.ts";
import type { PageContent } from "../../../pages/page.ts";
import { type FactLine, type FactPage, labelOf, type Part } from "./factPage.ts";

/** @param pending what is still being found out; absent where all is there */
export function pageOf(page: FactPage, pending?: string): PageContent {
  const { title, path, lead, sections, notes } = page;
  const shown = sections.filter(({ lines }) => lines.length > 0);
  const body = html`<h1>${title}</h1>
${pageControls}
${lead.map(({ parts }) => html`<p>${markup(parts, path)}</p>`)}
${pending === undefined ? nothing : html`<p role="status">${pending}</p>`}
${shown.map((section) => html`<h2>${section.title}</h2>${list(section.lines, path)}`)}
${notes.length === 0 ? nothing : html`<h2>What this does not tell</h2><ul>${notes.map((note) => html`<li>${words(note)}</li>`)}</ul>`}`;
  return { title, body: body.markup, data: page };
}

const list = (lines: readonly FactLine[], path: string): Html =>
  html`<ul>${lines.map(({ parts, inner = [] }) => html`<li>${markup(parts, path)}${inner.length === 0 ? nothing : list(inner, path)}</li>`)}</ul>`;

const markup = (parts: readonly Part[], path: string): Html[] =>
  parts.map((part) => {
    if (typeof part === "string") return words(part);
    return "code" in part ? html`<code>${part.code}</code>` : fileLink(part.path, part.line, labelOf(part, path));
  });

/** A sentence, in which what stands between backticks is code. */
const words = (text: string): Html =>
  html`${text.split("`").map((piece, at, all) => (at % 2 === 1 && at < all.length - 1 ? html`<code>${piece}</code>` : html`${piece}`))}`;
