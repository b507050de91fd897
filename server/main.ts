// Entry of the model host, bundled to dist/host.cjs and started detached by the first client. Wires the model to the host.
// The host also starts it to derive a compute form (`deriveProcess.ts`).
// What that client's settings chose comes in the environment: SOTTO_MODEL_DIR, SOTTO_THREADS and SOTTO_DEVICE.

import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { embeddedModelDir } from "./models/catalog.ts";
import { askedToDerive, derive, deriveElsewhere } from "./rpc/deriveProcess.ts";
import { loadOnDevices } from "./rpc/deviceModels.ts";
import { runHost } from "./rpc/host.ts";
import type { LocalModel } from "./rpc/localModel.ts";
import type { Shared } from "./rpc/modelPool.ts";
import { loadWorkspaceModel } from "./rpc/workspaceModel.ts";
import { type AskedDevice, isAskedDevice } from "./runtime/chooseDevice.ts";

const modelDir = process.env.SOTTO_MODEL_DIR || embeddedModelDir();
const threads = Number(process.env.SOTTO_THREADS) > 0 ? Number(process.env.SOTTO_THREADS) : undefined;

const { SOTTO_DEVICE = "" } = process.env;
const askedDevice: AskedDevice = isAskedDevice(SOTTO_DEVICE) ? SOTTO_DEVICE : "auto";

const cacheDir = defaultCacheDir();
const script = process.argv[1];

async function* load(workspaceAdapter: string | undefined, shared: Shared): AsyncGenerator<LocalModel> {
  const options = { modelDir, cacheDir, threads, askedDevice, ...shared };
  if (workspaceAdapter === undefined) yield* loadOnDevices(options);
  else {
    const derive = () => deriveElsewhere(script, { modelDir, workspaceAdapter, cacheDir });
    yield* loadWorkspaceModel({ ...options, workspaceAdapter, derive });
  }
}

const asked = askedToDerive(process.argv);
const work = asked ? derive(asked) : runHost({ script, modelId: path.basename(modelDir), load });
work.catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
