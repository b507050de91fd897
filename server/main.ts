// Entry of the model host, bundled to dist/host.cjs and started detached by the first client. Wires the embedded model to the host.

import path from "node:path";
import { defaultCacheDir } from "../common/util/cacheDir.ts";
import { embeddedModelDir } from "./models/catalog.ts";
import { runHost } from "./rpc/host.ts";
import { LocalModel } from "./rpc/localModel.ts";

runHost({
  script: process.argv[1],
  modelId: path.basename(embeddedModelDir()),
  load: (log) => LocalModel.load({ modelDir: embeddedModelDir(), cacheDir: defaultCacheDir(), log }),
}).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
