// Requests to the agent whose failure is shown to the person: one message that says what to do, with the log one click away.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import type { Answer } from "../protocol/answer.ts";
import type { AgentClient } from "./languageClient.ts";
import { timeInWords } from "./timeInWords.ts";

/** @returns undefined where it failed (the person has been told), or where nobody waits any more */
export const ask = <T>(
  agent: AgentClient,
  method: string,
  params: object,
  token?: vscode.CancellationToken,
): Promise<T | undefined> => answered(() => agent.request<Answer<T>>(method, params, token), token);

async function answered<T>(
  request: () => Promise<Answer<T>>,
  token: vscode.CancellationToken | undefined,
): Promise<T | undefined> {
  let text: string;
  try {
    const answer = await request();
    if ("value" in answer) return answer.value;
    text = `${answer.error.message} ${answer.error.action}`;
  } catch (error) {
    text = `Sotto's agent does not answer (${error instanceof Error ? error.message : error}). Run "Sotto: Restart Model".`;
  }
  if (!token?.isCancellationRequested) tellError(text);
  return undefined;
}

const cancellable = (title: string): vscode.ProgressOptions => {
  return { location: vscode.ProgressLocation.Notification, title, cancellable: true };
};

/** A progress that can be cancelled, and that says how long it has taken. */
export const withProgress = <T>(title: string, work: (token: vscode.CancellationToken) => Promise<T>): Thenable<T> =>
  vscode.window.withProgress(cancellable(title), (progress, token) => {
    const clock = new ProgressClock(progress);
    return work(token).finally(() => clock.stop());
  });

/** A request with such a progress. */
export const askWithProgress = async <T>(
  agent: AgentClient,
  title: string,
  method: string,
  params: object,
): Promise<T | undefined> => withProgress(title, (token) => ask<T>(agent, method, params, token));

type Progress = vscode.Progress<{ message?: string; increment?: number }>;

/** Tells each second how long something has taken, and how much longer where that can be said. */
class ProgressClock {
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  #words = "";
  #share = 0;

  constructor(progress: Progress) {
    this.#timer = setInterval(() => {
      const time = timeInWords(performance.now() - this.#startMs, this.#share);
      progress.report({ message: [this.#words, time].filter((part) => part !== "").join(", ") });
    }, 1_000);
  }

  /** @param share that is done, from 0 to 1 */
  note(words: string, share: number): void {
    this.#words = words;
    this.#share = share;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const countOf = ({ name, done, total }: ActionProgress): string => `${done + 1} of ${total}: ${name}`;

/**
 * The same for what works through a file: how far it is, is shown.
 * @param inWords how far that is, beside the bar
 */
export async function askThroughFile<T>(
  agent: AgentClient,
  title: string,
  method: string,
  params: object,
  inWords: (progress: ActionProgress) => string = countOf,
): Promise<T | undefined> {
  return vscode.window.withProgress(cancellable(title), (progress, token) => {
    const clock = new ProgressClock(progress);
    let shown = 0;
    const onProgress = (at: ActionProgress) => {
      const share = (100 * at.done) / at.total;
      clock.note(inWords(at), at.done / at.total);
      progress.report({ message: inWords(at), increment: share - shown });
      shown = share;
    };
    const request = () => agent.requestWithProgress<Answer<T>>(method, params, onProgress, token);
    return answered(request, token).finally(() => clock.stop());
  });
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
