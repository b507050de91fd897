// A workspace folder's adapters for a person: the list, and each change with a sentence about it. The store (src/adapters) owns the state;
// work that needs a model runs in a separate process (dist/finetune.cjs).

import { badInput } from "../../common/errors.ts";
import {
  adapterOff,
  adapterReport,
  readStore,
  removeAdapter,
  renameAdapter,
  rollBack,
  useAdapter,
} from "../adapters/adapterStore.ts";
import type { AdapterChange, AdaptersState } from "../protocol/adapters.ts";
import { call, type ScriptOptions } from "./fineTune/script.ts";

export interface AdapterActionsOptions extends ScriptOptions {
  modelDir: () => string; // or what sotto.model says; "" for the quick one
  dataDir?: string;
}

export function adaptersState(root: string, dataDir?: string): AdaptersState {
  const { adapters, history, problems } = readStore(root, dataDir);
  return {
    adapters: adapters.map(({ id, name, createdMs, active, origin, sizeBytes, facts }) => {
      const { gain, interval, forgetting, cases, keptExamples } = facts;
      const report = adapterReport(root, id, dataDir);
      const known = { id, name, createdMs, active, origin, sizeBytes, gain, interval, forgetting, cases, report };
      return keptExamples === undefined ? known : { ...known, keptExamples };
    }),
    before: history.find((id) => adapters.some((adapter) => adapter.id === id)) ?? null,
    problems,
  };
}

/** @returns a sentence about the new state @throws UserError, Cancelled */
export async function changeAdapters(
  root: string,
  change: AdapterChange,
  options: AdapterActionsOptions,
  signal: AbortSignal,
): Promise<string> {
  const { dataDir, modelDir } = options;
  const nameOf = (id: string) => adaptersState(root, dataDir).adapters.find((one) => one.id === id)?.name ?? id;
  switch (change.kind) {
    case "use":
      useAdapter(root, change.id, dataDir);
      return `Completions use the adapter ${nameOf(change.id)}.`;
    case "off":
      adapterOff(root, dataDir);
      return "Completions use no adapter.";
    case "rollBack": {
      const id = rollBack(root, dataDir);
      return id === null ? "Completions use no adapter." : `Completions use the adapter ${nameOf(id)} again.`;
    }
    case "remove": {
      const name = nameOf(change.id);
      removeAdapter(root, change.id, dataDir);
      return `The adapter ${name} is removed.`;
    }
    case "rename":
      renameAdapter(root, change.id, change.name, dataDir);
      return `The adapter is called ${nameOf(change.id)}.`;
    case "export":
      await call(options, "export", { root, id: change.id, dir: change.dir, modelDir: modelDir() }, signal);
      return `The adapter ${nameOf(change.id)} lies in ${change.dir}, in PEFT's layout.`;
    case "import": {
      const params = { root, dir: change.dir, modelDir: modelDir() };
      const { id, warnings = [] } = await call<{ id: string; warnings?: string[] }>(options, "import", params, signal);
      return [`The adapter ${nameOf(id)} is here, and not in use yet.`, ...warnings].join(" ");
    }
    default:
      throw badInput("This change of the adapters is not known.", "Reload the window.");
  }
}
