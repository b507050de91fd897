// The index of a workspace in memory, for evaluation, tests, and where no folder can be written. Uses the same store as on disk.

import type { Parsers } from "../../common/syntax/parsers.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { indexWorkspace } from "./indexWorkspace.ts";
import { IndexReader } from "./reader.ts";
import { IN_MEMORY } from "./schema.ts";
import type { SearchIndex } from "./searchIndex.ts";
import { IndexStore } from "./store.ts";

/** Indexes a whole workspace; a search that fails throws here. */
export async function memoryIndex(workspace: Workspace, parsers: Parsers, signal?: AbortSignal): Promise<SearchIndex> {
  const store = IndexStore.open(IN_MEMORY);
  await indexWorkspace({ workspace, store, parsers, signal });
  return new IndexReader(store.database, (error) => {
    throw error;
  });
}

/** The index without one file, which also holds what was cut out of that file: the answer to what is asked. */
export function withoutPath(index: SearchIndex, own: string): SearchIndex {
  return {
    ready: true,
    search: (terms, limit, skip = () => false) => index.search(terms, limit, (path) => path === own || skip(path)),
    definitions: (name, limit) =>
      index
        .definitions(name, limit * 2)
        .filter(({ path }) => path !== own)
        .slice(0, limit),
    pathsEndingIn: (suffix, limit) =>
      index
        .pathsEndingIn(suffix, limit + 1)
        .filter((path) => path !== own)
        .slice(0, limit),
  };
}
