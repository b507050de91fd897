// A window's access to the index of a workspace folder: reads it here, and has a process keep it up to date. Shared with the folder's other windows.

import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { folderWorkspace } from "../workspace/workspace.ts";
import { LiveCopies } from "./copies/liveCopies.ts";
import { IndexerProcess } from "./indexerProcess.ts";
import { LiveReader } from "./liveReader.ts";
import { copiesFile, databaseFile } from "./location.ts";
import { problemOf } from "./schema.ts";
import type { FolderIndex } from "./searchIndex.ts";

export interface OpenIndexOptions {
  indexerScript: string; // absolute path of dist/indexer.cjs
  exclude: () => readonly string[]; // the setting's patterns
  guardsLicences?: () => boolean; // whether the licence guard is on; default: it is not
  log: (line: string) => void; // writes one sentence, each only once
  cacheDir?: string;
}

/** Never throws: without an index nothing is found, and `log` gets the reason. */
export function openIndex(root: string, options: OpenIndexOptions): FolderIndex & { pid: () => number | undefined } {
  const file = databaseFile(root, options.cacheDir ?? defaultCacheDir());
  const logged = new Set<string>();
  const log = (line: string) => {
    if (!logged.has(line)) options.log(line);
    logged.add(line);
  };
  const onError = (error: unknown) => log(`The index of ${root} cannot be read: ${problemOf(error)}.`);
  const reader = new LiveReader(file, onError, (identity) => indexer.damaged(identity));
  const { indexerScript: script, exclude, guardsLicences = () => false } = options;
  const indexer = new IndexerProcess({ script, root, file, exclude, copies: guardsLicences, log });
  const openCopies = () =>
    new LiveCopies({
      file: copiesFile(file),
      workspace: folderWorkspace(root, exclude),
      onDamage: () => indexer.copiesDamaged(),
      log,
    });
  let copies = guardsLicences() ? openCopies() : undefined; // at once, so that the first suggestion is looked at
  return {
    search: (terms, limit, skip) => reader.search(terms, limit, skip),
    definitions: (name, limit) => reader.definitions(name, limit),
    pathsEndingIn: (suffix, limit) => reader.pathsEndingIn(suffix, limit),
    get ready() {
      return reader.ready;
    },
    get copies() {
      return guardsLicences() ? (copies ??= openCopies()) : (copies = undefined);
    },
    changed: (paths) => indexer.changed(paths),
    pid: () => indexer.pid,
    dispose() {
      indexer.dispose();
      reader.close();
    },
  };
}
