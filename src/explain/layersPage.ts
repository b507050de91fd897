// The folded part of an explanation's page for experts: what each layer did. Closed it costs nothing: opening it asks for the reading. Pure.

import { heatMap } from "../../pages/charts/heatMap.ts";
import { lineChart } from "../../pages/charts/lineChart.ts";
import { messageButton } from "../../pages/controls.ts";
import { type Html, html, nothing } from "../../pages/html.ts";
import type { ExplainFurtherParams, StopMessage } from "../protocol/explain.ts";
import type { ExplainedAttention, ExplainedLayers, Explanation } from "./explanation.ts";
import { percent, signed, visible } from "./figures.ts";
import { decision, NO_REASON, quoted, sumInWords } from "./layersInWords.ts";

const ask = (label: string, question: ExplainFurtherParams | StopMessage): Html => messageButton(label, question);

/**
 * About how long reading the prompt through all layers takes, for each of its tokens, in milliseconds: on two cores, by the tier. Quick was
 * measured; strong follows from its number of weights.
 */
const MS_PER_TOKEN = { quick: 3, strong: 5 } as const;

/** What a page knows of the fold besides the explanation. */
export interface FoldState {
  missing?: string; // why the layers cannot be told, where they cannot
  unfolded?: boolean; // a person has just asked for what it holds
}

export function layersFold(explanation: Explanation, canAsk: boolean, { missing, unfolded = false }: FoldState): Html {
  const { layers, words } = explanation;
  if (layers) {
    const told = html`${SUMMARY}${layersTold(layers, canAsk)}</details>`;
    return unfolded ? html`<details id="experts" open>${told}` : html`<details id="experts">${told}`;
  }
  if (!canAsk) return nothing;
  if (missing !== undefined) return html`<details id="experts">${SUMMARY}<p>${missing}</p></details>`;
  if (!words) return nothing;
  const question: ExplainFurtherParams = { kind: "layers" };
  return html`<details id="experts" data-message="${JSON.stringify(question)}">${SUMMARY}
<p role="status">Sotto reads the prompt once more, layer by layer, ${costOf(explanation)}. Suggestions go before it. ${STOP}</p></details>`;
}

const STOP = ask("Stop", { kind: "stop" });
const SUMMARY = html`<summary>For experts: what each layer of the model did</summary>`;

function costOf({ promptTokens = 0, tier = "quick" }: Explanation): string {
  const seconds = Math.max(1, Math.round((promptTokens * MS_PER_TOKEN[tier]) / 1_000));
  return `which takes about ${seconds} ${seconds === 1 ? "second" : "seconds"} on two cores, and for that time the memory of a second model`;
}

function layersTold(told: ExplainedLayers, canAsk: boolean): Html {
  const { layers, tokens, attention, notes, ms } = told;
  const columns = Array.from({ length: layers }, (_, layer) => String(layer + 1));
  const token = tokens[attention?.token ?? 0];
  if (!token) return html`<p>The text has no token.</p>`;
  return html`
<p>Read in ${(ms / 1_000).toFixed(1)} s. ${told.heads} heads in each of ${layers} layers.${notes.map((note) => ` ${note}`).join("")}</p>
<h3>When each token was decided</h3>
<ul>${tokens.filter(({ text }) => text !== "").map((one) => html`<li>${decision(one, layers)}</li>`)}</ul>
${heatMap({
  ...{ id: "lens", title: "Probability of the token, if each layer were the last", columns },
  rows: tokens.map(({ text, index }) => `${index + 1} ${visible(text)}`),
  values: tokens.map(({ lens }) => lens.map(({ logProb }) => Math.exp(logProb))),
  format: percent,
  counted:
    "after each layer, the model's final norm and its output head are applied to what the layer has left (logit lens). Earlier layers were never trained for that.",
})}
<h3>The token ${quoted(token.text)}</h3>
${canAsk && attention ? html`<p>Another token, which reads the prompt again: ${tokens.filter(({ index, text }) => index !== token.index && text.trim() !== "").map(({ index, text }) => html`${ask(visible(text), { kind: "layers", token: index })} `)}${STOP}</p>` : nothing}
<p>If a layer were the last, the likeliest would be: ${runsOf(token.lens.map(({ likeliest }) => likeliest)).map(({ from, to, text }) => html`${from > 0 ? " · " : ""}${layersInWords(from, to)} <code>${visible(text)}</code>`)}</p>
${lineChart({
  ...{ id: "contributions", title: `What each layer added to the logit of ${quoted(token.text)}`, xName: "layer" },
  ...{ xLabels: columns, legend: ["attention", "feed-forward network"], format: signed },
  lines: [
    { name: "attention", points: token.attention.map((value, layer) => [layer, value] as const) },
    { name: "feed-forward network", points: token.mlp.map((value, layer) => [layer, value] as const) },
  ],
  counted: `in logits, with the scale of the final norm held as it was (direct logit attribution). ${sumInWords(token)} A logit counts only against those of other tokens.`,
})}
${lineChart({
  ...{ id: "norms", title: "Length of the residual stream after each layer", xName: "layer", xLabels: columns },
  ...{
    fromZero: true,
    lines: [{ name: token.text, points: token.norms.map((value, layer) => [layer, value] as const) }],
  },
  counted: "the Euclidean length of what the layers pass on, at the position that chose the token.",
})}
${attention ? attentionTold(attention, layers, canAsk) : nothing}`;
}

/** Equal neighbours as one: where each run begins and ends. */
function runsOf(texts: readonly string[]): { from: number; to: number; text: string }[] {
  const starts = texts.flatMap((text, at) => (at > 0 && texts[at - 1] === text ? [] : [at]));
  return starts.map((from, run) => ({ from, to: (starts[run + 1] ?? texts.length) - 1, text: texts[from]! }));
}

const layersInWords = (from: number, to: number): string =>
  from === to ? `layer ${from + 1}` : `layers ${from + 1} to ${to + 1}`;

function attentionTold(told: ExplainedAttention, layers: number, canAsk: boolean): Html {
  const { token, text, layer, places, shares, head, tokens = [] } = told;
  const others = Array.from({ length: layers }, (_, other) => other).filter((other) => other !== layer);
  const layerButtons = others.map(
    (other) => html`${ask(String(other + 1), { kind: "attention", token, layer: other })} `,
  );
  const headButtons = shares.map(
    (_, other) => html`${ask(String(other + 1), { kind: "attention", token, layer, head: other })} `,
  );
  const rows = tokens.map(
    ({ text: other, place, share }) => html`<li><code>${visible(other)}</code> ${percent(share)}, ${place}</li>`,
  );
  return html`<h3>Where layer ${layer + 1} looked for ${quoted(text)}</h3>
<p>${NO_REASON}</p>
${canAsk ? html`<p role="group" aria-label="Layers">Another layer: ${layerButtons}</p>` : nothing}
${heatMap({
  ...{ id: "attention", title: `Attention of layer ${layer + 1}, by head and part of the prompt`, format: percent },
  rows: places,
  columns: shares.map((_, other) => `head ${other + 1}`),
  values: places.map((_, place) => shares.map((ofHead) => ofHead[place]!)),
  counted:
    "the share of each head's attention that goes to a part; all parts of a column are 100 %. Heads that look for nothing rest on the first token.",
})}
${canAsk ? html`<p role="group" aria-label="Heads">The tokens of head: ${headButtons}</p>` : nothing}
${head === undefined ? nothing : html`<h4>The tokens that head ${head + 1} looked at most</h4><ol>${rows}</ol>`}`;
}
