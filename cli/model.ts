// The model as the command line uses it: in this process, chosen by --model, --adapter, --device and --threads.

import { existsSync } from "node:fs";
import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { embeddedModelDir, type ListedModel, listModels, type ModelListing } from "../server/models/catalog.ts";
import { MANIFEST_FILE } from "../server/models/manifest.ts";
import type { FormatName } from "../server/prompt/promptFormat.ts";
import { badInput } from "../server/protocol/errors.ts";
import type { HostStatus, PromptInput } from "../server/protocol/messages.ts";
import { loadOnDevices } from "../server/rpc/deviceModels.ts";
import type { LocalModel } from "../server/rpc/localModel.ts";
import { type AskedDevice, DEVICES, isAskedDevice } from "../server/runtime/chooseDevice.ts";
import type { CompletionModel } from "../src/model/completionModel.ts";

/** What the evaluation needs beyond completing. */
export interface CliModel extends CompletionModel {
  /** How probable the model finds `text` right after `prompt`: the sum of the natural logarithms over its tokens. */
  score(prompt: PromptInput, text: string, signal?: AbortSignal): Promise<{ logProb: number; tokens: number }>;
  status(): HostStatus;
  dispose(): void;
}

export interface ModelOptions {
  id: string | undefined; // or its folder; undefined: the embedded model
  adapter?: string; // its folder, or "none"; undefined: the model's own; as given, it may be the id of a workspace's adapter
  format?: FormatName; // of the prompt; undefined: what the model has learnt
  threads: number | undefined; // undefined: by the machine
  device?: AskedDevice; // undefined: the processor, which writes the same everywhere
}

/** Loads the model into this process. @throws UserError when there is none of that name, or it cannot be loaded */
export async function loadLocalModel(options: ModelOptions): Promise<CliModel> {
  const { id, device, ...rest } = options;
  const modelDir = await findModelDir(id);
  let loaded: LocalModel | undefined;
  for await (const model of loadOnDevices({ modelDir, cacheDir: defaultCacheDir(), askedDevice: device, ...rest })) {
    loaded?.dispose();
    loaded = model;
  }
  return loaded!;
}

/** The model of that id. @throws UserError naming those that there are, or why it cannot be used */
export async function findModel(id: string): Promise<ModelListing> {
  const found = await findListed(id);
  if (found.state === "usable") return found;
  throw badInput(`The model ${id} cannot be used.`, found.problem);
}

/** The same, whole or broken. @throws UserError naming those that there are */
export async function findListed(id: string): Promise<ListedModel> {
  const models = await listModels();
  const found = models.find((model) => model.id === id);
  if (found) return found;
  throw badInput(`There is no model ${id}.`, `Choose one of: ${models.map((model) => model.id).join(", ")}.`);
}

/** The folder of a model by its id, or by the folder itself; by default the embedded one's. @throws UserError */
export async function findModelDir(id: string | undefined): Promise<string> {
  if (id === undefined) return embeddedModelDir();
  if (existsSync(path.join(id, MANIFEST_FILE))) return id;
  return (await findModel(id)).dir;
}

/** Where a model runs to complete. @throws UserError for what is no device */
export function checkDevice(device: string | undefined): AskedDevice | undefined {
  if (device === undefined || isAskedDevice(device)) return device;
  throw badInput(`There is no device ${device}.`, `Give --device auto or one of ${DEVICES.join(", ")}.`);
}

/** The model with the sampler's seed set; the same model where none was given. */
export function withSeed(model: CliModel, seed: number | undefined): CliModel {
  if (seed === undefined) return model;
  return {
    generate: (params, onText, signal) =>
      model.generate({ ...params, sampling: { ...params.sampling, seed } }, onText, signal),
    inspect: (prompt) => model.inspect(prompt),
    score: (prompt, text, signal) => model.score(prompt, text, signal),
    status: () => model.status(),
    dispose: () => model.dispose(),
  };
}
