// "Fix Here", from the palette and as a quick fix of TypeScript's errors: asks the agent, and puts one of the verified fixes into the document as
// one undo step. Decides nothing about what is a fix.

import * as vscode from "vscode";
import { ecmaScriptIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import { type FixesFound, FixMethod, type FixParams, type OfferedFix } from "../protocol/fix.ts";
import { applyEdit } from "./applyEdit.ts";
import { askWithProgress, say } from "./asking.ts";
import type { AgentClient } from "./languageClient.ts";

const SOURCES = new Set(["ts", "js"]); // of the editor's own TypeScript
const COMMAND: CommandId = "sotto.fixHere";

export class FixCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient) {
    this.#agent = agent;
    this.#registration = vscode.languages.registerCodeActionsProvider([...ecmaScriptIds], this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    });
  }

  /** @param given the diagnostic of a quick fix; the palette's command takes the first one of the cursor's line */
  async fix(given: unknown): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const { document } = editor;
    const diagnostic = given instanceof vscode.Diagnostic ? given : errorOnLine(editor);
    if (!diagnostic) return say("No fix: the editor shows no error of TypeScript on this line.");
    const { range, code } = diagnostic;
    const number = Number(typeof code === "object" ? code.value : code);
    const params: FixParams = {
      uri: document.uri.toString(),
      start: range.start,
      end: range.end,
      ...(Number.isInteger(number) ? { code: number } : {}),
    };
    const answer = await askWithProgress<FixesFound>(this.#agent, "Looking for a fix …", FixMethod.find, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No fix: ${answer.reason}.`);
    const chosen = await choose(document, answer.fixes);
    if (!chosen) return;
    const done = await applyEdit(editor, answer.version, chosen);
    if (!done) say("No fix: the file was changed meanwhile.");
  }

  provideCodeActions(
    _document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    return diagnostics.filter(isError).map((diagnostic) => {
      const action = new vscode.CodeAction("Find a verified fix (Sotto)", vscode.CodeActionKind.QuickFix);
      action.diagnostics = [diagnostic];
      action.command = { command: COMMAND, title: action.title, arguments: [diagnostic] };
      return action;
    });
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

const isError = ({ severity, source }: vscode.Diagnostic): boolean =>
  severity === vscode.DiagnosticSeverity.Error && SOURCES.has(source ?? "");

function errorOnLine({ document, selection }: vscode.TextEditor): vscode.Diagnostic | undefined {
  const { line } = selection.active;
  const all = vscode.languages.getDiagnostics(document.uri);
  return all.find((one) => isError(one) && one.range.start.line <= line && line <= one.range.end.line);
}

const ORIGINS: Record<OfferedFix["source"], string> = {
  language: "TypeScript's own fix",
  names: "a name of this file",
  model: "written by the model",
};

/** One is taken at once; several are shown with what each makes of the line. */
async function choose(document: vscode.TextDocument, fixes: readonly OfferedFix[]): Promise<OfferedFix | undefined> {
  if (fixes.length <= 1) return fixes[0];
  const items = fixes.map((fix) => {
    const line = document.lineAt(fix.start.line).text;
    const rest = document.lineAt(fix.end.line).text.slice(fix.end.character);
    return {
      label: `${line.slice(0, fix.start.character)}${fix.newText}${rest}`.trim(),
      description: ORIGINS[fix.source],
      fix,
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: "Verified fixes",
    placeHolder: "What the line becomes",
  });
  return picked?.fix;
}
