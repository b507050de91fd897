// Decides which files are learnt from, which ones judge the training while it runs, and which ones the report is made of. What was changed
// last is held out, as what is written next will be; a file is in one split only. Pure.

import { SeededRandom, shuffled } from "./seededRandom.ts";
import type { WorkspaceFile } from "./workspaceFiles.ts";

export const SPLITS = ["train", "validation", "report"] as const;
export type Split = (typeof SPLITS)[number];
type HeldOut = Exclude<Split, "train">;

/** What each held-out split takes of all bytes, at most and at least, and how many files it has to have. */
const WANTED: Record<HeldOut, { share: number; maxBytes: number; minFiles: number }> = {
  report: { share: 0.08, maxBytes: 160_000, minFiles: 3 },
  validation: { share: 0.04, maxBytes: 60_000, minFiles: 1 },
};
const HELD_OUT = ["report", "validation"] as const;
/**
 * A file that is larger than this share of its split stays in training: what is judged are files, as many as there can be (lines of one
 * are no independent witnesses), and the largest of the newest ones teach most.
 */
const MAX_FILE_SHARE = 1 / 8;

/** Fewer files, or less text, and there is nothing to learn that could be told from chance. */
export const LEAST_TO_LEARN = { files: 8, bytes: 20_000 } as const;

/**
 * @param files at least as many as LEAST_TO_LEARN says
 * @param changedAt when a file was changed last, by any clock; those of the same time come in an order that the seed decides
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
    // Both fill evenly, so that neither is newer than the other. Where all files are large, the smaller half of them is held out.
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
