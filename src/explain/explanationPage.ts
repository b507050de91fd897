// An explanation as a page: text first, with a chart where numbers are compared. Its buttons ask for blocks of a part, and for "what if". Pure.

import { rowChart } from "../../pages/charts/rowChart.ts";
import { fileLink, messageButton, pageControls } from "../../pages/controls.ts";
import { type Html, html, nothing } from "../../pages/html.ts";
import type { PageContent } from "../../pages/page.ts";
import type { ExplainFurtherParams } from "../protocol/explain.ts";
import type { ExplainedPart, Explanation } from "./explanation.ts";
import { percent, signed, UNREAD, visible } from "./figures.ts";
import { type FoldState, layersFold } from "./layersPage.ts";
import { oneLine, timesLikelier } from "./summary.ts";

const asking = (label: string, question: ExplainFurtherParams): Html => messageButton(label, question);

/** measuring: there is more to come; asking: all is there, and a person may ask further; finished: a file, which asks nobody. */
type Stage = "measuring" | "asking" | "finished";

export function explanationPage(
  explanation: Explanation,
  stage: Stage,
  { whatIf, layers = {} }: { whatIf?: string; layers?: FoldState } = {},
): PageContent {
  const { path, line, character, summary, text, notes, model, ms } = explanation;
  const title = `Why this suggestion? ${path}, line ${line + 1}, column ${character + 1}`;
  const body = html`<h1>${title}</h1>
${pageControls}
<p><strong>${summary}</strong></p>
${text === "" ? nothing : html`<pre><code>${text}</code></pre>`}
${stage === "measuring" ? html`<p role="status">Sotto measures on …</p>` : nothing}
${whyShown(explanation)}${leanings(explanation, stage)}${copies(explanation)}${wordByWord(explanation, stage)}
${whatIf === undefined ? nothing : html`<h3>What if</h3><pre><code>${whatIf}</code></pre>`}
${layersFold(explanation, stage === "asking", layers)}
${notes.length === 0 ? nothing : html`<h2>What this does not tell</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}
<p>${model ? `Written by ${model}; ` : ""}explained in ${(ms.whole / 1000).toFixed(1)} s. Nothing of this page is stored.</p>`;
  return { title, body: body.markup, data: explanation };
}

function whyShown({ show, steps, outcome }: Explanation): Html {
  if (!show && steps.length === 0) return nothing;
  const least =
    show?.threshold === undefined ? "" : `; the least that is shown unasked is ${show.threshold.toFixed(2)}`;
  const terms = show?.terms.filter(({ logOdds }) => logOdds !== 0) ?? [];
  const rows = [
    { name: "to begin with", value: show?.bias ?? 0 },
    ...terms.map(({ words, logOdds }) => ({ name: words, value: logOdds })),
  ];
  const chart =
    show && !show.rule
      ? rowChart({
          ...{ id: "terms", title: "The terms of the score", valueName: "log-odds", rows, format: signed },
          counted:
            "in log-odds: each term is a weight times what it weighs, and all together are the log-odds of the score. What is right of zero speaks for showing it.",
        })
      : nothing;
  const rule = show?.rule
    ? html`<p>The model told no probabilities, so a rule decided: short and known is shown.</p>`
    : nothing;
  const changes = steps.map(({ words, before, after }) =>
    after === ""
      ? html`<li>Sotto ${words}: nothing was left of <code>${oneLine(before)}</code>.</li>`
      : html`<li>Sotto ${words}: <code>${oneLine(before)}</code> became <code>${oneLine(after)}</code>.</li>`,
  );
  return html`<h2>Why it ${outcome === "shown" ? "was" : "was not"} shown</h2>
${show ? html`<p>The score is ${show.score.toFixed(2)}${least}.</p>` : nothing}${chart}${rule}
${steps.length === 0 ? nothing : html`<ul>${changes}</ul>`}`;
}

function leanings({ parts = [], hiding = [] }: Explanation, stage: Stage): Html {
  const measured = parts.filter(({ nats }) => nats !== undefined).sort((a, b) => b.nats! - a.nats!);
  if (measured.length === 0) return nothing;
  const rows = measured.map(({ title, nats, isNoise }) => ({ name: title, value: nats!, unclear: isNoise }));
  const pairs = hiding.map(
    ({ first, second, together, apart }) =>
      html`<li>Each stands in for the other: ${parts[first]!.title}, ${parts[second]!.title}. Without both the text loses ${together.toFixed(2)} nats, without one at a time only ${apart.toFixed(2)} together.</li>`,
  );
  return html`<h2>What it leaned on</h2>
${rowChart({
  ...{ id: "parts", title: "What each part of the prompt did for the text", valueName: "nats", rows, format: signed },
  counted:
    "in nats: how much less likely the text is without the part, everything else in place. Faint: no more than chance may make.",
})}
<ul>${measured.map((part) => partLine(part, stage))}</ul>
${pairs.length === 0 ? nothing : html`<ul>${pairs}</ul>`}`;
}

function partLine(part: ExplainedPart, stage: Stage): Html {
  const { id, kind, title, path, line, nats, isNoise, blocks } = part;
  const name = line === undefined ? html`${title}` : placed(title, path, fileLink(path, line + 1));
  const chance = isNoise ? " (may be chance)" : "";
  const ask =
    stage === "asking" && kind !== "header" && !isNoise && !blocks
      ? html` ${asking("Which lines?", { kind: "blocks", part: id })}`
      : nothing;
  const found = blocks?.map(
    ({ firstLine, text, nats: own }) =>
      html`<li>${signed(own)}${line === undefined ? nothing : html`, ${fileLink(path, line + firstLine + 1)}`}: <code>${oneLine(text).slice(0, 100)}</code></li>`,
  );
  return html`<li>${name}: ${timesLikelier(nats!)} with it${chance}${ask}${found ? html`<ul>${found}</ul>` : nothing}</li>`;
}

/** A part's title with its place, in which its path is said once. */
const placed = (title: string, path: string, place: Html): Html =>
  title.startsWith(path) ? html`${place}${title.slice(path.length)}` : html`${title}, ${place}`;

function copies({ copied, path }: Explanation): Html {
  if (copied.length === 0) return nothing;
  const items = copied.map(
    ({ text, line, path: from, where, isElsewhere }) =>
      html`<li><code>${oneLine(text)}</code>: ${line === undefined ? where : fileLink(from, line + 1)}${from === path ? " (this file)" : ""}${isElsewhere ? UNREAD : ""}</li>`,
  );
  return html`<h2>Stands elsewhere already</h2><ul>${items}</ul>`;
}

function wordByWord({ words, hesitations = [] }: Explanation, stage: Stage): Html {
  if (!words) return nothing;
  const doubtful = new Set(hesitations.map(({ token }) => token));
  const strip = words.map(({ text, logProb, tokens }, index) => {
    const dot = index < words.length - 1 ? " · " : "";
    const word = html`<code>${visible(text)}</code> ${percent(Math.exp(logProb))}`;
    return tokens.some((token) => doubtful.has(token.index))
      ? html`<strong>${word}</strong>${dot}`
      : html`${word}${dot}`;
  });
  const doubts = hesitations.map(({ token, text, probability, alternatives }) => {
    const others = alternatives.map((other, index) => {
      const chance = percent(other.probability);
      if (stage !== "asking") return html`${index > 0 ? ", " : ""}<code>${visible(other.text)}</code> ${chance}`;
      const label = `What if: ${visible(other.text)} (${chance})`;
      return html`${asking(label, { kind: "whatIf", token, alternative: other.id })} `;
    });
    return html`<li>It hesitated at <code>${visible(text)}</code> (${percent(probability)}); it might have written ${others}</li>`;
  });
  return html`<h2>Word by word</h2><p>${strip}</p>${doubts.length === 0 ? nothing : html`<ul>${doubts}</ul>`}`;
}

/** The page where nothing was written, so that there is nothing to explain but that. */
export const unexplainedPage = (verdict: string): PageContent => ({
  title: "Why no suggestion?",
  body: html`<h1>Why no suggestion?</h1><p><strong>${verdict}</strong></p>`.markup,
});
