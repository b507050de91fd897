// Opens the index of a workspace for its only writer, and rebuilds an unusable one. The lock must be held.

import { removeDatabase, UnusableDatabase } from "./schema.ts";
import { IndexStore } from "./store.ts";

/**
 * @param onRebuild called with the reason where an unusable index was thrown away
 * @throws Error when no database can be created here
 */
export function openStore(file: string, onRebuild: (reason: string) => void): IndexStore {
  try {
    return IndexStore.open(file);
  } catch (error) {
    if (!(error instanceof UnusableDatabase)) throw error;
    removeDatabase(file);
    const store = IndexStore.open(file);
    onRebuild(error.message);
    return store;
  }
}
