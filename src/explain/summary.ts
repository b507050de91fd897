// An explanation in one or two sentences: the verdict first. Says only what has been measured. Pure.

import type { ExplainedPart, Explanation } from "./explanation.ts";

export function summaryOf({
  outcome,
  why,
  show,
  parts,
  copied,
  repeats,
  text,
  path,
}: Omit<Explanation, "summary">): string {
  const sure = show && `${Math.round(100 * show.score)} % sure`;
  const asked = show?.explicit ? " (you asked, so it is shown whatever the score)" : "";
  const verdict =
    outcome === "shown" ? `Shown${sure ? `: ${sure}${asked}` : ""}.` : `Not shown: ${why}${sure ? ` (${sure})` : ""}.`;
  const sentences = [verdict, ...(repeats ? [`It ${repeats}.`] : [])];
  const [first, second] = (parts ?? [])
    .filter((part) => part.nats !== undefined && !part.isNoise && part.nats > 0)
    .sort((a, b) => b.nats! - a.nats!);
  const isMeasured = parts?.every(({ nats }) => nats !== undefined) ?? false;
  if (first) sentences.push(`It leans on ${[first, ...(second ? [second] : [])].map(placeOf).join(" and on ")}.`);
  else if (isMeasured) sentences.push("It leans on no single part of the prompt.");
  const [copy] = copied;
  if (copy && text !== "") {
    const line = copy.line === undefined ? "" : `, line ${copy.line + 1}`;
    sentences.push(`"${oneLine(copy.text)}" stands in ${copy.path === path ? "this file" : copy.path}${line}.`);
  }
  return sentences.join(" ");
}

const placeOf = ({ title, nats }: ExplainedPart): string => `${title} (${timesLikelier(nats!)})`;

/** A difference of log probabilities as people compare them: "3.2 times likelier". */
export function timesLikelier(nats: number): string {
  const times = Math.exp(Math.abs(nats));
  const told = times >= 1000 ? "over 1,000" : times >= 10 ? String(Math.round(times)) : times.toFixed(1);
  return `${told} times ${nats >= 0 ? "likelier" : "less likely"}`;
}

export const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();
