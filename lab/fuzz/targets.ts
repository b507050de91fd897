// The parsers of foreign bytes that are fuzzed, by the names of the command line.

import type { Target } from "./target.ts";
import { adapter } from "./targets/adapter.ts";
import { frames } from "./targets/frames.ts";
import { gguf } from "./targets/gguf.ts";
import { ignoreFiles } from "./targets/ignoreFiles.ts";
import { indexLists } from "./targets/indexLists.ts";
import { safetensors } from "./targets/safetensors.ts";
import { statistics } from "./targets/statistics.ts";
import { tokenizer } from "./targets/tokenizer.ts";

export const TARGETS: Readonly<Record<string, Target>> = {
  gguf,
  safetensors,
  tokenizer,
  adapter,
  frames,
  ignoreFiles,
  statistics,
  indexLists,
};
