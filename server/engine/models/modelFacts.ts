// Reads a model's name, licence and size from its own files: config.json or the header of a GGUF file. Refuses a model that these show cannot
// run; reads no weights.

import { readdir } from "node:fs/promises";
import path from "node:path";
import { modelMissing } from "../../../common/errors.ts";
import { readCapped } from "../../../common/util/cappedRead.ts";
import type { ModelConfig } from "./config.ts";
import { parseConfig } from "./configFile.ts";
import { firstGguf, openGguf } from "./gguf.ts";
import { ggufConfig } from "./ggufConfig.ts";
import { readJson } from "./manifest.ts";
import { CONFIG_FILE } from "./modelStore.ts";
import { tensorShapes } from "./tensors.ts";

export interface ModelFacts {
  name?: string; // where the files contain one
  licence?: string;
  parameters: number; // number of weights, a tied head counted once
  contextLength: number;
  vocabSize: number;
}

/** Examines a model's folder before it is added to the store. @throws UserError where the model cannot be used */
export type ModelCheck = (dir: string) => Promise<ModelFacts>;

/** File names of the parts of a split GGUF model: parts are numbered from 1 on, and the first one has the metadata. */
export const GGUF_PART = /^(.+)-(\d{5})-of-(\d{5})\.gguf$/;

/**
 * From the files in `dir`: config.json where there is one, else the first GGUF file.
 * @throws UserError modelMissing, modelCorrupt, ggufInvalid, modelUnsupported
 */
export const readFacts: ModelCheck = async (dir) => {
  const names = await readdir(dir);
  if (names.includes(CONFIG_FILE)) return factsOfConfig(path.join(dir, CONFIG_FILE));
  const gguf = firstGguf(names);
  if (gguf === undefined) throw modelMissing(path.join(dir, CONFIG_FILE));
  return factsOfGguf(path.join(dir, gguf));
};

/** From Hugging Face's config.json, and the licence of the model card beside it. @throws UserError as `readFacts` */
export async function factsOfConfig(file: string): Promise<ModelFacts> {
  const licence = await cardLicence(path.join(path.dirname(file), "README.md"));
  return { licence, ...sizes(parseConfig(await readJson(file), file)) };
}

/** @throws UserError as `readFacts` */
export function factsOfGguf(file: string): ModelFacts {
  const gguf = openGguf(file);
  const text = (key: string): string | undefined => {
    const value = gguf.metadata.get(key);
    return typeof value === "string" && value.trim() !== "" ? value.trim().slice(0, LONGEST_TEXT) : undefined;
  };
  const licence = namedLicence(text("general.license"), text("general.license.name"));
  return { name: text("general.name"), licence, ...sizes(ggufConfig(gguf)) };
}

const LONGEST_TEXT = 200;

function sizes(config: ModelConfig): Pick<ModelFacts, "parameters" | "contextLength" | "vocabSize"> {
  return { parameters: parametersOf(config), contextLength: config.contextLength, vocabSize: config.vocabSize };
}

/** A larger file is no model card: an import refuses it. */
export const MAX_CARD_BYTES = 16_000_000;

/** The value of "license:" in the front matter of a model card; undefined where there is no card or no such value. */
async function cardLicence(file: string): Promise<string | undefined> {
  const read = await readCapped(file, MAX_CARD_BYTES);
  const text = "bytes" in read ? read.bytes.toString("utf8") : "";
  const matter = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text)?.[1];
  const [, name] = /^license_name:\s*["']?([\w.-]+)/m.exec(matter ?? "") ?? [];
  const [, licence] = /^license:\s*["']?([\w.-]+)/m.exec(matter ?? "") ?? [];
  return namedLicence(licence, name);
}

/** A licence without a name on the hub is "other", and may have a name of its own. */
const namedLicence = (licence: string | undefined, name: string | undefined): string | undefined =>
  licence === "other" && name ? name : licence;

/** How many weights a model has. */
export const parametersOf = (config: ModelConfig): number =>
  tensorShapes(config).reduce((sum, { rows, cols }) => sum + rows * cols, 0);
