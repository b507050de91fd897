// Splits the files into those for training, those that judge the training while it runs, and those for the report. The most recently changed
// files are held out, since they resemble what is written next; each file is in one split only. Pure.

import { SeededRandom, shuffled } from "./seededRandom.ts";
import type { WorkspaceFile } from "./workspaceFiles.ts";

export const SPLITS = ["train", "validation", "report"] as const;
export type Split = (typeof SPLITS)[number];
type HeldOut = Exclude<Split, "train">;

/** For each held-out split, the share of all bytes, their maximum, and the fewest files. */
const WANTED: Record<HeldOut, { share: number; maxBytes: number; minFiles: number }> = {
  report: { share: 0.08, maxBytes: 160_000, minFiles: 3 },
  validation: { share: 0.04, maxBytes: 60_000, minFiles: 1 },
};
const HELD_OUT = ["report", "validation"] as const;
/**
 * The largest share of its split that one file may have; a larger file stays in training. Judging needs as many files as possible (lines of one
 * file are not independent), and the largest of the newest files teach most.
 */
const MAX_FILE_SHARE = 1 / 8;

/** With fewer files or less text, there is nothing to learn that could be distinguished from chance. */
export const LEAST_TO_LEARN = { files: 8, bytes: 20_000 } as const;

/**
 * @param files at least as many as LEAST_TO_LEARN requires
 * @param changedAt when a file was last changed, by any clock; files of the same time are ordered by the seed
 */
export function splitFiles(
  files: readonly WorkspaceFile[],
  changedAt: (path: string) => number,
  seed: number,
): Record<Split, WorkspaceFile[]> {
  const bytes = sum(files);
  const median = files.map((file) => file.bytes).sort((a, b) => a - b)[files.length >> 1] ?? 0;
  const order = shuffled(files, new SeededRandom(seed)).sort((a, b) => changedAt(b.path) - changedAt(a.path));
  const split: Record<Split, WorkspaceFile[]> = { train: [], validation: [], report: [] };
  const target = (name: HeldOut) => Math.min(WANTED[name].maxBytes, bytes * WANTED[name].share);
  const filled = (name: HeldOut) => sum(split[name]) / target(name);
  const isFull = (name: HeldOut) => filled(name) >= 1 && split[name].length >= WANTED[name].minFiles;
  for (const file of order) {
    // Both splits fill evenly, so that neither is newer than the other. Where all files are large, the smaller half of them is held out.
    const name = HELD_OUT.filter((held) => !isFull(held) && fits(file, held)).sort((a, b) => filled(a) - filled(b))[0];
    split[name ?? "train"].push(file);
  }
  return split;

  function fits(file: WorkspaceFile, held: HeldOut): boolean {
    const limit = target(held);
    const isTooMuch =
      sum(split[held]) + file.bytes > limit * (1 + MAX_FILE_SHARE) && split[held].length >= WANTED[held].minFiles;
    return file.bytes <= Math.max(limit * MAX_FILE_SHARE, median) && !isTooMuch;
  }
}

function sum(files: readonly WorkspaceFile[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}
