// The canonical path of a workspace's folder. What Sotto stores about a workspace is found by it, whatever link led to the folder.

import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import path from "node:path";

/** The folder's real path; where there is no such folder (any more), its absolute one. */
export function realRoot(root: string): string {
  try {
    return realpathSync(root);
  } catch {
    return path.resolve(root);
  }
}

/** What folders for this workspace are called. */
export const rootHash = (root: string): string =>
  createHash("sha256").update(realRoot(root)).digest("hex").slice(0, 32);
