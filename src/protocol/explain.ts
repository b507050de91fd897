// The messages between extension and agent about explanations. Types and names only.

import type { Answer } from "./answer.ts";

/** Extension → agent: why the last suggestion at this place came, or would come, or does not. */
export interface ExplainParams {
  uri: string;
  position: { line: number; character: number }; // 0-based, UTF-16 units
  progressToken: string; // of `ExplainProgress`
}

/** A page, as `PageContent` of pages/. */
export interface ExplainedPage {
  title: string;
  body: string;
  data?: object;
}

/** The explanation so far: it has more to tell with each. */
export interface ExplainProgress {
  page: ExplainedPage;
}

export type ExplainAnswer = Answer<ExplainProgress>;

/** Extension → agent: something further about the last explanation. */
export type ExplainFurtherParams =
  | { kind: "blocks"; part: number } // the lines of a part, by its id
  | { kind: "whatIf"; token: number; alternative: number } // how the text goes on from another token
  | { kind: "layers"; token?: number } // what the layers did, and where a token looked: by default the most doubtful one
  | { kind: "attention"; token: number; layer: number; head?: number }; // where another layer, or one head, looked

/** A page → our extension, which ends what is asked further. */
export type StopMessage = { kind: "stop" };

export const ExplainMethod = {
  explain: "sotto/explain", // request, extension → agent
  explainFurther: "sotto/explainFurther", // request, extension → agent
  explainEnded: "sotto/explainEnded", // notification, extension → agent: nobody looks at the last explanation any more
} as const;
