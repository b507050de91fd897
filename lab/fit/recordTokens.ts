// What the repository memory and the model each say of the tokens of a text that was really written at a place. Fits nothing.

import { GenerationMemory, lineBreaksOf } from "../../server/engine/memory/generationMemory.ts";
import { LINE_BREAK } from "../../server/engine/memory/matchCounts.ts";
import { doubtOf } from "../../server/engine/memory/mixture.ts";
import { type MemorySnapshot, RepositoryMemory } from "../../server/engine/memory/repositoryMemory.ts";
import { MIXTURE } from "../../server/engine/memory/weights.ts";
import type { LocalModel } from "../../server/host/localModel.ts";
import { MEMORY_LIMITS } from "../../server/host/protocol/limits.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { ownText } from "../../src/context/ownText.ts";
import { type RecordedToken, recordedToken } from "./memoryFitting.ts";

/** How much of what follows the expected text is read along, so that the text's last token is spelt as in the file. */
const FOLLOWING_UNITS = 40;

export interface WrittenPlace {
  path: string;
  languageId: string;
  prefix: string;
  suffix: string;
  expected: string; // the rest of the line
}

export function memoryOf(texts: ReadonlyMap<string, string>, { tokenizer }: LocalModel): RepositoryMemory {
  const memory = new RepositoryMemory();
  for (const [path, text] of texts)
    if (text.length <= MEMORY_LIMITS.fileChars) memory.set(path, tokenizer.encode(text));
  return memory;
}

/** The tokens of the expected text, and the line's end. */
export async function recordTokens(
  { path, languageId, prefix: above, suffix: below, expected }: WrittenPlace,
  pieces: ContextPiece[],
  model: LocalModel,
  snapshot: MemorySnapshot,
): Promise<RecordedToken[]> {
  const { prefix, suffix } = ownText(above, below);
  const text = expected + below.slice(0, FOLLOWING_UNITS);
  const recorded: RecordedToken[] = [];
  const lineBreaks = lineBreaksOf(model.tokenizer);
  let memory: GenerationMemory | undefined;
  let left = Buffer.byteLength(expected) + 1; // bytes of the text, and one of the line break
  await model.force({ path, languageId, prefix, suffix, pieces }, text, ({ id, logits, allowed, taken }, file) => {
    if (!memory) {
      memory = new GenerationMemory(snapshot, { ...file, lineBreaks }, MIXTURE, taken);
      for (const token of taken === 0 ? [] : file.before.slice(-taken)) left += model.tokenizer.bytesOf(token).length;
    }
    if (left <= 0) return;
    left -= model.tokenizer.bytesOf(id).length;
    const indices = allowed && new Set(allowed);
    const possible = allowed ? Float32Array.from(allowed, (one) => logits[one]) : logits;
    const { doubt, logTotal } = doubtOf(possible);
    const isBreak = !allowed && lineBreaks.has(id);
    const same = isBreak ? lineBreaks.ids : [id];
    const probability = same.reduce((sum, one) => sum + Math.exp(logits[one] - logTotal), 0);
    recorded.push(recordedToken(Math.log(probability), doubt, memory.counts(indices), isBreak ? LINE_BREAK : id));
    memory.push(id);
  });
  return recorded;
}
