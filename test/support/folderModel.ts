// A workspace folder's model, for tests and benches: with its own key, and optionally an adapter that it names in each call.

import type { CompletionModel, FolderModel } from "../../src/model/completionModel.ts";

export function folderModel(model: CompletionModel, adapter?: string): FolderModel {
  const named = <T>(params: T): T => (adapter === undefined ? params : { ...params, adapter });
  return {
    key: adapter ?? "",
    generate: (params, onText, signal) => model.generate(named(params), onText, signal),
    warm: model.warm && ((params, signal) => model.warm!(named(params), signal)),
    inspect: (params) => model.inspect(named(params)),
  };
}
