// `sotto finetune`: fine-tunes the model on a workspace and judges the result, in a separate process (finetune/). Shows what there is to learn
// from, asks once, and reports progress. Ctrl+C ends it after a checkpoint.

import path from "node:path";
import { badInput } from "../../common/errors.ts";
import type { ExportedData } from "../../finetune/elsewhere/exportData.ts";
import {
  COMMIT_WEIGHTS,
  type CorpusFacts,
  type EditFacts,
  type FineTunePlan,
  type FineTuneRequest,
  type FineTuneResult,
  type KeptFacts,
} from "../../finetune/protocol/fineTune.ts";
import { findPython } from "../../finetune/torch/python.ts";
import { isAdapterId } from "../../src/adapters/storeFiles.ts";
import { type CommandIo, defineCommand, positiveNumber, UsageError } from "../command.ts";
import { runFineTuning } from "../fineTuneProcess.ts";
import { findModelDir } from "../model.ts";
import { canAsk, isWanted } from "../question.ts";
import { workspaceRoot } from "../sourceFile.ts";

const MINUTES = 40; // the default of the setting sotto.fineTune.minutes

export const finetune = defineCommand({
  name: "finetune",
  options: {
    minutes: {
      type: "string",
      argument: "M",
      help: `for training and judging; kept, or refused with the least (default: ${MINUTES})`,
    },
    "dry-run": { type: "boolean", help: "shows what there is to learn from and what it takes, and ends" },
    resume: { type: "boolean", help: "go on with the unfinished one" },
    restart: { type: "boolean", help: "begin anew, and throw an unfinished one away" },
    trainer: {
      type: "string",
      argument: "own|pytorch",
      help: "what trains (default: own; pytorch: a Python with PyTorch, on a graphics processor where there is one)",
    },
    python: {
      type: "string",
      argument: "PATH",
      help: "the Python of --trainer pytorch (default: the first on the PATH)",
    },
    "export-data": { type: "string", argument: "DIR", help: "writes what another machine needs to train, and ends" },
    judge: {
      type: "string",
      argument: "DIR|ID",
      help: "judges an adapter that was trained elsewhere on exported data, and keeps it if it helps",
    },
    examples: { type: "boolean", help: "learn from the suggestions that were kept, too (sotto.keepExamples)" },
    commits: {
      type: "string",
      argument: "alike|ownMore|off",
      help: "learn from the edits of the last commits, your own ones more if you wish (default: alike)",
    },
    when: { type: "string", argument: "always|mains|idle", help: "when it may compute (default: always)" },
    yes: { type: "boolean", help: "do not ask" },
  },
  async run({ options, global, io, signal }) {
    if (global.model.adapter !== undefined) throw new UsageError("finetune trains on top of the model as it is used");
    const root = path.resolve(global.root ?? workspaceRoot("."));
    const request: FineTuneRequest = {
      root,
      modelDir: path.resolve(await findModelDir(global.model.id)),
      minutes: positiveNumber(options.minutes, "minutes") ?? MINUTES,
      when: whenOf(options.when ?? "always"),
      seed: global.seed ?? 1,
      threads: global.model.threads,
      python: await pythonOf(options.trainer, options.python),
      ...(options.examples && { examples: true }),
      ...commitsOf(options.commits ?? "alike"),
      endsWithParent: true,
    };
    const { unfinished, run } = runFineTuning(root, io.log, signal);
    const isAsked = !global.json && !options.yes && canAsk();
    if (options["export-data"] !== undefined) {
      if (options.examples)
        throw new UsageError("--examples is not for --export-data: kept examples never leave this machine");
      const exported = (await run("exportData", {
        ...request,
        dir: path.resolve(options["export-data"]),
      })) as ExportedData | null;
      if (exported === null) return io.log("Stopped; nothing was written.");
      return io.result(exported, exportInWords(exported));
    }
    if (options["dry-run"]) {
      const plan = (await run("plan", request)) as FineTunePlan;
      return io.result(plan, planInWords(plan));
    }
    const judged = options.judge;
    if (!options.resume && unfinished() && !options.restart)
      throw badInput(
        `There is an unfinished fine-tuning of ${root}.`,
        "Go on with it (--resume), or begin anew (--restart).",
      );
    if (!options.resume && judged === undefined) {
      const plan = (await run("plan", request)) as FineTunePlan;
      if (plan.refusal) throw badInput(plan.refusal.reason, plan.refusal.action);
      for (const line of planInWords(plan).split("\n")) io.log(line);
      if (isAsked && !(await isWanted("Go ahead?", signal))) return io.log("Nothing was trained.");
    }
    const [command, params] = options.resume
      ? (["resume", request] as const)
      : judged === undefined
        ? (["run", options.restart ? { ...request, restart: true } : request] as const)
        : (["judge", { ...request, adapter: isAdapterId(judged) ? judged : path.resolve(judged) }] as const);
    const result = (await run(command, params)) as FineTuneResult | null;
    if (result === null) return sayHowToGoOn(root, io);
    io.result(result, resultInWords(result));
  },
});

/** @throws UserError where the Python cannot train */
async function pythonOf(trainer: string | undefined, python: string | undefined): Promise<string | undefined> {
  if (trainer !== undefined && trainer !== "own" && trainer !== "pytorch")
    throw new UsageError(`--trainer takes own or pytorch, not ${trainer}`);
  if (python !== undefined && trainer === "own") throw new UsageError("--python is for --trainer pytorch");
  if (python === undefined && trainer !== "pytorch") return undefined;
  return findPython(python !== undefined && /[\\/]/.test(python) ? path.resolve(python) : python);
}

const exportInWords = ({ dir, corpus, steps, datasetSha256 }: ExportedData): string =>
  [
    ...corpusInWords(corpus),
    `${dir} holds all that is needed to train, at most ${steps} steps (data ${datasetSha256.slice(0, 16)}); its README.md says how`,
  ].join("\n");

function whenOf(when: string): FineTuneRequest["when"] {
  if (when === "always" || when === "mains" || when === "idle") return when;
  throw new UsageError(`--when takes always, mains or idle, not ${when}`);
}

function commitsOf(commits: string): Pick<FineTuneRequest, "commits"> {
  if (commits === "off") return {};
  const weights = COMMIT_WEIGHTS.find((known) => known === commits);
  if (weights) return { commits: weights };
  throw new UsageError(`--commits takes alike, ownMore or off, not ${commits}`);
}

function sayHowToGoOn(root: string, io: CommandIo): void {
  io.log(`Stopped after a checkpoint. To go on: sotto finetune --root ${root} --resume`);
}

export function planInWords({ corpus, memoryBytes, diskBytes, refusal, warnings, ...plan }: FineTunePlan): string {
  const needs = `${inMegabytes(memoryBytes)} of memory, ${inMegabytes(diskBytes)} on the disk`;
  const least = `the smallest useful job takes about ${Math.ceil(plan.leastMinutes)}`;
  const cost = refusal
    ? `${needs}; about ${plan.tokensPerSecond} tokens/s`
    : `about ${Math.round(plan.minutes)} minutes (${least}), ${needs}; about ${plan.tokensPerSecond} tokens/s, ` +
      `${plan.passes.toFixed(1)} passes over the data`;
  return [
    ...corpusInWords(corpus),
    cost,
    ...warnings,
    ...(refusal ? [`Nothing would be trained. ${refusal.reason} ${refusal.action}`] : []),
  ].join("\n");
}

function corpusInWords({
  files,
  bytes,
  tokens,
  generalShare,
  split,
  byGitTime,
  dropped,
  kept,
  edits,
}: CorpusFacts): string[] {
  const { train, validation, report } = split;
  const left = Object.entries(dropped).filter(([, count]) => count > 0);
  return [
    `${files} files, ${(bytes / 1e6).toFixed(2)} MB, ${tokens} tokens of which ${Math.round(100 * generalShare)} % are general code`,
    `${train.files} files to learn from, ${validation.files} to choose by, ${report.files} to judge by (${
      byGitTime ? "what was changed last is held out" : "drawn by chance"
    })`,
    ...(left.length > 0 ? [`left out: ${left.map(([reason, count]) => `${count} ${reason}`).join(", ")}`] : []),
    ...(kept ? [keptInWords(kept)] : []),
    ...(edits ? [editsInWords(edits)] : []),
  ];
}

const editsInWords = ({ learnt, tokens, dropped }: EditFacts): string =>
  `edits of the last commits: ${learnt} to learn from (${tokens} tokens)${leftOut(dropped)}`;

/** "; left out: 3 unfit, 2 gone", the reasons by their names; "" where nothing was. */
function leftOut(dropped: Readonly<Record<string, number>>): string {
  const left = Object.entries(dropped).map(([reason, count]) => `${count} ${reason}`);
  return left.length > 0 ? `; left out: ${left.join(", ")}` : "";
}

function keptInWords({ learnt, heldOut, tokens, dropped }: KeptFacts): string {
  return `kept examples: ${learnt} to learn from (${tokens} tokens), ${heldOut} to judge by${leftOut(dropped)}`;
}

export function resultInWords({
  heldOut,
  forgetting,
  learningRates,
  reason,
  adapter,
  ms,
  ...rest
}: FineTuneResult): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rates = learningRates.map(({ rate, heldOutLoss }) => `${rate}: ${heldOutLoss.toFixed(4)}`);
  return [
    reason,
    ...(heldOut
      ? [
          `exact match ${percent(heldOut.before.exactMatch)} → ${percent(heldOut.after.exactMatch)} of ${heldOut.cases} places, ` +
            `gain ${percent(heldOut.interval[0])} to ${percent(heldOut.interval[1])}`,
        ]
      : []),
    ...(forgetting === null ? [] : [`forgetting: ${forgetting.toFixed(1)} points`]),
    ...(rates.length > 0 ? [`learning rates: ${rates.join(", ")}`] : []),
    `${Math.round(ms / 60_000)} minutes, ${rest.tokensPerSecond ?? "unknown"} tokens/s, peak ${inMegabytes(rest.peakRssBytes)}`,
    ...(adapter === null ? [] : [`adapter in use: ${adapter}`]),
  ].join("\n");
}

const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
