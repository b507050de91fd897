// "Translate to Another Language…": asks for the language, has the agent translate the selection or the whole file, and opens the result beside it as
// an untitled file. Changes no file.

import * as vscode from "vscode";
import { type CodeLanguage, codeLanguages } from "../../common/syntax/codeLanguages.ts";
import { type ToldTranslation, TranslationMethod, type TranslationParams } from "../protocol/translation.ts";
import { askWithProgress, say } from "./asking.ts";
import type { Configuration } from "./configuration.ts";
import { canInstruct, tellOfSmallModel } from "./instructedModel.ts";
import type { AgentClient } from "./languageClient.ts";

const MEASURED = "they translate badly";

export class TranslateCommand {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;

  constructor(agent: AgentClient, configuration: Configuration) {
    this.#agent = agent;
    this.#configuration = configuration;
  }

  async translate(editor: vscode.TextEditor | undefined): Promise<void> {
    if (!editor) return say("No translation: no file is open in an editor.");
    if (!canInstruct(this.#agent, this.#configuration)) return tellOfSmallModel(MEASURED);
    const { document, selection } = editor;
    const target = await askTarget(document.languageId);
    if (!target) return;
    const params: TranslationParams = {
      uri: document.uri.toString(),
      ...(!selection.isEmpty && { part: { start: selection.start, end: selection.end } }),
      languageId: target.id,
    };
    const title = `Translating into ${target.name} …`;
    const answer = await askWithProgress<ToldTranslation>(this.#agent, title, TranslationMethod.translate, params);
    if (!answer) return;
    if ("reason" in answer) return say(`No translation: ${answer.reason}.`);
    const { text: content, languageId: language, notes } = answer;
    const shown = await vscode.workspace.openTextDocument({ language, content });
    await vscode.window.showTextDocument(shown, { viewColumn: vscode.ViewColumn.Beside, preview: false });
    say(notes.join(" "));
  }
}

async function askTarget(languageId: string): Promise<CodeLanguage | undefined> {
  const rows = codeLanguages.filter(({ id }) => id !== languageId).map((target) => ({ label: target.name, target }));
  const title = "Translate the Selection, or the Whole File, into";
  return (await vscode.window.showQuickPick(rows, { title }))?.target;
}
