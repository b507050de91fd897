// Starts the training process and receives its messages. Knows nothing of what is trained.

import { spawn } from "node:child_process";
import { badInput, userErrorFrom } from "../../../common/errors.ts";
import { processEntry, sourceFlags } from "../../../common/util/ownProcess.ts";
import {
  STOP_TRAINING,
  type TrainingMessage,
  type TrainingProgress,
  type TrainingReport,
  type TrainingRequest,
} from "./request.ts";

export interface TrainingEvents {
  log(line: string): void;
  progress?(progress: TrainingProgress): void;
}

/**
 * Runs the training process. When `signal` fires, it tells the process to end after a checkpoint, and waits for its report.
 * @returns the report, and the peak memory of the process
 * @throws UserError
 */
export function runTrainingProcess(
  request: TrainingRequest,
  events: TrainingEvents,
  signal: AbortSignal,
): Promise<{ report: TrainingReport; peakRssBytes: number }> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [...sourceFlags, processEntry("train.cjs", "server/train/main.ts"), JSON.stringify(request)],
      {
        stdio: ["ignore", "ignore", "pipe", "ipc"],
        windowsHide: true,
      },
    );
    const end = () => void (child.connected && child.send(STOP_TRAINING, () => {})); // the process may have ended meanwhile
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
    let last: TrainingMessage | undefined;
    child.on("message", (message: TrainingMessage) => {
      last = message;
      if ("log" in message) events.log(message.log);
      if ("progress" in message) events.progress?.(message.progress);
    });
    child.stderr!.setEncoding("utf8").on("data", (text: string) => events.log(text.trimEnd()));
    child.on("error", reject);
    child.on("close", (status, killer) => {
      signal.removeEventListener("abort", end);
      const error = last && "error" in last ? userErrorFrom(last.error) : undefined;
      if (error) reject(error);
      else if (last && "report" in last) resolve(last);
      else reject(processEnded(killer ?? `status ${status}`));
    });
  });
}

const processEnded = (how: string) =>
  badInput(`The training process ended with ${how}.`, "Go on from its last checkpoint with --resume.");
