// The dashboard's page: the week in words, charts of the weeks, and languages with their intervals. Every text on it is ours or a language's id.

import { barChart } from "../../../pages/charts/barChart.ts";
import { tableOf } from "../../../pages/charts/figure.ts";
import { lineChart } from "../../../pages/charts/lineChart.ts";
import { rowChart } from "../../../pages/charts/rowChart.ts";
import { messageButton, pageControls } from "../../../pages/controls.ts";
import { type Html, html, nothing } from "../../../pages/html.ts";
import type { PageContent } from "../../../pages/page.ts";
import { WHY_NOTHING } from "../../completion/whyNothing.ts";
import { type Counts, LATENCY_EDGES_MS, latencyMs, sumCounts, WITHHELD } from "../counts.ts";
import { modelName } from "../modelKey.ts";
import { RETENTION_SECONDS } from "../retention.ts";
import { isNextEdit } from "../statistics.ts";
import { type Comparison, type Counted, type DashboardFacts, FEWEST_READ, isEnough, type OfKind } from "./facts.ts";
import { adviceOf, inWords, summaryOf } from "./summary.ts";

const SERIES = [
  ["taken whole", "accepted"],
  ["taken in part", "partlyAccepted"],
  ["typed along", "typedThrough"],
  ["rejected", "rejected"],
  ["taken back", "undone"],
  ["not read", "unread"],
] as const;

const SOURCE_NAMES = [
  ["model", "the model"],
  ["cache", "the cache"],
  ["typedAsSuggested", "what was suggested, typed on"],
] as const;

const TOLD_LANGUAGES = 12;
const TOLD_REASONS = 10;
const TOLD_MODELS = 24;

const KIND_NAMES: Readonly<Record<OfKind["kind"], string>> = {
  line: "line",
  block: "block",
  docstring: "docstring",
  fix: "fix",
  change: "change of a selection",
  sameEdit: "next edit: the same edit again",
  rename: "next edit: rename",
  import: "next edit: import",
  brokenCaller: "next edit: what the edit broke",
  parameters: "next edit: parameters",
  "": "not told apart",
};

/** @param learnt sentences about what the show decision has learnt */
export function dashboardPage(facts: DashboardFacts, learnt: readonly string[] = []): PageContent {
  const { weeks, languages, models, kinds, comparisons } = facts;
  const advice = adviceOf(facts);
  const total = sumCounts(weeks.map(({ counts }) => counts));
  const labels = weeks.map(({ from }) => from.slice(5));
  const told = languages.slice(0, TOLD_LANGUAGES);
  const compared = (said: "charactersForetold" | "charactersCopied") =>
    weeks.map(({ counts }, i) => {
      const isTold = (counts.placesFinished ?? 0) >= FEWEST_READ;
      return [i, isTold ? (100 * (counts[said] ?? 0)) / (counts.charactersWritten ?? 0) : Number.NaN] as const;
    });
  const enough = told.filter(({ taken }) => isEnough(taken));
  const body = html`<h1>Sotto: what became of suggestions</h1>
<p class="soft">Counted on this machine only; nothing is sent. ${weeks[0].from} to ${facts.today}.</p>
${pageControls}
<h2>In words</h2>
<div class="card">${summaryOf(facts).map((sentence) => html`<p>${sentence}</p>`)}${
    advice
      ? html`<p>${advice.text} ${messageButton(advice.label, { kind: "command", command: advice.command })}</p>`
      : nothing
  }</div>
${learnt.length > 0 ? html`<h2>What was learnt from you</h2><div class="card">${learnt.map((sentence) => html`<p>${sentence}</p>`)}</div>` : nothing}
<h2>By week</h2>
${barChart({
  id: "weeks",
  title: "Suggestions shown, and how they ended",
  counted:
    "each suggestion once, in the week of its showing. Read is what was visible for at least 0.75 s or was accepted; the bar leaves out what is still on the screen.",
  series: SERIES.map(([name]) => name),
  bars: weeks.map(({ counts }, i) => ({ label: labels[i], parts: SERIES.map(([, count]) => counts[count] ?? 0) })),
})}
${lineChart({
  id: "acceptance",
  title: "Two acceptance rates",
  counted: `by suggestion: taken whole or in part, of those that were read. By character: accepted characters of all that were shown, read or not. They differ because suggestions differ in length and some are not read. A week with fewer than ${FEWEST_READ} read is left out.`,
  xName: "week",
  xLabels: labels,
  fromZero: true,
  format: (value) => `${Math.round(value)} %`,
  lines: [
    {
      name: "by suggestion",
      points: weeks.map(({ taken }, i) => [i, isEnough(taken) ? (100 * taken.part) / taken.of : Number.NaN] as const),
    },
    {
      name: "by character",
      points: weeks.map(({ taken, takenCharacters: { part, of } }, i) => {
        return [i, isEnough(taken) ? (100 * part) / of : Number.NaN] as const;
      }),
    },
  ],
})}
${barChart({
  id: "characters",
  title: "Characters that suggestions wrote",
  counted:
    "UTF-16 units; accepted at once or by words, and, apart from them, typed by hand as suggested. No time saved is worked out from them: reading costs time, too.",
  series: ["accepted", "typed as suggested"],
  bars: weeks.map(({ counts }, i) => ({
    label: labels[i],
    parts: [counts.charactersAccepted ?? 0, counts.charactersTyped ?? 0],
  })),
})}
${lineChart({
  id: "nearest",
  title: "Foretold: the suggestion, and a copy of the nearest line",
  counted: `where a suggestion was shown and its line is finished: of the characters that were written there up to the line's end, how many the suggestion said before it was wrong, and how many the nearest earlier line that begins like what was typed. The suggestion has the advantage that you have seen it. A week with fewer than ${FEWEST_READ} such places is left out.`,
  xName: "week",
  xLabels: labels,
  fromZero: true,
  format: (value) => `${Math.round(value)} %`,
  lines: [
    { name: "the suggestion", points: compared("charactersForetold") },
    { name: "the nearest line", points: compared("charactersCopied") },
  ],
})}
${tableOf({
  caption: "Characters saved, and what copying would have given",
  head: ["in all these weeks", "characters"],
  rows: [
    ["accepted", whole(total.charactersAccepted)],
    ["typed as suggested", whole(total.charactersTyped)],
    ["written in finished lines with a suggestion", whole(total.charactersWritten)],
    ["of these foretold by the suggestion", whole(total.charactersForetold)],
    ["of these in a copy of the nearest line", whole(total.charactersCopied)],
  ],
})}
<h2>What stood later</h2>
${lineChart({
  id: "retention",
  title: "Accepted characters that still stand",
  counted:
    "of accepted characters that could be looked at that many seconds later. What was closed before, or when the editor ended, is not measured and is in neither number.",
  xName: "seconds",
  xLabels: RETENTION_SECONDS.map(String),
  fromZero: true,
  format: (value) => `${Math.round(value)} %`,
  lines: [
    {
      name: "still there",
      points: RETENTION_SECONDS.map((seconds, i) => {
        const measured = total[`charactersMeasured${seconds}`] ?? 0;
        return [i, (100 * (total[`charactersRetained${seconds}`] ?? 0)) / measured] as const;
      }),
    },
  ],
})}
${tableOf({
  caption: "Accepted characters, measured later",
  head: ["after", "measured characters", "still there", "measured of all accepted"],
  rows: RETENTION_SECONDS.map((seconds) => {
    const measured = total[`charactersMeasured${seconds}`] ?? 0;
    const accepted = total.charactersAccepted ?? 0;
    return [
      `${seconds} s`,
      measured.toLocaleString("en"),
      (total[`charactersRetained${seconds}`] ?? 0).toLocaleString("en"),
      accepted === 0 ? "–" : `${Math.round((100 * measured) / accepted)} %`,
    ];
  }),
})}
<h2>By language</h2>
${rowChart({
  id: "languages",
  title: "Taken, of those that were read",
  counted: `with the 95 % interval (Wilson's). Two languages differ only where their intervals do. Languages with fewer than ${FEWEST_READ} read are in the table below only.`,
  valueName: "share",
  format: (value) => `${Math.round(value)} %`,
  rows: enough.map(({ languageId, taken }) => ({
    name: languageId,
    value: (100 * taken.part) / taken.of,
    interval: [100 * taken.low, 100 * taken.high],
  })),
})}
${tableOf({
  caption: "Languages",
  head: ["language", ...COUNTED_HEAD],
  rows: told.map(({ languageId, ...counted }) => [languageId, ...countedCells(counted)]),
})}
${languages.length > told.length ? html`<p class="soft">${languages.length - told.length} more languages are in the JSON.</p>` : nothing}
<h2>By model</h2>
${tableOf({
  caption: "Languages by model",
  head: ["language, model", ...COUNTED_HEAD],
  rows: models
    .slice(0, TOLD_MODELS)
    .map(({ languageId, model, ...counted }) => [`${languageId}, ${modelName(model)}`, ...countedCells(counted)]),
})}
${models.length > TOLD_MODELS ? html`<p class="soft">${models.length - TOLD_MODELS} more are in the JSON.</p>` : nothing}
${tableOf({
  caption: "Kinds by model",
  head: ["kind, model", ...COUNTED_HEAD],
  rows: kinds.slice(0, TOLD_MODELS).map(({ kind, model, ...counted }) => {
    const by = isNextEdit(kind) ? "" : `, ${modelName(model)}`;
    return [KIND_NAMES[kind] + by, ...countedCells(counted)];
  }),
})}
<p class="counted soft">How this is counted: under the model that would have been asked where the suggestion was shown, and a short hash of the workspace's adapter, if it was in use. A line is a suggestion of one line, a block one of several. A docstring or fix that a command wrote counts as read, and as taken where you let it stand in the preview; without a preview all are taken. Each place of a next edit counts; those that you typed past count as not read, and by model all stand under “not told apart”, since no model writes them. What was counted by an earlier version of Sotto, and kinds of more than ninety days ago, are not told apart.</p>
${comparisons.length > 0 ? html`<h2>With and without the adapter</h2>${comparisons.map(comparisonChart)}` : nothing}
<h2>How long an answer takes</h2>
${tableOf({
  caption: "Answers with suggestions",
  head: ["from", "answers with suggestions", "half within", "95 % within"],
  rows: SOURCE_NAMES.map(([source, name]) => {
    const answers = LATENCY_EDGES_MS.reduce((sum, _, i) => sum + (total[`latency:${source}:${i}`] ?? 0), 0);
    return [name, whole(answers), within(total, source, 0.5), within(total, source, 0.95)];
  }),
})}
<p class="counted soft">How this is counted: from the editor's request to its answer, in ranges each the root of 2 as wide as the last: the upper end is told.</p>
<h2>Why nothing was shown</h2>
${rowChart({
  id: "withheld",
  title: "Requests that were answered with nothing",
  counted:
    "by the first reason that held, asked for or not. Requests that the next key ended before their answer came count, too, and are usually most. The JSON has each reason by its name.",
  valueName: "requests",
  format: (value) => value.toLocaleString("en"),
  rows: WITHHELD.map((reason) => ({ name: WHY_NOTHING[reason].split(";")[0], value: total[`withheld:${reason}`] ?? 0 }))
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value)
    .slice(0, TOLD_REASONS),
})}
<p>${messageButton("Reset Statistics…", { kind: "command", command: "sotto.resetStatistics" })}</p>`;
  return { title: "Sotto Dashboard", body: body.markup, data: facts };
}

const COUNTED_HEAD = ["shown", "taken of read", "characters accepted"];

const countedCells = ({ counts, taken }: Counted): string[] => [
  whole(counts.shown),
  isEnough(taken) ? inWords(taken) : `${taken.part} of ${taken.of}: too few to say`,
  whole(counts.charactersAccepted),
];

/** On even and odd days in turn. */
function comparisonChart({ model, from, to, withAdapter, without }: Comparison, index: number): Html {
  const sides = [
    ["with the adapter, on even days", withAdapter],
    ["the model alone, on odd days", without],
  ] as const;
  const told = sides.filter(([, { taken }]) => isEnough(taken));
  return html`${rowChart({
    id: `adapter${index}`,
    title: `Taken, of those that were read: ${modelName(model)}`,
    counted: `from ${from} to ${to}, lines and blocks, with the 95 % interval (Wilson's). The adapter rests on every second day (sotto.compareAdapter). They differ only where the intervals do; a side with fewer than ${FEWEST_READ} read is in the table below only.`,
    valueName: "share",
    format: (value) => `${Math.round(value)} %`,
    rows: told.map(([name, { taken }]) => ({
      name,
      value: (100 * taken.part) / taken.of,
      interval: [100 * taken.low, 100 * taken.high] as const,
    })),
  })}${tableOf({
    caption: `With and without it: ${modelName(model)}`,
    head: ["days", ...COUNTED_HEAD],
    rows: sides.map(([name, counted]) => [name, ...countedCells(counted)]),
  })}`;
}

const whole = (n = 0): string => n.toLocaleString("en");

function within(counts: Counts, source: (typeof SOURCE_NAMES)[number][0], share: number): string {
  const ms = latencyMs(counts, source, share);
  if (ms === undefined) return "–";
  return ms === Number.POSITIVE_INFINITY ? "over 4 s" : `${Math.round(ms)} ms`;
}
