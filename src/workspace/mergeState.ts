// Whether a merge, a rebase or the like is under way in the repository of a folder, by the files that git keeps meanwhile. Reads none of them.

import { access } from "node:fs/promises";
import path from "node:path";

const UNDERWAY = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"];

/** @param root of a repository; for any other folder, and for a linked work tree, the answer is no */
export async function isMerging(root: string): Promise<boolean> {
  const isThere = (name: string) =>
    access(path.join(root, ".git", name)).then(
      () => true,
      () => false,
    );
  return (await Promise.all(UNDERWAY.map(isThere))).includes(true);
}
