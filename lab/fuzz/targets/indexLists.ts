// The lists of the index's rows, which a broken disk may have changed: the first byte says which kind, the rest is the list.

import type { Target } from "../target.ts";

const SEGMENT_CHUNKS = 1_000;

export const indexLists: Target = {
  sources: ["src/index/bytes.ts", "src/index/postings.ts", "src/index/outline.ts"],
  dictionary: ["\u0000", "\u0001", "\u0002", "class", "method"],
  maxBytes: 512,
  async open() {
    const { DamagedBytes } = await import("../../../src/index/bytes.ts");
    const { decodePosting, postingsOf } = await import("../../../src/index/postings.ts");
    const { decodeChunks, decodeSymbols } = await import("../../../src/index/outline.ts");
    const kinds: readonly ((bytes: Buffer) => unknown)[] = [
      (bytes) => [...postingsOf(decodePosting(bytes, bytes.length, SEGMENT_CHUNKS))],
      decodeChunks,
      decodeSymbols,
    ];
    return (input) => {
      try {
        kinds[(input[0] ?? 0) % kinds.length](input.subarray(1));
        return "accepted";
      } catch (error) {
        if (error instanceof DamagedBytes) return "refused";
        throw error;
      }
    };
  },
};
