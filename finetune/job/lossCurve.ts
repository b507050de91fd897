// The loss over the steps of a run, read from its log.

import { readFileSync } from "node:fs";
import path from "node:path";
import { RunFiles } from "../../server/train/run/request.ts";
import type { LossPoint } from "../judge/lossChart.ts";

/** Points by step. Of a step that was repeated after a kill, the last entry counts; without a log there are no points. */
export function readCurve(runDir: string): LossPoint[] {
  let text: string;
  try {
    text = readFileSync(path.join(runDir, RunFiles.log), "utf8");
  } catch {
    return []; // the log could not be written
  }
  const points = new Map<number, LossPoint>();
  for (const line of text.split("\n")) {
    const entry = parsed(line);
    if (typeof entry?.step !== "number") continue; // the incomplete last line of a killed process
    const { step, loss = points.get(step)?.loss, heldOutLoss = points.get(step)?.heldOutLoss } = entry;
    points.set(step, { step, loss, heldOutLoss });
  }
  return [...points.values()].sort((a, b) => a.step - b.step);
}

function parsed(line: string): LossPoint | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
