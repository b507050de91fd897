// The evaluation: every case, the baselines in the same run, the variants, and the report. Prints nothing and writes no file.

import { Cancelled } from "../../server/protocol/errors.ts";
import { textBaselines } from "./baselines.ts";
import type { EvaluationCase } from "./cases.ts";
import { bm25, type ChunkPool, goldChunks, recallsGold } from "./contextModes.ts";
import { type CaseResult, type Figures, figuresBy, figuresOf, isExactMatch, share, shareOfKnown } from "./metrics.ts";
import { completeCase, type RunDeps, type RunOptions, runCase } from "./runCase.ts";
import { variantsOf } from "./variants.ts";

export interface BaselineFigures {
  exactMatch: number | null; // null where the baseline was not run with the model
  recall: number | null;
}

export interface Report extends Figures {
  byKind: Record<string, Figures>;
  bySource: Record<string, Figures>;
  baselines: Record<string, BaselineFigures>;
  model: string;
  adapter: string | null;
  worstCaseExactMatch?: number; // with variants
}

export interface EvaluationOptions extends RunOptions {
  variants: boolean;
  retrieves: boolean; // the context mode chooses among the pool, so that BM25 is its peer and runs with the model too
}

const PROGRESS_EVERY = 20; // cases

/**
 * Runs `cases` one after the other.
 * @throws Cancelled when `signal` fires; what the model throws
 */
export async function evaluateCases(
  cases: readonly EvaluationCase[],
  options: EvaluationOptions,
  deps: RunDeps & { pool: ChunkPool },
  progress: (line: string) => void,
  signal: AbortSignal,
): Promise<{ report: Report; results: CaseResult[] }> {
  const results: CaseResult[] = [];
  const worst: boolean[] = [];
  const bm25Right: boolean[] = [];
  for (const value of cases) {
    if (signal.aborted) throw new Cancelled();
    const result = await runCase(value, options, deps, signal);
    results.push(result);
    if (options.retrieves) bm25Right.push(await isRightWithBm25(value, options, deps, signal));
    if (options.variants) worst.push(await isRightInAllVariants(result, options, deps, signal));
    if (results.length % PROGRESS_EVERY === 0) progress(progressLine(results, cases.length));
  }
  const report: Report = {
    ...figuresOf(results),
    byKind: figuresBy(results, ({ kind }) => kind),
    bySource: figuresBy(results, ({ source }) => source),
    baselines: { ...baselinesOf(cases), ...bm25Baseline(cases, deps.pool, bm25Right) },
    model: deps.model.status().model,
    adapter: null,
  };
  if (options.variants) report.worstCaseExactMatch = share(worst, Boolean) ?? 0;
  return { report, results };
}

function progressLine(results: readonly CaseResult[], total: number): string {
  const { exactMatch, shown, p50Ms } = figuresOf(results);
  return `${results.length}/${total} cases: exact match ${percent(exactMatch)}, shown ${percent(shown)}, p50 ${p50Ms} ms`;
}

const percent = (rate: number): string => `${(rate * 100).toFixed(1)} %`;

function baselinesOf(cases: readonly EvaluationCase[]): Record<string, BaselineFigures> {
  const figures = (complete: (value: EvaluationCase) => string): BaselineFigures => ({
    exactMatch: share(cases, (value) => isExactMatch(complete(value), value.expected)),
    recall: null,
  });
  return Object.fromEntries(Object.entries(textBaselines).map(([name, complete]) => [name, figures(complete)]));
}

/** Only where there is a gold chunk to find. */
function bm25Baseline(
  cases: readonly EvaluationCase[],
  pool: ChunkPool,
  right: readonly boolean[],
): Record<string, BaselineFigures> {
  if (cases.every((value) => goldChunks(value).length === 0)) return {};
  const recalled = cases.map((value) => recallsGold(value, bm25(value, pool.chunksOf(value))));
  return { bm25Only: { exactMatch: share(right, Boolean), recall: shareOfKnown(recalled) } };
}

async function isRightWithBm25(
  value: EvaluationCase,
  options: RunOptions,
  deps: RunDeps & { pool: ChunkPool },
  signal: AbortSignal,
): Promise<boolean> {
  const pieces = bm25(value, deps.pool.chunksOf(value));
  const { text } = await completeCase(value, pieces, options, deps, signal);
  return isExactMatch(text, value.expected);
}

async function isRightInAllVariants(
  original: CaseResult,
  options: RunOptions,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<boolean> {
  if (!isExactMatch(original.text, original.value.expected)) return false;
  for (const variant of variantsOf(original.value, deps.parsers)) {
    const { text } = await completeCase(variant, await deps.context(variant, signal), options, deps, signal);
    if (!isExactMatch(text, variant.expected)) return false;
  }
  return true;
}
