// Texts about fine-tuning: the plan before it, its progress, and its result. Pure, so that every text has a unit
// test; must not import `vscode`.

import type {
  CorpusFacts,
  FineTunePlan,
  JobProgress,
  JobStage,
  KeptFacts,
} from "../../../finetune/protocol/fineTune.ts";
import type { FineTuneJob } from "../../protocol/fineTune.ts";
import { about, count, minutes, percent, points, signed, size, some } from "./words.ts";

export interface PlanSettings {
  when: "always" | "mains" | "idle";
  afterClose: "continue" | "resume";
}

const NAMED_REASONS = 3;

/** The question of the one dialog. */
export function planDialog(name: string, plan: FineTunePlan, { when, afterClose }: PlanSettings) {
  const { corpus } = plan;
  const held = corpus.split.validation.files + corpus.split.report.files;
  const works = { always: "at any time", mains: "on mains power only", idle: "on mains power while nobody types" }[
    when
  ];
  const closed = { continue: "goes on", resume: "stops, and goes on when the folder is opened again" }[afterClose];
  const paragraphs = [
    ...plan.warnings,
    `Learns from ${some(corpus.files, "file")}: ${size(corpus.bytes)}, ${about(corpus.tokens)} tokens a pass, ` +
      `of which ${percent(corpus.generalShare)} is general code against forgetting. ` +
      `${some(held, "file is", "files are")} held back to judge by, ` +
      `${corpus.byGitTime ? "those that were committed last" : "chosen by chance, as there is no git history"}.`,
    leftOutSentence(corpus),
    ...(corpus.kept ? [keptSentence(corpus.kept)] : []),
    ...(corpus.edits ? [`Learns from ${some(corpus.edits.learnt, "edit")} of the last commits, too.`] : []),
    `Takes about ${minutes(plan.minutes)} of work (the smallest useful job: ${minutes(plan.leastMinutes)}), ` +
      `up to ${size(plan.memoryBytes)} of memory, and ${size(plan.diskBytes)} of disk meanwhile. ` +
      `Works ${works}, at the lowest priority; you can pause and cancel it. ` +
      `When you close the window it ${closed}.`,
    "Nothing leaves this machine, and none of your files is changed. What was learnt is used only if it is measurably better on " +
      "the held-back files and at most 2 points worse on general code; else it is discarded.",
  ];
  return { question: `Fine-tune Sotto on “${name}”?`, detail: paragraphs.join("\n\n") };
}

/** What is said in place of the question where there can be no job; `enough` is the number of minutes that would do, where time is what is short. */
export function refusalDialog(name: string, { leastMinutes, refusal }: FineTunePlan, asked: number) {
  if (!refusal) return undefined;
  const enough = Math.ceil(leastMinutes);
  return {
    question: `Sotto cannot be fine-tuned on “${name}” like this.`,
    detail: `${refusal.reason} ${refusal.action}`,
    enough: enough > asked ? enough : undefined,
  };
}

function leftOutSentence({ dropped }: CorpusFacts): string {
  const reasons = Object.entries(dropped).sort(([, a], [, b]) => b - a);
  const all = reasons.reduce((sum, [, files]) => sum + files, 0);
  if (all === 0) return "No file is left out.";
  const named = reasons.slice(0, NAMED_REASONS).map(([reason, files]) => `${reason} (${count(files)})`);
  const more = reasons.length > NAMED_REASONS ? [`${some(reasons.length - NAMED_REASONS, "more reason")}`] : [];
  return `Left out: ${some(all, "file")}. ${capitalised([...named, ...more].join(", "))}.`;
}

function keptSentence({ learnt, heldOut, dropped }: KeptFacts): string {
  const left = Object.values(dropped).reduce((sum, number) => sum + number, 0);
  return (
    `Of your kept suggestions (sotto.keepExamples), ${count(learnt)} are learnt from, ${count(heldOut)} are held back to judge by, ` +
    `and ${count(left)} are left out.`
  );
}

/** Everything that was left out, for the read-only page. */
export function leftOutPage(name: string, { dropped, droppedFiles, files }: CorpusFacts): string {
  const lines = [`# Left out of the fine-tuning on ${name}`, "", `${some(files, "file is", "files are")} learnt from.`];
  for (const [reason, number] of Object.entries(dropped).sort(([, a], [, b]) => b - a)) {
    lines.push("", `## ${capitalised(reason)}: ${count(number)}`, "");
    const paths = droppedFiles.filter((file) => file.reason === reason).map((file) => file.path);
    lines.push(...paths.map((path) => `- ${path}`));
    if (paths.length < number) lines.push(`- … and ${count(number - paths.length)} more`);
  }
  return `${lines.join("\n")}\n`;
}

const STAGES: Record<JobStage, string> = {
  data: "Preparing the data",
  speed: "Measuring the speed of this machine",
  rates: "Trying learning rates",
  training: "Training",
  judging: "Judging what was learnt",
};

/** One line of how a job stands: stage, step, held-out loss before → now, speed, time left. */
export function progressLine({ state, waitsFor, stage, share, leftMs, training, judging }: JobProgress): string {
  const done = `${percent(share)} done`;
  if (state === "pausing") return `Pausing when the step under way has ended, ${done}`;
  if (state === "paused") return `Paused, ${done}`;
  if (state === "waiting") return `Waiting for ${waitsFor ?? "its turn"}, ${done}`;
  if (state === "interrupted") return `Interrupted, ${done}`;
  const parts = [STAGES[stage]];
  if (training && (stage === "training" || stage === "rates")) {
    const { step, steps, heldOutLoss, firstHeldOutLoss, tokensPerSecond, rate } = training;
    if (stage === "rates") parts.push(String(rate));
    parts.push(`step ${count(step)} of ${count(steps)}`);
    if (firstHeldOutLoss !== undefined && heldOutLoss !== undefined)
      parts.push(`held-out loss ${firstHeldOutLoss.toFixed(3)} → ${heldOutLoss.toFixed(3)}`);
    if (tokensPerSecond !== undefined) parts.push(`${count(tokensPerSecond)} tokens/s`);
  }
  if (judging && stage === "judging") parts.push(`${count(judging.done)} of ${count(judging.cases)} lines`);
  if (leftMs !== undefined) parts.push(`${minutes(leftMs / 60_000)} left`);
  return parts.join(", ");
}

export const works = ({ progress: { state } }: FineTuneJob): boolean =>
  state === "running" || state === "pausing" || state === "waiting";

/** Paused, or at work nowhere: it can be gone on with. */
export const rests = ({ progress: { state }, canGoOn }: FineTuneJob): boolean => canGoOn || state === "paused";

/** For the status item: a few words in the bar, and a sentence in its tooltip; nothing where nothing is under way. */
export function jobStatus(job: FineTuneJob, name: string): { short: string; sentence: string } | undefined {
  const { progress } = job;
  if (!works(job) && !rests(job)) return undefined;
  const done = percent(progress.share);
  const icon = { running: "mortar-board", waiting: "clock" }[progress.state as string] ?? "debug-pause";
  return { short: `$(${icon}) ${done}`, sentence: `Fine-tuning on ${name}: ${lowered(progressLine(progress))}.` };
}

export interface Ending {
  text: string;
  severity: "information" | "warning" | "error";
  offers: ("report" | "adapters" | "goOn" | "discard" | "log")[];
}

/** What is said when a job has come to an end, or to a stop that nobody wished; nothing of one that goes on. */
export function ending({ progress, result, report, canGoOn }: FineTuneJob, name: string): Ending | undefined {
  const reports = report ? (["report"] as const) : [];
  switch (progress.state) {
    case "done":
      if (!result) return undefined;
      return result.accepted
        ? {
            text: `Sotto has learnt from ${name}: ${gained(result)}`,
            severity: "information",
            offers: [...reports, "adapters"],
          }
        : {
            text: `What Sotto learnt from ${name} was discarded, and completions are as before. ${result.reason}`,
            severity: "information",
            offers: [...reports],
          };
    case "failed": {
      const { message, action } = progress.error ?? {
        message: "It ended without a reason.",
        action: "The log says more.",
      };
      const offers = canGoOn ? (["goOn", "discard", "log"] as const) : (["log"] as const);
      return { text: `Fine-tuning on ${name}: ${message} ${action}`, severity: "error", offers: [...offers] };
    }
    case "interrupted": {
      const text = `The fine-tuning on ${name} was interrupted with ${percent(progress.share)} done. Nothing of that is lost.`;
      return { text, severity: "warning", offers: canGoOn ? ["goOn", "discard", "log"] : ["log"] };
    }
    case "cancelled":
      return { text: `The fine-tuning on ${name} was cancelled.`, severity: "information", offers: [] };
    default:
      return undefined;
  }
}

function gained({ heldOut, forgetting }: NonNullable<FineTuneJob["result"]>): string {
  if (!heldOut) return "its adapter is in use.";
  const { before, after, cases, interval } = heldOut;
  const [low, high] = interval;
  const general = forgetting === null ? "" : `, general code ${points(-forgetting / 100)}`;
  return (
    `${points(after.exactMatch - before.exactMatch)} of exact match (${signed(low)} to ${signed(high)}) on ` +
    `${count(cases)} lines that it had not seen${general}. Its adapter is in use.`
  );
}

const capitalised = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
const lowered = (text: string) => text.slice(0, 1).toLowerCase() + text.slice(1);
