// The status item: collects what its state depends on and shows the texts of statusText.ts.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import type { Configuration } from "./configuration.ts";
import { jobStatus, rests, works } from "./fineTune/fineTuneText.ts";
import { folderName } from "./fineTune/folders.ts";
import type { AgentClient } from "./languageClient.ts";
import { Outcomes } from "./outcomes.ts";
import {
  type Answers,
  type StatusAction,
  type StatusState,
  statusActions,
  statusState,
  statusText,
} from "./statusText.ts";

const showStatus: CommandId = "sotto.showStatus";

export class StatusItem implements vscode.Disposable {
  readonly #configuration: Configuration;
  readonly #agent: AgentClient;
  readonly #item = vscode.window.createStatusBarItem("sotto.status", vscode.StatusBarAlignment.Right, 100);
  readonly #listeners: vscode.Disposable[];
  readonly #outcomes = new Outcomes();

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
      languageId: vscode.window.activeTextEditor?.document.languageId,
      agent: this.#agent.state,
      model: this.#agent.model,
      root: activeRoot(),
    });
  }

  /** The words as they are shown now. */
  text() {
    const jobs = this.#agent.jobs.flatMap((job) => jobStatus(job, folderName(job.root)) ?? []);
    return statusText(this.state(), this.#configuration.problems, jobs, this.#answers());
  }

  /** What a click offers: the state in words, and what can be done about it. */
  async showActions(): Promise<void> {
    const jobs = { work: this.#agent.jobs.some(works), rest: this.#agent.jobs.some(rests) };
    const { eagerness } = this.#configuration.settings;
    const languageId = vscode.window.activeTextEditor?.document.languageId;
    const actions = statusActions(this.state(), languageId, jobs, eagerness, this.#answers());
    const items = actions.map((action): vscode.QuickPickItem & { action: StatusAction } => ({
      label: action.title,
      detail: action.detail,
      action,
    }));
    const picked = await vscode.window.showQuickPick(items, { title: this.text().sentence.replaceAll("\n", " ") });
    if (picked) await vscode.commands.executeCommand(picked.action.command, picked.action.argument);
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#item.dispose();
  }

  #answers(): Answers {
    return { nothing: this.#outcomes.lastNothing, counted: this.#outcomes.counted() };
  }

  #update(): void {
    const { text, sentence, severity } = this.text();
    this.#item.text = text;
    this.#item.tooltip = sentence;
    this.#item.accessibilityInformation = { label: sentence };
    this.#item.backgroundColor =
      severity === "none" ? undefined : new vscode.ThemeColor(`statusBarItem.${severity}Background`);
  }
}

/** The folder of the active editor, or of the window where no file of one is active. */
function activeRoot(): string | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  const folder = uri && vscode.workspace.getWorkspaceFolder(uri);
  return (folder ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath;
}
