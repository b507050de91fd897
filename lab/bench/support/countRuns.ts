// Counts what a decoder does. Changes nothing of it.

import type { Decoder } from "../../../server/engine/runtime/decoder.ts";

/** How many runs of `decoder` have begun since this call. */
export function countRuns(decoder: Decoder): () => number {
  const run = decoder.run.bind(decoder);
  let runs = 0;
  decoder.run = (...args) => {
    runs++;
    return run(...args);
  };
  return () => runs;
}
