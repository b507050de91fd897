// Entry of the model host, bundled to dist/host.cjs and started detached by the first client. Wires the embedded model to the host.
// SOTTO_MODEL_DIR and SOTTO_THREADS carry the settings sotto.model and sotto.threads from the agent that starts it.

import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { embeddedModelDir } from "./models/catalog.ts";
import { runHost } from "./rpc/host.ts";
import { LocalModel } from "./rpc/localModel.ts";

const modelDir = process.env.SOTTO_MODEL_DIR || embeddedModelDir();
const threads = Number(process.env.SOTTO_THREADS) || undefined;

runHost({
  script: process.argv[1],
  modelId: path.basename(modelDir),
  load: (log) => LocalModel.load({ modelDir, cacheDir: defaultCacheDir(), threads, log }),
}).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
