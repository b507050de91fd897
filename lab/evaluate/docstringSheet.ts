// The blind sheet of docstrings: a hundred functions of packages that nobody trained on, drawn by seed; the docstrings that two versions of Sotto write
// for them; and both sides' texts shuffled without a label, for readers who judge each: true, useful, would be kept. Judges nothing itself.
//
//   node lab/evaluate/docstringSheet.ts --cache CACHE --draw [--seed N]                    which functions: docstringSheets/seedN.json
//   node lab/evaluate/docstringSheet.ts --cache CACHE --texts FILE.jsonl [--code CHECKOUT]  the docstrings of this version, or of another checkout
//   node lab/evaluate/docstringSheet.ts --cache CACHE --sheet DIR --before FILE.jsonl --after FILE.jsonl [--seed N]
//   node lab/evaluate/docstringSheet.ts --cache CACHE --judged FILE.jsonl    a reader's lines { number, isTrue, isKept }: into the list, and counted

import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { root as ownRoot } from "../../scripts/steps.ts";
import { type Target, targetsIn } from "../../src/actions/docstring/target.ts";
import { allPackages, type CorpusPackage, evaluationPackages, readCorpus } from "../training/corpus.ts";

/** How many functions of which package, for each seed that was drawn: a sheet that has been read is no measure of what was learnt from it. */
const PACKAGES_OF_SEED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  24: { "hls.js": 25, ajv: 25, marshmallow: 15, starlette: 15, cytoscape: 20 },
  25: { "@supabase/auth-js": 20, "@mswjs/interceptors": 30, attrs: 15, mkdocs: 15, knex: 20 },
  26: { "@trpc/server": 30, immer: 13, minisearch: 7, rich: 30, undici: 20 },
};
const FUNCTIONS_A_FILE = 2;
const LEAST_LINES = 3;
const MOST_LINES = 60; // what a reader can judge
const NOT_SOURCE = /(^|\/)(playwright-[^/]*|tests?[^/]*)\//;
const LONG_MS = 600_000;

interface Drawn {
  id: string;
  package: string;
  path: string;
  line: number; // of the definition, from 1, with its docstring in place
  name: string;
}

interface Answer {
  id: string;
  text: string; // "" where no docstring is offered
  reason?: string; // why not
  seconds: number;
}

const { values } = parseArgs({
  options: {
    cache: { type: "string" },
    draw: { type: "boolean" },
    texts: { type: "string" },
    code: { type: "string", default: ownRoot },
    sheet: { type: "string" },
    before: { type: "string" },
    after: { type: "string" },
    judged: { type: "string" },
    seed: { type: "string", default: "24" },
  },
});
if (!values.cache) throw new Error("--cache is needed");
const seed = Number(values.seed);
const drawnPackages = PACKAGES_OF_SEED[seed];
if (!drawnPackages) throw new Error(`no packages are named for the seed ${seed}`);
const LIST = path.join(import.meta.dirname, "docstringSheets", `seed${seed}.json`);
const untrained: CorpusPackage[] = evaluationPackages().map((one) => ({ ...one, use: "validation" }));
const chosen = [...allPackages(), ...untrained].filter(({ name }) => name in drawnPackages);
const { sources } = await readCorpus(chosen, values.cache);
const parsers = await createParsers();
const textOf = new Map(
  sources.flatMap((one) => one.files.map((file) => [`${one.package.name}/${file.path}`, file.text])),
);

if (values.draw) draw();
else if (values.texts) await write(values.texts, values.code);
else if (values.judged) count(values.judged);
else if (values.sheet) makeSheet(values.sheet, answersOf(values.before), answersOf(values.after));

function draw(): void {
  const random = new SeededRandom(seed);
  const functions: Drawn[] = [];
  for (const [name, count] of Object.entries(drawnPackages!)) {
    const files = sources.find((one) => one.package.name === name)!.files.filter((file) => !NOT_SOURCE.test(file.path));
    const own: Drawn[] = [];
    for (const file of shuffled(files, random)) {
      for (const { start, name: called } of shuffled(functionsOf(file), random).slice(0, FUNCTIONS_A_FILE)) {
        const line = file.text.slice(0, start).split("\n").length;
        const id = `${name}/${file.path}:${line}`;
        if (own.length < count) own.push({ id, package: name, path: file.path, line, name: called });
      }
    }
    functions.push(...own);
  }
  writeFileSync(LIST, `${JSON.stringify({ seed, functions }, undefined, 2)}\n`);
  process.stderr.write(`${functions.length} functions\n`);
}

/** The functions with a body that other files can reach, one of several signatures of a name. */
function functionsOf({ path: file, text }: { path: string; text: string }): Target[] {
  const languageId = languageOfPath(file);
  const tree = languageId && parsers.for(languageId)?.parse(text);
  if (!languageId || !tree) return [];
  const all = targetsIn(text, tree, languageId);
  tree.dispose();
  return all.filter((target) => {
    const lines = text.slice(target.start, target.end).split("\n").length;
    const isInside = all.some(
      (one) => one !== target && one.signature && one.start <= target.start && target.end <= one.end,
    );
    const isPublic = target.signature && !target.isPrivate && !isInside;
    return isPublic && lines >= LEAST_LINES && lines <= MOST_LINES;
  });
}

/** The file without the docstring of the function, and where that would stand. */
function bare({ package: owner, path: file, line }: Drawn): { text: string; offset: number; code: string } {
  const text = textOf.get(`${owner}/${file}`)!;
  const isAt = ({ start }: Target) => text.slice(0, start).split("\n").length === line;
  const { place, existing, start, end } = functionsOf({ path: file, text }).find(isAt)!;
  const after =
    existing === undefined ? place.end : place.end + /^(?:[ \t]*\r?\n)*[ \t]*/.exec(text.slice(place.end))![0].length;
  const cut = text.slice(0, place.start) + text.slice(after);
  const isInside = place.start >= start; // Python
  const code = isInside ? cut.slice(start, end - (after - place.start)) : text.slice(start, end);
  return { text: cut, offset: place.start, code };
}

/** The docstrings of a checkout's code; goes on where it was ended. */
async function write(out: string, checkout: string): Promise<void> {
  const load = async <Module>(file: string): Promise<Module> => import(pathToFileURL(path.join(checkout, file)).href);
  const { docstringAt } = await load<typeof import("../../src/actions/docstring/docstring.ts")>(
    "src/actions/docstring/docstring.ts",
  );
  const { openDocument } = await load<typeof import("../../src/workspace/documents.ts")>("src/workspace/documents.ts");
  const { loadLocalModel } = await load<typeof import("../../cli/model.ts")>("cli/model.ts");
  const done = new Set(existsSync(out) ? answersOf(out).map(({ id }) => id) : []);
  const patience = { enoughMs: LONG_MS, mostMs: LONG_MS }; // all samples, however busy the machine is
  const model = await loadLocalModel({ id: "strong", threads: undefined });
  for (const one of listed().filter(({ id }) => !done.has(id))) {
    const { text, offset } = bare(one);
    const uri = pathToFileURL(`/${one.path}`).href;
    const document = openDocument({ uri, path: one.path, languageId: languageOfPath(one.path)!, text }, parsers);
    const startMs = performance.now();
    const outcome = await docstringAt({ document, offset }, { model, patience }, new AbortController().signal);
    const seconds = Math.round(performance.now() - startMs) / 1000;
    const answer: Answer =
      outcome.kind === "offered"
        ? { id: one.id, text: outcome.text, seconds }
        : { id: one.id, text: "", reason: outcome.reason, seconds };
    appendFileSync(out, `${JSON.stringify(answer)}\n`);
  }
  model.dispose();
}

/** Both sides' texts in an order that tells nothing, and apart from them which side each is of; the texts also go into the list, to be judged. */
function makeSheet(folder: string, before: readonly Answer[], after: readonly Answer[]): void {
  mkdirSync(folder, { recursive: true });
  const functions = listed();
  const sides = [
    ...before.map((answer) => ({ side: "before", ...answer })),
    ...after.map((answer) => ({ side: "after", ...answer })),
  ];
  const rows = shuffled(sides, new SeededRandom(seed)).map(({ side, id, text }, at) => {
    const { code } = bare(functions.find((one) => one.id === id)!);
    return { sheet: { number: at + 1, function: id, code, text }, key: { number: at + 1, side } };
  });
  const linesOf = (all: readonly object[]) => all.map((one) => `${JSON.stringify(one)}\n`).join("");
  writeFileSync(path.join(folder, "sheet.jsonl"), linesOf(rows.map(({ sheet }) => sheet)));
  writeFileSync(path.join(folder, "key.jsonl"), linesOf(rows.map(({ key }) => key)));
  const withTexts = functions.map((one) => ({
    ...one,
    answers: sides.filter(({ id }) => id === one.id).map(({ id: _, ...answer }) => ({ ...answer, judged: null })),
  }));
  writeFileSync(LIST, `${JSON.stringify({ seed, functions: withTexts }, undefined, 2)}\n`);
}

function listed(): Drawn[] {
  return JSON.parse(readFileSync(LIST, "utf8")).functions;
}

function answersOf(file: string | undefined): Answer[] {
  return readFileSync(file!, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Puts a reader's judgements into the list, by the numbers of the sheet, and counts them for each side. An empty text is neither false nor kept. */
function count(file: string): void {
  const functions: (Drawn & { answers: (Answer & { side: string; judged: object | null })[] })[] = listed() as never;
  const sideOf = (side: string) => functions.flatMap(({ answers }) => answers.filter((answer) => answer.side === side));
  const numbered = shuffled([...sideOf("before"), ...sideOf("after")], new SeededRandom(seed));
  for (const line of readFileSync(file, "utf8").trimEnd().split("\n")) {
    const { number, isTrue, isKept } = JSON.parse(line);
    numbered[number - 1]!.judged = { isTrue, isKept };
  }
  writeFileSync(LIST, `${JSON.stringify({ seed, functions }, undefined, 2)}\n`);
  for (const side of ["before", "after"]) {
    const offered = sideOf(side).filter(({ text }) => text !== "");
    const having = (judged: object) =>
      offered.filter((one) => isDeepStrictEqual({ ...one.judged, ...judged }, one.judged)).length;
    const figures = {
      functions: functions.length,
      offered: offered.length,
      untrue: having({ isTrue: false }),
      kept: having({ isKept: true }),
    };
    process.stdout.write(`${side} ${JSON.stringify(figures)}\n`);
  }
}
