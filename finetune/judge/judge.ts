// Judges a workspace's adapter: compares the model as it is used with the model with the adapter, on held-out places of the workspace and on the
// general set. One model is in memory at a time; answers are kept, so that a judgement that was killed resumes. Decides nothing itself
// (verdict.ts) and changes no adapter.

import { rmSync } from "node:fs";
import path from "node:path";
import { badInput, Cancelled } from "../../common/errors.ts";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { openAdapted, openBases } from "../../server/engine/load/openAdapted.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { AdapterDir } from "../../server/host/protocol/adapters.ts";
import { generalCases, generalCasesSha256 } from "../general/general.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import { Answers } from "./answers.ts";
import { type AnsweredCase, compareAnswers } from "./comparison.ts";
import { type Answer, runHeldOutCase, type ScoringModel } from "./runHeldOutCase.ts";
import { forgettingOf, type Verdict, verdictOf } from "./verdict.ts";

export interface JudgeOptions {
  dir: string; // folder for the models' answers, and temporarily for a compute form
  modelDir: string;
  adapterDir: AdapterDir;
  cases: HeldOutCase[];
  kept?: HeldOutCase[]; // held-out kept examples; default none
  threads?: number;
}

/** Called after each answer; answers of an earlier run count from the start. */
export type OnProgress = (done: number, cases: number) => void;

/** One of the models to compare. */
export interface Side {
  weightsSha256: string;
  load(): Promise<ScoringModel>;
}

/** A set of cases, and the store of the sides' answers to them. */
export interface CaseSet {
  cases: readonly HeldOutCase[];
  answersOf(side: Side): Answers;
}

/** A case, and the set that keeps its answers. */
interface Question {
  set: CaseSet;
  value: HeldOutCase;
}

const questionsOf = (sets: readonly CaseSet[]): Question[] =>
  sets.flatMap((set) => set.cases.map((value) => ({ set, value })));

/**
 * Asks both models for every case and returns the verdict. About 0.9 s per case and model on two cores, including first prompts.
 * @throws UserError where the adapter is damaged or of another model, or a model cannot run; Cancelled when `signal` fires
 */
export async function judge(options: JudgeOptions, onProgress: OnProgress, signal: AbortSignal): Promise<Verdict> {
  const { sides, own, kept, general } = await openJudgement(options);
  const sets = [own, general, kept];
  const [heldOut, elsewhere, examples] = await answerBoth(sides, sets, await createParsers(), onProgress, signal);
  return verdictOf(heldOut, elsewhere, examples);
}

/**
 * Points that the adapter costs on the general set. `judge` need not ask these cases again, and progress is reported as a part of its own.
 * @throws as `judge`
 */
export async function judgeForgetting(
  options: JudgeOptions,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<number> {
  const { sides, own, kept, general } = await openJudgement(options);
  const later = 2 * (own.cases.length + kept.cases.length);
  const tell: OnProgress = (done, cases) => onProgress(done, cases + later);
  const [elsewhere] = await answerBoth(sides, [general], await createParsers(), tell, signal);
  return forgettingOf(compareAnswers(elsewhere));
}

/**
 * How long the model without the adapter takes for an answer, over the places of the workspace and the general set, whose prompts are longer.
 * `judge` reuses these answers.
 * @returns seconds, without loading and the first answer; undefined where there are too few places
 * @throws as `judge`
 */
export async function timeAnswers(
  { dir, modelDir, cases, threads }: Omit<JudgeOptions, "adapterDir">,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { base, own, general } = await openQuestions({ dir, modelDir, cases, threads });
  return paceOf(base, [own, general], await createParsers(), signal);
}

const TIMED_ANSWERS = 12;

/** Like `timeAnswers`, for any side. Known answers are asked again, since the missing ones may all be of one set. */
export async function paceOf(
  side: Side,
  sets: readonly CaseSet[],
  parsers: Parsers,
  signal: AbortSignal,
): Promise<number | undefined> {
  const all = questionsOf(sets);
  const distance = Math.max(1, Math.floor(all.length / (TIMED_ANSWERS + 1))); // adjacent cases share the beginning of a prompt, and are quicker
  const asked = all.filter((_, i) => i % distance === 0).slice(0, TIMED_ANSWERS + 1);
  const atMs: number[] = [];
  await answerAll(asked, side, parsers, () => atMs.push(performance.now()), signal);
  return atMs.length < 2 ? undefined : (atMs.at(-1)! - atMs[0]) / 1000 / (atMs.length - 1);
}

/** The two models, and the cases that they are asked. */
async function openJudgement({ adapterDir, ...options }: JudgeOptions) {
  const { dir, modelDir, cases, threads } = options;
  requireCases(cases, adapterDir);
  const { base, own, kept, general } = await openQuestions(options);
  const adapted = await adapterSide({ modelDir, adapterDir, threads, formDir: path.join(dir, "form") });
  return { sides: [base, adapted] as const, own, kept, general };
}

/** The model without the adapter, and the cases that it is asked. Its answers to the general set are stored for all workspaces. */
async function openQuestions({ dir, modelDir, cases, kept = [], threads }: Omit<JudgeOptions, "adapterDir">) {
  const cacheDir = defaultCacheDir();
  const { used } = await openBases(modelDir);
  const base = baseSide(used.weightsSha256, { modelDir, cacheDir, threads });
  const answers = new Answers(path.join(dir, "answers.jsonl"));
  const cached = new Answers(await generalAnswersFile(cacheDir, base));
  const own: CaseSet = { cases, answersOf: () => answers };
  const answersOf = (side: Side) => (side === base ? cached : answers);
  const general: CaseSet = { cases: await generalCases(), answersOf };
  return { base, own, kept: { cases: kept, answersOf: () => answers } satisfies CaseSet, general };
}

/** @throws UserError without cases, on which no verdict is possible, and for duplicate ids, which cannot be told apart */
export function requireCases(cases: readonly HeldOutCase[], adapterDir: AdapterDir): void {
  if (cases.length === 0)
    throw badInput(`There are no held-out places to judge ${adapterDir} by.`, "Choose a workspace with more code.");
  const ids = new Set(cases.map(({ id }) => id));
  if (ids.size < cases.length) throw new Error(`${cases.length} cases have ${ids.size} ids`);
}

export function baseSide(
  weightsSha256: string,
  { modelDir, ...device }: { modelDir: string; cacheDir: string; threads?: number },
): Side {
  return { weightsSha256, load: () => LocalModel.load({ source: { modelDir }, device }) };
}

/**
 * The model with an adapter. Its compute form is derived into `formDir` and removed with the model: an adapter that is not kept leaves nothing.
 * @throws UserError where the adapter is damaged or of another model
 */
export async function adapterSide(options: {
  modelDir: string;
  adapterDir: AdapterDir;
  formDir: string;
  threads?: number;
}): Promise<Side> {
  const { modelDir, adapterDir, formDir, threads } = options;
  const { weightsSha256 } = await openAdapted(modelDir, adapterDir);
  return {
    weightsSha256,
    async load() {
      rmSync(formDir, { recursive: true, force: true }); // left by a judgement that was killed
      const model = await LocalModel.load({
        source: { modelDir, adapter: adapterDir },
        device: { cacheDir: formDir, threads },
      });
      return {
        generate: (params, onText, signal) => model.generate(params, onText, signal),
        inspect: (prompt) => model.inspect(prompt),
        score: (params, signal) => model.score(params, signal),
        dispose() {
          model.dispose();
          rmSync(formDir, { recursive: true, force: true });
        },
      };
    },
  };
}

/** The file of the base model's answers to the general set, which are the same for every workspace. */
async function generalAnswersFile(cacheDir: string, { weightsSha256 }: Side): Promise<string> {
  const set = await generalCasesSha256();
  return path.join(cacheDir, "judged", `${weightsSha256.slice(0, 16)}-${set.slice(0, 16)}.jsonl`);
}

/**
 * The answers of both sides to the cases of each set, one side after the other. A side whose answers are all known is not loaded.
 * @throws Cancelled when `signal` fires; what a model or the disk throws. Answers given so far are kept.
 */
export async function answerBoth(
  [before, after]: readonly [Side, Side],
  sets: readonly CaseSet[],
  parsers: Parsers,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<AnsweredCase[][]> {
  const total = 2 * sets.reduce((sum, { cases }) => sum + cases.length, 0);
  const known = (side: Side, set: CaseSet, value: HeldOutCase): Answer | undefined =>
    set.answersOf(side).find(side.weightsSha256, value);
  const open = [before, after].map((side) => questionsOf(sets).filter(({ set, value }) => !known(side, set, value)));
  let done = total - open.flat().length;
  onProgress(done, total);
  for (const [side, asked] of [
    [before, open[0]],
    [after, open[1]],
  ] as const) {
    await answerAll(asked, side, parsers, () => onProgress(++done, total), signal);
  }
  return sets.map((set) =>
    set.cases.map((value) => ({ value, before: known(before, set, value)!, after: known(after, set, value)! })),
  );
}

/** Asks a side, and stores each answer with those of its set. Without questions the side is not loaded. @throws as `answerBoth` */
async function answerAll(
  asked: readonly Question[],
  side: Side,
  parsers: Parsers,
  onAnswer: () => void,
  signal: AbortSignal,
): Promise<void> {
  if (asked.length === 0) return;
  if (signal.aborted) throw new Cancelled();
  const model = await side.load();
  try {
    for (const { set, value } of asked) {
      const answer = await runHeldOutCase(value, { model, parsers }, signal);
      set.answersOf(side).add(side.weightsSha256, value, answer);
      onAnswer();
    }
  } finally {
    model.dispose();
  }
}
