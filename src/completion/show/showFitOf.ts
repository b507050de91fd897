// Which fit decides about a suggestion: each of Sotto's models has its own, fitted on the model's own suggestions.

import type { Tier } from "../../../server/host/protocol/tiers.ts";
import { quick } from "./fits/quick.ts";
import { strong } from "./fits/strong.ts";
import type { ShowFit } from "./showDecision.ts";

const fits: Readonly<Record<Tier, ShowFit>> = { quick, strong };

/** @param tier of the model that wrote the suggestion; absent for one of the user's own */
export const showFitOf = (tier: Tier = "quick"): ShowFit => fits[tier];
