// Opens a model together with an adapter: the one that its manifest names, another one, or none. The place where the two meet.

import path from "node:path";
import { MANIFEST_FILE, readManifest } from "../models/manifest.ts";
import { openModel, type StoredModel } from "../models/modelStore.ts";
import { modelCorrupt } from "../protocol/errors.ts";
import { AdapterFiles } from "./adapter.ts";
import { withAdapter } from "./merge.ts";
import { readAdapter } from "./readAdapter.ts";

/** Stands for no adapter at all, where a folder could stand. */
export const NO_ADAPTER = "none";

/**
 * The model in `dir`, verified, with an adapter merged.
 * @param adapter an adapter's folder, or `NO_ADAPTER`; by default the adapter that the model's manifest names, if it names one
 * @throws UserError as `openModel` and `readAdapter` do
 */
export async function openAdapted(dir: string, adapter?: string): Promise<StoredModel> {
  const base = await openModel(dir);
  const folder = adapter ?? (await defaultAdapter(dir));
  if (folder === undefined || folder === NO_ADAPTER) return base;
  return withAdapter(base, await readAdapter(folder, base));
}

async function defaultAdapter(dir: string): Promise<string | undefined> {
  const { adapter, files } = await readManifest(dir);
  if (adapter === undefined) return undefined;
  for (const name of Object.values(AdapterFiles)) {
    const wanted = `${adapter}/${name}`;
    if (!files.some((file) => file.path === wanted))
      throw modelCorrupt(path.join(dir, MANIFEST_FILE), `it does not list ${wanted}`);
  }
  return path.join(dir, adapter);
}
