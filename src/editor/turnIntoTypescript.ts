// "Turn into TypeScript", from the palette and as a refactoring of JavaScript files: has the command line type the file, and shows the file beside what
// it would be. Changes nothing before the person accepts; undo takes the change back.

import path from "node:path";
import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import type { ToldTurned } from "../protocol/turnIntoTypescript.ts";
import { say, tellError, withProgress } from "./asking.ts";
import { failureOf } from "./childCli.ts";
import { runForJson, savedFor } from "./childOfFile.ts";
import type { AgentClient } from "./languageClient.ts";
import { asTurnedDocument, turnedInWords } from "./turnedText.ts";

const COMMAND: CommandId = "sotto.turnIntoTypescript";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("typescript");
const LANGUAGES = ["javascript", "javascriptreact"];
const SCHEME = "sotto-turned";
const LIMIT_MS = 300_000; // a large project is checked again and again
const QUESTION = "The file is turned as it is saved, and it has unsaved changes.";
const ACCEPT = "Turn It";

export class TurnIntoTypescriptCommand
  implements vscode.CodeActionProvider, vscode.TextDocumentContentProvider, vscode.Disposable
{
  readonly #agent: AgentClient;
  readonly #extensionPath: string;
  readonly #registrations: readonly vscode.Disposable[];
  readonly #texts = new Map<string, string>(); // of what is shown, by its address

  constructor(agent: AgentClient, extensionPath: string) {
    this.#agent = agent;
    this.#extensionPath = extensionPath;
    this.#registrations = [
      vscode.languages.registerCodeActionsProvider(LANGUAGES, this, { providedCodeActionKinds: [KIND] }),
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    ];
  }

  /** The active file. */
  async turn(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document } = editor;
    const refusal = refusalFor(document);
    if (refusal !== undefined) return say(`Not turned: ${refusal}.`);
    if (!(await savedFor(document, QUESTION))) return;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? path.dirname(document.uri.fsPath);
    const place = ["--root", folder, "--file", document.uri.fsPath];
    const cli = { extensionPath: this.#extensionPath, node: this.#agent.node, limitMs: LIMIT_MS };
    const args = ["turn-into-typescript", ...place];
    const ended = await withProgress("Turning into TypeScript …", (token) => runForJson(cli, args, token));
    if (!ended) return;
    const told = asTurnedDocument(ended.stdout);
    if (!told) return tellError(`Not turned: ${failureOf(ended)}`);
    if (told.outcome === "none")
      return say(`Not turned: ${told.reason}${told.detail === undefined ? "" : ` (${told.detail})`}.`);
    const target = vscode.Uri.file(path.join(folder, told.file));
    if (await this.#isAccepted(document, target, told)) await change(document, target, told.text);
  }

  async #isAccepted(document: vscode.TextDocument, target: vscode.Uri, told: ToldTurned): Promise<boolean> {
    const shown = target.with({ scheme: SCHEME });
    this.#texts.set(shown.toString(), told.text);
    const title = `${path.basename(target.fsPath)}: before and after`;
    await vscode.commands.executeCommand("vscode.diff", document.uri, shown, title, { preview: true });
    const picked = await vscode.window.showInformationMessage(turnedInWords(told), ACCEPT);
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    await vscode.window.tabGroups.close(tabs.filter(({ label }) => label === title));
    this.#texts.delete(shown.toString());
    return picked === ACCEPT;
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.#texts.get(uri.toString()) ?? "";
  }

  /** Where a person asks for actions, not at each move of the cursor. */
  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { triggerKind }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    if (triggerKind !== vscode.CodeActionTriggerKind.Invoke || refusalFor(document) !== undefined) return [];
    const action = new vscode.CodeAction("Turn this file into TypeScript (Sotto)", KIND);
    action.command = { command: COMMAND, title: action.title };
    return [action];
  }

  dispose(): void {
    for (const registration of this.#registrations) registration.dispose();
  }
}

function refusalFor({ uri, languageId }: vscode.TextDocument): string | undefined {
  if (!vscode.workspace.isTrusted) return "this workspace is not trusted, and its compiler would be run";
  if (uri.scheme !== "file") return "the file has not been saved on this machine";
  if (!LANGUAGES.includes(languageId)) return "it is not JavaScript";
  return undefined;
}

/** Renames and changes the file as one step, and saves it. Nothing is done where it was changed meanwhile. */
async function change(document: vscode.TextDocument, target: vscode.Uri, text: string): Promise<void> {
  if (document.isDirty) return say("Not turned: the file was changed meanwhile.");
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, whole, text);
  edit.renameFile(document.uri, target);
  if (!(await vscode.workspace.applyEdit(edit))) return tellError("Not turned: the editor could not rename the file.");
  const turned = await vscode.workspace.openTextDocument(target);
  await turned.save();
  await vscode.window.showTextDocument(turned);
}
