// Messages about the models of this user: which there are, which can be downloaded, and a download. Types and names only.

import type { Answer } from "./answer.ts";

/** What can be chosen: one of Sotto's two models, both together (auto), or a model of the user's own. */
export interface ModelEntry {
  id: string;
  name: string;
  setting: string; // the value of sotto.model that chooses it
  about?: string; // what it stands for, where it is no model by itself
  comesWithSotto?: true;
  licence: string;
  sizeBytes: number;
  problem?: string; // why it cannot be used
}

/** A model of the catalog that is not there, or only in part. */
export interface ModelOffer {
  id: string;
  name: string;
  licence: string;
  terms: string; // what a person should know of the licence; "" where there is nothing
  forbidsUses: boolean; // it has to be accepted by itself
  downloadBytes: number; // about
  presentBytes: number; // of an unfinished download
  memoryNeedBytes: number; // about
}

export interface ModelsState {
  models: ModelEntry[]; // auto, quick and strong first
  offers: ModelOffer[];
}

export interface ModelParams {
  id: string; // of an offer
}

export interface PullParams extends ModelParams {
  acceptsLicence: boolean; // a person has seen what it forbids, and accepted that
  progressToken: string; // of `ActionProgress`, in bytes
}

/** What a download brings, as the hub says now. */
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
