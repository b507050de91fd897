// Opens a model together with an adapter: the one that its manifest names, another one on top of that or in its place, or none. The only place
// where model and adapter meet.

import path from "node:path";
import { adapterOfOtherBase, modelCorrupt } from "../../../common/errors.ts";
import { type AdapterChoice, type AdapterDir, NO_ADAPTER } from "../../host/protocol/adapters.ts";
import { type Adapter, AdapterFiles } from "../adapters/adapter.ts";
import { withAdapter } from "../adapters/merge.ts";
import { readAdapter, readBase, readPromptFormat } from "../adapters/readAdapter.ts";
import { MANIFEST_FILE, readManifest } from "../models/manifest.ts";
import { openModel, readConfig, type StoredModel } from "../models/modelStore.ts";

/** Which model, and which adapter on it. */
export interface ModelSource {
  modelDir: string;
  /** Default: the adapter that the model's manifest names. An adapter's folder is used on top of that one or in its place: see `openAdapted`. */
  adapter?: AdapterChoice;
}

/** The two forms of a model that an adapter may belong to. They are the same where the model has no adapter of its own. */
export interface ModelBases {
  plain: StoredModel; // without any adapter
  used: StoredModel; // as it is used: with its own adapter
  own?: Adapter; // the adapter that its manifest names
}

/**
 * The model in `modelDir`, verified, with an adapter merged: by default the one that its manifest names, if any. The adapter in a given folder
 * goes on top of the model as it is used if it was trained so (a workspace's); it replaces the model's own adapter if it belongs to the plain
 * model (an imported one). Its sotto.json says which.
 * @throws UserError as `openModel` and `readAdapter` do; adapterOfOtherBase where it belongs to neither
 */
export async function openAdapted(modelDir: string, adapter?: AdapterChoice): Promise<StoredModel> {
  if (adapter === NO_ADAPTER) return openModel(modelDir);
  const bases = await openBases(modelDir);
  if (adapter === undefined) return bases.used;
  const base = await baseOfAdapter(bases, adapter);
  return withAdapter(base, await readAdapter(adapter, base));
}

/** Both forms of the model in `dir`, which is verified once. @throws UserError as `openModel` and `readAdapter` do */
export async function openBases(dir: string): Promise<ModelBases> {
  const plain = await openModel(dir);
  const folder = await ownAdapterDir(dir);
  if (folder === undefined) return { plain, used: plain };
  const own = await readAdapter(folder, plain);
  return { plain, used: withAdapter(plain, own), own };
}

/** What tells the prompt format of a model as it is used. */
export type FormatFacts = Pick<StoredModel, "id" | "config" | "promptFormat">;

/** The same without opening the weights. @throws UserError as `readManifest` and `readConfig` do; adapterInvalid */
export async function readFormatFacts(dir: string): Promise<FormatFacts> {
  const manifest = await readManifest(dir);
  const folder = await ownAdapterDir(dir);
  const promptFormat = folder === undefined ? undefined : await readPromptFormat(folder);
  return { id: manifest.id, config: await readConfig(dir, manifest), promptFormat };
}

/** The form of the model that the adapter in `adapterDir` belongs to. @throws UserError adapterInvalid, or adapterOfOtherBase for neither */
export async function baseOfAdapter({ plain, used }: ModelBases, adapterDir: AdapterDir): Promise<StoredModel> {
  const wanted = await readBase(adapterDir);
  const base = [used, plain].find(({ weightsSha256 }) => weightsSha256 === wanted.weightsSha256);
  if (base) return base;
  throw adapterOfOtherBase(adapterDir, wanted, used);
}

async function ownAdapterDir(dir: string): Promise<AdapterDir | undefined> {
  const { adapter, files } = await readManifest(dir);
  if (adapter === undefined) return undefined;
  for (const name of Object.values(AdapterFiles)) {
    const wanted = `${adapter}/${name}`;
    if (!files.some((file) => file.path === wanted))
      throw modelCorrupt(path.join(dir, MANIFEST_FILE), `it does not list ${wanted}`);
  }
  return path.join(dir, adapter);
}
