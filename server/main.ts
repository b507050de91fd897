// Entry of the model host, bundled to dist/host.cjs and started detached by the first client. Wires the models to the host.
// The host also starts it to derive a compute form (`deriveProcess.ts`).
// What that client's settings chose comes in the environment: SOTTO_MODEL (auto, quick, strong, or a folder; SOTTO_MODEL_DIR names a folder where
// that is not set), SOTTO_THREADS and SOTTO_DEVICE.

import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { isTierThere, modelSetting, TIER_MODEL_IDS, tierDir } from "./engine/models/tiers.ts";
import { type AskedDevice, isAskedDevice } from "./engine/runtime/device.ts";
import { fittingTier } from "./host/adapterFit.ts";
import { askedToDerive, derive, deriveElsewhere } from "./host/deriveProcess.ts";
import { loadOnDevices } from "./host/deviceModels.ts";
import { runHost } from "./host/host.ts";
import type { LocalModel } from "./host/localModel.ts";
import type { Shared } from "./host/modelPool.ts";
import type { ServedModels, TierModel } from "./host/modelRouter.ts";
import { type AdapterChoice, NO_ADAPTER } from "./host/protocol/adapters.ts";
import type { ModelChoice, Tier } from "./host/protocol/tiers.ts";
import { speedElsewhere } from "./host/speedProcess.ts";
import { loadWorkspaceModel } from "./host/workspaceModel.ts";

const threads = Number(process.env.SOTTO_THREADS) > 0 ? Number(process.env.SOTTO_THREADS) : undefined;

const { SOTTO_DEVICE = "" } = process.env;
const askedDevice: AskedDevice = isAskedDevice(SOTTO_DEVICE) ? SOTTO_DEVICE : "auto";

const cacheDir = defaultCacheDir();
const device = { cacheDir, threads };
const script = process.argv[1];

/** @param tier undefined: a model of the user's own */
function modelIn(modelDir: string, tier?: Tier): TierModel {
  async function* load(
    adapter: AdapterChoice | undefined,
    { scheduler, memories, log }: Shared,
  ): AsyncGenerator<LocalModel> {
    const options = { device: { ...device, log }, askedDevice, tier, scheduler, memories };
    const deriveIt = () => deriveElsewhere(script, { source: { modelDir, adapter }, cacheDir });
    if (adapter !== undefined && adapter !== NO_ADAPTER)
      yield* loadWorkspaceModel({ ...options, source: { modelDir, adapter }, derive: deriveIt });
    else
      yield* loadOnDevices({
        ...options,
        source: { modelDir, adapter },
        derive: tier === "strong" ? deriveIt : undefined,
      }); // quick answers meanwhile
  }
  return { id: tier ? TIER_MODEL_IDS[tier] : path.basename(modelDir), load };
}

function tiers(choice: ModelChoice): ServedModels {
  const strongDir = tierDir("strong");
  return {
    choice,
    quick: modelIn(tierDir("quick"), "quick"),
    strong: { ...modelIn(strongDir, "strong"), isThere: isTierThere("strong") },
    measure: () => speedElsewhere({ source: { modelDir: strongDir }, device, askedDevice }),
    fitOf: (adapter) => fittingTier(adapter, tierDir),
  };
}

const setting = modelSetting(process.env.SOTTO_MODEL || process.env.SOTTO_MODEL_DIR);
const served: ServedModels = "dir" in setting ? { own: modelIn(setting.dir) } : tiers(setting.choice);

const asked = askedToDerive(process.argv);
const work = asked ? derive(asked) : runHost({ script, served });
work.catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
