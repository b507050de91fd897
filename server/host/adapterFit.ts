// Finds out which of Sotto's two models a workspace's adapter belongs to, by the weights hash that the adapter names. Loads nothing.

import { readBase } from "../engine/adapters/readAdapter.ts";
import { openBases } from "../engine/load/openAdapted.ts";
import type { AdapterDir } from "./protocol/adapters.ts";
import { TIERS, type Tier } from "./protocol/tiers.ts";

/** The weights hashes that an adapter of a model may name, by the model's folder. Cached, because reading a model's files takes a moment. */
const hashes = new Map<string, Promise<string[]>>();

/**
 * @param dirOf folder of a tier's model
 * @returns undefined where the adapter belongs to neither model, or where its model cannot be opened
 * @throws UserError adapterInvalid
 */
export async function fittingTier(adapter: AdapterDir, dirOf: (tier: Tier) => string): Promise<Tier | undefined> {
  const { weightsSha256 } = await readBase(adapter);
  for (const tier of TIERS) if ((await hashesOf(dirOf(tier))).includes(weightsSha256)) return tier;
  return undefined;
}

function hashesOf(dir: string): Promise<string[]> {
  const known = hashes.get(dir);
  if (known) return known;
  const found = openBases(dir).then(
    ({ used, plain }) => [used.weightsSha256, plain.weightsSha256],
    () => [], // loading the model reports what is wrong with it
  );
  hashes.set(dir, found);
  return found;
}
