// Entry of the model host, bundled to dist/host.cjs and started detached by the first client. Wires the models to the host.
// The host also starts it to derive a compute form (`deriveProcess.ts`).
// What that client's settings chose comes in the environment: SOTTO_MODEL (auto, quick, strong, or a folder; SOTTO_MODEL_DIR names a folder where
// that is not set), SOTTO_THREADS and SOTTO_DEVICE.

import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { isTierThere, modelSetting, TIER_MODEL_IDS, tierDir } from "./models/tiers.ts";
import type { ModelChoice, Tier } from "./protocol/tiers.ts";
import { fittingTier } from "./rpc/adapterFit.ts";
import { askedToDerive, derive, deriveElsewhere } from "./rpc/deriveProcess.ts";
import { loadOnDevices } from "./rpc/deviceModels.ts";
import { runHost } from "./rpc/host.ts";
import type { LocalModel } from "./rpc/localModel.ts";
import type { Shared } from "./rpc/modelPool.ts";
import type { ServedModels, TierModel } from "./rpc/modelRouter.ts";
import { speedElsewhere } from "./rpc/speedProcess.ts";
import { loadWorkspaceModel } from "./rpc/workspaceModel.ts";
import { type AskedDevice, isAskedDevice } from "./runtime/chooseDevice.ts";

const threads = Number(process.env.SOTTO_THREADS) > 0 ? Number(process.env.SOTTO_THREADS) : undefined;

const { SOTTO_DEVICE = "" } = process.env;
const askedDevice: AskedDevice = isAskedDevice(SOTTO_DEVICE) ? SOTTO_DEVICE : "auto";

const cacheDir = defaultCacheDir();
const script = process.argv[1];

/** @param tier undefined: a model of the user's own */
function modelIn(modelDir: string, tier?: Tier): TierModel {
  async function* load(workspaceAdapter: string | undefined, shared: Shared): AsyncGenerator<LocalModel> {
    const options = { modelDir, cacheDir, threads, askedDevice, tier, ...shared };
    const deriveIt = () => deriveElsewhere(script, { modelDir, workspaceAdapter, cacheDir });
    if (workspaceAdapter !== undefined) yield* loadWorkspaceModel({ ...options, workspaceAdapter, derive: deriveIt });
    else yield* loadOnDevices({ ...options, derive: tier === "strong" ? deriveIt : undefined }); // quick answers meanwhile
  }
  return { id: tier ? TIER_MODEL_IDS[tier] : path.basename(modelDir), load };
}

function tiers(choice: ModelChoice): ServedModels {
  const strongDir = tierDir("strong");
  return {
    choice,
    quick: modelIn(tierDir("quick"), "quick"),
    strong: { ...modelIn(strongDir, "strong"), isThere: isTierThere("strong") },
    measure: () => speedElsewhere({ modelDir: strongDir, cacheDir, threads, askedDevice }),
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
