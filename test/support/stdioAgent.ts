// The agent on stdin and stdout as `sotto language-server --stdio` starts it, from the sources and with the host of scriptedHost.ts.

import path from "node:path";
import { serveStdio } from "../../src/agent/anyEditor/stdio.ts";

const script = (file: string) => path.join(import.meta.dirname, "..", "..", file);

serveStdio({
  host: script("test/support/scriptedHost.ts"),
  indexer: script("src/index/main.ts"),
  compiler: script("src/typescript/worker.ts"),
});
