// `sotto evaluate`: runs the cases of a file and prints the report; if asked, writes the predictions to a file at the end.

import { accessSync, constants, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { badInput } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { FORMAT_NAMES, type FormatName } from "../../server/engine/prompt/types.ts";
import { folderWorkspace, type Workspace } from "../../src/workspace/workspace.ts";
import { defineCommand, required, UsageError, wholeNumber } from "../command.ts";
import { engineOptions } from "../engineOptions.ts";
import { caseCompiler } from "../evaluation/caseCompiler.ts";
import { readCases, sampleCases } from "../evaluation/cases.ts";
import { chunkPool, contextChooser, type Pool } from "../evaluation/contextModes.ts";
import { evaluateCases, type Report } from "../evaluation/evaluate.ts";
import type { CaseResult, Figures } from "../evaluation/metrics.ts";
import type { CurvePoint } from "../evaluation/showCurve.ts";
import { linesOf } from "../evaluation/siblingCopies.ts";
import { withMemory, withSeed } from "../model.ts";
import { workspaceModel } from "../workspaceAdapter.ts";

export const evaluate = defineCommand({
  name: "evaluate",
  options: {
    cases: { type: "string", argument: "F.jsonl", help: "the cases, one on each line" },
    limit: { type: "string", argument: "N", help: "only N of them, at even distances in the file" },
    "no-filter": { type: "boolean", help: "the raw model: without filters, mid-line and line-count rules" },
    explicit: { type: "boolean", help: "every case as an explicit request (kinds span, multi and body always are)" },
    context: {
      type: "string",
      argument: "none|file|own|gold|bm25|RETRIEVER",
      help: "the context of each case (default: none)",
    },
    pool: { type: "string", argument: "case|repository", help: "what retrieval chooses among (default: repository)" },
    format: {
      type: "string",
      argument: `auto|${FORMAT_NAMES.join("|")}`,
      help: "the prompt's format (auto: what the model has learnt, by its adapter or its special tokens)",
    },
    budget: { type: "string", argument: "TOKENS", help: "of a whole prompt with its pieces (default: the model's)" },
    "max-tokens": { type: "string", argument: "N", help: "the most tokens of one completion" },
    predictions: { type: "string", argument: "OUT.jsonl", help: "where to write what was completed, a line a case" },
    alternatives: { type: "string", argument: "N", help: "up to N suggestions of each explicit case (exactMatchAt)" },
    memory: { type: "string", argument: "off|on", help: "the files of --root mixed into the choices (default: off)" },
    variants: { type: "boolean", help: "each case also under edits that keep its meaning (worstCaseExactMatch)" },
    ...engineOptions,
  },
  async run({ options, global, io, signal }) {
    const format = checkFormat(options.format ?? "auto");
    const pool = checkPool(options.pool ?? "repository");
    const limit = wholeNumber(options.limit, "limit", 1);
    const most = wholeNumber(options.alternatives, "alternatives", 1) ?? 1;
    const maxTokens = wholeNumber(options["max-tokens"], "max-tokens", 1);
    const budgetTokens = wholeNumber(options.budget, "budget", 1);
    const mode = options.context ?? "none";
    if (options.predictions !== undefined) checkWritable(options.predictions);

    const all = readCases(required(options.cases, "cases"));
    const cases = sampleCases(all, limit);
    const parsers = await createParsers();
    const disk = global.root === undefined ? undefined : folderWorkspace(global.root);
    const chunks = chunkPool(pool, all);
    const repository = disk && (await linesOf(disk));
    const memory = checkMemory(options.memory ?? "off", disk);
    const context = contextChooser(mode, { pool: chunks, parsers, disk });
    const chosen = await workspaceModel(global.model, global.root, io.log); // without --root the cases belong to no workspace
    const loaded = withSeed(await io.loadModel({ ...chosen, format, budgetTokens }), global.seed);
    const model = memory ? await withMemory(loaded, memory) : loaded;
    try {
      const { report, results } = await evaluateCases(
        cases,
        {
          filter: !options["no-filter"],
          explicit: options.explicit ?? false,
          maxTokens,
          alternatives: most - 1,
          variants: options.variants ?? false,
          retrieves: mode === "own",
        },
        { model, parsers, context, pool: chunks, repository, compiler: caseCompiler(process.cwd()) },
        io.log,
        signal,
      );
      if (options.predictions !== undefined) writePredictions(options.predictions, results);
      io.result(report, readable(report));
    } finally {
      model.dispose();
    }
  },
});

function checkFormat(format: string): FormatName | undefined {
  if (format === "auto") return undefined;
  const found = FORMAT_NAMES.find((name) => name === format);
  if (found) return found;
  throw new UsageError(
    `--format takes auto, ${FORMAT_NAMES.slice(0, -1).join(", ")} or ${FORMAT_NAMES.at(-1)}, not ${format}`,
  );
}

function checkPool(pool: string): Pool {
  if (pool === "case" || pool === "repository") return pool;
  throw new UsageError(`--pool takes case or repository, not ${pool}`);
}

/** @returns the workspace that is remembered, if any */
function checkMemory(memory: string, disk: Workspace | undefined): Workspace | undefined {
  if (memory === "off") return undefined;
  if (memory !== "on") throw new UsageError(`--memory takes off or on, not ${memory}`);
  if (!disk) throw new UsageError("--memory on needs --root, the workspace that is remembered");
  return disk;
}

/** Checks early, so that a long run does not fail at its end. @throws UserError when the file's folder does not exist or is not writable */
function checkWritable(file: string): void {
  try {
    accessSync(path.dirname(path.resolve(file)), constants.W_OK);
  } catch (error) {
    throw notWritable(file, error);
  }
}

const notWritable = (file: string, error: unknown) =>
  badInput(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`, "Choose another --predictions.");

/** Writes the texts for the cases as they are in the file, including a line break that was moved into the suffix. */
function writePredictions(file: string, results: readonly CaseResult[]): void {
  const lines = results.map(({ value, text, texts, outcome, reason, raw, scored, generatedTokens }) => {
    const lineBreak = outcome === "shown" ? (value.movedBreak ?? "") : "";
    const more = {
      showScore: scored?.score,
      passed: scored?.text,
      generatedTokens,
      ...(texts.length > 1 && { others: texts.slice(1) }),
    };
    return JSON.stringify({ id: value.id, text: text + lineBreak, outcome, reason, raw, ...more });
  });
  const unfinished = `${file}.${process.pid}.part`;
  try {
    writeFileSync(unfinished, `${lines.join("\n")}\n`);
    renameSync(unfinished, file);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw notWritable(file, error);
  }
}

const COLUMNS = ["cases", "exactMatch", "exactMatchCut", "editSimilarity", "syntaxOk", "shown", "pass"] as const;

function readable(report: Report): string {
  const { byKind, bySource, byPlaceOfTarget, baselines, curve, decision, byVariant, exactMatchAt, ...total } = report;
  const lines = Object.entries(total).map(([name, value]) => `${name.padEnd(20)} ${value ?? "–"}`);
  for (const [rank, value] of Object.entries(exactMatchAt ?? {}))
    lines.push(`exactMatchAt ${rank.padEnd(7)} ${value ?? "–"}`);
  for (const [title, groups] of [
    ["kind", byKind],
    ["source", bySource],
    ["target", byPlaceOfTarget],
  ] as const) {
    lines.push("", [title.padEnd(28), ...COLUMNS.map((name) => name.padStart(14))].join(" "));
    for (const [name, figures] of Object.entries(groups)) lines.push(row(name, figures));
  }
  if (curve && decision) {
    lines.push("", "least score                           shown  shownAndRight           kept");
    for (const point of curve) lines.push(pointRow(point, ""));
    lines.push(pointRow(decision, " (the product's)"));
  }
  for (const [name, { cases, right, withheld }] of Object.entries(byVariant ?? {}))
    lines.push(`${name.padEnd(20)} ${right} of ${cases} still right, ${withheld} withheld`);
  lines.push("", "baseline                         exactMatch         recall");
  for (const [name, { exactMatch, recall }] of Object.entries(baselines))
    lines.push(`${name.padEnd(28)} ${cell(exactMatch)} ${cell(recall)}`);
  return lines.join("\n");
}

const row = (name: string, figures: Figures): string =>
  [name.slice(0, 28).padEnd(28), ...COLUMNS.map((column) => cell(figures[column]))].join(" ");

const pointRow = ({ threshold, shown, shownAndRight, kept }: CurvePoint, note: string): string =>
  [`${threshold}${note}`.padEnd(28), cell(shown), cell(shownAndRight), cell(kept)].join(" ");

const cell = (value: number | null): string => String(value ?? "–").padStart(14);
