// The index of what the shipped models were trained on, read from this package when it is asked for first, and kept.

import path from "node:path";
import { readCapped } from "../../../common/util/cappedRead.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import type { TrainingSearch } from "../searchIndex.ts";
import { MOST_TRAINING_INDEX_BYTES, TRAINING_INDEX_FILE, TrainingIndex } from "./trainingIndex.ts";

/**
 * @param log is told in one sentence of an index that is missing or damaged: then nothing is found by it
 * @param root of this package
 */
export function openTrainingIndex(
  log: (line: string) => void,
  root = packageRoot(import.meta.dirname),
): () => Promise<TrainingSearch | undefined> {
  const open = async (): Promise<TrainingSearch | undefined> => {
    const file = path.join(root, TRAINING_INDEX_FILE);
    const read = await readCapped(file, MOST_TRAINING_INDEX_BYTES);
    const index = "bytes" in read ? TrainingIndex.of(read.bytes) : undefined;
    if (!index) log(`The licence guard does not know what the models were trained on: ${file} is missing or damaged.`);
    return index;
  };
  let opened: Promise<TrainingSearch | undefined> | undefined;
  return () => (opened ??= open());
}
