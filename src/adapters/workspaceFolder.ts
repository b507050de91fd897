// Where what Sotto has learnt of a workspace lies: a folder of its own in the user's data folder, never in the repository.
// Owns the layout's names, and no file in it.
//
//   <data>/workspaces/<hash of the root's real path>/
//     root.json                whose folder it is
//     active.json              which adapter is in use, and which ones were before (adapterStore.ts)
//     adapters/<id>/           PEFT's two files, sotto.json, about.json, report.html
//     job/                     the fine-tuning under way, or the last one (finetune/job)

import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import path from "node:path";
import { defaultDataDir } from "../../common/util/dataDir.ts";

/** Two ways to the same folder give the same one; it may not exist yet. */
export function workspaceFolder(root: string, dataDir = defaultDataDir()): string {
  const hash = createHash("sha256").update(realRoot(root)).digest("hex").slice(0, 32);
  return path.join(dataDir, "workspaces", hash);
}

export const WorkspaceFiles = {
  root: "root.json",
  active: "active.json",
  adapters: "adapters",
  job: "job",
} as const;

export function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return path.resolve(root);
  }
}
