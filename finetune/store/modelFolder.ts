// Writes a model as other programs read it: a folder in Hugging Face's layout, with the adapter merged and the markers' rows in place. Chooses
// no place and no name.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { badInput, modelCorrupt } from "../../common/errors.ts";
import { copyCappedSync, UNREAD } from "../../common/util/cappedRead.ts";
import { floatToBfloat16 } from "../../server/engine/models/blocks.ts";
import { MAX_JSON_BYTES, readJson } from "../../server/engine/models/manifest.ts";
import { CONFIG_FILE, type StoredModel, TOKENIZER_FILE, WEIGHTS_FILE } from "../../server/engine/models/modelStore.ts";
import { type TensorToMake, writeSafetensors } from "../../server/engine/models/safetensors.ts";
import { huggingFaceName } from "../../server/engine/models/tensors.ts";
import { FORMAT_OF_VERSION, promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";

/** f32 keeps each weight as it is; bf16 is what servers compute with, in half the room. */
export type FloatType = "f32" | "bf16";

/** sotto.json in such a folder: which model it is, and how its prompts are laid out. */
export const MODEL_ABOUT = "sotto.json";

const ids = z.union([z.number(), z.array(z.number())]).nullish();
const configSchema = z.looseObject({ bos_token_id: ids, eos_token_id: ids });
const tokenizerSchema = z.looseObject({
  added_tokens: z.array(z.looseObject({ id: z.number(), content: z.string() })),
});

/**
 * Fills the folder `dir`, which is made, with `model`.
 * @throws UserError where the model is a GGUF file, which has no such form; a file system error
 */
export async function writeModelFolder(dir: string, model: StoredModel, type: FloatType): Promise<void> {
  const configFile = path.join(model.dir, CONFIG_FILE);
  if (!existsSync(configFile))
    throw badInput(
      `The model ${model.id} is a GGUF file, and has no form in Hugging Face's layout.`,
      "Servers such as llama.cpp read the file as it is.",
    );
  const config = configSchema.parse(await readJson(configFile));
  const dtype = type === "f32" ? "float32" : "bfloat16";
  mkdirSync(dir, { recursive: true });
  write(dir, CONFIG_FILE, { ...config, quantization_config: undefined, dtype, torch_dtype: dtype });
  write(dir, "generation_config.json", { bos_token_id: config.bos_token_id, eos_token_id: config.eos_token_id });
  if (existsSync(path.join(model.dir, TOKENIZER_FILE))) await writeTokenizer(dir, model, config);
  writeSafetensors(path.join(dir, WEIGHTS_FILE), tensorsOf(model, type));
  const base = { id: model.id, weightsSha256: model.weightsSha256 };
  write(dir, MODEL_ABOUT, { formatVersion: 1, base, promptFormat: model.promptFormat, prompt: await promptOf(model) });
}

const write = (dir: string, name: string, value: object): void =>
  writeFileSync(path.join(dir, name), `${JSON.stringify(value, undefined, 2)}\n`, { flush: true });

function tensorsOf(model: StoredModel, type: FloatType): TensorToMake[] {
  return [...model.tensors.values()].map(({ name, rows, cols }) => ({
    name: huggingFaceName(name, model.config),
    type: type === "f32" ? "F32" : "BF16",
    shape: rows === 1 ? [cols] : [rows, cols],
    make() {
      const values = model.dequantise(name);
      return type === "f32"
        ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
        : floatToBfloat16(values);
    },
  }));
}

async function writeTokenizer(dir: string, model: StoredModel, config: z.infer<typeof configSchema>): Promise<void> {
  const file = path.join(model.dir, TOKENIZER_FILE);
  const unread = copyCappedSync(file, path.join(dir, TOKENIZER_FILE), MAX_JSON_BYTES);
  if (unread !== undefined) throw modelCorrupt(file, UNREAD[unread]);
  const tokens = tokenizerSchema.parse(await readJson(file)).added_tokens;
  const nameOf = (id: z.infer<typeof ids>) => tokens.find((token) => token.id === [id].flat()[0])?.content;
  write(dir, "tokenizer_config.json", {
    tokenizer_class: "PreTrainedTokenizerFast",
    model_max_length: model.config.contextLength,
    clean_up_tokenization_spaces: false,
    add_bos_token: false,
    bos_token: nameOf(config.bos_token_id),
    eos_token: nameOf(config.eos_token_id),
  });
}

/** The order of a prompt's parts, each a special token with its id or the name of a text; undefined for a model of no format of ours. */
async function promptOf({ dir, promptFormat }: StoredModel): Promise<object[] | undefined> {
  const name = promptFormat === undefined ? undefined : FORMAT_OF_VERSION.get(promptFormat);
  if (name === undefined || !existsSync(path.join(dir, TOKENIZER_FILE))) return undefined;
  const tokenizer = await loadTokenizer(dir);
  const parts = {
    path: "path",
    before: "before the current line",
    line: "the current line up to the cursor",
    suffix: "after the cursor",
  };
  return promptFormats[name].file(parts).map((segment) => {
    if ("text" in segment) return { text: segment.text };
    return { token: segment.marker, id: tokenizer.specialId(segment.marker) };
  });
}
