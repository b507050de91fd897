// Whether a model writes on from text that its adapter was trained on as the file stands, for 100 characters, when it gets what stands before it:
// memorised text. Beside it the same at places of packages that nothing was trained on, since much code is merely predictable.
//
// node lab/evaluate/extraction.ts --cache DIR --out FILE.jsonl [--tier quick|strong] [--seed N] [--count 500] [--minutes 4]
//
// The places are the beginnings of what the adapter's examples leave out, drawn as for training: the tier's seed stands in TRAINING-DATA.md. They
// are written to FILE.jsonl first; a later run goes on where the last has stopped, and the table counts what is answered by then.

import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { loadLocalModel } from "../../cli/model.ts";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import type { Example } from "../../finetune/data/examples.ts";
import { SeenMiddles } from "../../finetune/data/middleFaults.ts";
import { BASE_RECIPE, type Recipe, STRONG_RECIPE } from "../../finetune/data/recipe.ts";
import { retrievedContext } from "../../finetune/data/retrievedContext.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { shippedModelDir } from "../../server/engine/models/tiers.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { type CorpusSource, packagesOf, readCorpus, USES, type Use } from "../training/corpus.ts";
import { drawExamples } from "../training/drawExamples.ts";

const EXPECTED_UNITS = 100;
const PREFIX_UNITS = 1_000;
const MIN_PREFIX_UNITS = 200;
const MIN_MIDDLE_UNITS = 20;
const SEQUENCE_TOKENS = 1024;
const RECIPES: Readonly<Record<Tier, Recipe>> = { quick: BASE_RECIPE, strong: STRONG_RECIPE };
const SEEDS: Readonly<Record<Tier, number>> = { quick: 2, strong: 11 };

const CLASSES = ["licence or comment", "imports and exports", "table", "code"] as const;
type Class = (typeof CLASSES)[number];

interface Place {
  use: Use;
  path: string;
  languageId: string;
  prefix: string;
  expected: string;
}
interface Answer {
  at: number; // index of the place
  same: number; // UTF-16 units that greedy choice writes as the file stands
  nats: number; // of the expected text, negative
}

const option = { type: "string" } as const;
const { values } = parseArgs({
  options: { cache: option, out: option, tier: option, seed: option, count: option, minutes: option },
});
const tier = TIERS.find((known) => known === (values.tier ?? "quick"));
if (!values.cache || !values.out || !tier) throw new Error("--cache DIR --out FILE.jsonl [--tier quick|strong]");
const seed = Number(values.seed ?? SEEDS[tier]);
const count = Number(values.count ?? 500);
const endMs = performance.now() + Number(values.minutes ?? 4) * 60_000;

if (!existsSync(values.out)) {
  const places = await drawPlaces(tier, values.cache);
  writeFileSync(values.out, places.map((place) => `${JSON.stringify(place)}\n`).join(""));
  console.error(`${places.length} places drawn`);
}
const lines = readFileSync(values.out, "utf8").trimEnd().split("\n");
const places = lines.flatMap((line): Place[] => (line.startsWith('{"use"') ? [JSON.parse(line)] : []));
const answers = lines.flatMap((line): Answer[] => (line.startsWith('{"at"') ? [JSON.parse(line)] : []));
await answerPlaces(tier, values.out);
printTable();

/** Places of both uses, as many of each; where the examples' texts cannot be found again in one file alone, they are left out. */
async function drawPlaces(tier: Tier, cache: string): Promise<Place[]> {
  const corpus = await readCorpus(packagesOf(tier), cache);
  const tokenizer = await loadTokenizer(shippedModelDir(tier));
  const parsers = await createParsers();
  const recipe = RECIPES[tier];
  const found: Place[] = [];
  for (const use of USES) {
    const sources = corpus.sources.filter((source) => source.package.use === use && source.files.length > 0);
    const random = new SeededRandom(seed);
    const middles = { seen: new SeenMiddles(), leftOut: () => {} };
    const tools = { tokenizer, parsers, random, recipe, middles, retrieve: retrievedContext };
    const own: Place[] = [];
    for await (const example of drawExamples(sources, tools, SEQUENCE_TOKENS)) {
      const middle = tokenizer.decode(
        example.tokens.filter((_, at) => example.weights[at] === recipe.weights.middle && example.kind !== "plain"),
      );
      const place = placeOf(example, middle, sources);
      if (place) own.push({ use, ...place });
      if (own.length >= count) break;
    }
    found.push(...own);
  }
  return found;
}

function placeOf(
  { path, kind }: Example,
  middle: string,
  sources: readonly CorpusSource[],
): Omit<Place, "use"> | undefined {
  const written = middle.replace(/<\|?[\w▁|]+\|?>/g, "");
  if (kind === "plain" || written.length < MIN_MIDDLE_UNITS) return undefined;
  const files = sources.flatMap((source) => source.files.filter((file) => file.path === path));
  const texts = files.map(({ text }) => text).filter((text) => text.includes(written));
  const [text] = texts;
  if (texts.length !== 1 || !text) return undefined;
  const at = text.indexOf(written);
  const expected = text.slice(at, at + EXPECTED_UNITS);
  if (at < MIN_PREFIX_UNITS || expected.length < EXPECTED_UNITS || text.indexOf(written, at + 1) !== -1)
    return undefined;
  return {
    path,
    languageId: languageOfPath(path) ?? "",
    prefix: text.slice(Math.max(0, at - PREFIX_UNITS), at),
    expected,
  };
}

/** Every other place is one of the other use, so that a run which is cut short has as many of both. */
async function answerPlaces(tier: Tier, file: string): Promise<void> {
  const known = new Set(answers.map(({ at }) => at));
  const half = places.findIndex(({ use }) => use !== places[0]!.use);
  const order = places.map((_, i) => (i % 2 === 0 ? i / 2 : half + (i - 1) / 2)).filter((at) => at < places.length);
  const left = [...new Set([...order, ...places.keys()])].filter((at) => !known.has(at));
  if (left.length === 0) return;
  const model = await loadLocalModel({ id: tier, threads: undefined });
  for (const at of left) {
    if (performance.now() > endMs) break;
    const { path, languageId, prefix, expected } = places[at]!;
    const prompt = { path, languageId, prefix, suffix: "", pieces: [] };
    const { tokens, logProb } = await model.score!({ prompt, text: expected }, new AbortController().signal);
    const wrong = tokens.findIndex(({ rank }) => rank !== 1);
    const same = tokens.slice(0, wrong === -1 ? tokens.length : wrong).reduce((sum, { text }) => sum + text.length, 0);
    const answer = { at, same, nats: Number(logProb.toFixed(2)) };
    answers.push(answer);
    appendFileSync(file, `${JSON.stringify(answer)}\n`);
  }
  model.dispose();
}

function printTable(): void {
  console.log(
    `| ${tier}, seed ${seed} | ${USES.map((use) => (use === "train" ? "trained on" : "in no training set")).join(" | ")} |`,
  );
  console.log("| --- | ---: | ---: |");
  const of = (use: Use, kind?: Class) =>
    answers.filter(({ at }) => places[at]!.use === use && (!kind || classOf(places[at]!) === kind));
  const row = (title: string, cell: (use: Use) => string) =>
    console.log(`| ${title} | ${USES.map(cell).join(" | ")} |`);
  row("places", (use) => String(of(use).length));
  for (const units of [EXPECTED_UNITS, EXPECTED_UNITS / 2])
    row(`first ${units} characters as the file stands`, (use) => share(of(use), units));
  for (const kind of CLASSES) row(`· of them ${kind}`, (use) => `${share(of(use, kind), EXPECTED_UNITS)}`);
  row("nats a character", (use) => {
    const own = of(use);
    return (own.reduce((sum, { nats }) => sum + nats, 0) / Math.max(1, own.length) / EXPECTED_UNITS).toFixed(3);
  });
  for (const { at, same } of answers)
    if (same >= EXPECTED_UNITS)
      console.log(
        `${places[at]!.use} ${classOf(places[at]!)} ${places[at]!.path} ${JSON.stringify(places[at]!.expected)}`,
      );
}

function share(own: readonly Answer[], units: number): string {
  return `${own.filter(({ same }) => same >= units).length} of ${own.length}`;
}

/** What is boilerplate: text that many files have alike, or that goes on by a rule. */
function classOf({ expected, prefix }: Place): Class {
  const lines = expected.split("\n").filter((line) => line.trim() !== "");
  const most = (pattern: RegExp) => lines.filter((line) => pattern.test(line)).length > lines.length / 2;
  if (
    most(/^\s*(?:\/\/|\/?\*|#|""")/) ||
    /licen[cs]e|copyright/i.test(expected) ||
    /\/\*[^/]*$/.test(prefix.slice(-200))
  )
    return "licence or comment";
  if (most(/^\s*(?:import|export|from|const \w+ = require)\b/)) return "imports and exports";
  if (most(/^\s*(?:["'\d[{(-][^()=]*,|\w+: ["'\d[][^()]*,)\s*$/) || /^[\s\d.,[\]xa-f-]+$/i.test(expected))
    return "table";
  return "code";
}
