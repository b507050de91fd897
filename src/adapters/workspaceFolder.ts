// Where what Sotto has learnt of a workspace lies: a folder of its own in the user's data folder, never in the repository.
// Owns the layout's names, and no file in it.
//
//   <data>/workspaces/<hash of the root's real path>/
//     root.json                whose folder it is
//     active.json              which adapter is in use, and which ones were before (adapterStore.ts)
//     adapters/<id>/           PEFT's two files, sotto.json, about.json, report.html
//     job/                     the fine-tuning under way, or the last one (finetune/job)

import path from "node:path";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { rootHash } from "../../common/util/realRoot.ts";

/** Two ways to the same folder give the same one; it may not exist yet. */
export function workspaceFolder(root: string, dataDir = defaultDataDir()): string {
  return path.join(dataDir, "workspaces", rootHash(root));
}

export const WorkspaceFiles = {
  root: "root.json",
  active: "active.json",
  adapters: "adapters",
  job: "job",
} as const;

/** The folder of the workspace's fine-tuning job, which may not be there. */
export const jobFolder = (root: string, dataDir?: string): string =>
  path.join(workspaceFolder(root, dataDir), WorkspaceFiles.job);
