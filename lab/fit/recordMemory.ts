// Records what the repository memory and the model each say of the tokens that were really written at places where people type, so that the
// weights of their mixture can be fitted. Places are those of typedGroups.ts; a package is the repository of its files.
//
// node lab/fit/recordMemory.ts --out OUT.jsonl --cache DIR [--groups N] [--model quick|strong|ID|DIR]

import { appendFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { documentItem, type EvaluationCase } from "../../cli/evaluation/cases.ts";
import { resolveModel } from "../../cli/model.ts";
import { badInput } from "../../common/errors.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { GenerationMemory, lineBreaksOf } from "../../server/engine/memory/generationMemory.ts";
import { LINE_BREAK } from "../../server/engine/memory/matchCounts.ts";
import { doubtOf } from "../../server/engine/memory/mixture.ts";
import { type MemorySnapshot, RepositoryMemory } from "../../server/engine/memory/repositoryMemory.ts";
import { MIXTURE } from "../../server/engine/memory/weights.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import { MEMORY_LIMITS } from "../../server/host/protocol/limits.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { ownText } from "../../src/context/ownText.ts";
import { type RecordedToken, recordedToken } from "./memoryFitting.ts";
import { typedGroups } from "./typedGroups.ts";

/** How much of what follows the expected text is read along, so that the text's last token is spelt as in the file. */
const FOLLOWING_UNITS = 40;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      out: { type: "string" },
      cache: { type: "string" },
      groups: { type: "string", default: "120" },
      model: { type: "string", default: "quick" },
    },
  });
  if (!values.out || !values.cache)
    throw badInput("These options do not fit.", "Give --out OUT.jsonl and --cache DIR.");
  const groups = await typedGroups(values.cache, Number(values.groups), await createParsers());
  const { dir: modelDir, tier } = await resolveModel(values.model);
  const model = await LocalModel.load({ source: { modelDir }, device: { cacheDir: defaultCacheDir() }, tier });
  const memories = new Map<ReadonlyMap<string, string>, RepositoryMemory>();
  writeFileSync(values.out, "");
  let places = 0;
  for (const { cases, pieces, texts } of groups) {
    if (!memories.has(texts)) memories.set(texts, memoryOf(texts, model));
    const context = await pieces(model.promptBudget);
    for (const value of cases) {
      const tokens = await record(value, context, model, memories.get(texts)!.snapshot(value.path));
      appendFileSync(values.out, `${JSON.stringify({ id: value.id, source: value.source, tokens })}\n`);
      if (++places % 20 === 0) console.error(`${places} places`);
    }
  }
  model.dispose();
}

function memoryOf(texts: ReadonlyMap<string, string>, { tokenizer }: LocalModel): RepositoryMemory {
  const memory = new RepositoryMemory();
  for (const [path, text] of texts)
    if (text.length <= MEMORY_LIMITS.fileChars) memory.set(path, tokenizer.encode(text));
  return memory;
}

/** The tokens of the expected text, and the line's end. */
async function record(
  value: EvaluationCase,
  pieces: ContextPiece[],
  model: LocalModel,
  snapshot: MemorySnapshot,
): Promise<RecordedToken[]> {
  const { path, languageId } = documentItem(value);
  const { prefix, suffix } = ownText(value.prefix, value.suffix);
  const expected = value.expected ?? "";
  const text = expected + value.suffix.slice(0, FOLLOWING_UNITS);
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

await main();
