// Small JSON files of the cache folder: what is missing or damaged there counts as not there, and what cannot be written is found out anew.

import { readFileSync } from "node:fs";
import type * as z from "zod";
import { parsedJson } from "../../../common/util/parsedJson.ts";
import { writeWhole } from "../../../common/util/writeWhole.ts";

/** undefined where the file is missing, or does not hold what `schema` asks for. */
export function readCached<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(parsedJson(readFileSync(file, "utf8"))).data;
  } catch {
    return undefined;
  }
}

/** A cache folder that cannot be written costs that work once more, and nothing else. */
export function writeCached(file: string, text: string): void {
  try {
    writeWhole(file, text);
  } catch {}
}
