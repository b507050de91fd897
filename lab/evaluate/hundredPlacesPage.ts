// Makes docs/hundred-places.md of what hundredPlaces.ts has recorded and was judged by hand beside the code (hundredPlaces.json): the figures
// first, then each place. What is as the author wrote it is right without a judgement; every other text needs one.
//
// node lab/evaluate/hundredPlacesPage.ts

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { norm } from "../../finetune/norm.ts";
import { root } from "../../scripts/steps.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";

/** Usable as it stands; usable after a change; of no use, and strange to read. */
export type Judgement = "right" | "wrong" | "absurd";

export interface Answer {
  text: string; // shown or withheld; "" where the model was not asked or wrote nothing
  reason?: string; // why it was withheld; absent where it was shown
  score?: number; // of the show decision, where that withheld it
  ms: number;
}

export interface Place {
  repository: string;
  path: string;
  line: number; // from 1
  typed: string; // of the line
  author: string; // the rest of the line
  answers: Partial<Record<Tier, Answer>>;
  judged: Record<string, Judgement>; // by the text
}

export interface PlaceRecord {
  seed: number;
  verdict: string; // what the page says first
  lessons: string[]; // Markdown, what the page says below the figures
  repositories: { name: string; owner: string; commit: string; licence: string }[];
  places: Place[];
}

export const isExact = ({ author }: Place, { text }: Answer): boolean => norm(text) === norm(author);

/** @returns undefined where there is no text to judge @throws Error where the judgement is missing */
export function judgementOf(place: Place, answer: Answer): Judgement | undefined {
  if (answer.text.trim() === "") return undefined;
  if (isExact(place, answer)) return "right";
  const judged = place.judged[answer.text];
  if (!judged) throw new Error(`${place.path}:${place.line} has no judgement of ${JSON.stringify(answer.text)}`);
  return judged;
}

/** Places that every tier has answered. */
export const answeredPlaces = ({ places }: PlaceRecord): Place[] =>
  places.filter(({ answers }) => TIERS.every((tier) => answers[tier]));

interface Counts {
  shown: number;
  exact: number;
  byJudgement: Record<Judgement, number>; // of the shown
  withheldRight: Map<string, number>; // by reason
  withheldOther: Map<string, number>;
}

export function countsOf(places: readonly Place[], tier: Tier): Counts {
  const byJudgement = { right: 0, wrong: 0, absurd: 0 };
  const counts: Counts = { shown: 0, exact: 0, byJudgement, withheldRight: new Map(), withheldOther: new Map() };
  for (const place of places) {
    const answer = place.answers[tier]!;
    const judgement = judgementOf(place, answer);
    if (answer.reason === undefined) {
      counts.shown++;
      if (isExact(place, answer)) counts.exact++;
      if (judgement) byJudgement[judgement]++;
    } else {
      const counted = judgement === "right" ? counts.withheldRight : counts.withheldOther;
      counted.set(answer.reason, (counted.get(answer.reason) ?? 0) + 1);
    }
  }
  return counts;
}

export function page(record: PlaceRecord): string {
  const places = answeredPlaces(record);
  const counts = TIERS.map((tier) => countsOf(places, tier));
  const row = (title: string, cell: (of: Counts) => string) => `| ${[title, ...counts.map(cell)].join(" | ")} |`;
  return [
    "# A hundred places",
    "",
    `**${record.verdict}**`,
    "",
    `What Sotto shows unasked at ${places.length} of ${record.places.length} drawn places in seven repositories, and what it withholds, read one by one beside what the author wrote.`,
    `A place is a point in a line of code outside of tests, drawn with seed ${record.seed}; the rest of the line is taken out of the file. The repository is indexed and remembered,`,
    "with the compiler where there is one, greedy, without a limit of time. *Right* is what can stand as it is, exact or not.",
    "",
    "```sh",
    "sotto index --root FOLDER   # for each",
    "node lab/evaluate/hundredPlaces.ts --record lab/evaluate/hundredPlaces.json FOLDER…",
    "node lab/evaluate/hundredPlacesPage.ts   # once each text has its judgement there",
    "```",
    "",
    `| ${["", ...TIERS].join(" | ")} |`,
    `| ${["---", ...TIERS.map(() => "---")].join(" | ")} |`,
    row("shown", ({ shown }) => `${shown}`),
    row("· right (as the author wrote it)", ({ byJudgement, exact }) => `**${byJudgement.right}** (${exact})`),
    row("· wrong", ({ byJudgement }) => `${byJudgement.wrong}`),
    row("· absurd", ({ byJudgement }) => `${byJudgement.absurd}`),
    row("withheld though right, by reason", ({ withheldRight }) => reasons(withheldRight)),
    row("withheld, and not right or without a text", ({ withheldOther }) => reasons(withheldOther)),
    "",
    ...record.lessons,
    "",
    ...record.repositories.flatMap((repository) => section(repository, places)),
  ].join("\n");
}

const reasons = (counts: ReadonlyMap<string, number>): string =>
  counts.size === 0
    ? "0"
    : [...counts]
        .toSorted(([, a], [, b]) => b - a)
        .map(([reason, count]) => `${reason} ${count}`)
        .join(", ");

function section({ name, owner, commit, licence }: PlaceRecord["repositories"][number], places: readonly Place[]) {
  const own = places.filter(({ repository }) => repository === name);
  return [
    `## ${name}`,
    "",
    `[${owner}/${name}](https://github.com/${owner}/${name}) at ${commit.slice(0, 10)}, ${licence}.`,
    "",
    ...own.flatMap((place) => [
      `- ${place.path}:${place.line}: ${code(`${place.typed.trimStart()}█${place.author}`)}`,
      ...TIERS.map((tier) => `  - ${tier}, ${said(place, place.answers[tier]!)}`),
    ]),
    "",
  ];
}

function said(place: Place, answer: Answer): string {
  const judgement = judgementOf(place, answer);
  const { reason, score } = answer;
  const how = reason === undefined ? "shown" : `nothing (${reason}${score === undefined ? "" : ` ${score}`})`;
  if (judgement === undefined) return how;
  return isExact(place, answer) ? `${how}, as the author` : `${how}, ${judgement}: ${code(answer.text)}`;
}

/** On one line, in as many backticks as it needs. */
function code(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, " ⏎ ");
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  const pad = longest > 0 ? " " : "";
  return fence + pad + line + pad + fence;
}

export const readRecord = (): PlaceRecord =>
  JSON.parse(readFileSync(path.join(import.meta.dirname, "hundredPlaces.json"), "utf8"));

if (process.argv[1] === import.meta.filename)
  writeFileSync(path.join(root, "docs", "hundred-places.md"), `${page(readRecord()).trimEnd()}\n`);
