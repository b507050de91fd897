// The committed list of kept tokens as a bitmap, so that it is small: packs and unpacks it. Chooses nothing.

import { readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";

const share = z.object({
  typescript: z.number(),
  javascript: z.number(),
  python: z.number(),
  english: z.number(),
  other: z.number().optional(), // where other languages were counted
});
const schema = z.object({
  originalSize: z.number().int().positive(),
  heldOutBytesPerToken: z.object({ full: share, pruned: share }),
  keptBitmap: z.string(),
});

export interface KeptTokens {
  originalIds: number[]; // ascending; the place in this list is the new id
  originalSize: number;
  heldOutBytesPerToken: z.infer<typeof schema>["heldOutBytesPerToken"];
}

/** @param file its name in this folder */
export function readKeptTokens(file = "keptTokens.json"): KeptTokens {
  const json = schema.parse(JSON.parse(readFileSync(path.join(import.meta.dirname, file), "utf8")));
  const bits = Buffer.from(json.keptBitmap, "base64");
  const originalIds: number[] = [];
  for (let id = 0; id < json.originalSize; id++) if (bits[id >> 3] & (1 << (id & 7))) originalIds.push(id);
  return { originalIds, originalSize: json.originalSize, heldOutBytesPerToken: json.heldOutBytesPerToken };
}

export function keptToBitmap(ids: readonly number[], originalSize: number): string {
  const bits = Buffer.alloc(Math.ceil(originalSize / 8));
  for (const id of ids) bits[id >> 3] |= 1 << (id & 7);
  return bits.toString("base64");
}
