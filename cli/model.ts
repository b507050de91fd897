// The model of the command line: runs in this process, chosen by --model, --adapter, --device and --threads.

import { existsSync } from "node:fs";
import path from "node:path";
import { badInput, UserError } from "../common/errors.ts";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { DEFAULT_CAPACITY } from "../server/engine/load/loadDecoder.ts";
import { type ListedModel, listModels, type ModelListing } from "../server/engine/models/catalog.ts";
import { MANIFEST_FILE } from "../server/engine/models/manifest.ts";
import { isTierThere, TIER_MODEL_IDS, tierDir } from "../server/engine/models/tiers.ts";
import type { FormatName } from "../server/engine/prompt/types.ts";
import { type AskedDevice, DEVICES, isAskedDevice } from "../server/engine/runtime/device.ts";
import { loadOnDevices } from "../server/host/deviceModels.ts";
import type { LocalModel } from "../server/host/localModel.ts";
import { type AdapterChoice, type AdapterId, NO_ADAPTER } from "../server/host/protocol/adapters.ts";
import type { HostStatus, RememberParams } from "../server/host/protocol/messages.ts";
import { type PromptBudget, promptBudgetOf } from "../server/host/protocol/promptBudget.ts";
import { isModelChoice, STRONG_IS_ABSENT, TIERS, type Tier } from "../server/host/protocol/tiers.ts";
import { RepositoryMemories } from "../server/host/repositoryMemories.ts";
import type { EngineChoice } from "../server/remote/types.ts";
import { rememberedFiles } from "../src/memory/rememberedFiles.ts";
import type { CompletionModel, ModelCall } from "../src/model/completionModel.ts";
import type { Workspace } from "../src/workspace/workspace.ts";

/** The methods that the evaluation needs beyond completing. */
export interface CliModel extends CompletionModel {
  /** Takes texts of a workspace for requests that name it. */
  remember(params: RememberParams): Promise<void>;
  status(): HostStatus;
  readonly tier?: Tier; // the tier that it serves as
  readonly promptBudget: PromptBudget;
  dispose(): void;
}

/** A model of this process, which can write a recorded request again. */
export type ReplayingModel = CliModel & Pick<LocalModel, "replay" | "recordedModel" | "tokenizer">;

export const replays = (model: CliModel): model is ReplayingModel => "replay" in model;

/** The value of --model that stands for the model that a recording names. */
export const RECORDED_MODEL = "recorded";

export interface ModelOptions {
  id: string | undefined; // auto, quick, strong, the id of another model, or its folder; undefined: quick
  adapter?: AdapterChoice | AdapterId; // as given; `workspaceModel` turns an id into a folder. undefined: the model's own
  format?: FormatName; // of the prompt; undefined: the format that the model has learnt
  budgetTokens?: number; // of the prompt; undefined: the tier's
  threads: number | undefined; // undefined: chosen by the machine
  device?: AskedDevice; // undefined: the processor, which gives the same text everywhere
  engine?: AskedEngine; // a server writes, and nothing of the above counts but the format
}

/** A server that a person has named. */
export interface AskedEngine {
  choice: EngineChoice;
  hasConsent: boolean; // the person agrees beforehand that code is sent there
}

/** A model that a command runs. */
export interface FoundModel {
  dir: string;
  id: string;
  tier?: Tier; // absent for the user's own model
}

/**
 * Loads the model into this process. auto is strong if that can be loaded, otherwise quick, whose status says why.
 * @throws UserError when there is no model of that name, or it cannot be loaded
 */
export async function loadLocalModel(options: ModelOptions): Promise<CliModel> {
  const model = await resolveModel(options.id);
  const isFree = options.id === "auto" && model.tier === "strong";
  if (!isFree) return loadFound(model, options);
  try {
    return await loadFound(model, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const keeps = error.code === "adapterOfOtherBase" || options.adapter === NO_ADAPTER; // otherwise the adapter belongs to strong
    const adapter = keeps ? options.adapter : undefined;
    const quick = await loadFound(await resolveModel("quick"), { ...options, adapter });
    quick.fallbackReason = `the strong model cannot be used, and quick answers: ${error.message}`;
    return quick;
  }
}

async function loadFound({ dir: modelDir, tier }: FoundModel, options: ModelOptions): Promise<LocalModel> {
  const { adapter, format, threads, device: askedDevice, budgetTokens } = options;
  const roomToWrite = DEFAULT_CAPACITY - promptBudgetOf(tier).tokens; // also with a prompt of another size
  const capacity = budgetTokens && budgetTokens + roomToWrite;
  const found = {
    source: { modelDir, adapter },
    device: { cacheDir: defaultCacheDir(), threads },
    limits: { budgetTokens, capacity },
    askedDevice,
    format,
    tier,
    memories: new RepositoryMemories(),
  };
  let loaded: LocalModel | undefined;
  for await (const model of loadOnDevices(found)) {
    loaded?.dispose();
    loaded = model;
  }
  return loaded!;
}

/** The model with that id. @throws UserError naming the existing models, or why it cannot be used */
export async function findModel(id: string): Promise<ModelListing> {
  const found = await findListed(id);
  if (found.state === "usable") return found;
  throw badInput(`The model ${id} cannot be used.`, found.problem);
}

/** The same for a complete or a broken model. @throws UserError naming the existing models */
export async function findListed(id: string): Promise<ListedModel> {
  const models = await listModels();
  const found = models.find((model) => model.id === id);
  if (found) return found;
  throw badInput(`There is no model ${id}.`, `Choose one of: ${models.map((model) => model.id).join(", ")}.`);
}

/**
 * The model meant by --model: auto (strong if it is installed), quick or strong, a folder, or an id; without a value quick. A folder with the
 * name of a choice is given by its path (./quick).
 * @throws UserError
 */
export async function resolveModel(given = "quick"): Promise<FoundModel> {
  if (isModelChoice(given)) {
    if (given === "strong" && !isTierThere("strong"))
      throw badInput(`The model ${STRONG_IS_ABSENT}.`, "Give --model quick, or another model.");
    const tier = given === "auto" ? (isTierThere("strong") ? "strong" : "quick") : given;
    return { dir: tierDir(tier), id: TIER_MODEL_IDS[tier], tier };
  }
  if (existsSync(path.join(given, MANIFEST_FILE))) return { dir: given, id: path.basename(path.resolve(given)) };
  const { dir, id } = await findModel(given);
  return { dir, id, tier: TIERS.find((tier) => tierDir(tier) === dir) };
}

/** The folder of the model meant by --model. @throws UserError */
export const findModelDir = async (given: string | undefined): Promise<string> => (await resolveModel(given)).dir;

/** The device to complete on. @throws UserError for an unknown device */
export function checkDevice(device: string | undefined): AskedDevice | undefined {
  if (device === undefined || isAskedDevice(device)) return device;
  throw badInput(`There is no device ${device}.`, `Give --device auto or one of ${DEVICES.join(", ")}.`);
}

/** The model with the sampler's seed set; the model itself where no seed was given. */
export function withSeed(model: CliModel, seed: number | undefined): CliModel {
  if (seed === undefined) return model;
  return changed(model, (params) => ({ ...params, sampling: { ...params.sampling, seed } }));
}

/** The model with the files of a workspace mixed into its choices. @param memory a name for the workspace */
export async function withMemory(model: CliModel, workspace: Workspace, memory = "the workspace"): Promise<CliModel> {
  for await (const files of rememberedFiles(workspace)) await model.remember({ workspace: memory, files });
  return changed(model, (params) => ({ ...params, memory }));
}

const changed = (model: CliModel, change: (params: ModelCall) => ModelCall): CliModel => ({
  generate: (params, onText, signal) => model.generate(change(params), onText, signal),
  inspect: (prompt) => model.inspect(prompt),
  score: model.score && ((params, signal) => model.score!(params, signal)),
  layers: model.layers && ((params, signal) => model.layers!(params, signal)),
  remember: (params) => model.remember(params),
  status: () => model.status(),
  tier: model.tier,
  promptBudget: model.promptBudget,
  dispose: () => model.dispose(),
});
