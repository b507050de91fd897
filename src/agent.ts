// The agent's entry: LSP wiring, nothing else. One per window; it ends with its window.
// A request is answered, if need be with nothing: a rejected one would count as a failure in the editor.

import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  type CancellationToken,
  createConnection,
  DidChangeWatchedFilesNotification,
  type Disposable,
  type InitializeParams,
  type InlineCompletionItem,
  type InlineCompletionParams,
  InlineCompletionTriggerKind,
  ProposedFeatures,
  type TextDocumentContentChangeEvent,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { createParsers, type Parsers } from "../common/syntax/parsers.ts";
import { defaultDataDir } from "../common/util/dataDir.ts";
import { packageRoot } from "../common/util/packageRoot.ts";
import { type CompletionResult, type CompletionSettings, defaultCompletionSettings } from "./completion/complete.ts";
import { Completer, type TextEdit } from "./completion/completer.ts";
import { contextText, nothingSent } from "./completion/contextText.ts";
import { Feedback } from "./completion/feedback/feedback.ts";
import type { Completion, WarmOutcome } from "./completion/outcome.ts";
import type { SymbolCheck } from "./completion/symbolCheck.ts";
import { languageEnabled } from "./config/settings.ts";
import { Documents, type OpenDocument } from "./context/documents.ts";
import { openIndex } from "./context/index/openIndex.ts";
import { EditorSources } from "./context/sources/editorSources.ts";
import type { Sources } from "./context/sources/sources.ts";
import { ModelClient } from "./model/modelClient.ts";
import {
  ACCEPTED_COMMAND,
  type AgentConfiguration,
  AgentMethod,
  type ClipboardAnswer,
  type ContextAnswer,
  type ContextParams,
  type Counters,
  type DefinitionsAnswer,
  type ModelStatus,
  type ResetStatisticsParams,
  type RestedParams,
  type StatisticsAnswer,
  type VisitedParams,
} from "./protocol/messages.ts";
import { Compilers } from "./typescript/compilers.ts";

interface Session {
  configuration: AgentConfiguration;
  sources: EditorSources;
  parsers: Parsers;
  documents: Documents;
  host: ModelClient;
  completer: Completer;
  compilers: Compilers;
  feedback: Feedback;
}

// The library waits for an event that `process` never emits, and else looks for its parent every 3 s.
process.on("disconnect", () => process.exit(0));
process.on("exit", () => session?.feedback.end());

const connection = createConnection(ProposedFeatures.all);
const log = connection.console; // window/logMessage: ends in the log, never in a pop-up
const inheritedEnv = { ...process.env };
let accepted = 0;
let visits = 0;
let working = false; // a call of the model has been running for a moment
let watching: Promise<Disposable> | undefined; // of files, while there is an index
let session: Session; // set by `initialize`, which comes before everything else

connection.onInitialize(async (params) => {
  session = await openSession(params);
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
  let wasReady = false;
  session.host.onStatus(({ state }) => {
    sendStatus();
    if (state === "ready" && !wasReady) session.completer.modelReady();
    wasReady = state === "ready";
  });
  sendStatus();
  wakeHost();
  useConfiguredIndex();
});

connection.onNotification(AgentMethod.configure, (configuration: AgentConfiguration) => {
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
    log.debug(`completion: ${outcome.kind === "shown" ? outcome.source : outcome.reason}`);
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
  const abort = abortOf(token);
  try {
    const offset = document.text.offsetAt(position);
    return { text: await contextText(document, offset, sourcesOf(uri), session.host, abort.signal) };
  } catch (error) {
    return { text: nothingSent(document.path, describe(error)) };
  } finally {
    abort.dispose();
  }
});

connection.onRequest(AgentMethod.statistics, (): StatisticsAnswer => ({ text: session.feedback.report() }));

connection.onRequest(
  AgentMethod.resetStatistics,
  (params: ResetStatisticsParams): StatisticsAnswer => ({ text: session.feedback.reset(params) }),
);

connection.onRequest(AgentMethod.restartHost, () => session.host.restart());

connection.onRequest(AgentMethod.counters, (): Counters => {
  const hostPid = session.host.status().pid;
  const { kind: syntax } = session.parsers;
  const feedback = session.feedback.counts();
  return { ...session.completer.counts(), accepted, feedback, visits, agentPid: process.pid, hostPid, syntax };
});

connection.listen();

async function openSession(params: InitializeParams): Promise<Session> {
  const configuration: AgentConfiguration = params.initializationOptions;
  useConfiguredHost(configuration);
  const parsers = await createParsers(); // before the answer: where a native build takes the process down, the client must see it here
  const dist = path.join(packageRoot(import.meta.dirname), "dist");
  const exclude = () => session.configuration.exclude;
  const sources = new EditorSources({
    roots: (params.workspaceFolders ?? []).flatMap(({ uri }) => (uri.startsWith("file:") ? [fileURLToPath(uri)] : [])),
    exclude,
    useClipboard: () => session.configuration.useClipboard,
    document: (uri) => session.documents.get(uri),
    askDefinitions: (asked) => connection.sendRequest<DefinitionsAnswer>(AgentMethod.definitions, asked),
    readClipboard: async () => (await connection.sendRequest<ClipboardAnswer>(AgentMethod.clipboard)).text,
    openIndex: (root) =>
      openIndex(root, { indexerScript: path.join(dist, "indexer.cjs"), exclude, onMessage: (line) => log.warn(line) }),
  });
  const host = new ModelClient({ hostScript: path.join(dist, "host.cjs"), log: (line) => log.info(line) });
  const feedback = new Feedback({
    dataDir: defaultDataDir(),
    keepExamples: () => session.configuration.keepExamples,
    log: (line) => log.warn(line),
  });
  const completer = new Completer({
    model: host,
    sourcesOf,
    compilerOf,
    settings: () => completionSettings(session.configuration),
    delayMs: () => session.configuration.delayMs,
    history: () => feedback.history(),
    switchedOff,
    observers: [feedback],
    onRest: logRest,
    onWorking(now) {
      working = now;
      sendStatus();
    },
  });
  const documents = new Documents({ parsers, relativePath: (uri) => sources.relativePath(uri) });
  const compilers = new Compilers({
    script: path.join(dist, "typescript.cjs"),
    editorCompiler: configuration.editorCompiler,
    exclude,
    openDocuments: () => documents.all(),
    say: (line) => log.warn(line),
  });
  return { configuration, sources, parsers, documents, host, completer, compilers, feedback };
}

async function answer(params: InlineCompletionParams, token: CancellationToken): Promise<CompletionResult> {
  const { completer, documents } = session;
  const document = documents.get(params.textDocument.uri);
  if (!document) return completer.unknown();
  const { selectedCompletionInfo, triggerKind } = params.context;
  const selected = selectedCompletionInfo && {
    text: selectedCompletionInfo.text,
    startOffset: document.text.offsetAt(selectedCompletionInfo.range.start),
  };
  const explicit = triggerKind === InlineCompletionTriggerKind.Invoked;
  const abort = abortOf(token);
  try {
    const offset = document.text.offsetAt(params.position);
    return await completer.complete({ document, offset, explicit, selected }, abort.signal);
  } finally {
    abort.dispose();
  }
}

/** Why a person does not want completions in a document now. */
function switchedOff({ languageId }: OpenDocument, explicit: boolean): "disabled" | "quiet" | "snoozed" | undefined {
  const { enable, quiet, snoozedUntilMs } = session.configuration;
  if (!languageEnabled(enable, languageId)) return "disabled";
  if (!explicit && quiet) return "quiet";
  return !explicit && Date.now() < snoozedUntilMs ? "snoozed" : undefined;
}

/** What may be read besides the document: nothing where the workspace is not trusted, or the document lies in none. */
function sourcesOf(uri: string): Sources | undefined {
  return session.configuration.trusted ? session.sources.of(uri) : undefined;
}

/** A compiler is loaded, which may be the workspace's own, where that is trusted. */
function compilerOf(uri: string): SymbolCheck | undefined {
  const root = session.configuration.trusted ? session.sources.rootOf(uri) : undefined;
  return root === undefined ? undefined : session.compilers.of(root);
}

function abortOf(token: CancellationToken): { signal: AbortSignal } & Disposable {
  const abort = new AbortController();
  const cancellation = token.onCancellationRequested(() => abort.abort());
  if (token.isCancellationRequested) abort.abort();
  return { signal: abort.signal, dispose: () => cancellation.dispose() };
}

function logRest(outcome: WarmOutcome): void {
  if (outcome.kind === "none")
    log.debug(`rest: ${outcome.reason}${outcome.error ? `, ${describe(outcome.error)}` : ""}`);
  else
    log.debug(`rest: ${outcome.tokens.prompt} tokens, ${outcome.tokens.cached} cached, ${Math.round(outcome.ms)} ms`);
}

/** In offsets of the text before the change; as TextDocument applies it, a range whose ends are the wrong way round is turned. */
function editOf({ text }: OpenDocument, change: TextDocumentContentChangeEvent): TextEdit {
  if (!("range" in change)) return { start: 0, end: text.getText().length, text: change.text };
  const [start, end] = [text.offsetAt(change.range.start), text.offsetAt(change.range.end)];
  return { start: Math.min(start, end), end: Math.max(start, end), text: change.text };
}

function completionSettings(configuration: AgentConfiguration): CompletionSettings {
  const { maxTokens, deadlineMs, multiLine, maxLines, temperature, filters } = configuration;
  const maxTokensSingleLine = Math.min(defaultCompletionSettings.maxTokensSingleLine, maxTokens);
  return {
    maxTokensSingleLine,
    maxTokensMultiLine: maxTokens,
    deadlineMs,
    multiLine,
    maxLines,
    temperature,
    filters,
  };
}

function inlineItem(item: Completion, { position }: InlineCompletionParams): InlineCompletionItem {
  const end = { line: position.line, character: position.character + item.replaceAfter };
  return {
    insertText: item.text,
    range: { start: position, end },
    command: { command: ACCEPTED_COMMAND, title: "Accepted" },
  };
}

function sendStatus(): void {
  const { state, host, error } = session.host.status();
  const status: ModelStatus = {
    state,
    working,
    model: host?.model,
    device: host?.device,
    runtime: host?.runtime,
    loadMs: host?.loadMs,
    error: error && { message: error.message, action: error.action },
  };
  connection.sendNotification(AgentMethod.status, status).catch(() => {}); // the window is closing
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "UserError" ? error.message : (error.stack ?? error.message);
}

/** Finds or starts the host before it is needed, unless every language is switched off. */
function wakeHost(): void {
  if (Object.values(session.configuration.enable).includes(true)) session.host.wake();
}

/** What the host that this process may start is to run: it inherits the environment. What is not set stays as it was inherited here. */
function useConfiguredHost({ threads, model }: AgentConfiguration): void {
  const chosen = { SOTTO_THREADS: threads > 0 ? String(threads) : undefined, SOTTO_MODEL_DIR: model || undefined };
  for (const [name, value = inheritedEnv[name]] of Object.entries(chosen)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
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
