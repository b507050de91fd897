// How large a file is beside the others of its language in the workspace. Counts bytes, which need no reading.

import { languageOfPath } from "../../../common/syntax/languages.ts";
import type { Workspace } from "../../workspace/workspace.ts";

export interface FileSize {
  lines: number;
  /** How many files of its language there are, and how many of them are smaller; absent where they were not counted. */
  beside?: { files: number; smaller: number };
}

/** The most files whose size is asked for. */
const MOST_FILES = 5_000;
/** How many are asked for at once. */
const AT_ONCE = 64;

export async function sizeOf(path: string, text: string, workspace: Workspace, signal: AbortSignal): Promise<FileSize> {
  const lines = text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
  const languageId = languageOfPath(path);
  if (!workspace.stat || languageId === undefined) return { lines };
  const same = (await workspace.list()).filter((one) => one !== path && languageOfPath(one) === languageId);
  if (same.length > MOST_FILES) return { lines };
  const own = Buffer.byteLength(text);
  let [files, smaller] = [0, 0];
  for (let at = 0; at < same.length; at += AT_ONCE) {
    signal.throwIfAborted();
    for (const stat of await Promise.all(same.slice(at, at + AT_ONCE).map((one) => workspace.stat!(one)))) {
      if (!stat) continue;
      files++;
      if (stat.sizeBytes < own) smaller++;
    }
  }
  return { lines, beside: { files: files + 1, smaller } };
}
