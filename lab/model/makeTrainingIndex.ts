// Makes the licence guard's index of what the adapters in use were trained on: hashes of all files of their packages from which examples could be
// drawn. The same packages give the same bytes.
//
// node lab/model/makeTrainingIndex.ts --cache DIR [--out FILE] [--max-bytes N]
//
// Of the windows the smallest whose index stays below the bound is taken: the smaller, the shorter the copies that are found for certain.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { packageRoot } from "../../common/util/packageRoot.ts";
import {
  makeTrainingIndex,
  TRAINING_INDEX_FILE,
  type TrainedFile,
  TrainingIndex,
} from "../../src/index/copies/trainingIndex.ts";
import { trainedSources } from "../training/trainedSources.ts";

const WINDOWS = [31, 47, 55, 59, 63, 67, 71, 79, 95, 127, 159];

const option = { type: "string" } as const;
const { values } = parseArgs({ options: { cache: option, out: option, "max-bytes": option } });
if (!values.cache) throw new Error("--cache DIR");
const maxBytes = Number(values["max-bytes"] ?? 12_000_000);

const sources = await trainedSources(values.cache);
const packages = sources.map(({ package: { name, version }, licence, models }) => ({ name, version, licence, models }));
const files = sources.flatMap((source, number): TrainedFile[] =>
  source.files.map(({ text }) => ({ package: number, text })),
);
const bytes = sources.reduce((sum, source) => sum + source.bytes, 0);
console.log(`${sources.length} packages, ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);

for (const window of WINDOWS) {
  const index = makeTrainingIndex(packages, files, window);
  const certain = TrainingIndex.of(index)!.certainCopy;
  console.log(`window ${window}: ${(index.length / 1e6).toFixed(2)} MB, certain from ${certain} characters on`);
  if (index.length > maxBytes) continue;
  const file = values.out ?? path.join(packageRoot(import.meta.dirname), TRAINING_INDEX_FILE);
  writeFileSync(file, index);
  console.log(file);
  break;
}
