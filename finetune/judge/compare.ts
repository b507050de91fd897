// Compares two adapters of one workspace on the same held-out places and the general set, as `judge` compares one adapter with none. Keeps
// neither.

import path from "node:path";
import { createParsers } from "../../common/syntax/parsers.ts";
import type { AdapterDir } from "../../server/host/protocol/adapters.ts";
import { generalCases } from "../general/general.ts";
import type { HeldOutCase } from "../heldOutCase.ts";
import { Answers } from "./answers.ts";
import { type Comparison, compareAnswers, type Sample, samplesOf } from "./comparison.ts";
import { adapterSide, answerBoth, type OnProgress, requireCases } from "./judge.ts";

export interface CompareOptions {
  dir: string; // as for `judge`; the same folder reuses earlier answers
  modelDir: string;
  firstDir: AdapterDir; // folders of the two adapters
  secondDir: AdapterDir;
  cases: HeldOutCase[]; // of the workspace's last job: neither adapter was trained on them
  threads?: number;
}

/** The gains are those of the second adapter over the first. */
export interface AdapterComparison {
  heldOut: Comparison;
  general: Comparison;
  samples: Sample[];
}

/** @throws UserError where an adapter is damaged or of another model, or a model cannot run; Cancelled when `signal` fires */
export async function compareAdapters(
  options: CompareOptions,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<AdapterComparison> {
  const { dir, modelDir, firstDir, secondDir, cases, threads } = options;
  requireCases(cases, secondDir);
  const side = (adapterDir: AdapterDir) =>
    adapterSide({ modelDir, adapterDir, threads, formDir: path.join(dir, "form") });
  const answers = new Answers(path.join(dir, "answers.jsonl"));
  const sets = [cases, await generalCases()].map((set) => ({ cases: set, answersOf: () => answers }));
  const sides = [await side(firstDir), await side(secondDir)] as const;
  const [heldOut, general] = await answerBoth(sides, sets, await createParsers(), onProgress, signal);
  return { heldOut: compareAnswers(heldOut), general: compareAnswers(general), samples: samplesOf(heldOut) };
}
