// The evaluation: runs every case, the baselines in the same run, and the variants, and makes the report. Prints nothing and writes no file.

import { Cancelled } from "../../common/errors.ts";
import { isExactMatch } from "../../finetune/norm.ts";
import type { AdapterId } from "../../server/host/protocol/adapters.ts";
import { showFitOf } from "../../src/completion/show/showFitOf.ts";
import { textBaselines } from "./baselines.ts";
import type { EvaluationCase } from "./cases.ts";
import { bm25, type ChunkPool, goldChunks } from "./contextModes.ts";
import {
  type CaseResult,
  type ExactMatchAt,
  exactMatchAt,
  type Figures,
  figuresBy,
  figuresOf,
  shareOfKnown,
} from "./metrics.ts";
import { completeCase, type RunDeps, type RunOptions, retrieval, runCase } from "./runCase.ts";
import { type ShowCurve, showCurve } from "./showCurve.ts";
import { type VariantName, variantsOf } from "./variants.ts";

export interface BaselineFigures {
  exactMatch: number | null; // null where the baseline was not run with the model
  recall: number | null;
}

export interface Report extends Figures, ShowCurve {
  byKind: Record<string, Figures>;
  bySource: Record<string, Figures>;
  byPlaceOfTarget: Record<string, Figures>; // whether the target's name also stands after the cursor
  baselines: Record<string, BaselineFigures>;
  model: string;
  adapter: AdapterId | null;
  budgetTokens: number; // of a prompt
  compiler: string | null; // version of TypeScript that answered questions about names and members
  worstCaseExactMatch?: number | null; // with variants: the share of cases that are right in all of them
  exactMatchAt?: ExactMatchAt; // with alternatives: the share of cases of which one of the first so many suggestions is right
  byVariant?: Partial<Record<VariantName, VariantFigures>>; // of the cases that are right unchanged
}

export interface VariantFigures {
  cases: number; // that the edit applies to
  right: number;
  withheld: number; // nothing was shown
}

export interface EvaluationOptions extends RunOptions {
  variants: boolean;
  /** The context is the product's own: plain BM25 then runs with the model too (otherwise only its recall is reported). */
  retrieves: boolean;
}

type Deps = RunDeps & { pool: ChunkPool };

const PROGRESS_EVERY = 20; // in cases

/**
 * Runs `cases` one after the other.
 * @throws Cancelled when `signal` fires; what the model throws
 */
export async function evaluateCases(
  cases: readonly EvaluationCase[],
  options: EvaluationOptions,
  deps: Deps,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<{ report: Report; results: CaseResult[] }> {
  const results: CaseResult[] = [];
  const worst: (boolean | undefined)[] = [];
  const byVariant: Report["byVariant"] = {};
  const bm25Only: { right?: boolean; recalled?: boolean }[] = [];
  for (const value of cases) {
    if (signal.aborted) throw new Cancelled();
    const result = await runCase(value, options, deps, signal);
    results.push(result);
    if (goldChunks(value).length > 0) bm25Only.push(await withBm25(value, options, deps, signal));
    if (options.variants) worst.push(await isRightInAllVariants(result, byVariant, options, deps, signal));
    if (results.length % PROGRESS_EVERY === 0) log(progressLine(results, cases.length));
  }
  const report: Report = {
    ...figuresOf(results),
    byKind: figuresBy(results, ({ kind }) => kind),
    bySource: figuresBy(results, ({ source }) => source),
    byPlaceOfTarget: figuresBy(
      results.filter(({ value }) => value.in_suffix !== undefined),
      (value) => (value.in_suffix ? "in suffix too" : "only in another file"),
    ),
    ...showCurve(results, showFitOf(deps.model.tier).thresholds.usual),
    baselines: baselinesOf(cases),
    model: deps.model.status().model,
    adapter: deps.model.status().adapterName ?? null,
    budgetTokens: deps.model.promptBudget.tokens,
    compiler: deps.compiler?.version ?? null,
  };
  if (bm25Only.length > 0)
    report.baselines.bm25Only = {
      exactMatch: shareOfKnown(bm25Only.map(({ right }) => right)),
      recall: shareOfKnown(bm25Only.map(({ recalled }) => recalled)),
    };
  if (options.alternatives > 0) report.exactMatchAt = exactMatchAt(results, options.alternatives + 1);
  if (options.variants) Object.assign(report, { worstCaseExactMatch: shareOfKnown(worst), byVariant });
  return { report, results };
}

function progressLine(results: readonly CaseResult[], total: number): string {
  const { exactMatch, shown, p50Ms } = figuresOf(results);
  return `${results.length}/${total} cases: exact match ${percent(exactMatch)}, shown ${percent(shown)}, p50 ${p50Ms} ms`;
}

const percent = (rate: number | null): string => (rate === null ? "–" : `${(rate * 100).toFixed(1)} %`);

/** Whether the text is right; undefined where the case has no expected text. */
const isRight = (text: string, { expected }: EvaluationCase): boolean | undefined =>
  expected === null ? undefined : isExactMatch(text, expected);

function baselinesOf(cases: readonly EvaluationCase[]): Record<string, BaselineFigures> {
  const figures = (complete: (value: EvaluationCase) => string): BaselineFigures => ({
    exactMatch: shareOfKnown(cases.map((value) => isRight(complete(value), value))),
    recall: null,
  });
  return Object.fromEntries(Object.entries(textBaselines).map(([name, complete]) => [name, figures(complete)]));
}

async function withBm25(value: EvaluationCase, options: EvaluationOptions, deps: Deps, signal: AbortSignal) {
  const pieces = bm25(value, deps.pool.chunksOf(value), deps.model.promptBudget);
  const { recalled } = await retrieval(value, pieces, deps.model);
  if (!options.retrieves) return { recalled };
  const { text } = await completeCase(value, pieces, options, deps, signal);
  return { recalled, right: isRight(text, value) };
}

/** Runs the variants only of a case that is right unchanged. @param counts updated with the results */
async function isRightInAllVariants(
  original: CaseResult,
  counts: NonNullable<Report["byVariant"]>,
  options: RunOptions,
  deps: RunDeps,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  let right = isRight(original.text, original.value);
  if (!right) return right;
  for (const { name, value } of variantsOf(original.value, deps.parsers)) {
    const pieces = await deps.context(value, deps.model.promptBudget, signal);
    const { text, outcome } = await completeCase(value, pieces, options, deps, signal);
    const figures = (counts[name] ??= { cases: 0, right: 0, withheld: 0 });
    figures.cases++;
    if (outcome === "none") figures.withheld++;
    if (isRight(text, value)) figures.right++;
    else right = false;
  }
  return right;
}
