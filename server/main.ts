// Entry of the model host, bundled to dist/host.cjs and started detached by the first client. Wires the model to the host.
// What that client's settings chose comes in the environment: SOTTO_MODEL_DIR and SOTTO_THREADS.

import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { embeddedModelDir } from "./models/catalog.ts";
import { runHost } from "./rpc/host.ts";
import { LocalModel } from "./rpc/localModel.ts";

const modelDir = process.env.SOTTO_MODEL_DIR || embeddedModelDir();
const threads = Number(process.env.SOTTO_THREADS) > 0 ? Number(process.env.SOTTO_THREADS) : undefined;

runHost({
  script: process.argv[1],
  modelId: path.basename(modelDir),
  async *load(workspaceAdapter, shared) {
    yield await LocalModel.load({ modelDir, workspaceAdapter, cacheDir: defaultCacheDir(), threads, ...shared });
  },
}).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
