// Draws places in working copies of repositories and records what each of Sotto's models does there unasked: what is shown, or what is withheld and
// why, beside what the author wrote. A place is a point in a line of code, as one who types passes it: the rest of the line is taken out of the file
// while the models write. The files of the repository are remembered, and its index is used where `sotto index` has made one. Judges nothing: the
// judgements are made by hand in what this writes, and are counted by hundredPlacesPage.ts. Run again it goes on where it was ended; with --again
// every place is answered anew, and judgements stay with their texts.
//
// node lab/evaluate/hundredPlaces.ts --record FILE.json [--places N] [--seed S] [--tier quick|strong] [--threads N] [--again] FOLDER…

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { type CaseCompiler, caseCompiler } from "../../cli/evaluation/caseCompiler.ts";
import { type CliModel, loadLocalModel, withMemory } from "../../cli/model.ts";
import { languageIds, languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import { regionAt } from "../../common/syntax/region.ts";
import { SeededRandom, shuffled } from "../../finetune/data/seededRandom.ts";
import { root as ownRoot } from "../../scripts/steps.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { CompletionCache } from "../../src/completion/cache.ts";
import { complete } from "../../src/completion/complete.ts";
import { defaultCompletionSettings } from "../../src/completion/settings.ts";
import { LiveReader } from "../../src/index/liveReader.ts";
import { databaseFile } from "../../src/index/location.ts";
import { openDocument } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import type { Answer, Place, PlaceRecord } from "./hundredPlacesPage.ts";

const NOT_THE_PRODUCT =
  /(^|\/)_?(tests?|__tests__|testdata|spec|examples?|bench(es)?|docs?|site|scripts|media|ci)\/|[._](test|spec)\.|^test_/i;
const COMMENT = /^\s*(\/\/|\/?\*|#(?!\[)|r?"""|r?'{3})/;
const MIN_AUTHOR_CHARS = 3; // without blanks
const MAX_PLACES_IN_FILE = 4;
const MAX_LINE_UNITS = 150;
const WITHHELD_LINES = 4; // that are kept of a withheld text
const PATIENCE_MS = 60_000;

/** Draws places of one folder's code. */
async function drawPlaces(folder: string, count: number, random: SeededRandom, parsers: Parsers): Promise<Place[]> {
  const files = (await folderWorkspace(folder).list())
    .filter((file) => !NOT_THE_PRODUCT.test(file) && isCodePath(file))
    .toSorted();
  const lines = files.flatMap((file) => textOf(folder, file).map((text, line) => ({ file, line, text })));
  const perFile = new Map<string, number>();
  const places: Place[] = [];
  for (const { file, line, text } of shuffled(lines, random)) {
    if (places.length === count) break;
    const used = perFile.get(file) ?? 0;
    const column = cut(text, random);
    if (column === undefined || used === MAX_PLACES_IN_FILE || !isCode(folder, file, line, parsers)) continue;
    perFile.set(file, used + 1);
    places.push({
      repository: path.basename(folder),
      path: file,
      line: line + 1,
      typed: text.slice(0, column),
      author: text.slice(column).trimEnd(),
      answers: {},
      judged: {},
    });
  }
  return places;
}

const textOf = (folder: string, file: string): string[] =>
  readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").split("\n");

/** Where the line is cut: a third at its start, a third after a word or a sign, a third anywhere; undefined where little is left to write. */
function cut(text: string, random: SeededRandom): number | undefined {
  if (COMMENT.test(text) || text.length > MAX_LINE_UNITS) return undefined;
  const start = text.length - text.trimStart().length;
  const ends = [...text.matchAll(/\w+ ?|[^\s\w] ?/g)].map(({ index, 0: part }) => index + part.length);
  const kind = random.between(0, 2);
  const column = kind === 0 ? start : kind === 1 ? random.pick([start, ...ends]) : random.between(start, text.length);
  const rest = text.slice(column).replace(/\s/g, "");
  return rest.length >= MIN_AUTHOR_CHARS && /\w\w/.test(rest) ? column : undefined;
}

/** Whether the file is in a language of programs that Sotto knows the syntax of. */
function isCodePath(file: string): boolean {
  const id = languageOfPath(file) ?? "json";
  return languageSyntax(id) !== undefined && !/^jsonc?$/.test(id);
}

/** Whether the line begins as code: not within a comment or a string of several lines. */
function isCode(folder: string, file: string, line: number, parsers: Parsers): boolean {
  const lines = textOf(folder, file);
  const text = lines.join("\n");
  const language = languageSyntax(languageOfPath(file) ?? "")!;
  const tree = parsers.for(languageOfPath(file) ?? "")?.parse(text);
  const offset = lines.slice(0, line).join("\n").length + 1 + (lines[line].length - lines[line].trimStart().length);
  const region = regionAt(text, offset, tree, language);
  tree?.dispose();
  return region === "code";
}

async function answer(
  folder: string,
  place: Place,
  model: CliModel,
  compiler: CaseCompiler | undefined,
  parsers: Parsers,
): Promise<Answer> {
  const file = path.join(folder, place.path);
  const languageId = languageOfPath(place.path) ?? "";
  const original = readFileSync(file);
  const lines = textOf(folder, place.path);
  lines[place.line - 1] = place.typed;
  const text = lines.join("\n");
  const offset = lines.slice(0, place.line).join("\n").length;
  const item = { uri: pathToFileURL(file).href, path: place.path, languageId, text };
  writeFileSync(file, text); // nobody reads the answer from the disk
  const index = new LiveReader(databaseFile(folder), () => {});
  try {
    const startMs = performance.now();
    const result = await complete(
      { document: openDocument(item, parsers), offset, explicit: false, filter: true },
      {
        model,
        writing: { id: model.status().model, tier: model.tier },
        cache: new CompletionCache(),
        sources: { workspace: folderWorkspace(folder), index, patienceMs: PATIENCE_MS },
        settings: { ...defaultCompletionSettings, deadlineMs: PATIENCE_MS },
        compiler,
      },
      new AbortController().signal,
    );
    const ms = Math.round(performance.now() - startMs);
    if (result.kind === "failed") throw result.error;
    if (result.outcome.kind === "shown") return { text: result.outcome.items[0].text, ms };
    const { reason, score } = result.outcome;
    const { scored, generation } = result.kind === "generated" ? result : {};
    const withheld = scored?.completion.text ?? generation?.text.split("\n").slice(0, WITHHELD_LINES).join("\n");
    return { text: withheld ?? "", reason, ...(score !== undefined && { score: Math.round(score * 100) / 100 }), ms };
  } finally {
    index.close();
    writeFileSync(file, original);
  }
}

async function answerAll(
  tiers: readonly Tier[],
  folders: readonly string[],
  { places }: PlaceRecord,
  { parsers, threads, save }: { parsers: Parsers; threads: number | undefined; save: () => void },
): Promise<void> {
  const models = await Promise.all(tiers.map((tier) => loadLocalModel({ id: tier, threads })));
  const repositories = new Map<string, { folder: string; models: CliModel[]; compiler: CaseCompiler | undefined }>();
  for (const folder of folders) {
    const name = path.basename(folder);
    const remembering = await Promise.all(models.map((model) => withMemory(model, folderWorkspace(folder), name)));
    repositories.set(name, { folder, models: remembering, compiler: caseCompiler(ownRoot, folder) });
  }
  try {
    for (const [done, place] of places.entries()) {
      const { folder, models: remembering, compiler } = repositories.get(place.repository)!;
      for (const [i, tier] of tiers.entries())
        place.answers[tier] ??= await answer(folder, place, remembering[i], compiler, parsers);
      save();
      process.stderr.write(`${done + 1}/${places.length} ${place.repository}/${place.path}:${place.line}\n`);
    }
  } finally {
    for (const model of models) model.dispose();
  }
}

const isSame = (a: Place, b: Place): boolean =>
  a.repository === b.repository && a.path === b.path && a.line === b.line && a.typed === b.typed;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      record: { type: "string" },
      places: { type: "string", default: "100" },
      seed: { type: "string", default: "22" },
      tier: { type: "string" },
      threads: { type: "string" },
      again: { type: "boolean", default: false },
    },
  });
  if (!values.record || positionals.length === 0) throw new Error("--record and folders are needed");
  const file = values.record;
  const folders = positionals.map((folder) => path.resolve(folder));
  const parsers = await createParsers();
  for (const id of languageIds) await prepareQueries(parsers, id);
  const random = new SeededRandom(Number(values.seed));
  const old: PlaceRecord | undefined = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
  const { verdict = "", lessons = [], repositories = [] } = old ?? {};
  const record: PlaceRecord = { seed: Number(values.seed), verdict, lessons, repositories, places: [] };
  const drawn: Place[][] = [];
  for (const [i, folder] of folders.entries()) {
    const share = (n: number) => Math.floor((Number(values.places) * n) / folders.length);
    drawn.push(await drawPlaces(folder, share(i + 1) - share(i), random, parsers));
  }
  const mostOfFolder = Math.max(...drawn.map(({ length }) => length));
  for (let turn = 0; turn < mostOfFolder; turn++) record.places.push(...drawn.flatMap((places) => places[turn] ?? []));
  for (const place of record.places) {
    const known = old?.places.find((one) => isSame(one, place));
    if (known) Object.assign(place, { answers: values.again ? {} : known.answers, judged: known.judged });
  }
  const save = () => writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  save();
  const tiers = TIERS.filter((one) => values.tier === undefined || values.tier === one);
  const threads = values.threads === undefined ? undefined : Number(values.threads);
  if (tiers.length > 0) await answerAll(tiers, folders, record, { parsers, threads, save });
}

if (process.argv[1] === import.meta.filename) await main();
