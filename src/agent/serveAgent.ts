// Opens the session of a window at an editor's word, and starts its features. Knows neither the editor nor how it is connected.

import { type Connection, ErrorCodes, ResponseError, TextDocumentSyncKind } from "vscode-languageserver/node";
import { serveCompletions } from "./completions.ts";
import { serveContext } from "./context.ts";
import { serveDocuments } from "./documents.ts";
import type { Editor } from "./editor.ts";
import { serveEngineChoice } from "./engines.ts";
import type { Feature } from "./feature.ts";
import { serveHost } from "./host.ts";
import { serveIndex } from "./repositoryIndex.ts";
import { serveMemory } from "./repositoryMemory.ts";
import { openSession, type SessionScripts } from "./session.ts";
import { serveStatistics } from "./statistics.ts";

/** What every editor is served, after its own, in the order in which the features get the session's events: the host is awake before it gets any request. */
const FEATURES: readonly Feature[] = [
  serveHost,
  serveEngineChoice,
  serveIndex,
  serveMemory,
  serveDocuments,
  serveCompletions,
  serveContext,
  serveStatistics,
];

/** @param scripts of the processes that the agent starts; default: the bundles */
export function serveAgent(connection: Connection, editor: Editor, scripts?: SessionScripts): void {
  let isOpen = false;
  // The editor sends nothing else before this is answered, so that features may register their handlers here.
  connection.onInitialize(async (params) => {
    if (isOpen) return new ResponseError(ErrorCodes.InvalidRequest, "A window is initialized once.");
    isOpen = true;
    const session = await openSession(connection, params.capabilities, editor.open(connection, params), scripts);
    process.on("exit", () => session.feedback.end());
    for (const feature of [...editor.features, ...FEATURES]) feature(connection, session);
    connection.onInitialized(async () => {
      connection.console.info(`agent ${process.pid}: Node ${process.version}, syntax trees: ${session.parsers.reason}`);
      await editor.settled?.(connection, session);
      session.events.emit("initialized");
    });
    return {
      serverInfo: { name: "sotto" },
      capabilities: {
        positionEncoding: "utf-16",
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
        inlineCompletionProvider: true,
        ...editor.capabilities,
      },
    };
  });
  connection.listen();
}
