// The adapter that a command's model runs with: the one that --adapter names, or the one in use in the workspace. Loads nothing.

import { existsSync } from "node:fs";
import { badInput } from "../common/errors.ts";
import { type AdapterChoice, type AdapterId, NO_ADAPTER } from "../server/host/protocol/adapters.ts";
import { isModelChoice } from "../server/host/protocol/tiers.ts";
import { activeAdapter, findAdapter } from "../src/adapters/adapterStore.ts";
import { readAbout } from "../src/adapters/storedAdapter.ts";
import { isAdapterId } from "../src/adapters/storeFiles.ts";
import { type ModelOptions, resolveModel } from "./model.ts";

/** @throws UserError for a value that is neither a folder nor a valid id of a workspace's adapter */
export function checkAdapter(adapter: AdapterChoice | AdapterId | undefined): void {
  if (adapter === undefined || adapter === NO_ADAPTER || isAdapterId(adapter) || existsSync(adapter)) return;
  throw badInput(
    `There is no adapter ${adapter}.`,
    `Give an adapter's folder, the id of one of the workspace (\`sotto adapters list\`), or ${NO_ADAPTER}.`,
  );
}

/**
 * `options` with the folder of the adapter to run with. Without --adapter it is the one in use in the workspace, unless that belongs to another
 * model.
 * @param root the workspace; undefined: none, so that nothing is taken from one
 * @throws UserError where --adapter is an id that the workspace does not have, or there is no such model
 */
export async function workspaceModel(
  options: ModelOptions,
  root: string | undefined,
  log: (line: string) => void,
): Promise<ModelOptions> {
  const { adapter, id = "quick", engine } = options;
  if (engine) return options; // a server knows no adapter of this machine
  if (adapter !== undefined) {
    if (adapter === NO_ADAPTER || existsSync(adapter)) return options;
    if (root !== undefined) return { ...options, adapter: findAdapter(root, adapter).dir };
    throw badInput(`There is no adapter ${adapter}.`, "Give its folder, or with --root the workspace that it is of.");
  }
  const active = root === undefined ? undefined : activeAdapter(root);
  if (!active) return options;
  const base = readAbout(active.dir)?.base.id;
  if (base !== (isModelChoice(id) ? (await resolveModel(id)).id : id)) {
    log(`the workspace's adapter ${active.id} is for the model ${base}, and is not used`);
    return options;
  }
  log(`with the workspace's adapter ${active.id}`);
  return { ...options, adapter: active.dir };
}
