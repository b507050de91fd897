// "Change Selection…", from the palette and as a code action: asks for an instruction, has the agent change the selected lines, and shows the
// result as a diff to accept. Decides nothing about what is written.

import * as vscode from "vscode";
import { languageIds } from "../../common/syntax/languages.ts";
import type { CommandId } from "../config/commands.ts";
import { type Change, ChangeMethod, type ChangeParams } from "../protocol/change.ts";
import { tellActed } from "./acted.ts";
import { applyEdits } from "./applyEdit.ts";
import { askWithProgress, say } from "./asking.ts";
import type { Configuration } from "./configuration.ts";
import type { EditPreview } from "./editPreview.ts";
import { canInstruct, tellOfSmallModel } from "./instructedModel.ts";
import type { AgentClient } from "./languageClient.ts";

const COMMAND: CommandId = "sotto.changeSelection";
const KIND = vscode.CodeActionKind.RefactorRewrite.append("instruction");
const LONGEST_NAME = 60;

const MEASURED = "of 60 changes that were asked of the strong one, 5 came out as meant";

export class ChangeSelectionCommand implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;
  readonly #preview: EditPreview;
  readonly #registration: vscode.Disposable;

  constructor(agent: AgentClient, configuration: Configuration, preview: EditPreview) {
    this.#agent = agent;
    this.#configuration = configuration;
    this.#preview = preview;
    this.#registration = vscode.languages.registerCodeActionsProvider([...languageIds], this, {
      providedCodeActionKinds: [KIND],
    });
  }

  /** @param given the instruction, where it is not to be asked for */
  async change(editor: vscode.TextEditor | undefined, given: unknown): Promise<void> {
    if (!editor) return say("No change: no file is open in an editor.");
    if (!canInstruct(this.#agent, this.#configuration)) return tellOfSmallModel(MEASURED);
    const { document, selection } = editor;
    const instruction = typeof given === "string" ? given : await askInstruction();
    if (instruction === undefined) return;
    const params: ChangeParams = {
      ...{ uri: document.uri.toString(), instruction },
      ...{ start: selection.start, end: selection.end },
    };
    const title = "Changing the selection …";
    const answer = await askWithProgress<Change>(this.#agent, title, ChangeMethod.change, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No change: ${answer.reason}.`);
    if (answer.notes.length > 0) say(answer.notes.join(" "));
    const edit = { ...answer, name: shortened(answer.name) };
    const done = "The change of the selection";
    const { outcome, taken } = await applyEdits(document, answer.version, [edit], this.#preview, done);
    if (outcome === "changed") return say("No change: the file was changed meanwhile.");
    tellActed(this.#agent, "change", document, [answer], taken);
  }

  /** Where something is selected and a model is there that follows instructions. */
  provideCodeActions(_document: vscode.TextDocument, range: vscode.Range): vscode.CodeAction[] {
    if (range.isEmpty || !canInstruct(this.#agent, this.#configuration)) return [];
    const action = new vscode.CodeAction("Change as I say… (Sotto)", KIND);
    action.command = { command: COMMAND, title: action.title };
    return [action];
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

const askInstruction = (): Thenable<string | undefined> =>
  vscode.window.showInputBox({
    title: "Change Selection",
    prompt: "What should change in the selected lines?",
    placeHolder: "use map instead of the loop",
    ignoreFocusOut: true,
    validateInput: (value) => (value.trim() === "" ? "Say what should change." : undefined),
  });

const shortened = (name: string): string => (name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name);
