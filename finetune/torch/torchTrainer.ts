// Trains with PyTorch in a Python of the user's: writes the base once, starts finetune/pytorch, and reads its messages. To the job it is a
// training process like Sotto's own, with the same request, log, report and checkpoints.

import { spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fineTuneFailed, userErrorFrom } from "../../common/errors.ts";
import { parsedJson } from "../../common/util/parsedJson.ts";
import { openAdapted } from "../../server/engine/load/openAdapted.ts";
import type { StoredModel } from "../../server/engine/models/modelStore.ts";
import type { TrainingMessage, TrainingRequest } from "../../server/train/run/request.ts";
import type { runTrainingProcess, TrainingEvents } from "../../server/train/run/trainingProcess.ts";
import { readJson } from "../jsonFile.ts";
import { publish } from "../store/exportFolder.ts";
import { MODEL_ABOUT, writeModelFolder } from "../store/modelFolder.ts";
import { trainerSource } from "./python.ts";

const REQUEST_FILE = "request.json";
const SAID_LENGTH = 400; // of what a process wrote that ended without a word

/** The process that trains. */
export interface TrainerCommand {
  file: string;
  args: readonly string[];
}

/** One process of the Python `python`. */
export const singleProcess = (python: string): TrainerCommand => ({ file: python, args: ["-m", "sotto_trainer"] });

/**
 * @param baseDir the folder for the base, which is written where it is not there yet
 * @returns what `runTrainingProcess` is to Sotto's own trainer
 */
export function torchTrainer(command: TrainerCommand, baseDir: string): typeof runTrainingProcess {
  return async (request, events, signal) => {
    const file = await writeRequest(request, baseDir, events.log);
    return runTrainer(command, ["--request", file, "--stop-with-stdin"], events, signal);
  };
}

/** Writes the base, and the request into its folder. @returns the request's file */
export async function writeRequest(
  request: TrainingRequest,
  baseDir: string,
  log: (line: string) => void,
): Promise<string> {
  const base = await openAdapted(request.modelDir);
  await writeBase(baseDir, base, log);
  mkdirSync(request.outDir, { recursive: true });
  const file = path.join(request.outDir, REQUEST_FILE);
  writeFileSync(file, JSON.stringify(torchRequest(request, base, baseDir)), { mode: 0o600 });
  return file;
}

/** Writes the folder of the base, in 32 bits; it is complete or absent. */
async function writeBase(baseDir: string, base: StoredModel, log: (line: string) => void): Promise<void> {
  const there = readJson(path.join(baseDir, MODEL_ABOUT)) as { base?: { weightsSha256?: string } } | undefined;
  if (there?.base?.weightsSha256 === base.weightsSha256) return;
  log("writing the base for PyTorch …");
  rmSync(baseDir, { recursive: true, force: true });
  await publish(baseDir, (draft) => writeModelFolder(draft, base, "f32"));
}

/** The request as the Python side reads it. */
function torchRequest(
  { device: _, threads: __, precision: ___, keep: ____, ...request }: TrainingRequest,
  base: StoredModel,
  baseDir: string,
): object {
  const { id, weightsSha256, config } = base;
  const { slidingWindow } = config;
  return { ...request, baseDir, base: { id, weightsSha256 }, slidingWindow };
}

type Finished = Awaited<ReturnType<typeof runTrainingProcess>>;

/**
 * Runs the trainer until it has ended. When `signal` fires, the trainer ends after a checkpoint.
 * @throws UserError
 */
export function runTrainer(
  { file, args }: TrainerCommand,
  more: readonly string[],
  events: TrainingEvents,
  signal: AbortSignal,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args, ...more], {
      cwd: trainerSource(), // where it finds the trainer; never the workspace, whose files Python would take for packages
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    lowerPriority(child.pid);
    child.stdin.on("error", () => {}); // it has ended
    const end = () => void child.stdin.end();
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    let last: TrainingMessage | undefined;
    let said = "";
    createInterface({ input: child.stdout }).on("line", (line) => {
      const message = parsedJson(line) as TrainingMessage | undefined;
      if (typeof message !== "object" || message === null) return events.log(line);
      last = message;
      if ("log" in message) events.log(message.log);
      if ("progress" in message) events.progress?.(message.progress);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-10 * SAID_LENGTH);
      events.log(text.trimEnd());
    });
    child.on("error", (error) => reject(fineTuneFailed(`${file} cannot be started (${error.message})`)));
    child.on("close", (status, killer) => {
      signal.removeEventListener("abort", end);
      const error = last && "error" in last ? userErrorFrom(last.error) : undefined;
      if (error) reject(error);
      else if (last && "report" in last) resolve(last);
      else reject(fineTuneFailed(`the PyTorch trainer ended with ${killer ?? `status ${status}`}${lastLine(said)}`));
    });
  });
}

function lastLine(said: string): string {
  const line = said.trim().split("\n").at(-1)?.trim() ?? "";
  return line === "" ? "" : ` (${line.slice(0, SAID_LENGTH)})`;
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) os.setPriority(pid, os.constants.priority.PRIORITY_LOW);
  } catch {
    // it has ended already, or the system refuses
  }
}
