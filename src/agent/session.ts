// Assembles the parts of a window's agent: sources, documents, the host's client, completions, compilers, feedback. Answers no message.

import { EventEmitter } from "node:events";
import path from "node:path";
import type { ClientCapabilities, Connection, InlineCompletionParams } from "vscode-languageserver/node";
import { createParsers, type Parsers } from "../../common/syntax/parsers.ts";
import { defaultDataDir } from "../../common/util/dataDir.ts";
import { loggable } from "../../common/util/loggable.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import type { TierStatus } from "../../server/host/protocol/messages.ts";
import { RemoteModel } from "../../server/remote/remoteModel.ts";
import { PythonTools } from "../actions/fix/python/pythonTools.ts";
import type { PythonTypes } from "../actions/fix/python/pythonTypes.ts";
import { activeAdapter, watchActive } from "../adapters/adapterStore.ts";
import { Completer } from "../completion/completer.ts";
import type { CompletionOutcome, WarmOutcome } from "../completion/outcome.ts";
import { languageEnabled } from "../config/settings.ts";
import type { AskDefinitions } from "../context/sources/editorDefinitions.ts";
import { EditorSources } from "../context/sources/editorSources.ts";
import type { Sources } from "../context/sources/sources.ts";
import { restsOn } from "../feedback/alternateDays.ts";
import { Feedback } from "../feedback/feedback.ts";
import { modelKey } from "../feedback/modelKey.ts";
import { dayOf } from "../feedback/statistics.ts";
import { openTrainingIndex } from "../index/copies/openTrainingIndex.ts";
import { openIndex } from "../index/openIndex.ts";
import { rememberingModel } from "../memory/rememberingModel.ts";
import { RepositoryFeeds } from "../memory/repositoryFeeds.ts";
import type { FolderModel, WritingModel } from "../model/completionModel.ts";
import { ModelClient } from "../model/modelClient.ts";
import { WorkspaceAdapters } from "../model/workspaceAdapters.ts";
import type { AgentConfiguration } from "../protocol/messages.ts";
import { Compilers } from "../typescript/compilers.ts";
import { shippedCompiler } from "../typescript/loadCompiler.ts";
import type { CompilerThread } from "../typescript/thread.ts";
import { Documents, type OpenDocument } from "../workspace/documents.ts";
import { type FoundEdits, NextEditWatch } from "./nextEdits.ts";
import { WindowEngine } from "./windowEngine.ts";

const inheritedEnv = { ...process.env };

export interface SessionEvents {
  initialized: []; // the editor is ready for notifications
  configured: [before: AgentConfiguration];
  typed: []; // a person types in this window
  asked: [document: OpenDocument, offset: number]; // the editor asks for a suggestion
  answered: [params: InlineCompletionParams, outcome: CompletionOutcome]; // and still wants what came of it
  rested: [outcome: WarmOutcome]; // the cursor has rested, and this came of reading ahead
  nextEdits: [found: FoundEdits]; // an edit has settled
  status: []; // the status of the host, its work or the folders' adapters has changed
}

/** The scripts of the processes and threads that an agent starts. */
export interface SessionScripts {
  host: string;
  indexer: string;
  compiler: string;
}

function bundledScripts(): SessionScripts {
  const inDist = (name: string) => path.join(packageRoot(import.meta.dirname), "dist", name);
  return { host: inDist("host.cjs"), indexer: inDist("indexer.cjs"), compiler: inDist("typescript.cjs") };
}

/** What an editor begins a window with. */
export interface EditorWindow {
  configuration: AgentConfiguration;
  roots: readonly string[]; // of the workspace folders on this machine, as paths
  askDefinitions: AskDefinitions;
  readClipboard: () => Promise<string | undefined>;
  /** The person's key for the server of that origin. */
  engineKey: (origin: string) => Promise<string | undefined>;
}

/** Opens the session of a window. @param client what the editor can do */
export async function openSession(
  connection: Connection,
  client: ClientCapabilities,
  window: EditorWindow,
  scripts: SessionScripts = bundledScripts(),
): Promise<Session> {
  useConfiguredHost(window.configuration);
  const parsers = await createParsers(); // before the answer: where a native build takes the process down, the client must see it here
  return new Session({ connection, client, window, scripts, parsers });
}

interface SessionParts {
  connection: Connection;
  client: ClientCapabilities;
  window: EditorWindow;
  scripts: SessionScripts;
  parsers: Parsers;
}

export class Session {
  readonly events = new EventEmitter<SessionEvents>();
  readonly counts = { accepted: 0, visits: 0 }; // notifications of the editor
  readonly client: ClientCapabilities;
  readonly parsers: Parsers;
  readonly sources: EditorSources;
  readonly documents: Documents;
  readonly host: ModelClient;
  readonly engine: WindowEngine;
  readonly engineKey: EditorWindow["engineKey"];
  readonly adapters: WorkspaceAdapters;
  readonly memory: RepositoryFeeds;
  readonly feedback: Feedback;
  readonly completer: Completer;
  readonly compilers: Compilers;
  readonly nextEdits: NextEditWatch;
  readonly #pythonTools: PythonTools;
  configuration: AgentConfiguration; // the latest from the editor
  isWorking = false; // a call of the model has been running for a moment
  #writer: string | undefined; // the engine that writes
  #tiers: TierStatus | undefined; // the latest from this host or the one before

  constructor({ connection, client, window, scripts, parsers }: SessionParts) {
    const { configuration, roots, askDefinitions, readClipboard, engineKey } = window;
    const log = connection.console; // window/logMessage: ends in the log, never in a pop-up
    const warn = (line: string) => log.warn(line);
    const exclude = () => this.configuration.exclude;
    const guardsLicences = () => this.configuration.licenceGuard !== "off";
    this.configuration = configuration;
    this.client = client;
    this.parsers = parsers;
    this.sources = new EditorSources({
      roots,
      exclude,
      useClipboard: () => this.configuration.useClipboard,
      document: (uri) => this.documents.get(uri),
      askDefinitions,
      readClipboard,
      openIndex: (root) => openIndex(root, { indexerScript: scripts.indexer, exclude, guardsLicences, log: warn }),
    });
    this.documents = new Documents({ parsers, relativePath: (uri) => this.sources.relativePath(uri) });
    this.host = new ModelClient({ hostScript: scripts.host, log: (line) => log.info(line) });
    this.engineKey = engineKey;
    this.engine = new WindowEngine({
      open: RemoteModel.open,
      key: engineKey,
      slowAfterMs: () => this.configuration.deadlineMs,
      onChange: () => this.#engineChanged(),
      log: (line) => log.info(line),
    });
    this.memory = new RepositoryFeeds({
      roots,
      exclude,
      rootOf: (uri) => this.sources.rootOf(uri),
      relativePath: (uri) => this.sources.relativePath(uri),
      openUris: () => [...this.documents.all()].map(({ uri }) => uri),
      hostPid: () => {
        const { state, pid } = this.host.status();
        return state === "ready" ? pid : undefined;
      },
      remember: (files) => this.host.remember(files),
      log: warn,
    });
    this.adapters = this.#openAdapters(roots, (line) => log.info(line));
    this.host.onStatus(() => {
      this.adapters.hostChanged();
      this.events.emit("status");
    });
    this.feedback = new Feedback({
      dataDir: defaultDataDir(),
      keepExamples: () => this.configuration.keepExamples,
      learnFromUse: () => this.configuration.learnFromUse,
      modelOf: (uri, asked) => this.#modelKeyOf(uri, asked),
      log: warn,
    });
    this.compilers = new Compilers({
      script: scripts.compiler,
      editorCompiler: configuration.editorCompiler,
      shippedCompiler: shippedCompiler(),
      exclude,
      openDocuments: () => this.documents.all(),
      log: warn,
      tell: (line) => log.info(line),
    });
    this.#pythonTools = new PythonTools((line) => log.info(line));
    this.nextEdits = new NextEditWatch(
      {
        ...{ documents: this.documents, parsers },
        compilerOf: (uri) => this.compilerOf(uri),
        sourcesOf: (uri) => this.sourcesOf(uri),
        rootOf: (uri) => this.sources.rootOf(uri),
        onFound: (found) => this.events.emit("nextEdits", found),
      },
      (line) => log.debug(line),
    );
    this.completer = this.#openCompleter((line) => log.debug(line));
  }

  /** The person has changed the settings. */
  configure(configuration: AgentConfiguration): void {
    const before = this.configuration;
    this.configuration = configuration;
    useConfiguredHost(configuration);
    this.events.emit("configured", before);
  }

  /** What may be read besides a document: only the ignore files in an untrusted workspace, nothing for a document outside of all folders. */
  sourcesOf(uri: string): Sources | undefined {
    return this.configuration.trusted ? this.sources.of(uri) : this.sources.ofUntrusted(uri);
  }

  /** The model as a document's workspace folder uses it now: an engine elsewhere where one was chosen and answers. */
  modelFor(uri: string): FolderModel {
    return this.engine.modelFor(this.ownModelFor(uri));
  }

  /** The same for completions, which speak with what stands elsewhere in the folder. What a command writes stays the model's own. */
  completionModelFor(uri: string): FolderModel {
    const model = this.ownModelFor(uri);
    const memory = this.memory.memoryOf(uri);
    return this.engine.modelFor(memory === undefined ? model : rememberingModel(model, memory.name, memory.version));
  }

  /** The engine's model, or which of Sotto's two models a request goes to; undefined where the host runs another model. */
  writingModel(asked: boolean): WritingModel | undefined {
    if (this.engine.writing) return this.engine.writing;
    const status = this.host.status().host;
    if (status) this.#tiers = status.tiers; // while there is no host, the last host's models stay
    const tier = asked ? this.#tiers?.asked : this.#tiers?.typing;
    const state = this.#tiers?.states.find((one) => one.tier === tier);
    return state && { id: state.model, tier };
  }

  /** Whether adapters are not used today, because they are compared with the model alone. */
  get adapterRests(): boolean {
    return this.configuration.compareAdapter && restsOn(dayOf(Date.now()));
  }

  /** The same without an engine elsewhere. */
  ownModelFor(uri: string): FolderModel {
    return this.adapters.modelFor(this.adapterRests ? undefined : this.sources.rootOf(uri));
  }

  /** Under which name the suggestions of a document are counted now. */
  #modelKeyOf(uri: string, asked: boolean): string {
    const writing = this.writingModel(asked);
    const id = writing?.id ?? this.host.status().host?.model ?? "";
    const dir = this.engine.writing ? undefined : this.adapters.inUse(this.sources.rootOf(uri));
    if (dir === undefined) return modelKey(id);
    const tier = this.adapters.tierOf(dir); // another tier writes without it
    return modelKey(id, tier === undefined || tier === writing?.tier ? { dir, rested: this.adapterRests } : undefined);
  }

  /** The compiler of a document's folder; undefined where none may be asked. */
  compilerOf(uri: string): CompilerThread | undefined {
    const { trusted, useCompiler } = this.configuration;
    const root = trusted && useCompiler ? this.sources.rootOf(uri) : undefined;
    return root === undefined ? undefined : this.compilers.of(root);
  }

  /** What tells types in the Python of a document's folder; undefined where none is installed, or may be asked. */
  pythonTypesOf(uri: string): PythonTypes | undefined {
    const root = this.configuration.trusted && this.configuration.useCompiler ? this.sources.rootOf(uri) : undefined;
    return root === undefined ? undefined : this.#pythonTools.of(root);
  }

  #engineChanged(): void {
    this.events.emit("status");
    const writer = this.engine.writing?.id;
    if (writer === this.#writer) return;
    this.#writer = writer;
    this.completer.modelReady();
  }

  #openAdapters(roots: readonly string[], log: (line: string) => void): WorkspaceAdapters {
    return new WorkspaceAdapters(roots, {
      active: activeAdapter,
      watch: watchActive,
      model: this.host,
      onChange: () => {
        this.events.emit("status");
        this.completer.modelReady();
      },
      log,
    });
  }

  #openCompleter(log: (line: string) => void): Completer {
    return new Completer({
      modelFor: (uri) => this.completionModelFor(uri),
      writingModel: (asked) => this.writingModel(asked),
      sourcesOf: (uri) => this.sourcesOf(uri),
      compilerOf: (uri) => this.compilerOf(uri),
      settings: () => this.configuration,
      delayMs: () => this.configuration.delayMs,
      history: () => this.feedback.history(),
      calibration: () => this.feedback.calibration(),
      trainedOn: openTrainingIndex(log),
      switchedOff: (document, explicit) => switchedOff(this.configuration, document, explicit),
      observers: [this.feedback],
      onRest: (outcome) => {
        log(`rest: ${restText(outcome)}`);
        this.events.emit("rested", outcome);
      },
      onWorking: (working) => {
        this.isWorking = working;
        this.events.emit("status");
      },
    });
  }
}

/** Why completions are switched off for a document at the moment, or undefined. */
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
  if (outcome.kind === "none") return outcome.reason + (outcome.error ? `, ${loggable(outcome.error)}` : "");
  const { tokens, ms } = outcome;
  return `${tokens.prompt} tokens, ${tokens.cached} cached, ${Math.round(ms)} ms`;
}

/** Sets the environment that a host started by this process inherits: threads, device and model. Settings that are absent keep what was inherited. */
function useConfiguredHost({ threads, device, model }: AgentConfiguration): void {
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
