// Keeps a job's adapter only once, even if the job was killed right after keeping it and runs again.

import { readFileSync } from "node:fs";
import path from "node:path";
import type { AdapterDir, AdapterId } from "../../server/host/protocol/adapters.ts";
import { activeAdapter, listAdapters, useAdapter } from "../../src/adapters/adapterStore.ts";
import { type AdapterFacts, AdapterFolderFiles } from "../../src/adapters/storedAdapter.ts";
import { keepAdapter } from "../store/keepAdapter.ts";

/** @returns the id of the adapter in the store, which is then in use. @throws UserError */
export function keepOnce(
  root: string,
  adapterDir: AdapterDir,
  report: string,
  facts: AdapterFacts,
  dataDir?: string,
): AdapterId {
  const files = [AdapterFolderFiles.tensors, AdapterFolderFiles.config]; // the strength is in the config
  const own = files.map((name) => readFileSync(path.join(adapterDir, name)));
  const isOwn = ({ dir }: { dir: string }) =>
    files.every((name, i) => readFileSync(path.join(dir, name)).equals(own[i]));
  const kept = listAdapters(root, dataDir).find(isOwn);
  if (!kept) return keepAdapter(root, adapterDir, facts, { report, dataDir });
  if (activeAdapter(root, dataDir)?.id !== kept.id) useAdapter(root, kept.id, dataDir);
  return kept.id;
}
