// Activation and wiring, nothing else: the agent does the work, and activation waits for nothing.

import * as vscode from "vscode";
import { AfterChoice } from "./editor/afterChoice.ts";
import { ChangeSelectionCommand } from "./editor/changeSelection.ts";
import { ChatProvider } from "./editor/chatProvider.ts";
import { registerCommands } from "./editor/commands.ts";
import { CommitMessageCommand } from "./editor/commitMessage.ts";
import { Configuration } from "./editor/configuration.ts";
import { ContextView } from "./editor/contextView.ts";
import { CursorRest } from "./editor/cursorRest.ts";
import { DocstringCommand } from "./editor/docstring.ts";
import { EditorAnswers } from "./editor/editorAnswers.ts";
import { EditPreview } from "./editor/editPreview.ts";
import { EngineConsents } from "./editor/engineConsents.ts";
import { EngineKeys } from "./editor/engineKeys.ts";
import { EnginePick } from "./editor/enginePick.ts";
import { ExplainHereCommand } from "./editor/explainHere.ts";
import { ExplainView } from "./editor/explainView.ts";
import { AdaptersPick } from "./editor/fineTune/adaptersPick.ts";
import { FineTuneCommands } from "./editor/fineTune/fineTuneCommands.ts";
import { JobNews } from "./editor/fineTune/jobNews.ts";
import { Pages } from "./editor/fineTune/pages.ts";
import { FixCommand } from "./editor/fix.ts";
import { AgentClient } from "./editor/languageClient.ts";
import { ModelPick } from "./editor/modelPick.ts";
import { NextEditView } from "./editor/nextEdit/nextEditView.ts";
import { NothingHint } from "./editor/nothingHint.ts";
import { PieceActions } from "./editor/pieces.ts";
import { ReportCommand } from "./editor/reportCommand.ts";
import { StatisticsView } from "./editor/statisticsView.ts";
import { StatusItem } from "./editor/statusItem.ts";
import { StrongExtension } from "./editor/strongExtension.ts";
import { SummaryView } from "./editor/summaryView.ts";
import { TranslateCommand } from "./editor/translate.ts";
import { TurnIntoTypescriptCommand } from "./editor/turnIntoTypescript.ts";
import { openWalkthroughOnce } from "./editor/walkthrough.ts";
import { WriteTestsCommand } from "./editor/writeTests.ts";

let agent: AgentClient | undefined;

/** What the editor's tests ask; nobody else should depend on it. */
export interface SottoApi {
  request<T>(method: string, params?: object): Promise<T>;
  statusText(): string; // the sentence of the status item
  activationMs: number; // that activate() took
  /** Ends the agent and takes its client out of the editor, until `start`. */
  stop(): Promise<void>;
  start(): void;
}

export function activate(context: vscode.ExtensionContext): SottoApi {
  const startMs = performance.now();
  const log = vscode.window.createOutputChannel("Sotto", { log: true });
  const consents = new EngineConsents(context.globalState);
  const keys = new EngineKeys(context.secrets);
  const configuration = new Configuration(log, consents);
  const client = new AgentClient({
    extensionPath: context.extensionPath,
    log,
    configuration: () => configuration.forAgent(),
    answers: new EditorAnswers(),
    engineKey: (origin) => keys.of(origin),
  });
  agent = client;
  const status = new StatusItem(configuration, client);
  configuration.onDidChange(() => client.configure());
  const contextView = new ContextView(client);
  const explainView = new ExplainView(client);
  const explainHere = new ExplainHereCommand(client);
  const summaryView = new SummaryView(client);
  const statisticsView = new StatisticsView(client);
  const pages = new Pages();
  const news = new JobNews(client, context.workspaceState);
  const fineTune = new FineTuneCommands({ agent: client, configuration, news, pages });
  const adapters = new AdaptersPick(client, pages);
  const preview = new EditPreview();
  const docstring = new DocstringCommand(client, configuration, preview);
  const fix = new FixCommand(client, configuration, preview);
  const changeSelection = new ChangeSelectionCommand(client, configuration, preview);
  const pieces = new PieceActions(client);
  const writeTests = new WriteTestsCommand(client, context.extensionPath);
  const turnIntoTypescript = new TurnIntoTypescriptCommand(client, context.extensionPath);
  const nextEdits = new NextEditView({ agent: client, configuration, preview, extensionUri: context.extensionUri });
  const models = new ModelPick(client, configuration, context.extensionPath);
  const engines = new EnginePick({ agent: client, configuration, consents, keys });
  const report = new ReportCommand({ agent: client, configuration, context });
  const views = {
    status,
    contextView,
    explainView,
    explainHere,
    summaryView,
    statisticsView,
    docstring,
    fix,
    changeSelection,
    writeTests,
    turnIntoTypescript,
    translate: new TranslateCommand(client, configuration),
    commitMessage: new CommitMessageCommand(client),
    nextEdits,
    fineTune,
    adapters,
    models,
    engines,
    report,
  };
  const commands = registerCommands({ agent: client, configuration, ...views, log });
  context.subscriptions.push(
    log,
    configuration,
    client,
    status,
    contextView,
    explainView,
    explainHere,
    summaryView,
    statisticsView,
    preview,
    docstring,
    fix,
    changeSelection,
    pieces,
    writeTests,
    turnIntoTypescript,
    nextEdits,
    pages,
    news,
  );
  context.subscriptions.push(new StrongExtension(client), new ChatProvider(client));
  context.subscriptions.push(new CursorRest(client), new NothingHint(client.onDidAnswer), new AfterChoice(client));
  context.subscriptions.push(...commands);
  client.start();
  void openWalkthroughOnce(context.globalState);
  return {
    request: (method, params) => client.request(method, params),
    statusText: () => status.text().sentence,
    activationMs: performance.now() - startMs,
    stop: () => client.stop(),
    start: () => client.start(),
  };
}

export function deactivate(): Promise<void> | undefined {
  return agent?.stop();
}
