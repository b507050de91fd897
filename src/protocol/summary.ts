// The messages between extension and agent about summaries of files. Types and names only.

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

export type SummariseAnswer = Answer<SummaryProgress>;

export const SummaryMethod = {
  summarise: "sotto/summarise", // request, extension → agent
} as const;
