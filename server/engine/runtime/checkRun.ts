// The preconditions of a run, in every decoder. A violation is a bug of the caller: onnxruntime would read or write beyond its buffers.

import type { Decoder } from "./decoder.ts";

/** @throws RangeError when the run does not fit into the cache, or a token or a position does not exist */
export function checkRun(
  { capacity, config }: Pick<Decoder, "capacity" | "config">,
  tokens: readonly number[],
  past: number,
  logitPositions: readonly number[],
): void {
  const isIndex = (value: number, end: number) => Number.isInteger(value) && value >= 0 && value < end;
  if (tokens.length === 0 || !isIndex(past, capacity) || past + tokens.length > capacity) {
    throw new RangeError(
      `a run of ${tokens.length} tokens at position ${past} does not fit into ${capacity} positions`,
    );
  }
  if (!tokens.every((id) => isIndex(id, config.vocabSize))) throw new RangeError("a token id is not in the vocabulary");
  if (logitPositions.length > tokens.length || !logitPositions.every((p) => isIndex(p, tokens.length))) {
    throw new RangeError("a logit position is not in the run");
  }
}
