// Makes docs/twenty-places.md: what each of Sotto's two models shows at 20 fixed places in real code, or why nothing, next to what the author
// wrote. A place is pinned by the text before it (twentyPlaces.json), not by its line. Run it again with each change of what is suggested.

import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type CliModel, loadLocalModel } from "../../cli/model.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { norm } from "../../finetune/norm.ts";
import { root } from "../../scripts/steps.ts";
import { isTierThere } from "../../server/engine/models/tiers.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { listedPackages } from "../training/corpus.ts";

interface PlaceSpec {
  file: string; // relative to the repository
  before: string; // occurs once in the file; the cursor stands after it
  lines: number; // how many lines the author wrote from there
  explicit?: boolean; // asked for, as with Alt+\
}

interface OpenedPlace extends PlaceSpec {
  licence: string;
  prefix: string;
  author: string;
  suffix: string;
}

interface Answer {
  by: Tier;
  shown: string | undefined;
  reason: string | undefined;
  ms: number;
}

const LINES_BEFORE = 6;

/** @throws Error when the place's text is not there exactly once */
export function openPlace(spec: PlaceSpec): OpenedPlace {
  const text = readFileSync(path.join(root, spec.file), "utf8").replaceAll("\r\n", "\n");
  const at = text.indexOf(spec.before);
  if (at < 0 || text.indexOf(spec.before, at + 1) >= 0)
    throw new Error(`${spec.file} does not hold this text exactly once: ${JSON.stringify(spec.before)}`);
  const cursor = at + spec.before.length;
  let end = cursor;
  for (let line = 0; line < spec.lines; line++) end = text.indexOf("\n", end + (line === 0 ? 0 : 1));
  return {
    ...spec,
    licence: licenceOf(spec.file),
    prefix: text.slice(0, cursor),
    author: text.slice(cursor, end),
    suffix: text.slice(end),
  };
}

export const readPlaces = (): OpenedPlace[] =>
  (JSON.parse(readFileSync(path.join(import.meta.dirname, "twentyPlaces.json"), "utf8")) as PlaceSpec[]).map(openPlace);

const packageFolder = (file: string): string => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? "";

function licenceOf(file: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(path.join(root, packageFolder(file), "package.json"), "utf8"),
  );
  return packageFolder(file) === "" ? `this repository, ${license}` : `${name} ${version}, ${license}`;
}

async function answer(place: OpenedPlace, model: CliModel, parsers: Parsers): Promise<Omit<Answer, "by">> {
  const folder = path.join(root, packageFolder(place.file));
  const item = {
    uri: pathToFileURL(path.join(root, place.file)).href,
    path: path.relative(folder, path.join(root, place.file)).split(path.sep).join("/"),
    languageId: languageOfPath(place.file) ?? "",
    text: place.prefix + place.suffix,
  };
  const startMs = performance.now();
  const result = await complete(
    {
      document: openDocument(item, parsers),
      offset: place.prefix.length,
      explicit: place.explicit ?? false,
      filter: true,
    },
    {
      model,
      writing: { id: model.status().model, tier: model.tier },
      cache: new CompletionCache(),
      sources: { workspace: folderWorkspace(folder), patienceMs: 60_000 },
      settings: { ...defaultCompletionSettings, deadlineMs: 60_000 },
    },
    new AbortController().signal,
  );
  if (result.kind === "failed") throw result.error;
  const { outcome } = result;
  const ms = Math.round(performance.now() - startMs);
  if (outcome.kind === "none") return { shown: undefined, reason: outcome.reason, ms };
  return { shown: outcome.items[0].text, reason: undefined, ms };
}

function section(place: OpenedPlace, answers: readonly Answer[], number: number): string {
  const language = /\.py$/.test(place.file) ? "python" : /\.ts$/.test(place.file) ? "ts" : "js";
  const before = place.prefix.split("\n").slice(-LINES_BEFORE).join("\n");
  return [
    `## ${number}. ${place.file}`,
    "",
    `${place.licence}${place.explicit ? "; asked for" : ""}`,
    "",
    fenced(`${before}█`, language),
    "",
    `The author wrote:\n\n${fenced(place.author, language)}`,
    "",
    ...answers.flatMap(({ by, shown, reason, ms }) => [
      shown === undefined
        ? `${by}: nothing (${reason}); ${ms} ms`
        : `${by}${isRight(place, shown) ? ", **as the author**" : ""}; ${ms} ms:\n\n${fenced(shown, language)}`,
      "",
    ]),
  ].join("\n");
}

const fenced = (text: string, language: string): string =>
  `\`\`\`${language}\n${text.replace(/^\n+|\n+$/g, "")}\n\`\`\``;

const isRight = (place: OpenedPlace, shown: string | undefined): boolean =>
  shown !== undefined && norm(shown) === norm(place.author);

/** @param runs each model's answers, one for each place */
function page(places: readonly OpenedPlace[], runs: readonly Answer[][]): string {
  const row = (title: string, cell: (answers: readonly Answer[]) => string) =>
    `| ${[title, ...runs.map(cell)].join(" | ")} |`;
  return [
    "# Twenty places",
    "",
    `What Sotto shows at ${places.length} fixed places in real code, or why it shows nothing, next to what the author wrote.`,
    "Made by `node lab/evaluate/twentyPlaces.ts`, greedy, each place without anything in the cache; █ is the cursor.",
    "Places in the sample workspace and in this repository are ours, the others are in packages that the lock file pins ([notices](notices.md)).",
    ...trainedOn(places),
    "",
    row("", ([{ by }]) => by),
    row("---", () => "---"),
    row("shown", (answers) => String(answers.length - silent(answers).length)),
    row("as the author wrote it", (answers) =>
      String(places.filter((place, index) => isRight(place, answers[index].shown)).length),
    ),
    row("nothing shown, and why", (answers) => [String(silent(answers).length), ...reasonsOf(answers)].join(", ")),
    row("milliseconds: median, most", (answers) => {
      const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b);
      return `${sorted[sorted.length >> 1]}, ${sorted.at(-1)}`;
    }),
    "",
    ...places.map((place, index) =>
      section(
        place,
        runs.map((answers) => answers[index]),
        index + 1,
      ),
    ),
  ].join("\n");
}

/** The places whose packages both adapters have seen: what is right there proves less. */
function trainedOn(places: readonly OpenedPlace[]): string[] {
  const trained = new Set(listedPackages().flatMap(({ name, use }) => (use === "train" ? name : [])));
  const nameOf = ({ file }: OpenedPlace) => packageFolder(file).replace("node_modules/", "");
  const numbers = places.flatMap((place, index) => (trained.has(nameOf(place)) ? index + 1 : []));
  const names = new Set(places.map(nameOf).filter((name) => trained.has(name)));
  return names.size === 0
    ? []
    : [
        `Both models' adapters were trained on ${[...names].join(", ")}: what is right at ${numbers.join(", ")} proves less.`,
      ];
}

const silent = (answers: readonly Answer[]): Answer[] => answers.filter(({ shown }) => shown === undefined);

function reasonsOf(answers: readonly Answer[]): string[] {
  const counts = new Map<string | undefined, number>();
  for (const { reason } of silent(answers)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return Array.from(counts, ([reason, count]) => `${reason} ${count}`);
}

async function answersOf(tier: Tier, places: readonly OpenedPlace[], parsers: Parsers): Promise<Answer[]> {
  const model = await loadLocalModel({ id: tier, threads: undefined });
  try {
    const answers: Answer[] = [];
    for (const place of places) {
      answers.push({ by: tier, ...(await answer(place, model, parsers)) });
      process.stderr.write(`${tier}: ${answers.length}/${places.length} ${place.file}\n`);
    }
    return answers;
  } finally {
    model.dispose();
  }
}

async function main(): Promise<void> {
  const places = readPlaces();
  const parsers = await createParsers();
  const runs: Answer[][] = [];
  for (const tier of TIERS.filter(isTierThere)) runs.push(await answersOf(tier, places, parsers));
  writeFileSync(path.join(root, "docs", "twenty-places.md"), page(places, runs));
}

if (process.argv[1] === import.meta.filename) await main();
