// Whether a model is there that follows instructions, and what a person is told where none is.

import * as vscode from "vscode";
import type { CommandId } from "../config/commands.ts";
import type { Configuration } from "./configuration.ts";
import type { AgentClient } from "./languageClient.ts";

/** What helps where Sotto's own models are in use, each with the command that does it. */
const WAYS_OUT: Readonly<Record<string, { command: string; argument?: string }>> = {
  "Choose Model…": { command: "sotto.chooseModel" satisfies CommandId },
  "Choose Engine…": { command: "sotto.chooseEngine" satisfies CommandId },
  "Allow Small Models": { command: "workbench.action.openSettings", argument: "sotto.smallModelChanges" },
};

/** Whether more than Sotto's own two models can be asked, or the person lets those be asked. */
export function canInstruct({ model: { engine, tiers } }: AgentClient, { settings }: Configuration): boolean {
  return engine !== undefined || tiers === undefined || settings.smallModelChanges;
}

/** @param measured how good Sotto's own models are at it, in a sentence part */
export function tellOfSmallModel(measured: string): void {
  const why = `Sotto's own models complete code; ${measured}. Choose a model of your own of 1.5 billion parameters or more, or one on a server.`;
  void vscode.window.showInformationMessage(why, ...Object.keys(WAYS_OUT)).then((picked) => {
    const way = picked === undefined ? undefined : WAYS_OUT[picked];
    if (way) void vscode.commands.executeCommand(way.command, ...(way.argument === undefined ? [] : [way.argument]));
  });
}
