// What a person can press on a page: the row of controls at its top, links to places in files, and buttons that ask the editor for something.

import { type Html, html } from "./html.ts";

/** The row of controls that every page may have: copy the whole as text, save it. Needs the page's script. */
export const pageControls: Html = html`<div class="controls" role="group" aria-label="This page"><button type="button" data-page="copy">Copy as Text</button><button type="button" data-page="html">Save as HTML…</button><button type="button" data-page="json">Save as JSON…</button></div>`;

/** A place in a file, which the editor opens. In a file that a browser shows it is text. @param line from 1 @param label what it says; by default the place */
export function fileLink(path: string, line?: number, label?: string): Html {
  const place = label ?? (line === undefined ? path : `${path}:${line}`);
  return html`<button type="button" class="link" data-path="${path}" data-line="${line ?? 1}">${place}</button>`;
}

/** A button that sends `message` to whoever opened the page; `message.kind` names what is asked. */
export const messageButton = (label: string, message: { kind: string; [name: string]: unknown }): Html =>
  html`<button type="button" data-message="${JSON.stringify(message)}">${label}</button>`;
