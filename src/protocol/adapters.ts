// The messages between extension and agent about a workspace folder's adapters. Types and names only.

import type { CompletionFigures } from "../../finetune/protocol/fineTune.ts";
import type { Answer } from "./answer.ts";
import type { FolderParams } from "./fineTune.ts";

export interface AdapterEntry {
  id: string;
  name: string;
  createdMs: number; // since 1970
  active: boolean;
  origin: "trained" | "imported";
  sizeBytes: number;
  gain: number | null; // of exact match on held-out lines, 0.05 is five points
  interval: [number, number] | null; // of the gain, 95 %
  forgetting: number | null; // points lost on general code
  cases: number | null; // held-out lines that it was judged by
  keptExamples?: number; // how many suggestions of the person's use it has learnt from; absent: none
  report?: string; // path of the page
}

export interface AdaptersState {
  adapters: AdapterEntry[]; // the newest first
  before: string | null; // id of the adapter that was in use before, to which "rollBack" returns
  problems: string[]; // a sentence for each damaged file or adapter
}

export type AdaptersAnswer = Answer<AdaptersState>;

export type AdapterChange =
  | { kind: "use" | "remove"; id: string }
  | { kind: "off" | "rollBack" }
  | { kind: "rename"; id: string; name: string }
  | { kind: "export"; id: string; dir: string } // into a folder that is empty or does not exist
  | { kind: "import"; dir: string };

export interface ChangeAdapterParams extends FolderParams {
  change: AdapterChange;
}

/** A sentence about the new state. */
export type ChangeAdapterAnswer = Answer<string>;

export interface CompareParams extends FolderParams {
  first: string; // ids
  second: string;
}

/** A set of lines, completed with the first adapter ("before") and with the second. */
export interface ComparedSet {
  cases: number;
  before: CompletionFigures;
  after: CompletionFigures;
  gains: { exactMatch: { mean: number; interval: [number, number] } }; // of the second over the first, 95 %
}

export interface AdapterComparison {
  heldOut: ComparedSet; // lines that the workspace's last fine-tuning has held out
  general: ComparedSet;
}

export type CompareAnswer = Answer<AdapterComparison>;

export const AdapterMethod = {
  list: "sotto/adapters", // request, extension → agent: FolderParams, AdaptersAnswer
  change: "sotto/changeAdapters", // request, extension → agent: ChangeAdapterParams, ChangeAdapterAnswer
  compare: "sotto/compareAdapters", // request, extension → agent: CompareParams, CompareAnswer; takes minutes
} as const;
