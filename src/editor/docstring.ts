// "Write Docstring Here" and "Document What Is Exported Here", from the palette and as code actions: asks the agent and inserts the
// answer into the document as one undo step; changes to a whole file are shown as a diff first. Decides nothing about what is written.

import * as vscode from "vscode";
import { documentedIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import {
  type Docstring,
  DocstringMethod,
  type DocstringParams,
  type DocstringTarget,
  type FileDocstrings,
} from "../protocol/docstring.ts";
import { tellActed } from "./acted.ts";
import { applyEdits } from "./applyEdit.ts";
import { askThroughFile, askWithProgress, say } from "./asking.ts";
import type { Configuration } from "./configuration.ts";
import type { EditPreview } from "./editPreview.ts";
import type { AgentClient } from "./languageClient.ts";

const COMMAND: CommandId = "sotto.writeDocstring";
const ALL_COMMAND: CommandId = "sotto.documentFile";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("docstring");

export class DocstringCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;
  readonly #preview: EditPreview;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient, configuration: Configuration, preview: EditPreview) {
    this.#agent = agent;
    this.#configuration = configuration;
    this.#preview = preview;
    this.#registration = vscode.languages.registerCodeActionsProvider([...documentedIds], this, {
      providedCodeActionKinds: [KIND],
    });
  }

  /** At the cursor, with a progress that can be cancelled. What is changed in the document meanwhile is never overwritten. */
  async write(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return;
    const { document, selection } = editor;
    const params: DocstringParams = { uri: document.uri.toString(), position: selection.active };
    const title = "Writing a docstring …";
    const answer = await askWithProgress<Docstring>(this.#agent, title, DocstringMethod.write, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No docstring: ${answer.reason}.`);
    const preview = this.#configuration.settings.previewActions ? this.#preview : undefined;
    const done = `The docstring of ${answer.name}`;
    const { outcome, taken } = await applyEdits(document, answer.version, [answer], preview, done);
    if (outcome === "changed") return say(`No docstring for ${answer.name}: the file was changed meanwhile.`);
    tellActed(this.#agent, "docstring", document, [answer], taken);
  }

  /** What the file exports, or the definition around `around` with what lies in it. Shown as a diff first, to accept piece by piece. */
  async writeAll(editor: vscode.TextEditor | undefined, around: unknown): Promise<void> {
    if (!editor) return;
    const { document } = editor;
    const params = {
      uri: document.uri.toString(),
      ...(around instanceof vscode.Position ? { around } : {}),
    };
    const answer = await askThroughFile<FileDocstrings>(
      this.#agent,
      "Writing docstrings",
      DocstringMethod.writeAll,
      params,
    );
    if (!answer) return;
    if ("reason" in answer) return say(`No docstrings: ${answer.reason}.`);
    const { edits, left, version } = answer;
    const missing = left.length === 0 ? "" : ` Without one: ${left.map(({ name }) => name).join(", ")}.`;
    if (edits.length === 0) return say(`No docstring that passes the checks.${missing}`);
    if (missing !== "") say(`${edits.length} of ${edits.length + left.length} docstrings pass the checks.${missing}`);
    const { outcome, taken } = await applyEdits(document, version, edits, this.#preview, "What was ticked");
    if (outcome === "changed") return say("No docstrings: the file was changed meanwhile.");
    tellActed(this.#agent, "docstring", document, edits, taken);
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    _context: vscode.CodeActionContext,
    token: vscode.CancellationToken,
  ): Promise<vscode.CodeAction[]> {
    if (!range.isEmpty) return []; // what is selected is about to be moved or rewritten
    const params: DocstringParams = { uri: document.uri.toString(), position: range.start };
    const target = await this.#agent
      .request<DocstringTarget>(DocstringMethod.target, params, token)
      .catch((): DocstringTarget => null); // no agent: it is not offered
    if (!target) return [];
    const title = `${target.hasDocstring ? "Update" : "Write"} the docstring of ${target.name} (Sotto)`;
    const action = new vscode.CodeAction(title, KIND);
    action.command = { command: COMMAND, title };
    if (!target.hasMembers) return [action];
    const all = new vscode.CodeAction(`Write the docstrings of ${target.name} and its members (Sotto)`, KIND);
    all.command = { command: ALL_COMMAND, title: all.title, arguments: [range.start] };
    return [action, all];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}
