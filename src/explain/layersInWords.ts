// What each layer did, in words and as Markdown. Pure.

import type { ExplainedAttention, ExplainedLayerToken, Explanation } from "./explanation.ts";
import { percent, signed, visible } from "./figures.ts";

/** Attention shows where a head looked and no more: this stands wherever it is shown. */
export const NO_REASON =
  "Where attention goes is no reason for a word, averaged or of one head. What was left out above, and changed the probability, is.";

export const quoted = (text: string): string => `“${visible(text)}”`;

export function decision({ text, decidedAt, lens }: ExplainedLayerToken, layers: number): string {
  const rank = lens.at(-1)?.rank ?? 0;
  return decidedAt === undefined
    ? `${quoted(text)} was not the likeliest: rank ${rank} after layer ${layers} of ${layers}.`
    : `${quoted(text)} was decided at layer ${decidedAt + 1} of ${layers}.`;
}

/** The parts of the logit, so that everybody can check that they sum to it. */
export function sumInWords({ logit, embedding, attention, mlp, bias, rounding }: ExplainedLayerToken): string {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const terms = [
    `embedding ${signed(embedding)}`,
    `attention ${signed(sum(attention))}`,
    `feed-forward networks ${signed(sum(mlp))}`,
    ...(bias === 0 ? [] : [`the final norm's bias ${signed(bias)}`]),
    `rounding in the output head ${signed(rounding)}`,
  ];
  return `Together: ${terms.join(", ")} = the logit ${logit.toFixed(2)}.`;
}

/** The part for experts as Markdown; empty where nobody asked for it. */
export function readableLayers({ layers: told }: Explanation): string[] {
  if (!told) return [];
  const { layers, tokens, attention, notes, ms } = told;
  const decisions = tokens.filter(({ text }) => text !== "").map((token) => `- ${decision(token, layers)}`);
  const token = tokens[attention?.token ?? 0];
  const rows = (token?.lens ?? []).map(({ rank, logProb, likeliest }, layer) => {
    const { attention: attended, mlp, norms } = token!;
    const cells = [layer + 1, rank, percent(Math.exp(logProb)), `\`${visible(likeliest)}\``];
    return `| ${[...cells, signed(attended[layer]!), signed(mlp[layer]!), norms[layer]!.toFixed(0)].join(" | ")} |`;
  });
  const table = [
    "| layer | rank | probability | likeliest | attention | feed-forward | length |",
    "| ---: | ---: | ---: | --- | ---: | ---: | ---: |",
    ...rows,
  ];
  return [
    `## For experts: what each layer did\n\nRead in ${(ms / 1000).toFixed(1)} s.${notes.map((note) => ` ${note}`).join("")}`,
    decisions.join("\n"),
    ...(token ? [`The token \`${visible(token.text)}\`, layer by layer. ${sumInWords(token)}`, table.join("\n")] : []),
    ...(attention ? [attentionTable(attention)] : []),
  ];
}

function attentionTable({ layer, text, places, shares }: ExplainedAttention): string {
  const rows = places.map((place, at) => `| ${place} | ${shares.map((head) => percent(head[at]!)).join(" | ")} |`);
  return [
    `Where the heads of layer ${layer + 1} looked for \`${visible(text)}\`. ${NO_REASON}`,
    "",
    `| part | ${shares.map((_, head) => `head ${head + 1}`).join(" | ")} |`,
    `| --- |${" ---: |".repeat(shares.length)}`,
    ...rows,
  ].join("\n");
}
