// The README.md of the embedded model's folder: where it comes from, its licence, what was changed, what was measured.

import type { ModelConfig } from "../../server/engine/models/config.ts";
import type { KeptTokens } from "./keptTokens.ts";
import { measuredLimits } from "./measuredLimits.ts";

const LANGUAGE_NAMES = {
  typescript: "TypeScript",
  javascript: "JavaScript",
  python: "Python",
  english: "English (comments, READMEs)",
};

export interface ModelCardInput {
  config: ModelConfig;
  kept: KeptTokens;
  ggufSha256: string;
  pythonPackage: string;
}

export function modelCard({ config, kept, ggufSha256, pythonPackage }: ModelCardInput): string {
  const { full, pruned } = kept.heldOutBytesPerToken;
  const rows = (Object.keys(LANGUAGE_NAMES) as (keyof typeof LANGUAGE_NAMES)[]).map((language) => {
    const more = ((full[language] / pruned[language] - 1) * 100).toFixed(1);
    return `| ${LANGUAGE_NAMES[language]} | ${full[language].toFixed(3)} | ${pruned[language].toFixed(3)} | +${more} % |`;
  });
  return `# SmolLM2-135M-Instruct with a vocabulary of ${grouped(config.vocabSize)}, as Sotto stores it

A decoder of the llama family: ${config.layers} layers, hidden size ${config.hiddenSize}, ${config.heads} query and ${config.kvHeads} key/value heads of ${config.headDim},
feed-forward size ${config.ffnSize}, ${grouped(config.contextLength)} positions, output head tied to the embedding.

## Source and licence

- Model: HuggingFaceTB/SmolLM2-135M-Instruct by Hugging Face, Apache-2.0 (\`LICENSE\` in this folder).
- Quantised to GGUF's Q4_1 (embedding Q8_0) by QuantFactory, and published inside the Python package \`${pythonPackage}\` (Apache-2.0), file
  \`SmolLM2-135M-Instruct.Q4_1.gguf\`, sha256 \`${ggufSha256}\`.
- The numbers in \`model-*.safetensors\` are that file's own bits. \`node lab/model/makeEmbedded.ts\` makes this folder again, byte for byte, and compares
  every value with the source.

## What was changed

- **Vocabulary pruned** from ${grouped(kept.originalSize)} to ${grouped(config.vocabSize)} tokens: the 17 special tokens, every single byte that the original has, and the tokens that code in
  TypeScript, JavaScript and Python and English in comments and READMEs use most, each with the tokens that it is merged from. Their rows of the embedding are
  kept as they are; the others, and the merges that make them, are left out. Text whose tokens are all kept is encoded into the same tokens as before.
- **Ids are numbered anew**, in the original order: 0 to 16 (special) and the single bytes keep their ids.
- **Three special tokens have new names**, since the model was hardly trained on them and has none to fill in the middle with: \`<gh_stars>\` (7) is
  \`<fim_prefix>\`, \`<issue_start>\` (8) \`<fim_suffix>\` and \`<issue_comment>\` (9) \`<fim_middle>\`. Their rows are the source's.
- **Layout**: Hugging Face's tensor names; rows of the query and key projections in Hugging Face's order (GGUF interleaves the rotating halves); a block's 4-bit
  pairs, scales and minimums lie in tensors of their own (\`quantization_config\` in \`config.json\` says how).
- Nothing was trained, rounded or quantised again. \`calibration.safetensors\` (made by \`node lab/model/calibrate.ts\`) is an addition: how large the inputs of
  the linear layers are on sample text, by which the compute form that Sotto derives at first start is smoothed before it is rounded to 8 bits.

## Bytes per token, on text that was not counted

| text | original vocabulary | this vocabulary | more tokens |
| --- | --- | --- | --- |
${rows.join("\n")}

Counted by \`node lab/model/countVocabulary.ts\` on permissively licensed npm packages (\`lab/model/corpusPackages.json\`, counted and held out by package) and
Python's standard library. Of the counted text, only which tokens it uses is left (\`lab/model/keptTokens.json\`).

## Limits

- The original vocabulary has no token for 21 bytes (rare control characters such as U+0004, and bytes that valid UTF-8 hardly has); such a byte is left out of
  the prompt, as the original tokenizer does.
- A small model of general text and code, tuned for chat: it makes things up. By itself it goes on from left to right only; the adapter in
  \`adapters/fill-in-the-middle\` taught it to fill in the middle (\`TRAINING-DATA.md\`: what with).

${measuredLimits("quick")}`;
}

function grouped(value: number): string {
  return value.toLocaleString("en-US");
}
