// The weights of a tier, for benches that cannot do without them. Loads nothing.

import { isTierThere, tierDir } from "../../../server/engine/models/tiers.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";

/** The folder of its model. @throws Error where that is not there, or not whole */
export function requireTier(tier: Tier): string {
  if (isTierThere(tier)) return tierDir(tier);
  throw new Error(
    `${tierDir(tier)} holds no whole model: the ${tier} tier cannot be measured (SOTTO_STRONG_DIR names another folder for strong)`,
  );
}
