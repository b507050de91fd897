// Writes one of Sotto's models as a GGUF file for llama.cpp, with the adapter merged: what its converter does, for vocabularies that it does not
// know.

import path from "node:path";
import * as z from "zod";
import { badInput } from "../../common/errors.ts";
import { floatToBfloat16 } from "../../server/engine/models/blocks.ts";
import { readJson } from "../../server/engine/models/manifest.ts";
import { CONFIG_FILE, type StoredModel, TOKENIZER_FILE } from "../../server/engine/models/modelStore.ts";
import { ggufName, ggufRowOrder } from "../../server/engine/models/tensors.ts";
import { TIER_MODEL_IDS } from "../../server/engine/models/tiers.ts";
import { bytesOf, inOrder } from "./ggufAdapter.ts";
import { type GgufEntry, type GgufTensorToWrite, writeGguf } from "./ggufFile.ts";
import type { FloatType } from "./modelFolder.ts";

/** llama.cpp's name for how text is cut before it is encoded. */
const CUTTING: Readonly<Record<string, string>> = {
  [TIER_MODEL_IDS.quick]: "smollm",
  [TIER_MODEL_IDS.strong]: "qwen2",
};
const [NORMAL, CONTROL, UNUSED] = [1, 3, 5]; // in tokenizer.ggml.token_type

const merge = z.union([z.string(), z.tuple([z.string(), z.string()])]);
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string() })),
  model: z.looseObject({ vocab: z.record(z.string(), z.number()), merges: z.array(merge) }),
});
const ids = z.union([z.number(), z.array(z.number())]).nullish();
const configSchema = z.looseObject({ bos_token_id: ids, eos_token_id: ids });

/** @throws UserError for a model that is none of Sotto's own */
export async function writeGgufModel(file: string, model: StoredModel, type: FloatType): Promise<void> {
  const { config } = model;
  const cutting = CUTTING[model.id];
  if (cutting === undefined)
    throw badInput(
      `Of the model ${model.id} no GGUF file can be written: llama.cpp's name of its tokenizer is not known.`,
      "llama.cpp's convert_hf_to_gguf.py converts what `sotto models export DIR` writes.",
    );
  const key = (name: string) => `${config.architecture}.${name}`;
  const entries: GgufEntry[] = [
    { key: "general.architecture", type: "string", value: config.architecture },
    { key: "general.name", type: "string", value: `${model.id}, weights ${model.weightsSha256.slice(0, 16)}` },
    { key: key("context_length"), type: "u32", value: config.contextLength },
    { key: key("embedding_length"), type: "u32", value: config.hiddenSize },
    { key: key("block_count"), type: "u32", value: config.layers },
    { key: key("feed_forward_length"), type: "u32", value: config.ffnSize },
    { key: key("attention.head_count"), type: "u32", value: config.heads },
    { key: key("attention.head_count_kv"), type: "u32", value: config.kvHeads },
    { key: key("attention.key_length"), type: "u32", value: config.headDim },
    { key: key("attention.value_length"), type: "u32", value: config.headDim },
    { key: key("attention.layer_norm_rms_epsilon"), type: "f32", value: config.normEps },
    { key: key("rope.freq_base"), type: "f32", value: config.ropeTheta },
    { key: key("rope.dimension_count"), type: "u32", value: config.headDim },
    { key: key("vocab_size"), type: "u32", value: config.vocabSize },
    ...(await tokenizerOf(model, cutting)),
  ];
  const tensors = [...model.tensors.values()].map(({ name, rows, cols }): GgufTensorToWrite => {
    const isVector = rows === 1; // those stay exact
    return {
      name: ggufName(name),
      type: isVector ? "f32" : type,
      shape: isVector ? [cols] : [cols, rows],
      make() {
        const values = inOrder(model.dequantise(name), isVector ? 1 : cols, ggufRowOrder(name, config));
        return isVector || type === "f32" ? bytesOf(values) : floatToBfloat16(values);
      },
    };
  });
  writeGguf(file, entries, tensors);
}

async function tokenizerOf({ dir, config }: StoredModel, cutting: string): Promise<GgufEntry[]> {
  const { model, added_tokens: added } = tokenizerSchema.parse(await readJson(path.join(dir, TOKENIZER_FILE)));
  const { bos_token_id: bos, eos_token_id: eos } = configSchema.parse(await readJson(path.join(dir, CONFIG_FILE)));
  const tokens = Array.from({ length: config.vocabSize }, (_, id) => `[PAD${id}]`);
  const types = new Array<number>(config.vocabSize).fill(UNUSED);
  const place = (id: number, token: string, kind: number) => {
    tokens[id] = token;
    types[id] = kind;
  };
  for (const [token, id] of Object.entries(model.vocab)) place(id, token, NORMAL);
  for (const { id, content } of added) place(id, content, CONTROL);
  const merges = model.merges.map((pair) => (typeof pair === "string" ? pair : pair.join(" ")));
  const idOf = (key: string, value: z.infer<typeof ids>): GgufEntry[] => {
    const [first] = [value].flat();
    return typeof first === "number" ? [{ key: `tokenizer.ggml.${key}`, type: "u32", value: first }] : [];
  };
  return [
    { key: "tokenizer.ggml.model", type: "string", value: "gpt2" },
    { key: "tokenizer.ggml.pre", type: "string", value: cutting },
    { key: "tokenizer.ggml.tokens", type: "strings", value: tokens },
    { key: "tokenizer.ggml.token_type", type: "i32s", value: types },
    { key: "tokenizer.ggml.merges", type: "strings", value: merges },
    ...idOf("bos_token_id", bos),
    ...idOf("eos_token_id", eos),
    { key: "tokenizer.ggml.add_bos_token", type: "bool", value: false },
  ];
}
