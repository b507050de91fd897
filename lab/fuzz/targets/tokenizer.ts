// A tokenizer.json, and a tokenizer made of an accepted one, which encodes a text and decodes it again.

import { modelCorrupt } from "../../../common/errors.ts";
import { type Target, verdictOf } from "../target.ts";

const TEXT = "function größe(x) {\n\treturn 12345 + x; // 日本語 don't\n}\n<|endoftext|>  \u00a0";

export const tokenizer: Target = {
  sources: [
    "server/engine/tokenizer/tokenizerFile.ts",
    "server/engine/tokenizer/pipeline.ts",
    "server/engine/tokenizer/pattern.ts",
    "server/engine/tokenizer/pieces.ts",
    "server/engine/tokenizer/charLevel.ts",
    "server/engine/tokenizer/byteLevel.ts",
    "server/engine/tokenizer/bpe.ts",
    "server/engine/tokenizer/bpeTokenizer.ts",
    "server/engine/tokenizer/vocabulary.ts",
  ],
  dictionary: [
    ...[
      '"added_tokens"',
      '"special":true',
      '"content"',
      '"normalizer"',
      '"pre_tokenizer"',
      '"pretokenizers"',
      '"Sequence"',
    ],
    ...[
      '"Split"',
      '"Regex"',
      '"String"',
      '"Isolated"',
      '"Digits"',
      '"individual_digits":true',
      '"Metaspace"',
      '"Replace"',
    ],
    ...['"ByteLevel"', '"Prepend"', '"NFC"', '"▁"', '"byte_fallback":true', '"ignore_merges":true', '"unk_token":null'],
    ...[
      "\\\\p{L}",
      "\\\\p{N}",
      "\\\\s+(?!\\\\S)",
      "(?i:",
      "(?=",
      "(?<!",
      "[^\\\\r\\\\n",
      "{1,3}",
      "++",
      "|",
      "\\\\x{41}",
      "\\\\u0041",
    ],
    ...['"<0x0A>"', '"<|endoftext|>"', '"__proto__":', '"Ġ"', '"vocab":', '"merges":', '"dropout":null', "[[[[", "{{"],
  ],
  maxBytes: 8_192,
  async open() {
    const { readTokenizerFile } = await import("../../../server/engine/tokenizer/tokenizerFile.ts");
    const { createTokenizer } = await import("../../../server/engine/tokenizer/bpeTokenizer.ts");
    return (input) =>
      verdictOf(() => {
        const { vocabulary, pipeline } = readTokenizerFile(parsed(input), "tokenizer.json");
        const made = createTokenizer(vocabulary, pipeline);
        made.decode(made.encode(TEXT));
      });
  },
};

/** As the reader of a model's JSON does it. */
function parsed(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString("utf8"));
  } catch {
    throw modelCorrupt("tokenizer.json", "it is not JSON");
  }
}
