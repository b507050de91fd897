// The header of a GGUF file, and all that is read from an accepted one: facts, tokenizer, values.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { type Target, verdictOf } from "../target.ts";

export const gguf: Target = {
  sources: [
    "server/engine/models/gguf.ts",
    "server/engine/models/ggufHead.ts",
    "server/engine/models/ggufConfig.ts",
    "server/engine/models/checkShape.ts",
    "server/engine/models/modelFacts.ts",
    "server/engine/models/tensorRows.ts",
    "server/engine/tokenizer/ggufTokenizer.ts",
  ],
  dictionary: [
    ...[
      "GGUF",
      "general.architecture",
      "general.alignment",
      "general.license",
      "split.count",
      "split.no",
      "llama",
      "qwen2",
    ],
    ...[
      "gemma",
      "starcoder2",
      "tokenizer.ggml.model",
      "tokenizer.ggml.pre",
      "tokenizer.ggml.tokens",
      "tokenizer.ggml.merges",
    ],
    ...[
      "tokenizer.ggml.scores",
      "tokenizer.ggml.token_type",
      "gpt2",
      "qwen2",
      "llama.rope.scaling.type",
      "yarn",
      "linear",
    ],
    ...[
      "llama.rope.scaling.factor",
      "llama.attention.key_length",
      "rope_freqs.weight",
      "token_embd.weight",
      "__proto__",
    ],
  ],
  maxBytes: 16_384,
  async open(scratch) {
    const { openGguf } = await import("../../../server/engine/models/gguf.ts");
    const { factsOfGguf } = await import("../../../server/engine/models/modelFacts.ts");
    const { readGgufTokenizer } = await import("../../../server/engine/tokenizer/ggufTokenizer.ts");
    const { createTokenizer } = await import("../../../server/engine/tokenizer/bpeTokenizer.ts");
    const file = path.join(scratch, "input.gguf");
    return async (input) => {
      writeFileSync(file, input);
      const verdict = await verdictOf(() => openGguf(file));
      if (verdict === "refused") return verdict;
      const opened = openGguf(file);
      for (const name of opened.tensors.keys()) {
        opened.read(name);
        await verdictOf(() => opened.values(name));
      }
      await verdictOf(() => {
        const { vocabulary, pipeline } = readGgufTokenizer(opened);
        const tokenizer = createTokenizer(vocabulary, pipeline);
        tokenizer.decode(tokenizer.encode("for (let i = 0; i < 10; i++) {\n"));
      });
      return verdictOf(() => factsOfGguf(file));
    };
  },
};
