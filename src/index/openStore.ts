// Opens the index of a workspace for its one writer, and makes it anew where it is of no use. The lock must be held.

import { removeDatabase, UnusableDatabase } from "./schema.ts";
import { IndexStore } from "./store.ts";

/**
 * @param onRebuild told why, where what was there has been thrown away
 * @throws Error when no database can be made here
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
