// The first minute: the walkthrough, opened by itself once on this machine, and the file in which somebody tries a first suggestion.

import * as vscode from "vscode";
import { WALKTHROUGH_ID } from "../config/walkthrough.ts";

const OPENED_KEY = "sotto.walkthroughOpened";

/** Where somebody may try it: the cursor stands at the end. */
const TRIAL = `/** What the prices come to, in cents. */
function total(prices: number[]): number {
  let sum = 0;
  for (const price of prices) `;

export const openWalkthrough = (): Thenable<unknown> =>
  vscode.commands.executeCommand("workbench.action.openWalkthrough", `sotto.sotto#${WALKTHROUGH_ID}`, false);

/** Once, and not where the person has switched off walkthroughs of new extensions. */
export async function openWalkthroughOnce(memory: vscode.Memento): Promise<void> {
  if (memory.get<boolean>(OPENED_KEY)) return;
  const opens = vscode.workspace.getConfiguration("workbench").get("welcomePage.walkthroughs.openOnInstall", true);
  await memory.update(OPENED_KEY, true);
  if (opens) await openWalkthrough();
}

/** A new file with the beginning of a function; the suggestion comes as it does while somebody types. */
export async function tryIt(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: "typescript", content: TRIAL });
  const editor = await vscode.window.showTextDocument(document);
  const end = document.positionAt(TRIAL.length);
  editor.selection = new vscode.Selection(end, end);
  await vscode.commands.executeCommand("editor.action.inlineSuggest.trigger");
}

/** The active editor; where somebody looks at something else, such as the walkthrough, the text file of the last tab, or one to try it in. */
export async function textEditor(): Promise<vscode.TextEditor | undefined> {
  if (vscode.window.activeTextEditor) return vscode.window.activeTextEditor;
  const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  const texts = tabs.flatMap(({ input }) => (input instanceof vscode.TabInputText ? [input.uri] : []));
  const last = texts.at(-1);
  if (last) return vscode.window.showTextDocument(last);
  await tryIt();
  return vscode.window.activeTextEditor;
}
