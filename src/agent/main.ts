// The agent's entry: LSP wiring, nothing else. One per window; it ends with its window.
// A request is answered, if need be with nothing: a rejected one would count as a failure in the editor.

import { appendFileSync } from "node:fs";
import {
  type CancellationToken,
  createConnection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
  ProposedFeatures,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import type { EditorAnswer } from "../completion/completer.ts";
import { contextText, nothingSent } from "../completion/contextText.ts";
import type { TextEdit } from "../completion/suggestionObserver.ts";
import {
  ACCEPTED_COMMAND,
  type AgentConfiguration,
  AgentMethod,
  type ContextAnswer,
  type ContextParams,
  type Counters,
  type ModelStatus,
  type ResetStatisticsParams,
  type RestedParams,
  type StatisticsAnswer,
  type VisitedParams,
} from "../protocol/messages.ts";
import { serveDocstrings } from "./docstrings.ts";
import { serveFineTuning } from "./fineTuning.ts";
import { serveFixes } from "./fixes.ts";
import { describe, editOf, inlineItem, placeText, withSignal } from "./languageServer.ts";
import { serveModels } from "./models.ts";
import { openSession, type Session, useConfiguredHost } from "./session.ts";

// The library waits for an event that `process` never emits, and else looks for its parent every 3 s.
process.on("disconnect", () => process.exit(0));
process.on("exit", () => session?.feedback.end());

const connection = createConnection(ProposedFeatures.all);
const log = connection.console; // window/logMessage: ends in the log, never in a pop-up
const traceFile = process.env.SOTTO_TRACE_FILE; // each answer's outcome is appended to it, for who looks for a fault
const logOutcome = (line: string) => {
  log.debug(line);
  if (traceFile) appendFileSync(traceFile, `${new Date().toISOString()} ${line}\n`);
};
let accepted = 0;
let visits = 0;
let working = false; // a call of the model has been running for a moment
let watching: Promise<Disposable> | undefined; // of files, while there is an index
let session: Session; // set by `initialize`, which comes before everything else
const fineTuning = serveFineTuning(connection, () => session.configuration);
serveDocstrings(connection, () => session);
serveFixes(connection, () => session);
serveModels(connection, () => session.configuration);

connection.onInitialize(async (params) => {
  const onWorking = (now: boolean) => {
    working = now;
    sendStatus();
  };
  session = await openSession(connection, params, onWorking, sendStatus);
  return {
    capabilities: {
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      inlineCompletionProvider: true,
      executeCommandProvider: { commands: [ACCEPTED_COMMAND] },
    },
  };
});

connection.onInitialized(() => {
  log.info(`agent ${process.pid}: Node ${process.version}, syntax trees: ${session.parsers.reason}`);
  let wasReady: string | undefined; // the model that typing goes to
  session.host.onStatus(({ state, host }) => {
    sendStatus();
    const ready = state === "ready" ? host?.model : undefined;
    if (ready !== undefined && ready !== wasReady) session.completer.modelReady();
    wasReady = ready;
  });
  sendStatus();
  wakeHost();
  useConfiguredIndex();
  fineTuning.opened().catch((error) => log.error(`fine-tuning: ${describe(error)}`));
});

connection.onNotification(AgentMethod.configure, (configuration: AgentConfiguration) => {
  if (configuration.model !== session.configuration.model) session.completer.modelChanged();
  session.configuration = configuration;
  useConfiguredHost(configuration);
  wakeHost();
  useConfiguredIndex();
});

connection.onDidOpenTextDocument(({ textDocument }) => {
  session.documents.open(textDocument);
  session.sources.opened(textDocument.uri);
});
connection.onDidChangeTextDocument(({ textDocument, contentChanges }) => {
  const { sources, documents, completer } = session;
  fineTuning.typed();
  const document = documents.get(textDocument.uri);
  const edits: TextEdit[] = [];
  sources.edited(textDocument.uri, contentChanges, (change) => {
    if (document) edits.push(editOf(document, change));
    documents.change({ textDocument, contentChanges: [change] });
  });
  if (document) completer.changed(document, edits);
});
connection.onDidCloseTextDocument(({ textDocument }) => {
  session.completer.closed(textDocument.uri);
  session.sources.closed(textDocument.uri);
  session.documents.close(textDocument.uri);
});
connection.onDidChangeWatchedFiles(({ changes }) => {
  const uris = changes.map(({ uri }) => uri);
  session.sources.filesChanged(uris);
  session.compilers.changed(uris);
});
connection.onNotification(AgentMethod.rested, ({ uri, position }: RestedParams) => {
  const document = session.documents.get(uri);
  if (!document) return;
  const offset = document.text.offsetAt(position);
  session.feedback.cursorAt(uri, offset);
  session.completer.rested({ document, offset });
});
connection.onNotification(AgentMethod.visited, ({ uri, line }: VisitedParams) => {
  visits++;
  session.sources.visited(uri, line);
  session.feedback.cursorAt(uri, session.documents.get(uri)?.text.offsetAt({ line, character: 0 }) ?? -1);
});

connection.languages.inlineCompletion.on(async (params, token): Promise<InlineCompletionItem[]> => {
  try {
    const { outcome, error } = await answer(params, token);
    if (error !== undefined) log.warn(`completion: ${describe(error)}`);
    logOutcome(`completion: ${outcome.kind === "shown" ? outcome.source : outcome.reason}, ${placeText(params)}`);
    if (outcome.kind === "none" || token.isCancellationRequested) return [];
    return outcome.items.map((item) => inlineItem(item, params));
  } catch (error) {
    log.error(`completion: ${describe(error)}`);
    return [];
  }
});

connection.onExecuteCommand(({ command }) => {
  if (command !== ACCEPTED_COMMAND) return;
  accepted++;
  session.feedback.accepted();
});

connection.onRequest(AgentMethod.context, async ({ uri, position }: ContextParams, token): Promise<ContextAnswer> => {
  const document = session.documents.get(uri);
  if (!document) return { text: nothingSent(uri, "its language is not completed") };
  const offset = document.text.offsetAt(position);
  const deps = {
    sources: session.sourcesOf(uri),
    model: session.modelFor(uri),
    tier: session.writingModel(true)?.tier,
  };
  return withSignal(token, (signal) => contextText(document, offset, deps, signal)).then(
    (text) => ({ text }),
    (error) => ({ text: nothingSent(document.path, describe(error)) }),
  );
});

connection.onRequest(AgentMethod.statistics, (): StatisticsAnswer => ({ text: session.feedback.report() }));

connection.onRequest(
  AgentMethod.resetStatistics,
  (params: ResetStatisticsParams): StatisticsAnswer => ({ text: session.feedback.reset(params) }),
);

connection.onRequest(AgentMethod.restartHost, async () => {
  await session.host.restart();
  session.adapters.hostRestarted();
});

connection.onRequest(AgentMethod.counters, (): Counters => {
  const hostPid = session.host.status().pid;
  const { kind: syntax } = session.parsers;
  const feedback = session.feedback.counts();
  return { ...session.completer.counts(), accepted, feedback, visits, agentPid: process.pid, hostPid, syntax };
});

connection.listen();

async function answer(params: InlineCompletionParams, token: CancellationToken): Promise<EditorAnswer> {
  const { completer, documents } = session;
  const document = documents.get(params.textDocument.uri);
  if (!document) return completer.unknown();
  const { selectedCompletionInfo, triggerKind } = params.context;
  const selected = selectedCompletionInfo && {
    text: selectedCompletionInfo.text,
    startOffset: document.text.offsetAt(selectedCompletionInfo.range.start),
  };
  const explicit = triggerKind === InlineCompletionTriggerKind.Invoked;
  const offset = document.text.offsetAt(params.position);
  return withSignal(token, (signal) => completer.complete({ document, offset, explicit, selected }, signal));
}

function sendStatus(): void {
  const { state, host, error } = session.host.status();
  const status: ModelStatus = {
    state,
    working,
    model: host?.model,
    device: host?.device,
    runtime: host?.runtime,
    fallbackReason: host?.fallbackReason,
    loadMs: host?.loadMs,
    tiers: host?.tiers,
    error: error && { message: error.message, action: error.action },
    adapters: session.adapters.status(),
  };
  connection.sendNotification(AgentMethod.status, status).catch(() => {}); // the window is closing
}

/** Finds or starts the host before it is needed, unless every language is switched off. */
function wakeHost(): void {
  if (Object.values(session.configuration.enable).includes(true)) session.host.wake();
}

/** An index for each folder of a trusted workspace, unless that is switched off; and news of their files while there is one. */
function useConfiguredIndex(): void {
  const { index, trusted } = session.configuration;
  const on = session.sources.useIndex(index && trusted);
  if (on === (watching !== undefined)) return;
  if (on) {
    watching = connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: "**/*" }],
    });
    watching.catch(() => {}); // an editor that does not watch files: the index is as it was when it was opened
  } else {
    void watching?.then((registered) => registered.dispose()).catch(() => {});
    watching = undefined;
  }
}
