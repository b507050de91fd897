// Reads a small JSON file of ours that may not be there.

import { readFileSync } from "node:fs";

/** @returns undefined where there is no such file, or it is not JSON */
export function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
