// An adapter's folder for the tiny model: adapter_config.json, sotto.json, the header of the tensors' file and its data, with zeros between them.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { tinyModel } from "../../../test/support/tinyModel.ts";
import { partsOf, type Target, verdictOf } from "../target.ts";
import { framed } from "./safetensors.ts";

export const adapter: Target = {
  sources: [
    "server/engine/adapters/readAdapter.ts",
    "server/engine/adapters/adapter.ts",
    "server/engine/adapters/merge.ts",
    "server/engine/models/safetensors.ts",
    "server/engine/models/finite.ts",
  ],
  dictionary: [
    ...['"peft_type":"LORA"', '"r":', '"lora_alpha":', '"bias":"none"', '"trainable_token_indices"', '"embed_tokens"'],
    ...[
      '"rank_pattern"',
      '"use_dora":true',
      '"use_rslora"',
      '"init_lora_weights":"pissa"',
      '"formatVersion":1',
      '"base"',
    ],
    ...[
      '"weightsSha256":"tiny-1"',
      '"promptFormat":',
      "lora_A.weight",
      "lora_B.weight",
      "_scale",
      '"I8"',
      '"F16"',
      '"F32"',
    ],
    ...[
      "base_model.model.model.layers.",
      ".self_attn.q_proj.",
      ".mlp.down_proj.",
      '"__proto__":',
      "NaN",
      "1e308",
      "\u0000",
    ],
  ],
  maxBytes: 65_536,
  async open(scratch) {
    const { readAdapter } = await import("../../../server/engine/adapters/readAdapter.ts");
    const { withAdapter } = await import("../../../server/engine/adapters/merge.ts");
    const base = tinyModel();
    return (input) => {
      const [config, about, header, data] = partsOf(input, 4);
      writeFileSync(path.join(scratch, "adapter_config.json"), config);
      writeFileSync(path.join(scratch, "sotto.json"), about);
      const file = framed(Buffer.concat([header, Buffer.alloc(1), data]));
      writeFileSync(path.join(scratch, "adapter_model.safetensors"), file);
      return verdictOf(async () => withAdapter(base, await readAdapter(scratch, base)));
    };
  },
};
