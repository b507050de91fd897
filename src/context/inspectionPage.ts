// The prompt inspector as a page: the prompt's parts in their order, folded, with what each costs; what was left out and why; the prompt as sent.
// Asks nothing: it shows an `Inspection`, and how that differs from the one before.

import { rowChart } from "../../pages/charts/rowChart.ts";
import { fileLink, pageControls } from "../../pages/controls.ts";
import { type Html, html, nothing } from "../../pages/html.ts";
import type { PageContent } from "../../pages/page.ts";
import type { InspectedPiece } from "../../server/host/protocol/messages.ts";
import type { Lines, RetrieverCost } from "./gather.ts";
import { type Inspection, type LocatedPiece, linesInWords } from "./inspection.ts";

export interface InspectionPageOptions {
  place: { path: string; line: number; column: number }; // of the cursor, from 1
  goesTo: string; // where the prompt would go, in words
  before?: Inspection; // of another place: the page tells what changed since
}

/** The parts of the prompt that come from the file itself rather than from retrieval, in words. */
const OF_THE_FILE: Readonly<Record<string, string>> = {
  prefix: "text before the cursor in",
  suffix: "text after the cursor in",
};
const kindInWords = (kind: string): string => OF_THE_FILE[kind] ?? kind;

export function inspectionPage(inspection: Inspection, options: InspectionPageOptions): PageContent {
  const { pieces, dropped, redacted, prompt, tokens, contextMs, costs = [], index, noTree } = inspection;
  const { place, goesTo, before } = options;
  const rows = pieces.map((piece) => pieceOf(piece, place));
  const left = dropped.map(({ kind, path, lines, reason }) => {
    const at = lines ? fileLink(path, lines.start + 1) : html`${path}`;
    const where = lines ? `, ${namedLines([lines])}` : "";
    return html`<li>${kindInWords(kind)} ${at}${where}: ${reason}</li>`;
  });
  const secrets = redacted.map(({ path, found }) => {
    const rules = Object.entries(found).map(([rule, count]) => `${count} ${rule}`);
    return html`<li>${path}: ${rules.join(", ")}</li>`;
  });
  const body = html`<h1>What the model would see</h1>
${pageControls}
<p>At ${fileLink(place.path, place.line)}, column ${place.column}: ${tokens} tokens. ${goesTo}.</p>
<p>${index === "none" ? "Context of this document alone." : `Context was gathered in ${contextMs} ms; the index is ${index}.`}${noTree === undefined ? "" : ` Read by indentation: ${noTree}.`}</p>
${before ? changesSince(before, inspection) : nothing}
<h2>The prompt, in its order</h2>
${rows}
${costs.length > 0 ? html`<h2>What the look-up took</h2>${costChart(costs)}` : nothing}
${left.length > 0 ? html`<h2>Left out</h2><ul>${left}</ul>` : nothing}
${secrets.length > 0 ? html`<h2>Secrets taken out</h2><ul>${secrets}</ul>` : nothing}
<details><summary>The prompt as it is sent</summary><pre>${prompt}</pre></details>`;
  return { title: `Prompt at ${place.path}:${place.line}`, body: body.markup, data: { place, goesTo, ...inspection } };
}

const costChart = (costs: readonly RetrieverCost[]): Html =>
  rowChart({
    id: "retrievers",
    title: "How long each retriever took",
    counted:
      "in milliseconds, from the beginning of the look-up to the retriever's answer. All run at the same time in one process, so that each also waits for the others: the times do not add up. In brackets, how many pieces it proposed.",
    valueName: "ms",
    format: (value) => value.toFixed(1),
    rows: costs.map(({ kind, ms, found }) => ({ name: `${kind} (${found})`, value: ms })),
  });

function pieceOf(piece: LocatedPiece, place: InspectionPageOptions["place"]): Html {
  const { kind, path, tokens, score, text, lines = [] } = piece;
  const own = path === place.path && kind === "prefix" ? place.line : undefined;
  const line = lines.length > 0 ? lines[0].start + 1 : own;
  const where = lines.length > 0 ? `, ${namedLines(lines)}` : "";
  const why = kind in OF_THE_FILE ? "" : `, score ${+score.toFixed(3)}`;
  return html`<details><summary>${kindInWords(kind)} ${path}${where}: ${tokens} tokens${why}</summary><p>${fileLink(path, line)}</p><pre>${text}</pre></details>
`;
}

const namedLines = (lines: readonly Lines[]): string => {
  const words = linesInWords(lines);
  return `${/^\d+$/.test(words) ? "line" : "lines"} ${words}`;
};

/** What a prompt has that the one before had not, and the other way round. */
export function changedPieces(
  before: readonly InspectedPiece[],
  now: readonly InspectedPiece[],
): { added: InspectedPiece[]; gone: InspectedPiece[]; kept: number } {
  const keyOf = ({ kind, path, text }: InspectedPiece) => JSON.stringify([kind, path, text]);
  const [had, has] = [new Set(before.map(keyOf)), new Set(now.map(keyOf))];
  const added = now.filter((piece) => !had.has(keyOf(piece)));
  return { added, gone: before.filter((piece) => !has.has(keyOf(piece))), kept: now.length - added.length };
}

function changesSince(before: Inspection, { pieces, tokens }: Inspection): Html {
  const { added, gone, kept } = changedPieces(before.pieces, pieces);
  const item = (sign: string) => (piece: InspectedPiece) =>
    html`<li>${sign} ${kindInWords(piece.kind)} ${fileLink(piece.path)}: ${piece.tokens} tokens</li>`;
  return html`<h2>Since the place before</h2><p>${kept} parts are the same; ${before.tokens} tokens then, ${tokens} now.</p><ul>${added.map(item("new:"))}${gone.map(item("gone:"))}</ul>`;
}
