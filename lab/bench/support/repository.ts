// This repository as retrieval sees it, for benches that type in its files. Measures nothing.

import { createParsers } from "../../../common/syntax/parsers.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { memoryIndex } from "../../../src/index/memoryIndex.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";

export async function openRepository() {
  const root = packageRoot(import.meta.dirname);
  const parsers = await createParsers();
  const workspace = folderWorkspace(root);
  return { root, parsers, workspace, index: await memoryIndex(workspace, parsers) };
}
