// What a window's agent consists of, put together: sources, documents, the host's client, completions, compilers, feedback. Answers no message.

import path from "node:path";
import type { Connection, InitializeParams } from "vscode-languageserver/node";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { TierStatus } from "../../server/host/protocol/messages.ts";
import { activeAdapter, watchActive } from "../adapters/adapterStore.ts";
import { Completer } from "../completion/completer.ts";
import type { WarmOutcome } from "../completion/outcome.ts";
import { languageEnabled } from "../config/settings.ts";
import { EditorSources } from "../context/sources/editorSources.ts";
import type { Sources } from "../context/sources/sources.ts";
import { Feedback } from "../feedback/feedback.ts";
import { openIndex } from "../index/openIndex.ts";
import type { FolderModel, WritingModel } from "../model/completionModel.ts";
import { ModelClient } from "../model/modelClient.ts";
import { WorkspaceAdapters } from "../model/workspaceAdapters.ts";
import {
  type AgentConfiguration,
  AgentMethod,
  type ClipboardAnswer,
  type DefinitionsAnswer,
} from "../protocol/messages.ts";
import { Compilers } from "../typescript/compilers.ts";
import type { CompilerThread } from "../typescript/thread.ts";
import { Documents, type OpenDocument } from "../workspace/documents.ts";
import { describe, rootsOf } from "./languageServer.ts";

const inheritedEnv = { ...process.env };

export interface Session {
  configuration: AgentConfiguration; // as it was told last
  sources: EditorSources;
  /** What may be read besides a document: where the workspace is not trusted its ignore files alone, where it lies in none nothing. */
  sourcesOf: (uri: string) => Sources | undefined;
  parsers: Parsers;
  documents: Documents;
  host: ModelClient;
  adapters: WorkspaceAdapters;
  /** The model as a document's workspace folder uses it now. */
  modelFor: (uri: string) => FolderModel;
  /** The one of Sotto's two models that a request goes to; undefined where the host runs another. */
  writingModel: (asked: boolean) => WritingModel | undefined;
  completer: Completer;
  compilers: Compilers;
  /** The compiler of a document's folder; undefined where none may be asked. */
  compilerOf: (uri: string) => CompilerThread | undefined;
  feedback: Feedback;
}

/**
 * Opens what a window has.
 * @param onWorking the model has been at work for a moment, or is no longer
 * @param onAdapters what the workspace folders' adapters are, or whether they are in use, has changed
 */
export async function openSession(
  connection: Connection,
  params: InitializeParams,
  onWorking: (working: boolean) => void,
  onAdapters: () => void,
): Promise<Session> {
  const log = connection.console; // window/logMessage: ends in the log, never in a pop-up
  const configuration: AgentConfiguration = params.initializationOptions;
  useConfiguredHost(configuration);
  const parsers = await createParsers(); // before the answer: where a native build takes the process down, the client must see it here
  const dist = path.join(packageRoot(import.meta.dirname), "dist");
  const exclude = () => session.configuration.exclude;
  const roots = rootsOf(params.workspaceFolders);
  const sources: EditorSources = new EditorSources({
    roots,
    exclude,
    useClipboard: () => session.configuration.useClipboard,
    document: (uri) => documents.get(uri),
    askDefinitions: (asked) => connection.sendRequest<DefinitionsAnswer>(AgentMethod.definitions, asked),
    readClipboard: async () => (await connection.sendRequest<ClipboardAnswer>(AgentMethod.clipboard)).text,
    openIndex: (root) =>
      openIndex(root, { indexerScript: path.join(dist, "indexer.cjs"), exclude, onMessage: (line) => log.warn(line) }),
  });
  const host = new ModelClient({ hostScript: path.join(dist, "host.cjs"), log: (line) => log.info(line) });
  const adapters = new WorkspaceAdapters(roots, {
    active: activeAdapter,
    watch: watchActive,
    model: host,
    onChange: () => {
      onAdapters();
      completer.modelReady();
    },
    log: (line) => log.info(line),
  });
  host.onStatus(() => adapters.hostChanged());
  let tiers: TierStatus | undefined;
  const writingModel = (asked: boolean): WritingModel | undefined => {
    const status = host.status().host;
    if (status) tiers = status.tiers; // while there is no host, what was written by the last one stays
    const tier = asked ? tiers?.asked : tiers?.typing;
    const state = tiers?.states.find((one) => one.tier === tier);
    return state && { id: state.model, tier };
  };
  const modelFor = (uri: string) => adapters.modelFor(sources.rootOf(uri));
  const feedback = new Feedback({
    dataDir: defaultDataDir(),
    keepExamples: () => session.configuration.keepExamples,
    log: (line) => log.warn(line),
  });
  const sourcesOf = (uri: string) => (session.configuration.trusted ? sources.of(uri) : sources.ofUntrusted(uri));
  const compilerOf = (uri: string) => {
    const { trusted, useCompiler } = session.configuration;
    const root = trusted && useCompiler ? sources.rootOf(uri) : undefined;
    return root === undefined ? undefined : compilers.of(root);
  };
  const completer: Completer = new Completer({
    modelFor,
    writingModel,
    sourcesOf,
    compilerOf,
    settings: () => session.configuration,
    delayMs: () => session.configuration.delayMs,
    history: () => feedback.history(),
    switchedOff: (document, explicit) => switchedOff(session.configuration, document, explicit),
    observers: [feedback],
    onRest: (outcome) => log.debug(`rest: ${restText(outcome)}`),
    onWorking,
  });
  const documents: Documents = new Documents({ parsers, relativePath: (uri) => sources.relativePath(uri) });
  const compilers = new Compilers({
    script: path.join(dist, "typescript.cjs"),
    editorCompiler: configuration.editorCompiler,
    exclude,
    openDocuments: () => documents.all(),
    say: (line) => log.warn(line),
  });
  const session: Session = {
    configuration,
    sources,
    sourcesOf,
    parsers,
    documents,
    host,
    adapters,
    modelFor,
    writingModel,
    completer,
    compilers,
    compilerOf,
    feedback,
  };
  return session;
}

/** Why a person does not want completions in a document now. */
function switchedOff(
  { enable, quiet, snoozedUntilMs }: AgentConfiguration,
  { languageId }: OpenDocument,
  explicit: boolean,
): "disabled" | "quiet" | "snoozed" | undefined {
  if (!languageEnabled(enable, languageId)) return "disabled";
  if (!explicit && quiet) return "quiet";
  return !explicit && Date.now() < snoozedUntilMs ? "snoozed" : undefined;
}

function restText(outcome: WarmOutcome): string {
  if (outcome.kind === "none") return outcome.reason + (outcome.error ? `, ${describe(outcome.error)}` : "");
  const { tokens, ms } = outcome;
  return `${tokens.prompt} tokens, ${tokens.cached} cached, ${Math.round(ms)} ms`;
}

/** What the host that this process may start is to run: it inherits the environment. What is not set stays as it was inherited here. */
export function useConfiguredHost({ threads, device, model }: AgentConfiguration): void {
  const chosen: Record<string, string | undefined> = {
    SOTTO_THREADS: threads > 0 ? String(threads) : undefined,
    SOTTO_DEVICE: device === "auto" ? undefined : device,
    SOTTO_MODEL: model === "auto" ? undefined : model,
  };
  for (const [name, value = inheritedEnv[name]] of Object.entries(chosen)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
