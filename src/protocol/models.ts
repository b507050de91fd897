// Messages about this user's models: the available ones, those that can be downloaded, and a download. Types and names only.

import type { Answer } from "./answer.ts";

/** A choice: one of Sotto's two models, both together (auto), or a model of the user's own. */
export interface ModelEntry {
  id: string;
  name: string;
  setting: string; // the value of sotto.model that chooses it
  about?: string; // explanation of an entry that is not itself a model
  comesWithSotto?: true;
  licence: string;
  sizeBytes: number;
  problem?: string; // why it cannot be used
}

/** A model of the catalog that is not downloaded, or only in part. */
export interface ModelOffer {
  id: string;
  name: string;
  licence: string;
  terms: string; // notes on the licence for a person; "" where there are none
  forbidsUses: boolean; // the licence forbids some uses, so it needs separate consent
  downloadBytes: number; // approximately
  presentBytes: number; // size of an unfinished download
  memoryNeedBytes: number; // approximately
}

export interface ModelsState {
  models: ModelEntry[]; // auto, quick and strong first
  offers: ModelOffer[];
  freeBytes: number; // of this machine's memory
}

export interface ModelParams {
  id: string; // of an offer
}

export interface PullParams extends ModelParams {
  acceptsLicence: boolean; // a person has seen what the licence forbids, and accepted it
  progressToken: string; // of `ActionProgress`, in bytes
}

/** The content of a download, as the hub reports it now. */
export interface ModelPlan {
  from: string; // address
  totalBytes: number;
}

export type ModelsAnswer = Answer<ModelsState>;
export type ModelPlanAnswer = Answer<ModelPlan>;
export type PullAnswer = Answer<ModelEntry>;

export const ModelMethod = {
  list: "sotto/models", // request, extension → agent: nothing, ModelsAnswer
  plan: "sotto/models/plan", // request, extension → agent: ModelParams, ModelPlanAnswer; asks the hub
  pull: "sotto/models/pull", // request, extension → agent: PullParams, PullAnswer
} as const;
