// The folders of Sotto's two models, and the meaning of the model setting: the single place for settings, host and command line. A folder
// without a manifest does not count as a model yet. Loads nothing.

import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { idReserved } from "../../../common/errors.ts";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { isModelChoice, type ModelChoice, TIERS, type Tier } from "../../host/protocol/tiers.ts";
import { MANIFEST_FILE } from "./manifest.ts";

export const TIER_MODEL_IDS: Readonly<Record<Tier, string>> = { quick: "smollm2-135m", strong: "qwen2.5-coder-0.5b" };

/** Where the strong model comes in an extension of its own, that is installed beside ours: every process finds it there, in every editor. */
const STRONG_EXTENSION = /^sotto\.sotto-strong-(\d+)\.(\d+)\.(\d+)(?:-|$)/;

/**
 * The folder of a tier's model in the installation. The strong one's may be in its extension, the newest where an update has left several.
 * @param root of this package
 */
export function shippedModelDir(tier: Tier, root = packageRoot(import.meta.dirname)): string {
  const below = path.join("models", TIER_MODEL_IDS[tier]);
  const own = path.join(root, below);
  if (tier === "quick" || existsSync(path.join(own, MANIFEST_FILE))) return own;
  const beside = extensionsBeside(root).map((folder) => path.join(folder, below));
  return beside.find((dir) => existsSync(path.join(dir, MANIFEST_FILE))) ?? own;
}

/** Folders of the strong model's extension, the newest first. */
function extensionsBeside(root: string): string[] {
  const folder = path.dirname(root);
  let names: string[] = [];
  try {
    names = readdirSync(folder);
  } catch {
    // a folder that may not be listed
  }
  const versions = names.flatMap((name) => {
    const version = STRONG_EXTENSION.exec(name)?.slice(1).map(Number);
    return version === undefined ? [] : [{ dir: path.join(folder, name), version }];
  });
  return versions.sort((a, b) => compareVersions(b.version, a.version)).map(({ dir }) => dir);
}

/** Below 0 where `a` is the older one. */
function compareVersions(a: readonly number[], b: readonly number[]): number {
  const different = a.findIndex((part, i) => part !== b[i]);
  return different < 0 ? 0 : a[different] - b[different];
}

/** SOTTO_STRONG_DIR names another folder for the strong model (tests). */
export function tierDir(tier: Tier): string {
  const { SOTTO_STRONG_DIR } = process.env;
  return tier === "strong" && SOTTO_STRONG_DIR ? SOTTO_STRONG_DIR : shippedModelDir(tier);
}

/** Whether the tier is part of this installation. Its files may still be damaged. */
export const isTierThere = (tier: Tier): boolean => existsSync(path.join(tierDir(tier), MANIFEST_FILE));

/** The meaning of sotto.model or SOTTO_MODEL: a choice among the tiers, or the folder of another model. Without a value: auto. */
export function modelSetting(text: string | undefined): { choice: ModelChoice } | { dir: string } {
  if (text === undefined || text === "") return { choice: "auto" };
  return isModelChoice(text) ? { choice: text } : { dir: text };
}

/**
 * The folder of the single model to train or measure with. Here auto means quick; so does a tier that is not installed.
 * @param setting as for `modelSetting`
 */
export function singleModelDir(setting: string | undefined): string {
  const found = modelSetting(setting);
  if ("dir" in found) return path.resolve(found.dir);
  return tierDir(found.choice === "strong" && isTierThere("strong") ? "strong" : "quick");
}

/** Whether this is the id of a model that comes with Sotto, even if its folder is not complete yet. */
export const isTierModelId = (id: string): boolean => TIERS.some((tier) => TIER_MODEL_IDS[tier] === id);

/** @throws UserError where a user's model cannot have this id, because it is reserved */
export function requireOwnId(id: string): void {
  if (isModelChoice(id)) throw idReserved(id, "it names a choice in sotto.model");
  if (isTierModelId(id)) throw idReserved(id, "a model that comes with Sotto has that id");
}
