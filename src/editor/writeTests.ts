// "Write Tests for This", from the palette and as a code action: has the command line try the exported function at the cursor, and shows the tests beside
// the code as an unsaved file. Runs nothing outside of a trusted workspace and writes nothing: the person saves.

import path from "node:path";
import * as vscode from "vscode";
import { documentedIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import type { ToldSkeleton, ToldTests } from "../protocol/tests.ts";
import { say, tellError, withProgress } from "./asking.ts";
import { failureOf } from "./childCli.ts";
import { runForJson, savedFor } from "./childOfFile.ts";
import type { AgentClient } from "./languageClient.ts";
import { asTestsDocument, exportedFunctionOn, testsInWords } from "./testsText.ts";

const COMMAND: CommandId = "sotto.writeTests";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("tests");
const LIMIT_MS = 300_000; // a large project is read, and up to five sandboxes run for ten seconds each
const QUESTION = "The tests come from running the file as it is saved, and it has unsaved changes.";
const SAVE = "Save Tests";
const BESIDE: vscode.TextDocumentShowOptions = { viewColumn: vscode.ViewColumn.Beside, preview: false };

export class WriteTestsCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #extensionPath: string;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient, extensionPath: string) {
    this.#agent = agent;
    this.#extensionPath = extensionPath;
    this.#registration = vscode.languages.registerCodeActionsProvider([...documentedIds], this, {
      providedCodeActionKinds: [KIND],
    });
  }

  /** For the function around the cursor. What is typed in the file meanwhile is not seen. */
  async write(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document, selection } = editor;
    const folder = vscode.workspace.getWorkspaceFolder(document.uri)?.uri.fsPath ?? path.dirname(document.uri.fsPath);
    const refusal = refusalFor(document);
    if (refusal !== undefined) return say(`No test: ${refusal}.`);
    if (!(await savedFor(document, QUESTION))) return;
    const place = ["--root", folder, "--file", document.uri.fsPath, "--line", String(selection.active.line + 1)];
    const cli = { extensionPath: this.#extensionPath, node: this.#agent.node, limitMs: LIMIT_MS };
    const ended = await withProgress("Trying calls for tests …", (token) =>
      runForJson(cli, ["tests", ...place], token),
    );
    if (!ended) return;
    const told = asTestsDocument(ended.stdout);
    if (!told) return tellError(`No test: ${failureOf(ended)}`);
    if (told.outcome === "none")
      return say(`No test: ${told.reason}${told.detail === undefined ? "" : ` (${told.detail})`}.`);
    const file = vscode.Uri.file(path.join(folder, told.file));
    const shown = await show(told, file);
    const picked = await vscode.window.showInformationMessage(testsInWords(told), SAVE);
    if (picked === SAVE && (await shown.save())) await vscode.window.showTextDocument(file, BESIDE); // the unsaved one closes
  }

  /** By the text of the line alone: nothing is asked, and nothing runs, before the person chooses it. */
  provideCodeActions(document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    if (!range.isEmpty || refusalFor(document) !== undefined) return [];
    const name = exportedFunctionOn(document.lineAt(range.start).text, document.languageId);
    if (name === undefined) return [];
    const action = new vscode.CodeAction(`Write tests for ${name} (Sotto)`, KIND);
    action.command = { command: COMMAND, title: action.title };
    return [action];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

function refusalFor({ uri, languageId }: vscode.TextDocument): string | undefined {
  if (!vscode.workspace.isTrusted) return "this workspace is not trusted, and a test comes from running its code";
  if (uri.scheme !== "file") return "the file has not been saved on this machine";
  if (!documentedIds.includes(languageId)) return "tests are written for TypeScript, JavaScript and Python only";
  return undefined;
}

/** Beside the code, as a file that is not there yet: saving it writes it to its place. What an earlier try has shown there is replaced in one undo step. */
async function show({ text }: ToldTests | ToldSkeleton, file: vscode.Uri): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(file.with({ scheme: "untitled" }));
  const whole = new vscode.Range(0, 0, document.lineCount, 0);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, whole, text);
  await vscode.workspace.applyEdit(edit);
  await vscode.window.showTextDocument(document, BESIDE);
  return document;
}
