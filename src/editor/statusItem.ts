// The status item: collects what its state depends on and shows the texts of statusText.ts.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import { languageSupported } from "../config/languages.ts";
import { languageEnabled } from "../config/settings.ts";
import type { Configuration } from "./configuration.ts";
import { engineProblems } from "./engineText.ts";
import { jobStatus, rests, works } from "./fineTune/fineTuneText.ts";
import { folderName } from "./fineTune/folders.ts";
import { type AgentClient, writtenSchemes } from "./languageClient.ts";
import { Outcomes } from "./outcomes.ts";
import { type StatusAction, statusActions } from "./statusActions.ts";
import { type Answers, type StatusState, statusState, statusText } from "./statusText.ts";

interface ActionItem extends vscode.QuickPickItem {
  action?: StatusAction; // none where it is the name of a group
}

const showStatus: CommandId = "sotto.showStatus";

export class StatusItem implements vscode.Disposable {
  readonly #configuration: Configuration;
  readonly #agent: AgentClient;
  readonly #item = vscode.window.createStatusBarItem("sotto.status", vscode.StatusBarAlignment.Right, 100);
  readonly #listeners: vscode.Disposable[];
  readonly #outcomes = new Outcomes();
  #languageOn: boolean | undefined; // of the active editor's language; undefined where there is none that Sotto knows

  constructor(configuration: Configuration, agent: AgentClient) {
    this.#configuration = configuration;
    this.#agent = agent;
    this.#item.name = "Sotto";
    this.#item.command = showStatus;
    const update = () => this.#update();
    this.#listeners = [
      configuration.onDidChange(update),
      agent.onDidChange(update),
      agent.onDidAnswer((outcome) => {
        this.#outcomes.note(outcome);
        update();
      }),
      vscode.window.onDidChangeActiveTextEditor(update),
      vscode.workspace.onDidOpenTextDocument(update), // a document whose language was changed is opened again
    ];
    this.#update();
    this.#item.show();
  }

  state(): StatusState {
    return statusState({
      enable: this.#configuration.settings.enable,
      trusted: vscode.workspace.isTrusted,
      quiet: this.#configuration.settings.quiet,
      snoozedUntilMs: this.#configuration.snoozedUntilMs,
      languageId: activeLanguageId(),
      agent: this.#agent.state,
      model: this.#agent.model,
      root: activeRoot(),
    });
  }

  /** The words as they are shown now. */
  text() {
    const jobs = this.#agent.jobs.flatMap((job) => jobStatus(job, folderName(job.root)) ?? []);
    const { engine } = this.#agent.model;
    const problems = [...this.#configuration.problems, ...(engine ? engineProblems(engine) : [])];
    return statusText(this.state(), problems, jobs, this.#answers(), engine);
  }

  /** What a click offers: the state in words, and what can be done about it. */
  async showActions(): Promise<void> {
    const jobs = { work: this.#agent.jobs.some(works), rest: this.#agent.jobs.some(rests) };
    const { eagerness } = this.#configuration.settings;
    const trustedFolder = vscode.workspace.isTrusted && vscode.workspace.workspaceFolders !== undefined;
    const { engine } = this.#agent.model;
    const inputs = { jobs, engine, eagerness, trustedFolder, languageId: activeLanguageId(), answers: this.#answers() };
    const items = statusActions(this.state(), inputs).flatMap(({ name, actions }): ActionItem[] => [
      { label: name, kind: vscode.QuickPickItemKind.Separator },
      ...actions.map((action) => ({ ...action, label: action.title, action })),
    ]);
    const picked = await vscode.window.showQuickPick(items, { title: this.text().sentence.replaceAll("\n", " ") });
    if (!picked?.action) return;
    const { command, argument } = picked.action;
    const isPlace = command === "vscode.open" && argument !== undefined;
    await vscode.commands.executeCommand(command, isPlace ? vscode.Uri.parse(argument) : argument);
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#item.dispose();
  }

  /** For the palette, which offers only one of "Switch On" and "Switch Off for This Language". */
  #setLanguageContext(): void {
    const languageId = activeLanguageId();
    const supported = languageId !== undefined && languageSupported(languageId);
    const state = supported ? languageEnabled(this.#configuration.settings.enable, languageId) : undefined;
    if (state === this.#languageOn) return;
    this.#languageOn = state;
    setContext("sotto.languageOn", state === true);
    setContext("sotto.languageOff", state === false);
  }

  #answers(): Answers {
    const { lastNothing: nothing } = this.#outcomes;
    return { nothing, repeats: this.#outcomes.repeats(fileInFolder), counted: this.#outcomes.counted() };
  }

  #update(): void {
    this.#setLanguageContext();
    const { text, sentence, severity } = this.text();
    this.#item.text = text;
    this.#item.tooltip = sentence;
    this.#item.accessibilityInformation = { label: sentence };
    this.#item.backgroundColor =
      severity === "none" ? undefined : new vscode.ThemeColor(`statusBarItem.${severity}Background`);
  }
}

const setContext = (name: string, value: boolean): void =>
  void vscode.commands.executeCommand("setContext", name, value);

/** The URI of a file in the folder of a document; undefined where that is in none. */
function fileInFolder(documentUri: string, path: string): string | undefined {
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(documentUri));
  return folder && vscode.Uri.joinPath(folder.uri, path).toString();
}

/** Undefined where no text editor is active in which somebody writes. */
function activeLanguageId(): string | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && writtenSchemes.includes(document.uri.scheme) ? document.languageId : undefined;
}

/** The folder of the active editor, or of the window where no file of one is active. */
function activeRoot(): string | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
}
