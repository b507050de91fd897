// Says whether vectors, scored over BM25's best candidates, find more of what a place is about to use: prints a table in Markdown.
// Weights are fitted on one half of the sources and reported on the other, both ways. npm fetches the packages that the cache folder lacks.
//
// node lab/vectors/compareVectors.ts --cache DIR [--set FILE] [--steps N] [--hidden-places N] [--seed S]

import { parseArgs } from "node:util";
import { badInput, UserError } from "../../common/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { Dice } from "../../finetune/data/dice.ts";
import { crossfileCases } from "../evaluate/crossfileCases.ts";
import { type Corpus, listedPackages, readCorpus } from "../training/corpus.ts";
import { chunkText, type Embedder } from "./embedder.ts";
import { embedWithModel, hiddenEmbedders } from "./hiddenStates.ts";
import { type Place, packagePlaces, setPlaces } from "./places.ts";
import { TABLE_HEAD, tableRow } from "./report.ts";
import { trainStatic } from "./staticTraining.ts";
import { staticEmbedder, withoutQuery } from "./staticVectors.ts";
import { sifEmbedder } from "./tokenVectors.ts";

const USAGE =
  "Usage: node lab/vectors/compareVectors.ts --cache DIR [--set FILE] [--steps N] [--hidden-places N] [--seed S]";

const CANDIDATES = 300; // that vectors are scored over
const HIDDEN_CANDIDATES = 50; // fewer where each costs a run of the model
const TRAINING_CANDIDATES = 100;
const DIMS = 64;
const MIN_TRAINING_BYTES = 100_000;
const MAX_TRAINING_BYTES = 2_000_000;
const HELD_OUT_EVERY = 8; // training packages
const SIF_EVERY = 10; // chunks of training packages

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      cache: { type: "string" },
      set: { type: "string" },
      steps: { type: "string", default: "60000" },
      "hidden-places": { type: "string", default: "100" },
      seed: { type: "string", default: "1" },
    },
  });
  const [steps, hiddenPlaces, seed] = [values.steps, values["hidden-places"], values.seed].map(Number);
  if (!values.cache || !(steps > 0) || !(hiddenPlaces >= 0) || !Number.isInteger(seed))
    throw badInput("These options do not fit.", USAGE);
  const parsers = await createParsers();
  const { sources } = await readCorpus(listedPackages(), values.cache);
  const sets = new Map([
    ["validation packages", await placesOf(validation(sources), { limit: 250, seed, parsers, candidates: CANDIDATES })],
  ]);
  if (values.set) sets.set("evaluation set", setPlaces(values.set, CANDIDATES));
  const training = await placesOf(forTraining(sources), { limit: 300, seed, parsers, candidates: TRAINING_CANDIDATES });

  console.log(TABLE_HEAD);
  const print = (name: string, places: readonly Place[], embedder: Embedder) =>
    console.log(tableRow(name, places, embedder, new Dice(seed)));
  for (const embedder of [await sif(training), ...trained(training, steps, seed)])
    for (const [name, places] of sets) print(name, places, embedder);
  if (hiddenPlaces === 0) return;
  for (const [name, places] of sets) {
    const some = everyNth(places, hiddenPlaces).map((place) => ({
      ...place,
      candidates: place.candidates.slice(0, HIDDEN_CANDIDATES),
    }));
    const embedded = await embedWithModel(some);
    for (const embedder of hiddenEmbedders(embedded)) print(`${name}, ${some.length} of them`, some, embedder);
  }
}

const validation = (sources: Corpus["sources"]) => sources.filter((source) => source.package.use === "validation");

const forTraining = (sources: Corpus["sources"]) =>
  sources.filter(
    ({ bytes, package: { use } }) => use === "train" && bytes >= MIN_TRAINING_BYTES && bytes <= MAX_TRAINING_BYTES,
  );

async function placesOf(
  sources: Corpus["sources"],
  { limit, seed, parsers, candidates }: { limit: number; seed: number; parsers: Parsers; candidates: number },
): Promise<Place[]> {
  const dice = new Dice(seed);
  const places: Place[] = [];
  for (const source of sources) {
    const cases = await crossfileCases(source, { parsers, dice, limit, perFile: 16 });
    if (cases.length > 0) places.push(...(await packagePlaces(source, cases, candidates, parsers)));
    console.error(`${source.package.name}: ${cases.length} places`);
  }
  return places;
}

async function sif(training: readonly Place[]): Promise<Embedder> {
  const chunks = [...new Set(training.flatMap(({ candidates }) => candidates.map(({ chunk }) => chunk)))];
  return sifEmbedder(chunks.filter((_, i) => i % SIF_EVERY === 0).map(chunkText));
}

function trained(training: readonly Place[], steps: number, seed: number): Embedder[] {
  const sources = [...new Set(training.map(({ source }) => source))];
  const heldOut = new Set(sources.filter((_, i) => i % HELD_OUT_EVERY === HELD_OUT_EVERY - 1));
  const places = training.filter(({ source }) => !heldOut.has(source));
  const others = training.filter(({ source }) => heldOut.has(source));
  return [true, false].flatMap((shared) => {
    const options = {
      dims: DIMS,
      shared,
      steps,
      dice: new Dice(seed),
      report: (line: string) => console.error(line),
    };
    const vectors = trainStatic(places, others, options);
    const embedder = staticEmbedder(`(d) trained, ${shared ? "one table" : "two tables"}`, vectors);
    const queries = places.map(({ query }) => query);
    return shared ? [embedder] : [embedder, withoutQuery(embedder, queries)];
  });
}

const everyNth = <T>(items: readonly T[], count: number): T[] =>
  items.filter((_, i) => Math.floor((i * count) / items.length) !== Math.floor(((i - 1) * count) / items.length));

main().catch((error: unknown) => {
  if (!(error instanceof UserError)) throw error;
  console.error(`${error.message} ${error.action}`);
  process.exitCode = 1;
});
