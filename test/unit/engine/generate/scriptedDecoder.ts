// A decoder that "knows" one text: after any tokens, the next of its script is far likelier than all others. No runtime, no weights.

import { Cancelled } from "../../../../common/errors.ts";
import type { Decoder } from "../../../../server/engine/runtime/decoder.ts";
import { LedgerCache, ledgerOf } from "../../../support/ledgerCache.ts";
import { tinyModel } from "../../../support/tinyModel.ts";

export interface ScriptedDecoder extends Decoder {
  readonly runs: { tokens: number[]; past: number }[];
}

/** `script` gives the token for each position, after the tokens `held` below it; `beforeRun` may wait, abort or throw. */
export function scriptedDecoder(
  script: (position: number, held: readonly number[]) => number,
  {
    capacity = 512,
    beforeRun = async () => {},
  }: { capacity?: number; beforeRun?: (past: number) => Promise<void> } = {},
): ScriptedDecoder {
  const { config } = tinyModel();
  const runs: { tokens: number[]; past: number }[] = [];
  return {
    config,
    capacity,
    device: "cpu",
    runtime: "scripted",
    runs,
    createCache: () => new LedgerCache(capacity),
    async run(cache, tokens, past, logitPositions, signal) {
      runs.push({ tokens: [...tokens], past });
      const ledger = ledgerOf(cache, past);
      await beforeRun(past);
      if (signal?.aborted) throw new Cancelled();
      ledger.held.push(...tokens);
      const logits = new Float32Array(logitPositions.length * config.vocabSize);
      for (const [row, position] of logitPositions.entries()) {
        const end = past + position + 1;
        logits[row * config.vocabSize + script(end, ledger.held.slice(0, end))] = 20;
      }
      return logits;
    },
    dispose() {},
  };
}

/** After a prompt of `promptLength` tokens the bytes of `text` follow, then end of text. */
export function textAfter(promptLength: number, text: string): (position: number) => number {
  const bytes = new TextEncoder().encode(text);
  return (position) => bytes[position - promptLength] ?? 256;
}
