// Runs the fine-tuning process for the command line: starts it, reports its progress, and returns its one document.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { processEntry, sourceFlags } from "../common/util/ownProcess.ts";
import { isUnfinished } from "../finetune/job/folder.ts";
import { JobFiles, type JobProgress } from "../finetune/protocol/fineTune.ts";
import { valueOfDocument } from "../finetune/protocol/fineTuneDocument.ts";
import { writeControl } from "../src/actions/fineTune/jobFolder.ts";
import { jobFolder } from "../src/adapters/workspaceFolder.ts";

const LOOK_MS = 1000;

export function runFineTuning(root: string, log: (line: string) => void, signal: AbortSignal) {
  const jobDir = jobFolder(root);
  return {
    unfinished: () => isUnfinished(jobDir),
    /** @returns the document's value. @throws UserError */
    async run(command: "plan" | "run" | "resume" | "judge" | "exportData", params: object): Promise<unknown> {
      if (command === "resume" && isUnfinished(jobDir)) writeControl(jobDir, "run"); // whoever paused it, resuming overrides that
      const isJob = command !== "plan" && command !== "exportData";
      const follower = !isJob ? undefined : follow(path.join(jobDir, JobFiles.progress), log);
      try {
        return await documentOf(command, params, follower ? () => {} : log, signal);
      } finally {
        clearInterval(follower);
      }
    },
  };
}

function documentOf(
  command: string,
  params: object,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...sourceFlags, processEntry("finetune.cjs", "finetune/main.ts"), command, JSON.stringify(params)],
      {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        detached: true, // a session of its own, so that the terminal's keeps its share of the processor
        windowsHide: true,
      },
    );
    const stop = () => void (child.connected && child.send("stop", () => {}));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    let stdout = "";
    let stderr = "";
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-4000);
      log(text.trimEnd());
    });
    child.on("error", reject);
    child.on("close", (status, killer) => {
      signal.removeEventListener("abort", stop);
      const told = () => `its process ended with ${killer ?? `status ${status}`}${stderr && `: ${stderr.trim()}`}`;
      try {
        resolve(valueOfDocument(stdout, told));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Logs a line each time the job has progressed. */
function follow(file: string, log: (line: string) => void): NodeJS.Timeout {
  let last = "";
  const startMs = Date.now();
  return setInterval(() => {
    let progress: JobProgress;
    try {
      progress = JSON.parse(readFileSync(file, "utf8"));
    } catch {
      return; // the job has not written any progress yet
    }
    if (progress.updatedMs < startMs) return; // of an earlier process
    const line = progressInWords(progress);
    if (line.key !== last) log(line.text);
    last = line.key;
  }, LOOK_MS);
}

/** `key` changes when a new line is worth logging; a change of the time left alone is not, and of the answers each tenth is. */
export function progressInWords({ state, waitsFor, stage, share, leftMs, training, judging }: JobProgress): {
  key: string;
  text: string;
} {
  const done = `${Math.floor(100 * share)} %`;
  const standing = waitsFor === undefined ? state : `${state} for ${waitsFor}`;
  if (state !== "running") return { key: `${standing} ${stage}`, text: `${standing} (${stage}, ${done})` };
  const parts = [`${done} ${stage}`];
  if (training) {
    parts.push(`rate ${training.rate}`, `step ${training.step}/${training.steps}`);
    if (training.loss !== undefined) parts.push(`loss ${training.loss.toFixed(4)}`);
    if (training.heldOutLoss !== undefined) parts.push(`held-out ${training.heldOutLoss.toFixed(4)}`);
    if (training.tokensPerSecond !== undefined) parts.push(`${training.tokensPerSecond} tokens/s`);
  }
  if (judging) parts.push(`${judging.done} of ${judging.cases} answers`);
  const words = parts.join(", ");
  const key = judging ? `${stage}, ${Math.floor((10 * judging.done) / judging.cases)} tenths of the answers` : words;
  return { key, text: leftMs === undefined ? words : `${words}, ${leftInWords(leftMs)} left` };
}

function leftInWords(leftMs: number): string {
  const minutes = Math.round(leftMs / 60_000);
  return minutes < 1 ? `${Math.ceil(leftMs / 1000)} s` : minutes === 1 ? "1 minute" : `${minutes} minutes`;
}
