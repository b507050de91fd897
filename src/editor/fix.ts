// "Fix Here" and "Fix This File", from the palette and as quick fixes of errors: asks the agent and applies verified fixes to the document as
// one undo step; those for a whole file are shown as a diff first. Decides nothing about what is a fix.

import * as vscode from "vscode";
import { documentedIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import { type FileFixes, type FixesFound, FixMethod, type FixParams, type OfferedFix } from "../protocol/fix.ts";
import { tellActed } from "./acted.ts";
import { applyEdits } from "./applyEdit.ts";
import { askThroughFile, askWithProgress, say } from "./asking.ts";
import type { Configuration } from "./configuration.ts";
import type { EditPreview } from "./editPreview.ts";
import type { AgentClient } from "./languageClient.ts";

const COMPILER_SOURCES = new Set(["ts", "js"]); // of the editor's own TypeScript
const COMMAND: CommandId = "sotto.fixHere";

export class FixCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;
  readonly #preview: EditPreview;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient, configuration: Configuration, preview: EditPreview) {
    this.#agent = agent;
    this.#configuration = configuration;
    this.#preview = preview;
    this.#registration = vscode.languages.registerCodeActionsProvider([...documentedIds], this, {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    });
  }

  /** @param given the diagnostic of a quick fix; the palette's command takes the first one of the cursor's line, or whatever is wrong there */
  async fix(given: unknown): Promise<void> {
    const editor = vscode.window.activeTextEditor;
    if (!editor) return;
    const { document, selection } = editor;
    const diagnostic = given instanceof vscode.Diagnostic ? given : errorOnLine(editor);
    const range = diagnostic?.range ?? document.lineAt(selection.active.line).range;
    const code = typeof diagnostic?.code === "object" ? diagnostic.code.value : diagnostic?.code;
    const number = code === undefined ? Number.NaN : Number(code);
    const params: FixParams = {
      uri: document.uri.toString(),
      start: range.start,
      end: range.end,
      offered: diagnostic ? await offeredByOthers(document, range) : [],
      ...(Number.isInteger(number) ? { code: number } : {}),
    };
    const answer = await askWithProgress<FixesFound>(this.#agent, "Looking for a fix …", FixMethod.find, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No fix: ${answer.reason}.`);
    const chosen = await choose(document, answer.fixes);
    if (!chosen) return;
    const edit = { ...chosen, name: answer.message };
    const preview = this.#configuration.settings.previewActions ? this.#preview : undefined;
    const { outcome, taken } = await applyEdits(document, answer.version, [edit], preview, "The fix");
    if (outcome === "changed") return say("No fix: the file was changed meanwhile.");
    tellActed(this.#agent, "fix", document, [edit], taken);
  }

  /** All that is wrong with the file, as a diff to accept piece by piece. */
  async fixAll(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document } = editor;
    const params = { uri: document.uri.toString() };
    const answer = await askThroughFile<FileFixes>(this.#agent, "Looking for fixes", FixMethod.findAll, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No fixes: ${answer.reason}.`);
    const { version, edits, problems, left } = answer;
    if (left > 0) say(fixedInWords(edits.length, problems - left, problems));
    const { outcome, taken } = await applyEdits(document, version, edits, this.#preview, "What was ticked");
    if (outcome === "changed") return say("No fixes: the file was changed meanwhile.");
    tellActed(this.#agent, "fix", document, edits, taken);
  }

  provideCodeActions(
    { languageId }: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const fixable = diagnostics.filter((diagnostic) => isFixable(diagnostic, languageId));
    return fixable.map((diagnostic) => {
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

/** An edit may mend several problems, and the editor's own list may count others, such as warnings. */
const fixedInWords = (edits: number, fixed: number, problems: number): string =>
  `${edits === 1 ? "1 change mends" : `${edits} changes mend`} ${fixed} of the ${problems} errors that Sotto's check finds in this file.`;

/** TypeScript's errors; in Python, which has no language service of the editor's own, whatever an extension is sure of. */
const isFixable = ({ severity, source }: vscode.Diagnostic, languageId: string): boolean =>
  languageId === "python"
    ? severity <= vscode.DiagnosticSeverity.Warning
    : severity === vscode.DiagnosticSeverity.Error && COMPILER_SOURCES.has(source ?? "");

function errorOnLine({ document, selection }: vscode.TextEditor): vscode.Diagnostic | undefined {
  const { line } = selection.active;
  const all = vscode.languages.getDiagnostics(document.uri);
  return all.find(
    (one) => isFixable(one, document.languageId) && one.range.start.line <= line && line <= one.range.end.line,
  );
}

/** More are not resolved: each may take a while. */
const MOST_OFFERED = 10;

/** What the code actions of the editor and of other extensions would change, where it is this document alone. */
async function offeredByOthers(document: vscode.TextDocument, range: vscode.Range): Promise<FixParams["offered"]> {
  const kind = vscode.CodeActionKind.QuickFix.value;
  const actions = await vscode.commands.executeCommand<(vscode.Command | vscode.CodeAction)[]>(
    "vscode.executeCodeActionProvider",
    ...[document.uri, range, kind, MOST_OFFERED],
  );
  return actions.flatMap((action) => {
    const entries = "edit" in action && action.edit ? action.edit.entries() : [];
    const [only] = entries;
    if (!only || entries.length > 1 || only[0].toString() !== document.uri.toString()) return [];
    return [only[1].map(({ range: { start, end }, newText }) => ({ start, end, newText }))];
  });
}

/** One is taken at once; several are shown with what each makes of the line. */
async function choose(document: vscode.TextDocument, fixes: readonly OfferedFix[]): Promise<OfferedFix | undefined> {
  if (fixes.length <= 1) return fixes[0];
  const items = fixes.map((fix) => {
    const line = document.lineAt(fix.start.line).text;
    const rest = document.lineAt(fix.end.line).text.slice(fix.end.character);
    return {
      label: `${line.slice(0, fix.start.character)}${fix.newText}${rest}`.trim(),
      detail: fix.title,
      fix,
    };
  });
  const picked = await vscode.window.showQuickPick(items, {
    title: "Verified fixes",
    placeHolder: "What the line becomes",
  });
  return picked?.fix;
}
