// The thread of the TypeScript compiler: loads it, holds the projects of one workspace folder, and answers questions about them one by one.
// `thread.ts` starts and ends it; it also ends when its memory is used up.

import { parentPort, workerData } from "node:worker_threads";
import type { NoSymbolsReason, SymbolAnswer } from "../completion/symbols/symbolCheck.ts";
import { loadCompiler } from "./loadCompiler.ts";
import type { Project } from "./project.ts";
import { slashed } from "./projectFiles.ts";
import { Projects } from "./projects.ts";
import {
  type CheckAnswer,
  type EditQuestion,
  type FromWorker,
  NEWEST_ASKED,
  type ToWorker,
  UNWANTED_UP_TO,
  type WorkerStart,
} from "./workerMessages.ts";

/** How long without a question until the disk is checked again, in milliseconds. */
const REFRESH_AFTER_MS = 2_000;

const start: WorkerStart = workerData;
const newest = new Int32Array(start.newest);
const found = loadCompiler(start, (message) => send({ kind: "said", message }));
if (found) send({ kind: "loaded", version: found.compiler.version, of: found.of });
const projects = found && new Projects(found.compiler, { root: slashed(start.root), exclude: () => start.exclude });
const said = new Set<string>();
let work = Promise.resolve();
let refresh: NodeJS.Timeout | undefined;

parentPort!.on("message", (message: ToWorker) => {
  work = work.then(() => handle(message));
});

async function handle(message: ToWorker): Promise<void> {
  clearTimeout(refresh);
  switch (message.kind) {
    case "text":
      projects?.setText(message.file, message.text);
      break;
    case "changed":
      projects?.changed(message.files);
      break;
    case "build":
      send({ kind: "built", file: message.file, problem: await build(message.file) });
      break;
    case "ask":
      send({ kind: "answer", id: message.id, answer: answer(message) });
      break;
    case "check":
      send({ kind: "checked", id: message.id, answer: check(message) });
      break;
    case "rewrite":
      send({ kind: "checked", id: message.id, answer: rewrite(message) });
  }
  refresh = setTimeout(() => {
    work = work.then(() => projects?.refresh());
  }, REFRESH_AFTER_MS).unref();
}

async function build(file: string): Promise<NoSymbolsReason | undefined> {
  if (!projects) return "noCompiler";
  try {
    return await projects.build(file);
  } catch (error) {
    return failed(error);
  }
}

function answer({ id, file, insertion }: Extract<ToWorker, { kind: "ask" }>): SymbolAnswer {
  if (!projects) return { reason: "noCompiler" };
  if (id !== Atomics.load(newest, NEWEST_ASKED)) return { reason: "late" };
  try {
    return projects.unknownIn(file, insertion);
  } catch (error) {
    return { reason: failed(error) };
  }
}

function check({ file, question }: Extract<ToWorker, { kind: "check" }>): CheckAnswer {
  const project = projects?.of(file);
  if (!project) return { reason: projects ? "building" : "noCompiler" };
  try {
    if (question.what === "problems") return { value: project.problems(file) };
    if (question.what === "problemsWith") return { value: project.problemsWith(file, question.changes) };
    if (question.what === "pieces") return { value: project.pieces(file, question.range) };
    if (question.what === "ownFixes") return { value: project.ownFixes(file, question.problem) };
    return { value: project.faultOf(file, question.changes, question.problem, question.before) };
  } catch (error) {
    return { reason: failed(error) };
  }
}

/** Gives way to a completion that is asked for meanwhile. */
function rewrite({ id, file, question, budgetMs }: Extract<ToWorker, { kind: "rewrite" }>): CheckAnswer {
  const project = projects?.of(file);
  if (!project || !found) return { reason: projects ? "building" : "noCompiler" };
  const deadlineMs = performance.now() + budgetMs;
  const isCancelled = () =>
    Atomics.load(newest, NEWEST_ASKED) > id ||
    Atomics.load(newest, UNWANTED_UP_TO) >= id ||
    performance.now() > deadlineMs;
  try {
    return { value: answerAboutEdit(project, file, question, isCancelled) };
  } catch (error) {
    return { reason: error instanceof found.compiler.OperationCanceledException ? "late" : failed(error) };
  }
}

function answerAboutEdit(project: Project, file: string, question: EditQuestion, isCancelled: () => boolean): unknown {
  if (question.of === "verdict") return project.addsProblem(file, question.changes, isCancelled);
  if (question.of === "broken") return project.broken(file, question.before, isCancelled);
  return project.rewrite(file, question.before, question.of, isCancelled);
}

/** Reports a bug of the compiler, or of ours, once. */
function failed(error: unknown): "failed" {
  const message = `TypeScript: ${error instanceof Error ? error.stack : String(error)}`;
  if (!said.has(message)) send({ kind: "said", message });
  said.add(message);
  return "failed";
}

function send(message: FromWorker): void {
  parentPort!.postMessage(message);
}
