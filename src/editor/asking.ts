// Requests to the agent whose failure a person is to hear of: one message with what to do, and the log a click away.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import type { Answer } from "../protocol/answer.ts";
import type { AgentClient } from "./languageClient.ts";

/** @returns undefined where it failed (the person has been told), or where nobody waits any more */
export async function ask<T>(
  agent: AgentClient,
  method: string,
  params: object,
  token?: vscode.CancellationToken,
): Promise<T | undefined> {
  let text: string;
  try {
    const answer = await agent.request<Answer<T>>(method, params, token);
    if ("value" in answer) return answer.value;
    text = `${answer.error.message} ${answer.error.action}`;
  } catch (error) {
    text = `Sotto's agent does not answer (${error instanceof Error ? error.message : error}). Run "Sotto: Restart Host".`;
  }
  if (!token?.isCancellationRequested) tellError(text);
  return undefined;
}

/** The same with a progress that can be cancelled. */
export async function askWithProgress<T>(
  agent: AgentClient,
  title: string,
  method: string,
  params: object,
): Promise<T | undefined> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => ask<T>(agent, method, params, token));
}

/** Does not wait until the message is read. */
export function tellError(text: string): void {
  const log = "Show Log";
  const showLog: CommandId = "sotto.showLog";
  void vscode.window.showErrorMessage(text, log).then((picked) => {
    if (picked === log) void vscode.commands.executeCommand(showLog);
  });
}

/** Does not wait until the message is read. */
export const say = (text: string): void => void vscode.window.showInformationMessage(text);
