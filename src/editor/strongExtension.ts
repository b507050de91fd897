// Notices that the extension with the strong model has come or gone, and has the host look again. Where the model lies nobody tells it: it finds the
// folder beside this extension's.

import * as vscode from "vscode";
import { AgentMethod } from "../protocol/messages.ts";
import type { AgentClient } from "./languageClient.ts";

const STRONG_EXTENSION = "sotto.sotto-strong";
const isThere = () => vscode.extensions.getExtension(STRONG_EXTENSION) !== undefined;

export class StrongExtension implements vscode.Disposable {
  readonly #listening: vscode.Disposable;

  constructor(agent: AgentClient) {
    let was = isThere();
    this.#listening = vscode.extensions.onDidChange(() => {
      if (isThere() === was) return;
      was = isThere();
      agent.request<void>(AgentMethod.restartHost).catch(() => {}); // an agent that is not running finds it when it starts
    });
  }

  dispose(): void {
    this.#listening.dispose();
  }
}
