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
import type { RepositoryMemory } from "../../server/engine/memory/repositoryMemory.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import { memoryOf, recordTokens, type WrittenPlace } from "./recordTokens.ts";
import { typedGroups } from "./typedGroups.ts";

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
      const tokens = await recordTokens(documentOf(value), context, model, memories.get(texts)!.snapshot(value.path));
      appendFileSync(values.out, `${JSON.stringify({ id: value.id, source: value.source, tokens })}\n`);
      if (++places % 20 === 0) console.error(`${places} places`);
    }
  }
  model.dispose();
}

function documentOf(value: EvaluationCase): WrittenPlace {
  const { path, languageId } = documentItem(value);
  return { path, languageId, prefix: value.prefix, suffix: value.suffix, expected: value.expected ?? "" };
}

await main();
