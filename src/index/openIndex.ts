// The index of a workspace folder as a window has it: read here, kept up to date by a process. Shared with other windows of the folder.

import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { IndexerProcess } from "./indexerProcess.ts";
import { LiveReader } from "./liveReader.ts";
import { databaseFile } from "./location.ts";
import { problemOf } from "./schema.ts";
import type { FolderIndex } from "./searchIndex.ts";

export interface OpenIndexOptions {
  indexerScript: string; // absolute path of dist/indexer.cjs
  exclude: () => readonly string[]; // the setting's patterns
  /** One sentence for the log, each only once. */
  onMessage: (message: string) => void;
  cacheDir?: string;
}

/** Never throws: without an index nothing is found, and `onMessage` is told why. */
export function openIndex(root: string, options: OpenIndexOptions): FolderIndex & { pid: () => number | undefined } {
  const file = databaseFile(root, options.cacheDir ?? defaultCacheDir());
  const said = new Set<string>();
  const say = (message: string) => {
    if (!said.has(message)) options.onMessage(message);
    said.add(message);
  };
  const reader = new LiveReader(file, (error) => say(`The index of ${root} cannot be read: ${problemOf(error)}.`));
  const indexer = new IndexerProcess({ script: options.indexerScript, root, file, exclude: options.exclude, say });
  return {
    search: (terms, limit, skip) => reader.search(terms, limit, skip),
    definitions: (name, limit) => reader.definitions(name, limit),
    pathsEndingIn: (suffix, limit) => reader.pathsEndingIn(suffix, limit),
    get ready() {
      return reader.ready;
    },
    changed: (paths) => indexer.changed(paths),
    pid: () => indexer.pid,
    dispose() {
      indexer.dispose();
      reader.close();
    },
  };
}
