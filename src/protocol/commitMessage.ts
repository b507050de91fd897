// A message for what is staged, between extension and agent. Types and names only: both sides include it.

import type { Answer } from "./answer.ts";

/** A staged file. Its texts are absent where they were not read, and where there is none: before it was added, after it was removed. */
export interface StagedFile {
  path: string; // within the repository
  change: "added" | "changed" | "removed" | "renamed";
  from?: string; // its path before, of a renamed one
  before?: string;
  after?: string;
}

/** Larger changes name the other files without their symbols. */
export const MOST_READ_FILES = 100;

export interface CommitMessageParams {
  files: StagedFile[]; // at least one
}

export interface CommitMessage {
  message: string; // its first line, then below an empty one a line for each file, unless the first says it all
  unread: number; // files that are told without their symbols
}

export type CommitMessageAnswer = Answer<CommitMessage>;

export const CommitMessageMethod = {
  write: "sotto/commitMessage", // request, extension → agent: CommitMessageParams, CommitMessageAnswer; asks no model
} as const;
