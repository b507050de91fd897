// The agent's entry for our own extension, over node's IPC. One process per window; it ends with its window.

import { createConnection, ProposedFeatures } from "vscode-languageserver/node";
import { extension } from "./extension.ts";
import { serveAgent } from "./serveAgent.ts";

// The library waits for an event that `process` never emits; besides, it only checks every 3 s whether its parent is alive.
process.on("disconnect", () => process.exit(0));

serveAgent(createConnection(ProposedFeatures.all), extension);
