// The model host on the tiny model: the same process as server/main.ts with another loader. Environment:
// SOTTO_TEST_TOKEN_MS (pause before each run of the decoder), SOTTO_TEST_LOAD_MS (pause before the load),
// SOTTO_TEST_MODEL_DIR (load the stored model of this folder instead), SOTTO_TEST_LOAD=bug|crash (fail in the load);
// SOTTO_TEST_ADAPTER_LOAD_MS and SOTTO_TEST_ADAPTER_LOAD=crash do the same to models with a workspace's adapter only.
// SOTTO_TEST_TIERS=auto|quick|strong: two tiny models, one for each tier, and this choice among them; SOTTO_TEST_STRONG_LOAD_MS and
// SOTTO_TEST_STRONG_LOAD=memory|corrupt (fail in its load) are for strong only, SOTTO_TEST_KEY_MS is what a key takes with it.

import { setTimeout as sleep } from "node:timers/promises";
import { memoryTooSmall, modelCorrupt } from "../../common/errors.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { readBase } from "../../server/engine/adapters/readAdapter.ts";
import { runHost } from "../../server/host/host.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import type { ModelLoader, Shared } from "../../server/host/modelPool.ts";
import type { ServedModels } from "../../server/host/modelRouter.ts";
import type { AdapterDir } from "../../server/host/protocol/adapters.ts";
import { type ModelChoice, TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import type { MeasuredSpeed } from "../../server/host/speedProcess.ts";
import { tinyLocalModel, tinyTier } from "./tinyLocalModel.ts";

const {
  SOTTO_TEST_TOKEN_MS,
  SOTTO_TEST_LOAD_MS,
  SOTTO_TEST_MODEL_DIR,
  SOTTO_TEST_LOAD,
  SOTTO_TEST_ADAPTER_LOAD_MS,
  SOTTO_TEST_ADAPTER_LOAD,
  SOTTO_TEST_TIERS,
  SOTTO_TEST_STRONG_LOAD_MS,
  SOTTO_TEST_STRONG_LOAD,
  SOTTO_TEST_KEY_MS,
} = process.env;

const loaderOf =
  (tier?: Tier): ModelLoader =>
  (adapter, shared) =>
    load(adapter, shared, tier);

async function* load(
  adapter: AdapterDir | undefined,
  { scheduler, memories, log }: Shared,
  tier: Tier | undefined,
): AsyncGenerator<LocalModel> {
  await sleep(Number(SOTTO_TEST_LOAD_MS ?? 0));
  if (SOTTO_TEST_LOAD === "bug") throw new Error("a bug in the loader");
  if (SOTTO_TEST_LOAD === "crash") process.abort();
  if (adapter !== undefined) {
    if (SOTTO_TEST_ADAPTER_LOAD === "crash") process.abort();
    await sleep(Number(SOTTO_TEST_ADAPTER_LOAD_MS ?? 0));
  }
  if (tier === "strong") {
    await sleep(Number(SOTTO_TEST_STRONG_LOAD_MS ?? 0));
    if (SOTTO_TEST_STRONG_LOAD === "memory") throw memoryTooSmall("tiny-strong", 5e8, 1e8);
    if (SOTTO_TEST_STRONG_LOAD === "corrupt") throw modelCorrupt("/models/strong/weights", "its content was altered");
  }
  const cacheDir = defaultCacheDir();
  const tokenMs = Number(SOTTO_TEST_TOKEN_MS ?? 0);
  if (!SOTTO_TEST_MODEL_DIR) yield await tinyLocalModel({ cacheDir, log, tokenMs, adapter, scheduler, memories, tier });
  else
    yield await LocalModel.load({
      source: { modelDir: SOTTO_TEST_MODEL_DIR, adapter },
      device: { cacheDir, log },
      scheduler,
      memories,
    });
}

async function fitOf(adapter: AdapterDir): Promise<Tier | undefined> {
  const { weightsSha256 } = await readBase(adapter);
  return TIERS.find((tier) => tinyTier(tier).weightsSha256 === weightsSha256);
}

const measured: MeasuredSpeed = {
  kind: "times",
  times: { keyMs: Number(SOTTO_TEST_KEY_MS ?? 400), promptMs: 900 },
  isRemembered: false,
  device: "cpu",
  form: "row8",
  threads: 1,
};

const served: ServedModels =
  SOTTO_TEST_TIERS === undefined
    ? { own: { id: "tiny", load: loaderOf() } }
    : {
        choice: SOTTO_TEST_TIERS as ModelChoice,
        quick: { id: "tiny", load: loaderOf("quick") },
        strong: { id: "tiny-strong", load: loaderOf("strong"), isThere: true },
        measure: async () => measured,
        fitOf,
      };

runHost({ script: process.argv[1], served }).catch((error) => {
  console.error(error.message);
  process.exit(1);
});
