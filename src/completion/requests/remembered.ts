// What the repository memory had to do with a part of a generation, or with two that follow each other. Values only.

import type { Remembered } from "../../../server/host/protocol/messages.ts";

/** That of the tokens from index `from` to before `to`. */
export const rememberedPart = ({ matches, modelLogProbs }: Remembered, from: number, to?: number): Remembered => ({
  matches: matches.slice(from, to),
  modelLogProbs: modelLogProbs.slice(from, to),
});

export const rememberedBoth = (first: Remembered, second: Remembered): Remembered => ({
  matches: [...first.matches, ...second.matches],
  modelLogProbs: [...first.modelLogProbs, ...second.modelLogProbs],
});
