// An explanation as text for a person: Markdown, the verdict first. For the command line and for "Copy as Text". Pure.

import type { Explanation } from "./explanation.ts";
import { percent, signed, UNREAD, visible } from "./figures.ts";
import { readableLayers } from "./layersInWords.ts";
import { oneLine, timesLikelier } from "./summary.ts";

export function readableExplanation(explanation: Explanation): string {
  const { path, line, character, summary, text, model, notes, ms } = explanation;
  const sections = [
    `# ${path}, line ${line + 1}, column ${character + 1}`,
    summary,
    ...(text === "" ? [] : [fenced(text)]),
    ...whyShown(explanation),
    ...leanings(explanation),
    ...copies(explanation),
    ...wordByWord(explanation),
    ...readableLayers(explanation),
    ...(notes.length > 0 ? [`## What this does not tell\n\n${notes.map((note) => `- ${note}`).join("\n")}`] : []),
    [model && `Written by ${model}`, ms.whole > 0 && `explained in ${(ms.whole / 1000).toFixed(1)} s`]
      .filter(Boolean)
      .join("; "),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

const fenced = (text: string): string => ["````", text, "````"].join("\n");

function whyShown({ show, steps, outcome }: Explanation): string[] {
  const lines: string[] = [];
  if (show) {
    const least =
      show.threshold === undefined ? "" : `; the least that is shown unasked is ${show.threshold.toFixed(2)}`;
    lines.push(`The score is ${show.score.toFixed(2)}${least}.`);
    if (show.rule) lines.push("The model told no probabilities, so a rule decided (short and known is shown).");
    else {
      lines.push("In log-odds (above 0 speaks for showing it):", "");
      lines.push("| term | value | counts |", "| --- | ---: | ---: |", `| to begin with | | ${signed(show.bias)} |`);
      const terms = show.terms.filter(({ logOdds }) => logOdds !== 0);
      for (const { words, value, logOdds } of terms)
        lines.push(`| ${words} | ${value.toFixed(2)} | ${signed(logOdds)} |`);
      const sum = show.bias + terms.reduce((total, { logOdds }) => total + logOdds, 0);
      lines.push(`| together | | ${signed(sum)} |`);
    }
  }
  if (steps.length > 0) {
    if (lines.length > 0) lines.push("");
    for (const { words, before, after } of steps)
      lines.push(
        after === ""
          ? `- Sotto ${words}: nothing was left of \`${shortened(before)}\`.`
          : `- Sotto ${words}: \`${shortened(before)}\` became \`${shortened(after)}\`.`,
      );
  }
  return lines.length > 0 ? [`## Why it ${outcome === "shown" ? "was" : "was not"} shown\n\n${lines.join("\n")}`] : [];
}

function leanings({ parts, hiding = [] }: Explanation): string[] {
  const measured = (parts ?? []).filter(({ nats }) => nats !== undefined).sort((a, b) => b.nats! - a.nats!);
  if (measured.length === 0) return [];
  const rows = measured.map(({ title, line, tokens, nats, isNoise }) => {
    const where = line === undefined ? title : `${title}, line ${line + 1}`;
    return `| ${where} | ${tokens || ""} | ${timesLikelier(nats!)} | ${signed(nats!)} | ${isNoise ? "may be chance" : ""} |`;
  });
  const pairs = hiding.map(({ first, second, together, apart }) => {
    const [a, b] = [first, second].map((id) => parts![id]!.title);
    return `- Each stands in for the other: ${a}, ${b}. Without both it loses ${together.toFixed(2)} nats, without one at a time only ${apart.toFixed(2)} together.`;
  });
  const table = ["| part of the prompt | tokens | with it | nats | |", "| --- | ---: | ---: | ---: | --- |", ...rows];
  return [`## What it leaned on\n\n${[...table, ...(pairs.length > 0 ? ["", ...pairs] : [])].join("\n")}`];
}

function copies({ copied, path }: Explanation): string[] {
  if (copied.length === 0) return [];
  const rows = copied.map(({ text, line, path: from, where, isElsewhere }) => {
    const place = line === undefined ? where : `${from === path ? "this file" : from}, line ${line + 1}`;
    return `- \`${shortened(text)}\`: ${place}${isElsewhere ? UNREAD : ""}`;
  });
  return [`## Stands elsewhere already\n\n${rows.join("\n")}`];
}

function wordByWord({ words, hesitations = [] }: Explanation): string[] {
  if (!words) return [];
  const strip = words.map(({ text, logProb }) => `\`${visible(text)}\` ${percent(Math.exp(logProb))}`).join(" · ");
  const doubts = hesitations.map(({ text, probability, alternatives }) => {
    const others = alternatives.map((other) => `\`${visible(other.text)}\` ${percent(other.probability)}`).join(", ");
    return `- It hesitated at \`${visible(text)}\` (${percent(probability)}); it might have written ${others}.`;
  });
  return [`## Word by word\n\n${[strip, ...(doubts.length > 0 ? ["", ...doubts] : [])].join("\n")}`];
}

const MOST_UNITS = 60;

function shortened(text: string): string {
  const line = oneLine(text).replaceAll("`", "ˋ");
  return line.length > MOST_UNITS ? `${line.slice(0, MOST_UNITS)}…` : line;
}
