// Our own extension as the editor: it sends its configuration whole, tells where the cursor rests, and is told what it shows in the status item.

import { InlineCompletionTriggerKind, TextDocumentSyncKind } from "vscode-languageserver/node";
import { repeatedIn, repeatsWords } from "../completion/repeatedCode.ts";
import { WHY_NOTHING } from "../completion/whyNothing.ts";
import { type EngineKeyAnswer, type EngineKeyParams, EngineMethod } from "../protocol/engines.ts";
import {
  ACCEPTED_COMMAND,
  type AgentConfiguration,
  AgentMethod,
  type ClipboardAnswer,
  type DefinitionsAnswer,
  type ModelStatus,
  type OutcomeParams,
  type RestedParams,
  type VisitedParams,
} from "../protocol/messages.ts";
import { serveChanges } from "./changes.ts";
import { serveChat } from "./chat.ts";
import { serveCommitMessages } from "./commitMessage.ts";
import { serveDocstrings } from "./docstrings.ts";
import type { Editor } from "./editor.ts";
import { serveEngines } from "./engines.ts";
import { serveExplanations } from "./explanations.ts";
import type { Feature } from "./feature.ts";
import { serveFineTuning } from "./fineTuning.ts";
import { serveFixes } from "./fixes.ts";
import { rootsOf } from "./languageServer.ts";
import { serveModels } from "./models.ts";
import { serveNextEdits } from "./nextEditOffers.ts";
import { servePieces } from "./pieces.ts";
import { serveSummaries } from "./summaries.ts";
import { serveTranslations } from "./translations.ts";

const serveConfiguration: Feature = (connection, session) => {
  connection.onNotification(AgentMethod.configure, (configuration: AgentConfiguration) =>
    session.configure(configuration),
  );
};

/** The status of the model host, for the status item. */
const serveStatus: Feature = (connection, session) => {
  const { host, adapters, engine, events } = session;
  function sendStatus(): void {
    const { state, host: told, error } = host.status();
    const status: ModelStatus = {
      state,
      working: session.isWorking,
      model: told?.model,
      device: told?.device,
      runtime: told?.runtime,
      fallbackReason: told?.fallbackReason,
      loadMs: told?.loadMs,
      tiers: told?.tiers,
      conversations: told?.tiers ? undefined : told?.conversations,
      error: error && { message: error.message, action: error.action },
      engine: engine.status(),
      adapters: adapters.status().map((one) => {
        const isResting = one.state === "inUse" && session.adapterRests;
        return isResting ? { ...one, state: "resting" } : one;
      }),
    };
    connection.sendNotification(AgentMethod.status, status).catch(() => {}); // the window is closing
  }
  events.on("initialized", () => {
    events.on("status", sendStatus);
    sendStatus();
  });
};

/** Lets the person see why nothing came. Requests that a newer one has replaced say nothing about their place. */
export const serveOutcomes: Feature = (connection, { events }) => {
  events.on("answered", ({ textDocument: { uri }, position, context }, outcome) => {
    if (outcome.kind === "none" && (outcome.reason === "cancelled" || outcome.reason === "superseded")) return;
    const explicit = context.triggerKind === InlineCompletionTriggerKind.Invoked;
    const none = outcome.kind === "none" && {
      reason: outcome.reason,
      why: WHY_NOTHING[outcome.reason],
      score: outcome.score,
    };
    const found = repeatedIn(outcome);
    const repeats = found && { words: repeatsWords(found), path: found.path, line: found.line };
    const params: OutcomeParams = { uri, position, explicit, ...(repeats && { repeats }), ...(none && { none }) };
    connection.sendNotification(AgentMethod.outcome, params).catch(() => {}); // the window is closing
  });
};

/** Where the cursor rests and stays, and that an item's command has run, which VS Code does for a whole item only. */
const serveCursor: Feature = (connection, session) => {
  const { documents, feedback, completer, nextEdits, sources, counts } = session;
  connection.onNotification(AgentMethod.rested, ({ uri, position }: RestedParams) => {
    const document = documents.get(uri);
    if (!document) return;
    const offset = document.text.offsetAt(position);
    nextEdits.cursorAt(uri, position.line);
    feedback.cursorAt(uri, offset);
    completer.rested({ document, offset });
  });
  connection.onNotification(AgentMethod.visited, ({ uri, line }: VisitedParams) => {
    counts.visits++;
    sources.visited(uri, line);
    feedback.cursorAt(uri, documents.get(uri)?.text.offsetAt({ line, character: 0 }) ?? -1);
  });
  connection.onExecuteCommand(({ command }) => {
    if (command !== ACCEPTED_COMMAND) return;
    counts.accepted++;
    feedback.accepted();
  });
};

export const extension: Editor = {
  open: (connection, { initializationOptions, workspaceFolders }) => ({
    configuration: initializationOptions,
    roots: rootsOf(workspaceFolders),
    askDefinitions: (asked) => connection.sendRequest<DefinitionsAnswer>(AgentMethod.definitions, asked),
    readClipboard: async () => (await connection.sendRequest<ClipboardAnswer>(AgentMethod.clipboard)).text,
    engineKey: async (origin) => {
      const asked: EngineKeyParams = { origin };
      return (await connection.sendRequest<EngineKeyAnswer>(EngineMethod.key, asked)).key;
    },
  }),
  features: [
    serveConfiguration,
    serveStatus,
    serveOutcomes,
    serveCursor,
    serveFineTuning,
    serveChat,
    serveCommitMessages,
    serveDocstrings,
    serveFixes,
    serveChanges,
    servePieces,
    serveExplanations,
    serveSummaries,
    serveTranslations,
    serveModels,
    serveEngines,
    serveNextEdits,
  ],
  capabilities: {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    executeCommandProvider: { commands: [ACCEPTED_COMMAND] },
  },
};
