// Makes the dataset of a fine-tuning: from a workspace's folder to a folder with training data, validation data, and the report's cases. Owns
// the order of the steps and the folder's file names; the files beside it decide each step.
//
//   train/, validation/   training data folders (server/train/run/dataset.ts)
//   report-cases.jsonl    a HeldOutCase a line
//   kept-cases.jsonl      the same, of kept examples; absent where there are none
//   corpus.json           CorpusFacts

import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput, Cancelled } from "../../common/errors.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import { versionOfFormat } from "../../server/engine/prompt/promptFormat.ts";
import type { FormatName } from "../../server/engine/prompt/types.ts";
import type { Tokenizer } from "../../server/engine/tokenizer/tokenizer.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { replayFiles } from "../general/general.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import type { CommitWeights, CorpusFacts, EditFacts, KeptFacts } from "../protocol/fineTune.ts";
import type { SourceFile } from "../sourceFile.ts";
import { type ChosenEdits, commitEdits } from "./commitEdits.ts";
import { drawJudging, drawLessons, drawTraining, type TrainingPass } from "./drawWorkspace.ts";
import { DropCount } from "./drops.ts";
import type { Example } from "./examples.ts";
import { type ChangeTimes, changeTimes, HISTORY_GAPS } from "./gitHistory.ts";
import { cutHeldOutCases } from "./heldOutCases.ts";
import { type ChosenExamples, chooseExamples, type KeptExamples, type Lesson, withoutLines } from "./keptExamples.ts";
import { DatasetWriter, Packer } from "./packing.ts";
import { type IsRecent, recentLines } from "./recentLines.ts";
import {
  REPORT_CASES,
  type Recipe,
  VALIDATION_RECIPE,
  VALIDATION_TOKENS,
  WORKSPACE_RECIPE,
  WORKSPACE_SEQUENCE_TOKENS,
} from "./recipe.ts";
import { SeededRandom, shuffled } from "./seededRandom.ts";
import { LEAST_TO_LEARN, SPLITS, type Split, splitFiles } from "./split.ts";
import { requireTrainable } from "./trainable.ts";
import { candidatePaths, readWorkspaceFiles, type WorkspaceFile } from "./workspaceFiles.ts";

export const DataFiles = {
  train: "train",
  validation: "validation",
  reportCases: "report-cases.jsonl",
  keptCases: "kept-cases.jsonl",
  facts: "corpus.json",
} as const;

const SEQUENCE_TOKENS = WORKSPACE_SEQUENCE_TOKENS;
const GENERAL_SHARE = 0.2; // share of the tokens
/** Of the tokens, in kept examples and in edits of commits: the workspace's code stays the body. */
const MOST_SHARE = { kept: 0.15, edits: 0.1 } as const;

export interface SurveyOptions {
  root: string;
  exclude?: readonly string[]; // the setting sotto.exclude
  seed: number;
  /** Kept examples of the user, which are to be learnt from; default: none are. */
  kept?: KeptExamples;
  /** How the edits of commits count that are to be learnt from; default: none are. */
  commits?: CommitWeights;
}

export interface PrepareOptions extends SurveyOptions {
  dir: string; // folder to create; an existing one is replaced
}

export interface DataTools {
  tokenizer: Tokenizer;
  parsers: Parsers;
  format: FormatName; // of the prompts: the one that the model has learnt
  /** The code that is mixed in; default: the code that ships with Sotto. */
  general?: readonly SourceFile[];
  recipe?: Recipe; // default: the workspace's
}

type Log = (line: string) => void;

/**
 * Fills `dir`, which is complete afterwards, or unchanged. The same files, history and seed give the same bytes.
 * @param log receives a sentence for each step
 * @throws UserError badInput where there is too little to learn from, or `dir` cannot be written; Cancelled
 */
export async function prepareData(
  { dir, ...options }: PrepareOptions,
  tools: DataTools,
  signal: AbortSignal,
  log: Log,
): Promise<CorpusFacts> {
  requireTrainable(tools.format, tools.tokenizer);
  const corpus = await study(options, signal, log);
  const draft = makeDraft(dir);
  try {
    log("Cutting examples");
    const pass = await drawPassOf(corpus, options.seed, tools, signal);
    const kept = await drawKept(corpus, pass.tokens, options.seed, tools, signal);
    const edits = await drawEdits(corpus, pass.tokens, options.seed, tools, signal);
    const learnt = withLessons(pass.examples, [...(kept?.examples ?? []), ...(edits?.examples ?? [])], options.seed);
    writeExamples(path.join(draft, DataFiles.train), learnt, tools, {
      recipe: recipeOf(tools),
      seed: options.seed,
    });
    const judgingRecipe = { ...VALIDATION_RECIPE, format: tools.format };
    const { validation, train, report } = corpus.split;
    const judging = await drawJudging(validation, { files: [...train, ...validation] }, VALIDATION_TOKENS, tools, {
      recipe: judgingRecipe,
      maxTokens: SEQUENCE_TOKENS,
      seed: options.seed,
      isRecent: corpus.isRecent,
      signal,
    });
    writeExamples(path.join(draft, DataFiles.validation), judging, tools, {
      recipe: judgingRecipe,
      seed: options.seed,
    });
    const cases = cutHeldOutCases(report, corpus.isRecent, REPORT_CASES, options.seed, tools.parsers);
    writeFileSync(path.join(draft, DataFiles.reportCases), linesOf(cases));
    const keptCases = corpus.kept?.heldOut ?? [];
    if (keptCases.length > 0) writeFileSync(path.join(draft, DataFiles.keptCases), linesOf(keptCases));
    const facts = factsOf(corpus, pass, kept?.facts, edits?.facts);
    writeFileSync(path.join(draft, DataFiles.facts), `${JSON.stringify(facts, null, 2)}\n`);
    if (signal.aborted) throw new Cancelled();
    rmSync(dir, { recursive: true, force: true });
    renameSync(draft, dir);
    return facts;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw unwritable(dir, error);
  }
}

/** Bytes of the files whose examples are counted: more take longer and hardly change the figure. */
const COUNTED_BYTES = 250_000;

/**
 * What `prepareData` would learn from; writes no file. Its tokens are an estimate from some of the files, since retrieval for all examples takes
 * about a minute in a repository of a megabyte.
 * @throws as `prepareData`
 */
export async function surveyWorkspace(
  options: SurveyOptions,
  tools: DataTools,
  signal: AbortSignal,
  log: Log,
): Promise<CorpusFacts> {
  requireTrainable(tools.format, tools.tokenizer);
  const corpus = await study(options, signal, log);
  log("Counting tokens");
  const { train } = corpus.split;
  const counted = someOf(train, options.seed);
  const own = await drawPassOf(
    { ...corpus, split: { ...corpus.split, train: counted } },
    options.seed,
    { ...tools, general: [] },
    signal,
  );
  const tokens = own.tokens * (bytesOf(train) / bytesOf(counted));
  const general = tools.general ?? (await replayFiles());
  const generalTokens = general.length > 0 ? (tokens * GENERAL_SHARE) / (1 - GENERAL_SHARE) : 0;
  const guess = (lessons: readonly Lesson[], share: number): DrawnLessons => {
    const each = own.tokens / Math.max(1, own.examples.length);
    const learnt = Math.min(lessons.length, Math.floor(mostOf(tokens + generalTokens, share) / each));
    const left = lessons.length - learnt;
    return { facts: { learnt, tokens: Math.round(learnt * each) }, more: { sizeCap: left } };
  };
  const kept = corpus.kept && keptFacts(corpus.kept, guess(corpus.kept.lessons, MOST_SHARE.kept));
  const edits = corpus.edits && lessonFacts(corpus.edits, guess(corpus.edits.lessons, MOST_SHARE.edits));
  return factsOf(
    corpus,
    { tokens: Math.round(tokens + generalTokens), generalTokens: Math.round(generalTokens) },
    kept,
    edits,
  );
}

/** The most tokens of lessons beside others, for a share of all. */
const mostOf = (otherTokens: number, share: number): number => (otherTokens * share) / (1 - share);

/** What is learnt of lessons, or would be, and how many are left out besides. */
interface DrawnLessons {
  facts: { learnt: number; tokens: number };
  more: Readonly<Record<string, number>>;
}

function lessonFacts(chosen: { dropped: Readonly<Record<string, number>> }, { facts, more }: DrawnLessons): EditFacts {
  const added = Object.fromEntries(Object.entries(more).filter(([, count]) => count > 0));
  return { ...facts, dropped: { ...chosen.dropped, ...added } };
}

const keptFacts = (chosen: ChosenExamples, drawn: DrawnLessons): KeptFacts => ({
  ...lessonFacts(chosen, drawn),
  heldOut: chosen.heldOut.length,
});

/** As many files as are counted, drawn by the seed, in their order. */
function someOf(files: readonly WorkspaceFile[], seed: number): WorkspaceFile[] {
  let bytes = 0;
  const some = new Set<WorkspaceFile>();
  for (const file of shuffled(files, new SeededRandom(seed))) {
    if (bytes >= COUNTED_BYTES) break;
    bytes += file.bytes;
    some.add(file);
  }
  return files.filter((file) => some.has(file));
}

const bytesOf = (files: readonly WorkspaceFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);

interface Corpus {
  split: Record<Split, WorkspaceFile[]>;
  isRecent: IsRecent;
  byGitTime: boolean;
  drops: DropCount;
  kept?: ChosenExamples;
  edits?: ChosenEdits;
}

async function study(
  { root, exclude = [], seed, kept, commits }: SurveyOptions,
  signal: AbortSignal,
  log: Log,
): Promise<Corpus> {
  const folder = realFolder(root);
  const startMs = Date.now(); // the rules are those at this moment
  const workspace = folderWorkspace(
    folder,
    () => exclude,
    () => startMs,
  );
  const drops = new DropCount();
  log("Looking at the workspace's files");
  const candidates = await candidatePaths(workspace, drops);
  const history = await changeTimes(folder, candidates.paths, signal);
  const byGitTime = !("gap" in history) && new Set(history.times.values()).size > 1;
  const gap = "gap" in history ? HISTORY_GAPS[history.gap] : "all files came with one commit";
  if (!byGitTime) log(`Chance decides what is held out: ${gap}`);
  const times: ChangeTimes["times"] = "gap" in history ? new Map() : history.times;
  const changedAt = (file: string) => times.get(file) ?? 0;
  const files = await readWorkspaceFiles(workspace, candidates, changedAt, seed, drops, signal);
  const bytes = bytesOf(files);
  if (files.length < LEAST_TO_LEARN.files || bytes < LEAST_TO_LEARN.bytes) throw tooLittle(files.length, bytes, drops);
  const split = splitFiles(files, changedAt, seed);
  log(`Reading the history of ${files.length.toLocaleString("en")} files`);
  const isRecent = "gap" in history ? () => false : await recentLines(folder, files, history, signal);
  const read = { split, isRecent, byGitTime, drops };
  const corpus: Corpus = kept ? withChosen(read, kept, folder) : read;
  if (!commits || "gap" in history) return corpus;
  const { train, validation, report } = corpus.split;
  const edits = await commitEdits(folder, { commits, train, heldOut: [...validation, ...report], seed, signal });
  return { ...corpus, edits };
}

/** The corpus with what is chosen of the kept examples. What of them is held out stands in none of its files that are learnt from. */
function withChosen(corpus: Corpus, kept: KeptExamples, folder: string): Corpus {
  const { train, validation, report } = corpus.split;
  const pathsOf = (files: readonly WorkspaceFile[]) => new Set(files.map((file) => file.path));
  const [learnt, heldOut] = [pathsOf(train), pathsOf([...validation, ...report])];
  const placeOf = (file: string) => (learnt.has(file) ? "train" : heldOut.has(file) ? "heldOut" : undefined);
  const chosen = chooseExamples(kept, folder, placeOf);
  const cut = train.map((file) => ({ ...file, text: withoutLines(file.text, chosen.heldOutLines.get(file.path)) }));
  return { ...corpus, split: { ...corpus.split, train: cut }, kept: chosen };
}

/** @throws UserError */
function realFolder(root: string): string {
  try {
    const folder = realpathSync(root);
    if (statSync(folder).isDirectory()) return folder;
  } catch {
    // reported below
  }
  throw badInput(`${root} is no folder that can be read.`, "Open a folder with source code in it.");
}

function tooLittle(files: number, bytes: number, drops: DropCount): Error {
  const found = `${files} ${files === 1 ? "file" : "files"} with ${Math.round(bytes / 1000).toLocaleString("en")} KB`;
  const left = drops.inWords();
  return badInput(
    `There is too little source code here to learn from: ${found}, and it takes ${LEAST_TO_LEARN.files} files with ` +
      `${LEAST_TO_LEARN.bytes / 1000} KB.${left === "" ? "" : ` Left out: ${left}.`}`,
    "Open the folder of a larger project.",
  );
}

async function drawPassOf({ split, isRecent }: Corpus, seed: number, tools: DataTools, signal: AbortSignal) {
  const general = tools.general ?? (await replayFiles());
  return drawTraining(split.train, general, general.length > 0 ? GENERAL_SHARE : 0, tools, {
    recipe: recipeOf(tools),
    maxTokens: SEQUENCE_TOKENS,
    seed,
    isRecent,
    signal,
  });
}

/** What is drawn of lessons. */
interface LessonExamples<Facts> {
  examples: Example[];
  facts: Facts;
}

async function drawKept(
  corpus: Corpus,
  otherTokens: number,
  seed: number,
  tools: DataTools,
  signal: AbortSignal,
): Promise<LessonExamples<KeptFacts> | undefined> {
  const { kept } = corpus;
  if (!kept) return undefined;
  const most = mostOf(otherTokens, MOST_SHARE.kept);
  const { examples, ...drawn } = await drawLessonsOf(corpus, kept.lessons, most, seed, tools, signal);
  return { examples, facts: keptFacts(kept, drawn) };
}

async function drawEdits(
  corpus: Corpus,
  otherTokens: number,
  seed: number,
  tools: DataTools,
  signal: AbortSignal,
): Promise<LessonExamples<EditFacts> | undefined> {
  const { edits } = corpus;
  if (!edits) return undefined;
  const most = mostOf(otherTokens, MOST_SHARE.edits);
  const { examples, ...drawn } = await drawLessonsOf(corpus, edits.lessons, most, seed, tools, signal);
  return { examples, facts: lessonFacts(edits, drawn) };
}

async function drawLessonsOf(
  { split }: Corpus,
  lessons: readonly Lesson[],
  mostTokens: number,
  seed: number,
  tools: DataTools,
  signal: AbortSignal,
): Promise<DrawnLessons & { examples: Example[] }> {
  const options = { recipe: recipeOf(tools), maxTokens: SEQUENCE_TOKENS, seed, signal };
  const drawn = await drawLessons(lessons, { files: split.train }, Math.floor(mostTokens), tools, options);
  const { examples, tokens, unfit, left } = drawn;
  return { examples, facts: { learnt: examples.length, tokens }, more: { unfit, sizeCap: left } };
}

const withLessons = (examples: Example[], lessons: readonly Example[], seed: number): Example[] =>
  lessons.length > 0 ? shuffled([...examples, ...lessons], new SeededRandom(seed)) : examples;

const linesOf = (cases: readonly HeldOutCase[]): string => cases.map((place) => `${JSON.stringify(place)}\n`).join("");

const recipeOf = ({ recipe = WORKSPACE_RECIPE, format }: DataTools): Recipe => ({ ...recipe, format });

function writeExamples(
  dir: string,
  examples: readonly Example[],
  { tokenizer, format }: DataTools,
  facts: object,
): void {
  const packer = new Packer(SEQUENCE_TOKENS);
  const writer = new DatasetWriter(dir, tokenizer.vocabSize);
  for (const example of examples) {
    const full = packer.add(example);
    if (full) writer.write(full);
  }
  for (const sequence of packer.finish()) writer.write(sequence);
  writer.finish({
    sequenceTokens: SEQUENCE_TOKENS,
    promptFormat: versionOfFormat(format) ?? format,
    ...facts,
  });
}

/** @param pass its tokens without those of lessons */
function factsOf(
  { split, byGitTime, drops }: Corpus,
  pass: Pick<TrainingPass, "tokens" | "generalTokens">,
  kept: KeptFacts | undefined,
  edits: EditFacts | undefined,
): CorpusFacts {
  const tokens = pass.tokens + (kept?.tokens ?? 0) + (edits?.tokens ?? 0);
  const sizeOf = (files: readonly WorkspaceFile[]) => ({
    files: files.length,
    bytes: bytesOf(files),
  });
  const all = sizeOf(SPLITS.flatMap((name) => split[name]));
  return {
    ...all,
    tokens,
    generalShare: tokens === 0 ? 0 : pass.generalTokens / tokens,
    split: { train: sizeOf(split.train), validation: sizeOf(split.validation), report: sizeOf(split.report) },
    byGitTime,
    dropped: { ...drops.dropped } as Record<string, number>,
    droppedFiles: drops.files,
    ...(kept && { kept }),
    ...(edits && { edits }),
  };
}

/** A temporary folder beside `dir`; those of killed runs are removed. */
function makeDraft(dir: string): string {
  const parent = path.dirname(path.resolve(dir));
  const prefix = `${path.basename(dir)}.draft-`;
  try {
    mkdirSync(parent, { recursive: true });
    for (const name of readdirSync(parent)) {
      if (name.startsWith(prefix)) rmSync(path.join(parent, name), { recursive: true, force: true });
    }
    const draft = path.join(parent, `${prefix}${randomBytes(4).toString("hex")}`);
    mkdirSync(draft, { mode: 0o700 });
    return draft;
  } catch (error) {
    throw unwritable(dir, error);
  }
}

/** The error shown to the user for an error of the file system; any other error stays unchanged. */
function unwritable(dir: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (typeof code !== "string" || typeof syscall !== "string") return error;
  return badInput(`The training data cannot be written to ${dir} (${code}).`, "Make room there, and start again.");
}
