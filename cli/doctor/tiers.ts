// Sotto's two models for the doctor: whether each is complete, how fast the strong one is here, and the resulting choice. Measures once if no
// measurement is stored; chooses as the host does.

import { UserError } from "../../common/errors.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { TIER_LIMITS } from "../../server/engine/load/chooseTier.ts";
import { requireWhole, type VerifyResult, verifyModel } from "../../server/engine/models/catalog.ts";
import { isTierThere, TIER_MODEL_IDS, tierDir } from "../../server/engine/models/tiers.ts";
import { decisionBy } from "../../server/host/modelRouter.ts";
import { STRONG_IS_ABSENT, TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import { type MeasuredSpeed, speedElsewhere } from "../../server/host/speedProcess.ts";

export interface TierReport {
  states: { tier: Tier; model: string; state: "whole" | "absent" | "broken"; problem?: string }[];
  speed?: MeasuredSpeed; // of strong, if it is complete
  typing: Tier;
  typingReason: string;
  asked: Tier;
}

/**
 * The meaning of auto on this machine.
 * @param checked the model whose files have already been verified: hashing them takes a moment
 */
export async function reportTiers(
  checked: VerifyResult,
  threads: number | undefined,
  log: (line: string) => void,
): Promise<TierReport> {
  const states = await Promise.all(TIERS.map((tier) => stateOf(tier, checked)));
  const [, { state, problem = STRONG_IS_ABSENT }] = states;
  if (state !== "whole") return { states, typing: "quick", typingReason: problem, asked: "quick" };
  log("measuring the strong model, which takes up to half a minute …");
  const speed = await speedElsewhere({
    source: { modelDir: tierDir("strong") },
    device: { cacheDir: defaultCacheDir(), threads },
    askedDevice: "auto",
    rounds: 1,
  });
  const { tier: typing, reason: typingReason } = decisionBy(speed);
  return { states, speed, typing, typingReason, asked: "strong" };
}

async function stateOf(tier: Tier, checked: VerifyResult): Promise<TierReport["states"][number]> {
  const model = TIER_MODEL_IDS[tier];
  const dir = tierDir(tier);
  if (!isTierThere(tier)) return { tier, model, state: "absent" };
  try {
    requireWhole(dir === checked.dir ? checked : await verifyModel(dir));
    return { tier, model, state: "whole" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { tier, model, state: "broken", problem: `${error.message} ${error.action}` };
  }
}

export function readableTiers({ states, speed, typing, typingReason, asked }: TierReport): string[] {
  const inWords = { whole: "whole", absent: "absent", broken: "cannot be used" };
  return [
    "models by what they are for (sotto.model: auto)",
    ...states.map(
      ({ tier, model, state, problem }) =>
        `  ${tier.padEnd(6)} ${model}: ${inWords[state]}${problem ? `; ${problem}` : ""}`,
    ),
    ...(speed?.kind === "times" ? [`  ${timesInWords(speed)}`] : []),
    `  typing: ${typing} (${typingReason}); asked for: ${asked}`,
  ];
}

function timesInWords(speed: MeasuredSpeed & { kind: "times" }): string {
  const { times, isRemembered, device, form, threads, disturbance } = speed;
  const { keyMs, promptMs } = TIER_LIMITS;
  const how = isRemembered
    ? "measured before"
    : disturbance === undefined
      ? "measured now"
      : `disturbed: ${disturbance}`;
  return (
    `strong on ${device} (${form}, ${threads} threads): a key ${Math.round(times.keyMs)} ms (at most ${keyMs}), ` +
    `a new place ${Math.round(times.promptMs)} ms (at most ${promptMs}); ${how}`
  );
}
