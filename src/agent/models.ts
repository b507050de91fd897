// The agent's answers about models: the list of models, and a download that a person has started in the editor. LSP wiring, nothing else.

import { ProgressType } from "vscode-languageserver/node";
import { badInput, downloadFailed } from "../../common/errors.ts";
import { freeMemoryBytes } from "../../common/util/freeMemory.ts";
import { type PullOptions, type PullPlan, planPull } from "../../server/download/planPull.ts";
import { pullModel } from "../../server/download/pullModel.ts";
import { type ListedModel, listModels } from "../../server/engine/models/catalog.ts";
import { type CatalogEntry, catalogEntries, catalogEntry } from "../../server/engine/models/catalogEntries.ts";
import { forbidsUses } from "../../server/engine/models/licences.ts";
import { tierDir } from "../../server/engine/models/tiers.ts";
import { unfinishedModels, userModelsDir } from "../../server/engine/models/userModels.ts";
import { STRONG_IS_ABSENT, TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import {
  type ModelEntry,
  ModelMethod,
  type ModelOffer,
  type ModelParams,
  type ModelPlan,
  type ModelPlanAnswer,
  type ModelsAnswer,
  type ModelsState,
  type PullAnswer,
  type PullParams,
} from "../protocol/models.ts";
import type { Feature } from "./feature.ts";
import { answering } from "./languageServer.ts";

const progressType = new ProgressType<ActionProgress>();

export const serveModels: Feature = (connection, session) => {
  const network = (signal: AbortSignal): PullOptions => {
    const { "download.mirror": mirror, "download.proxy": proxy, editorProxy } = session.configuration;
    return { mirror, proxy, editorProxy, signal };
  };
  const planFor = (id: string, signal: AbortSignal): Promise<PullPlan> => {
    const entry = catalogEntry(id);
    if (!entry) throw badInput(`The catalog has no model ${id}.`, "Choose one of the list.");
    return planPull(entry, network(signal));
  };

  async function plan({ id }: ModelParams, signal: AbortSignal): Promise<ModelPlan> {
    const { from, totalBytes } = await planFor(id, signal);
    return { from, totalBytes };
  }

  async function pull({ id, acceptsLicence, progressToken }: PullParams, signal: AbortSignal) {
    const model = await pullModel(await planFor(id, signal), {
      ...network(signal),
      acceptsLicence,
      onProgress: ({ file, receivedBytes: done, totalBytes: total, bytesPerSecond }) => {
        const name = `${file}, ${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
        void connection.sendProgress(progressType, progressToken, { name, done, total });
      },
    });
    connection.console.info(`downloaded ${id} into ${model.dir}`);
    return entryOf(model);
  }

  const answered = answering(connection, (reason) => downloadFailed("The model", reason));
  connection.onRequest(
    ModelMethod.list,
    (_: object, token): Promise<ModelsAnswer> => answered("models", token, modelsState),
  );
  connection.onRequest(
    ModelMethod.plan,
    (params: ModelParams, token): Promise<ModelPlanAnswer> =>
      answered("plan of a download", token, (signal) => plan(params, signal)),
  );
  connection.onRequest(
    ModelMethod.pull,
    (params: PullParams, token): Promise<PullAnswer> => answered("download", token, (signal) => pull(params, signal)),
  );
};

async function modelsState(): Promise<ModelsState> {
  const [models, unfinished] = await Promise.all([listModels(), unfinishedModels(userModelsDir())]);
  const there = new Set(models.map(({ id }) => id));
  const presentBytes = (id: string) =>
    unfinished.find((one) => one.id === id && one.kind === "download")?.sizeBytes ?? 0;
  const offered = catalogEntries.filter(({ id }) => !there.has(id));
  const own = TIERS.map((tier) => models.find(({ dir }) => dir === tierDir(tier)));
  return {
    models: [
      automatic(own.every((model) => model !== undefined)),
      ...TIERS.flatMap((tier, i) => tierEntry(tier, own[i]) ?? []),
      ...models.filter((model) => !own.includes(model)).map(entryOf),
    ],
    offers: offered.map((entry) => offerOf(entry, presentBytes(entry.id))),
    freeBytes: freeMemoryBytes(),
  };
}

/** The entry "automatic". A model that is not part of the installation is not offered; then there is no choice. */
const automatic = (hasBoth: boolean): ModelEntry => ({
  id: "auto",
  name: "Automatic",
  setting: "auto",
  about: hasBoth
    ? "recommended: the strong model for what you ask for, and while you type the one that is fast enough here"
    : `the quick model: ${STRONG_IS_ABSENT}`,
  licence: "",
  sizeBytes: 0,
});

/** @returns undefined where the installation has no such model */
function tierEntry(tier: Tier, model: ListedModel | undefined): ModelEntry | undefined {
  if (!model) return undefined;
  const entry = entryOf(model);
  const title = tier === "quick" ? "Quick" : "Strong";
  return { ...entry, name: `${title}: ${entry.name}`, setting: tier, comesWithSotto: true };
}

function entryOf(model: ListedModel): ModelEntry {
  const { id, dir: setting, sizeBytes } = model;
  if (model.state === "broken") return { id, name: id, setting, licence: "", sizeBytes, problem: model.problem };
  return { id, name: model.name, setting, licence: model.licence, sizeBytes };
}

function offerOf(
  { id, name, licence, downloadBytes, memoryNeedBytes }: CatalogEntry,
  presentBytes: number,
): ModelOffer {
  return {
    id,
    name,
    licence: licence.spdx,
    terms: licence.note,
    forbidsUses: forbidsUses(licence.spdx),
    downloadBytes,
    presentBytes,
    memoryNeedBytes,
  };
}
