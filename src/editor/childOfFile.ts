// What commands share that have the command line work on the file of an editor: it is saved first, the wait can be cancelled, and a bad end is told.

import * as vscode from "vscode";
import { type ChildCli, type ChildEnd, runChildCli } from "./childCli.ts";

const SAVE_FIRST = "Save and Go On";

/**
 * Saves a file whose changes the command line would not see; it reads what the disk has.
 * @returns false where the person has not let it be saved, or it could not be
 */
export async function savedFor(document: vscode.TextDocument, question: string): Promise<boolean> {
  if (!document.isDirty) return true;
  return (await vscode.window.showInformationMessage(question, SAVE_FIRST)) === SAVE_FIRST && document.save();
}

/** Runs a command of the command line for its JSON. @returns undefined where the person has cancelled it */
export async function runForJson(
  cli: Omit<ChildCli, "signal">,
  args: readonly string[],
  token: vscode.CancellationToken,
): Promise<ChildEnd | undefined> {
  const ending = new AbortController();
  token.onCancellationRequested(() => ending.abort());
  const ended = await runChildCli({ ...cli, signal: ending.signal }, [...args, "--json"]);
  return token.isCancellationRequested ? undefined : ended;
}
