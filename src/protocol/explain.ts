// The messages between extension and agent about explanations. Types and names only.

import type { Answer } from "./answer.ts";

/** Extension → agent: why the last suggestion at this place came, or would come, or does not. */
export interface ExplainParams {
  uri: string;
  position: { line: number; character: number }; // 0-based, UTF-16 units
  progressToken: string; // of `ExplainProgress`
}

/** The explanation so far: it has more to tell with each. */
export interface ExplainProgress {
  text: string; // Markdown
}

export type ExplainAnswer = Answer<ExplainProgress>;

export const ExplainMethod = { explain: "sotto/explain" } as const; // request, extension → agent
