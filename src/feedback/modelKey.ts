// The name under which a model's suggestions are counted: the model's id, and a short hash for the workspace's adapter, whose own name may tell what
// the workspace is called.

import { createHash } from "node:crypto";

const HASH_DIGITS = 8;

/** Stands between the id and the hash of the adapter that was in use. */
const WITH = "+";

/** Stands between the id and the hash of the adapter that rested that day, because it is compared with the model alone. */
const WITHOUT = "~";

interface CountedModel {
  id: string;
  adapter?: { hash: string; rested: boolean };
}

/** @param adapter the adapter's folder, which never changes its content */
export function modelKey(id: string, adapter?: { dir: string; rested: boolean }): string {
  if (!adapter) return id;
  const hash = createHash("sha256").update(adapter.dir).digest("hex").slice(0, HASH_DIGITS);
  return `${id}${adapter.rested ? WITHOUT : WITH}${hash}`;
}

export function countedModel(key: string): CountedModel {
  const [, id, sign, hash] = /^(.*)([+~])([0-9a-f]{8})$/s.exec(key) ?? [];
  return id === undefined ? { id: key } : { id, adapter: { hash, rested: sign === WITHOUT } };
}

/** The key of the same model while it uses the same adapter; undefined for a model without one. */
export function withAdapterKey(key: string): string | undefined {
  const { id, adapter } = countedModel(key);
  return adapter && `${id}${WITH}${adapter.hash}`;
}

/** In words, for a person. */
export function modelName(key: string): string {
  const { id, adapter } = countedModel(key);
  const name = id === "" ? "not told apart" : id;
  return adapter ? `${name} ${adapter.rested ? "without" : "with"} adapter ${adapter.hash}` : name;
}
