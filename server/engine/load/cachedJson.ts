// Small JSON files in the cache folder. A missing or damaged file counts as absent, and what cannot be written is determined again next time.

import { readFileSync } from "node:fs";
import type * as z from "zod";
import { parsedJson } from "../../../common/util/parsedJson.ts";
import { writeWhole } from "../../../common/util/writeWhole.ts";

/** The file's content; undefined where the file is missing, or does not match `schema`. */
export function readCached<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(parsedJson(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** Writes the file if it can. Where the cache folder cannot be written, the only cost is doing the work again. */
export function writeCached(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch {}
}
