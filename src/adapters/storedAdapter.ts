// The metadata of a workspace's adapter: about.json in its folder, validated when it is read. Knows no other adapter.

import { readFileSync, statSync } from "node:fs";
import path from "node:path";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";

/** The results of its training, from the job's result; null where a value is not known. */
export interface AdapterFacts {
  gain: number | null; // of exact match on the held-out cases, 0.05 is five points
  interval: [number, number] | null; // of the gain, 95 %
  forgetting: number | null; // points of exact match lost on the general set; below 0 where some were gained
  tokens: number | null; // in one pass over the data
  rate: number | null; // learning rate
  rank: number | null;
  cases: number | null; // held-out cases that it was judged by
  keptExamples?: number; // how many suggestions of a person's use it has learnt from; absent: none
}

export const noFacts: AdapterFacts = {
  gain: null,
  interval: null,
  forgetting: null,
  tokens: null,
  rate: null,
  rank: null,
  cases: null,
};

export interface AdapterAbout {
  id: AdapterId;
  name: string; // a person may change it
  createdMs: number; // since 1970
  root: string; // the workspace in which it was made
  base: { id: string; weightsSha256: string }; // the model that it adapts
  facts: AdapterFacts;
  origin: "trained" | "imported";
  sizeBytes: number; // of its folder
}

/** The files of an adapter's folder: the required ones of server/engine/adapters, and our own. */
export const AdapterFolderFiles = {
  config: "adapter_config.json",
  tensors: "adapter_model.safetensors",
  base: "sotto.json",
  about: "about.json",
  report: "report.html", // may be missing
} as const;

const NEEDED = [
  AdapterFolderFiles.config,
  AdapterFolderFiles.tensors,
  AdapterFolderFiles.base,
  AdapterFolderFiles.about,
];

/** Why the folder `dir` holds no complete adapter, as the end of a sentence; undefined where it does. Checks file names and about.json only. */
export function problemOf(dir: AdapterDir): string | undefined {
  const missing = NEEDED.find((name) => !isFile(path.join(dir, name)));
  if (missing) return `its file ${missing} is missing`;
  return readAbout(dir) ? undefined : `its file ${AdapterFolderFiles.about} cannot be read`;
}

/** undefined where the file is missing or invalid */
export function readAbout(dir: AdapterDir): AdapterAbout | undefined {
  let about: Partial<AdapterAbout> | null;
  try {
    about = JSON.parse(readFileSync(path.join(dir, AdapterFolderFiles.about), "utf8"));
  } catch {
    return undefined;
  }
  if (typeof about !== "object" || about === null) return undefined;
  const { id, name, createdMs, root, base, facts, origin, sizeBytes } = about;
  if (id !== path.basename(dir) || typeof name !== "string" || typeof root !== "string") return undefined;
  if (typeof createdMs !== "number" || typeof sizeBytes !== "number") return undefined;
  if (typeof base?.id !== "string" || typeof base.weightsSha256 !== "string") return undefined;
  if (origin !== "trained" && origin !== "imported") return undefined;
  return { id, name, createdMs, root, base, facts: knownFacts(facts), origin, sizeBytes };
}

/** Keeps the facts that are numbers, so that content from a later version or another program cannot do harm. */
function knownFacts(facts: Partial<AdapterFacts> | undefined): AdapterFacts {
  const number = (value: unknown) => (typeof value === "number" && Number.isFinite(value) ? value : null);
  const { gain, interval, forgetting, tokens, rate, rank, cases, keptExamples } = facts ?? {};
  const ends = Array.isArray(interval) ? interval.map(number) : [];
  return {
    gain: number(gain),
    interval: ends.length === 2 && ends[0] !== null && ends[1] !== null ? [ends[0], ends[1]] : null,
    forgetting: number(forgetting),
    tokens: number(tokens),
    rate: number(rate),
    rank: number(rank),
    cases: number(cases),
    ...(number(keptExamples) && { keptExamples }),
  };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}
