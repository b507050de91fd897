// The messages between extension and agent about facts of code: summaries of files, and the definition around a place. Types and names only.

import type { Answer } from "./answer.ts";

/** Extension → agent: what a file holds, in facts. */
export interface SummariseParams {
  uri: string;
  progressToken: string; // of `SummaryProgress`
}

/** The page so far, as `PageContent` of pages/: sentences of the model come one by one. */
export interface SummaryProgress {
  page: { title: string; body: string; data?: object };
}

/** What the editor's language providers say of a name. */
export interface ToldName {
  name: string;
  /** As the providers write it: `const rate: number`. */
  type?: string;
  /** Where it is defined, in the workspace; lines from 1. */
  places: readonly { path: string; line: number }[];
  /** Files outside of the workspace that define it, by their names. */
  outside: readonly string[];
}

/** Extension → agent: what is known of the definition around a place. */
export interface ExplainHereParams {
  uri: string;
  position: { line: number; character: number }; // 0-based, UTF-16 units
  /** What the editor's providers know of the name there. */
  name?: ToldName;
}

/** Extension → agent: which definition that would be. Nothing is looked up, so that a menu can wait for it. */
export type DefinitionHereParams = Pick<ExplainHereParams, "uri" | "position">;

export type DefinitionHereAnswer = Answer<{
  /** "function half"; absent where no definition stands around the place. */
  title?: string;
  /** Nothing is told of this file, nor of names in it. */
  refused: boolean;
}>;

export type ExplainHereAnswer = Answer<SummaryProgress>;

export type SummariseAnswer = Answer<SummaryProgress>;

export const SummaryMethod = {
  summarise: "sotto/summarise", // request, extension → agent
  explainHere: "sotto/explainHere", // request, extension → agent
  definitionHere: "sotto/definitionHere", // request, extension → agent
} as const;
