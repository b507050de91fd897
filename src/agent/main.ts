// The agent's entry: opens the session of a window and starts its features. One process per window; it ends with its window.

import { createConnection, ProposedFeatures, TextDocumentSyncKind } from "vscode-languageserver/node";
import { ACCEPTED_COMMAND, type AgentConfiguration, AgentMethod } from "../protocol/messages.ts";
import { serveCompletions } from "./completions.ts";
import { serveContext } from "./context.ts";
import { serveDocstrings } from "./docstrings.ts";
import { serveDocuments } from "./documents.ts";
import type { Feature } from "./feature.ts";
import { serveFineTuning } from "./fineTuning.ts";
import { serveFixes } from "./fixes.ts";
import { serveHost } from "./host.ts";
import { serveModels } from "./models.ts";
import { serveIndex } from "./repositoryIndex.ts";
import { serveMemory } from "./repositoryMemory.ts";
import { openSession } from "./session.ts";
import { serveStatistics } from "./statistics.ts";

/** The features in the order in which they get the session's events: the host is awake before it gets any request. */
const FEATURES: readonly Feature[] = [
  serveHost,
  serveIndex,
  serveMemory,
  serveFineTuning,
  serveDocuments,
  serveCompletions,
  serveContext,
  serveDocstrings,
  serveFixes,
  serveModels,
  serveStatistics,
];

// The library waits for an event that `process` never emits; besides, it only checks every 3 s whether its parent is alive.
process.on("disconnect", () => process.exit(0));

const connection = createConnection(ProposedFeatures.all);

// The editor sends nothing else before this is answered, so that features may register their handlers here.
connection.onInitialize(async (params) => {
  const session = await openSession(connection, params);
  process.on("exit", () => session.feedback.end());
  for (const feature of FEATURES) feature(connection, session);
  connection.onInitialized(() => {
    connection.console.info(`agent ${process.pid}: Node ${process.version}, syntax trees: ${session.parsers.reason}`);
    session.events.emit("initialized");
  });
  connection.onNotification(AgentMethod.configure, (configuration: AgentConfiguration) =>
    session.configure(configuration),
  );
  return {
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      inlineCompletionProvider: true,
      executeCommandProvider: { commands: [ACCEPTED_COMMAND] },
    },
  };
});

connection.listen();
