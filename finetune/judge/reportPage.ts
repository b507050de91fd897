// The report page of a fine-tuning: its result, in figures and by example, what it learnt from, and how. One file without scripts that loads
// nothing. Decides nothing; every text of the workspace goes through `html`, which escapes it.

import { type Html, html, nothing } from "../../pages/html.ts";
import { filePage } from "../../pages/page.ts";
import { EDIT_DROPS } from "../data/commitEdits.ts";
import { DROPS } from "../data/drops.ts";
import { EXAMPLE_DROPS } from "../data/keptExamples.ts";
import { isExactMatch } from "../norm.ts";
import type { EditFacts, FineTuneResult, KeptFacts } from "../protocol/fineTune.ts";
import type { Gain } from "./bootstrap.ts";
import { type Comparison, SAMPLE_KINDS, type Sample, type SampleKind } from "./comparison.ts";
import { type LossCurve, lossChart } from "./lossChart.ts";
import { reportStyle } from "./reportStyle.ts";
import { nats, percent, type Verdict } from "./verdict.ts";

export interface Report {
  workspace: string; // its name
  result: FineTuneResult;
  verdict: Verdict | null; // null: the adapter was not judged
  curves: readonly LossCurve[];
  settings: readonly (readonly [name: string, value: string | number])[]; // of the training, in display order
}

export function reportPage({ workspace, result, verdict, curves, settings }: Report): string {
  const { accepted, reason } = result;
  const body = html`
<h1>Sotto: fine-tuning of ${workspace}</h1>
<section class="verdict${accepted ? " accepted" : ""}"><b>${accepted ? "Kept" : "Not kept"}</b><p>${sentence(reason)}</p></section>
${verdict ? figures(verdict) : nothing}
${training(curves)}
${corpus(result.corpus)}
${verdict ? samples(verdict.samples) : nothing}
${howItWasDone(result, settings)}
`;
  const content = { title: `Fine-tuning of ${workspace}`, body: body.markup, style: reportStyle };
  return filePage(content, { script: false });
}

/** The reason without "Kept" or "Not kept", which the page already says in large letters. */
function sentence(reason: string): string {
  const rest = reason.replace(/^(Not kept|Kept): /, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

interface Row {
  name: string;
  show(value: number): string;
  showChange(value: number): string;
  of(comparison: Comparison): { before: number; after: number; gain: Gain; sign: 1 | -1 };
}

const signed = (value: number, text: string): string =>
  value < 0 ? text.replace("-", "−") : /[1-9]/.test(text) ? `+${text}` : text;
const showPoints = (value: number): string => signed(value, (100 * value).toFixed(1));

const ROWS: readonly Row[] = [
  {
    name: "Exact match",
    show: percent,
    showChange: showPoints,
    of: ({ before, after, gains }) => ({
      before: before.exactMatch,
      after: after.exactMatch,
      gain: gains.exactMatch,
      sign: 1,
    }),
  },
  {
    name: "Edit similarity",
    show: percent,
    showChange: showPoints,
    of: ({ before, after, gains }) => ({
      before: before.editSimilarity,
      after: after.editSimilarity,
      gain: gains.editSimilarity,
      sign: 1,
    }),
  },
  {
    name: "Loss (nats a character)",
    show: nats,
    showChange: (value) => signed(value, nats(value)),
    of: ({ before, after, gains }) => ({ before: before.loss, after: after.loss, gain: gains.loss, sign: -1 }),
  },
];

function figures(verdict: Verdict): Html {
  const group = (title: string, note: string, comparison: Comparison) =>
    html`<tr class="group"><th colspan="6">${title} <small>${note}</small></th></tr>${ROWS.map((row) => figuresRow(row, comparison))}`;
  const { cases, files, general, kept } = verdict;
  return html`<h2>Before and after</h2>
<div class="card"><table>
<thead><tr><th></th><th>before</th><th>after</th><th>change</th><th>95 % interval</th><th></th></tr></thead>
<tbody>
${group("This workspace", `${cases} places in ${files} files that nothing was learnt from`, verdict)}
${kept ? group("Where you worked", `${kept.cases} kept examples, the latest, that nothing was learnt from`, kept) : nothing}
${group("Other projects", `a fixed set of ${general.cases} places; what is lost here is forgotten`, general)}
</tbody></table></div>
<p class="soft under">Each place is the rest of a line, written by the model as it is used and by the same model with what it has learnt. Changes of shares are in points.
The intervals come from drawing files anew 10,000 times (a paired bootstrap): where one does not reach over zero, the change is no chance.</p>`;
}

function figuresRow({ name, show, showChange, of }: Row, comparison: Comparison): Html {
  const { before, after, gain, sign } = of(comparison);
  const ends = gain.interval.map((end) => sign * end).sort((a, b) => a - b);
  const clear = gain.interval[0] > 0 ? "good" : gain.interval[1] < 0 ? "bad" : "";
  return html`<tr><td>${name}</td><td>${show(before)}</td><td>${show(after)}</td><td class="${clear}">${showChange(after - before)}</td><td>${showChange(ends[0])} to ${showChange(ends[1])}</td><td>${intervalPicture(gain, clear)}</td></tr>`;
}

/** The gain and its interval around zero; better is to the right. */
function intervalPicture({ mean, interval }: Gain, clear: string): Html {
  const reach = Math.max(...interval.map(Math.abs), Math.abs(mean));
  const x = (value: number) => Number((75 + (reach === 0 ? 0 : (value / reach) * 68)).toFixed(1));
  const [low, high] = interval.map(x);
  return html`<svg class="interval ${clear}" viewBox="0 0 150 18" aria-hidden="true"><line x1="75" x2="75" y1="0" y2="18"/><rect x="${low}" y="7" width="${Math.max(1, high - low)}" height="4" rx="2"/><circle cx="${x(mean)}" cy="9" r="4"/></svg>`;
}

const SAMPLE_TITLES: Record<SampleKind, string> = {
  gained: "Right with what was learnt, wrong before",
  lost: "Right before, wrong now",
  bothWrong: "Wrong both times",
};

function samples(all: readonly Sample[]): Html {
  if (all.length === 0) return nothing;
  const groups = SAMPLE_KINDS.map((kind) => {
    const shown = all.filter((sample) => sample.kind === kind);
    if (shown.length === 0) return nothing;
    return html`<h3>${SAMPLE_TITLES[kind]}</h3><div class="samples">${shown.map(sampleCard)}</div>`;
  });
  return html`<h2>Side by side</h2><p class="soft">Marked is what stands in the file.</p>${groups}`;
}

function sampleCard({ path, prefix, expected, suffix, before, after }: Sample): Html {
  const side = (title: string, text: string) => {
    const isRight = isExactMatch(text, expected);
    return html`<div class="${isRight ? "right" : "wrong"}"><small>${title}: ${isRight ? "right" : "wrong"}</small><code>${text === "" ? "(nothing)" : text}</code></div>`;
  };
  return html`<article class="sample"><h4>${path}</h4><pre>${prefix}<mark>${expected}</mark>${suffix}</pre><div class="sides">${side("before", before)}${side("after", after)}</div></article>`;
}

function training(curves: readonly LossCurve[]): Html {
  const chart = lossChart(curves);
  if (chart === nothing) return nothing;
  return html`<h2>Training</h2>
${chart}`;
}

function corpus({
  files,
  bytes,
  tokens,
  generalShare,
  split,
  byGitTime,
  dropped,
  droppedFiles,
  kept,
  edits,
}: FineTuneResult["corpus"]): Html {
  const part = ({ files: count, bytes: size }: { files: number; bytes: number }) =>
    `${whole(count)} files, ${sizeInWords(size)}`;
  const reasons = Object.entries(dropped).sort(([, a], [, b]) => b - a);
  const left = reasons.map(([reason, count]) => {
    const paths = droppedFiles.filter((file) => file.reason === reason);
    const rest = count - paths.length;
    return html`<details><summary>${whole(count)} × ${wordsOf(reason, DROPS)}</summary><ul class="paths">${paths.map(({ path }) => html`<li><code>${path}</code></li>`)}${rest > 0 && paths.length > 0 ? html`<li>and ${whole(rest)} more</li>` : nothing}</ul></details>`;
  });
  const facts: [string, string][] = [
    ["In all", `${whole(files)} files, ${sizeInWords(bytes)}`],
    ["Learnt from", part(split.train)],
    ["Held out for the training", part(split.validation)],
    ["Held out for this report", part(split.report)],
    ["Tokens of one pass", whole(tokens)],
    ["General code among them", percent(generalShare)],
    ...(kept ? keptFacts(kept) : []),
    ...(edits ? editFacts(edits) : []),
    ["Held out is", byGitTime ? "what was committed last" : "drawn by chance: there is no git"],
  ];
  return html`<h2>What it learnt from</h2><div class="card">${list(facts)}</div>
<h2>What was left out</h2><div class="card">${left.length > 0 ? left : html`<p>Nothing.</p>`}</div>`;
}

const keptFacts = ({ learnt, heldOut, tokens, dropped }: KeptFacts): [string, string][] => [
  ["Kept examples", `${whole(learnt)} learnt from (${whole(tokens)} tokens), ${whole(heldOut)} held out`],
  ["Kept examples left out", leftOut(dropped, EXAMPLE_DROPS)],
];

const editFacts = ({ learnt, tokens, dropped }: EditFacts): [string, string][] => [
  ["Edits of the last commits", `${whole(learnt)} learnt from (${whole(tokens)} tokens)`],
  ["Edits left out", leftOut(dropped, EDIT_DROPS)],
];

function leftOut(dropped: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>): string {
  const left = Object.entries(dropped).map(([reason, count]) => `${whole(count)} ${wordsOf(reason, words)}`);
  return left.length > 0 ? left.join("; ") : "none";
}

/** The words of a reason; a later version's reason is told by its name. */
const wordsOf = (reason: string, words: Readonly<Record<string, string>>): string =>
  Object.hasOwn(words, reason) ? words[reason]! : reason;

function howItWasDone(
  { learningRates, tokensPerSecond, ms, peakRssBytes }: FineTuneResult,
  settings: Report["settings"],
): Html {
  const rates = learningRates.map(({ rate, heldOutLoss }) => `${rate.toPrecision(2)} (${heldOutLoss.toFixed(3)})`);
  const facts: [string, string][] = [
    ...settings.map(([name, value]): [string, string] => [name, typeof value === "number" ? number(value) : value]),
    ["Learning rates tried (held-out loss)", rates.length > 0 ? rates.join(", ") : "none"],
    ["Speed", tokensPerSecond === null ? "not measured" : `${whole(tokensPerSecond)} tokens/s`],
    ["Time of work", duration(ms)],
    ["Most memory", sizeInWords(peakRssBytes)],
  ];
  return html`<h2>Settings and cost</h2><div class="card">${list(facts)}</div>`;
}

const list = (facts: readonly (readonly [string, string])[]): Html =>
  html`<dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;

const number = (value: number): string => (Number.isInteger(value) ? whole(value) : String(value));
const whole = (value: number): string => Math.round(value).toLocaleString("en");

function sizeInWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${Math.round(bytes / 1e3).toLocaleString("en")} kB`;
}

function duration(ms: number): string {
  const minutes = ms / 60_000;
  if (minutes < 1) return `${Math.round(ms / 1000)} s`;
  return minutes < 90 ? `${Math.round(minutes)} min` : `${(minutes / 60).toFixed(1)} h`;
}
