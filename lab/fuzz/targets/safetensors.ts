// A safetensors file: header and tensors. An input is the header's text, a zero, and the data: the length before them is written here, because
// every change of the header would break it; where the first byte is a zero, the rest is the file as it is.

import { writeFileSync } from "node:fs";
import path from "node:path";
import { joined, partsOf, type Target, verdictOf } from "../target.ts";

export const safetensors: Target = {
  sources: [
    "server/engine/models/safetensors.ts",
    "server/engine/models/repeatedKey.ts",
    "server/engine/models/tensorRows.ts",
    "server/engine/models/exactRead.ts",
  ],
  dictionary: [
    ...[
      '"__metadata__"',
      '"dtype"',
      '"shape"',
      '"data_offsets"',
      '"F16"',
      '"BF16"',
      '"F32"',
      '"I64"',
      '"U8"',
      '"format":"pt"',
    ],
    ...[
      '"__proto__":',
      '"constructor":',
      "\\u0000",
      "\\",
      "[0,0]",
      "[9007199254740991,9007199254740991]",
      "1e20",
      "\ufeff",
    ],
  ],
  maxBytes: 8_192,
  async open(scratch) {
    const { openSafetensors } = await import("../../../server/engine/models/safetensors.ts");
    const file = path.join(scratch, "input.safetensors");
    return async (input) => {
      writeFileSync(file, input[0] === 0 ? input.subarray(1) : framed(input));
      const verdict = await verdictOf(() => openSafetensors(file));
      if (verdict === "refused") return verdict;
      const opened = openSafetensors(file);
      for (const name of opened.entries.keys()) {
        opened.read(name);
        await verdictOf(() => opened.values(name));
        await verdictOf(() => opened.values(name, 1, 1));
      }
      return verdict;
    };
  },
};

/** The file whose header is the text before the first zero. */
export function framed(input: Buffer): Buffer {
  const [header, data] = partsOf(input, 2);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, data]);
}

/** The input that `framed` makes this file of. */
export function unframed(file: Buffer): Buffer {
  const end = 8 + Number(file.readBigUInt64LE());
  return joined([file.subarray(8, end), file.subarray(end)]);
}
