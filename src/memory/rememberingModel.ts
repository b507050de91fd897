// A folder's model with the folder's files mixed into what it writes.

import type { FolderModel } from "../model/completionModel.ts";

/**
 * @param memory the folder's name on the host
 * @param memoryVersion of what the host remembers beside the document
 */
export function rememberingModel(model: FolderModel, memory: string, memoryVersion: number): FolderModel {
  return {
    key: `${model.key} with memory`,
    memoryVersion,
    generate: (params, onText, signal) => model.generate({ ...params, memory }, onText, signal),
    inspect: (params) => model.inspect(params),
    ...(model.warm && { warm: model.warm.bind(model) }),
  };
}
