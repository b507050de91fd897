// What kept examples are worth to a fine-tuning: a simulated person (lab/bench/persons) types the commits of a repository before one commit, its kept
// examples are written as the product keeps them, and exported training data (`sotto finetune --export-data` on the tree of that commit) is made anew
// with them. Both are then trained alike, and judged on lines of the later commits (makeRepositoryCases.ts).
//
// node lab/evaluate/keptExamples.ts --repository CLONE --tree TREE --under FOLDER --from COMMIT --to COMMIT --bundle EXPORTED --out DIR [--every N] [--minutes N] [--threads N]
//
//   TREE       the files of COMMIT --to; the FOLDER in it is the workspace of EXPORTED
//   DIR        is made: with/ is EXPORTED with the examples among its training data, kept/ what the person's use has kept

import { cpSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadLocalModel } from "../../cli/model.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { type ReadExample, readKeptExamples } from "../../finetune/data/keptExamples.ts";
import { DataFiles, prepareData } from "../../finetune/data/prepare.ts";
import { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { formatOfModel } from "../../finetune/data/trainable.ts";
import { BUNDLE_FILE } from "../../finetune/elsewhere/exportData.ts";
import { tierDir } from "../../server/engine/models/tiers.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import { openDataset } from "../../server/train/run/dataset.ts";
import { placeIn } from "../../src/feedback/examples.ts";
import { EXAMPLES_NAME } from "../../src/feedback/keptExample.ts";
import { History } from "../bench/persons/history.ts";
import { Person } from "../bench/persons/person.ts";
import { type Written, writtenAt } from "../bench/persons/record.ts";
import { groupsOf } from "../bench/replay/change.ts";

const SEED = 1;
const KEPT_UNSHOWN = 0.2; // the share of lines that are kept where nothing was shown
const MINUTE_MS = 60_000;

const { values } = parseArgs({
  options: {
    repository: { type: "string" },
    tree: { type: "string" },
    under: { type: "string", default: "." },
    from: { type: "string" },
    to: { type: "string" },
    bundle: { type: "string" },
    out: { type: "string" },
    every: { type: "string", default: "1" }, // the first of so many commits is looked at
    minutes: { type: "string", default: "30" }, // after which the person stops
    threads: { type: "string" },
  },
});
const { repository, tree, under, from, to, bundle, out } = values;
if (!repository || !tree || !from || !to || !bundle || !out)
  throw new Error("--repository, --tree, --from, --to, --bundle and --out are needed");
const root = realpathSync(tree);
const kept = path.join(out, "kept");
mkdirSync(kept, { recursive: true });
const examples = await typed(repository, from, to);
writeFileSync(path.join(kept, EXAMPLES_NAME), examples.map((example) => `${JSON.stringify(example)}\n`).join(""));
await bundleWith(kept, bundle, path.join(out, "with"));

/** What a person's use keeps between two commits. */
async function typed(repository: string, from: string, to: string): Promise<ReadExample[]> {
  const history = new History(repository);
  const commits = history.commits();
  const indexOf = (hash: string) => {
    const index = commits.findIndex((commit) => commit.startsWith(hash));
    if (index < 0) throw new Error(`${hash} is no commit that changes code`);
    return index;
  };
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  const model = await loadLocalModel({ id: "quick", threads });
  const range = { every: Number(values.every), from: indexOf(from), to: indexOf(to) + 1 };
  const random = new SeededRandom(SEED);
  const person = new Person({ character: "begins right", learns: true, weighs: true, remembers: true }, random);
  const endMs = performance.now() + Number(values.minutes) * MINUTE_MS;
  const found: ReadExample[] = [];
  let places = 0;
  for await (const written of writtenAt(history, { ...range, model, parsers: await createParsers() })) {
    places++;
    const example = exampleOf(written, person, random, places);
    if (example) found.push(example);
    if (performance.now() > endMs) break;
  }
  model.dispose();
  const counts = [...groupsOf(found, ({ shown }) => shown?.ending ?? "typed")];
  const told = counts.map(([ending, of]) => `${ending} ${of.length}`);
  console.error(`${places} places, ${found.length} examples: ${told.join(", ")}`);
  return found;
}

/** What is kept of a place; undefined where nothing was shown, and its line is not one of those that are kept. */
function exampleOf(
  { place: { value, written }, text, answer }: Written,
  person: Person,
  random: SeededRandom,
  minutes: number,
): ReadExample | undefined {
  const isShown = answer !== undefined && person.shows(answer);
  const reaction = answer && person.meets(answer, isShown);
  if (!isShown && !random.chance(KEPT_UNSHOWN)) return undefined;
  const whole = value.prefix + value.suffix;
  const file = path.join(root, value.path);
  const { languageId, before, tail, after } = placeIn(
    whole,
    value.prefix.length,
    { uri: file, languageId: answer?.languageId ?? value.language },
    0,
  );
  const at = new Date(minutes * MINUTE_MS).toISOString(); // only their order counts
  const lines = isShown ? text!.trimEnd().split("\n").length : 1;
  const final = written.split("\n").slice(0, lines).join("\n");
  return {
    version: 2,
    at,
    file,
    languageId,
    before,
    tail,
    after,
    shown: isShown ? { text: text!, ending: reaction! } : undefined,
    final,
  };
}

/** The exported data made anew, with the kept examples, in a copy of its folder. */
async function bundleWith(keptDir: string, from: string, target: string): Promise<void> {
  rmSync(target, { recursive: true, force: true });
  cpSync(from, target, { recursive: true });
  const modelDir = tierDir("quick");
  const tokenizer = await loadTokenizer(modelDir);
  const tools = { tokenizer, parsers: await createParsers(), format: await formatOfModel(modelDir, tokenizer) };
  const dir = path.join(target, "prepared");
  const options = { root: path.join(root, under), dir, seed: SEED, kept: readKeptExamples(keptDir) };
  const facts = await prepareData(options, tools, new AbortController().signal, (line) => console.error(line));
  console.error(JSON.stringify(facts.kept));
  for (const name of [DataFiles.train, DataFiles.validation]) {
    rmSync(path.join(target, name), { recursive: true });
    renameSync(path.join(dir, name), path.join(target, name));
  }
  rmSync(dir, { recursive: true });
  const data = await openDataset(path.join(target, DataFiles.train), tokenizer.vocabSize);
  data.close();
  const file = path.join(target, BUNDLE_FILE);
  const before = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, `${JSON.stringify({ ...before, datasetSha256: data.sha256 }, undefined, 2)}\n`);
}
