// The folder of everything that Sotto has learnt from a workspace: in the user's data folder, never in the repository.
// Owns the names of the layout, but no file in it.
//
//   <data>/workspaces/<hash of the root's real path>/
//     root.json                whose folder it is
//     active.json              which adapter is in use, and which ones were before (adapterStore.ts)
//     adapters/<id>/           PEFT's two files, sotto.json, about.json, report.html
//     job/                     the fine-tuning under way, or the last one (finetune/job)
//     exported/<hash>/         what stayed here of data that was exported: the places that judge (finetune/elsewhere)

import path from "node:path";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { rootHash } from "../../common/util/realRoot.ts";

/** The data folder of a workspace; different paths to the same workspace give the same folder. It may not exist yet. */
export function workspaceFolder(root: string, dataDir = defaultDataDir()): string {
  return path.join(dataDir, "workspaces", rootHash(root));
}

export const WorkspaceFiles = {
  root: "root.json",
  active: "active.json",
  adapters: "adapters",
  job: "job",
  exported: "exported",
} as const;

/** The folder of the workspace's fine-tuning job, which may not exist. */
export const jobFolder = (root: string, dataDir?: string): string =>
  path.join(workspaceFolder(root, dataDir), WorkspaceFiles.job);

/** The folder of what stayed here when the data of that hash was exported; it may not exist. */
export const exportedData = (root: string, datasetSha256: string, dataDir?: string): string =>
  path.join(workspaceFolder(root, dataDir), WorkspaceFiles.exported, datasetSha256.slice(0, 16));
