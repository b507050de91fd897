// Tells the agent what became of what a command has written, for the statistics. Sends numbers only.

import type * as vscode from "vscode";
import type { NamedEdit } from "../protocol/docstring.ts";
import { type ActedParams, AgentMethod } from "../protocol/messages.ts";
import type { AgentClient } from "./languageClient.ts";

/** @param written the changes that the person was offered, `taken` those of them that were made */
export function tellActed(
  agent: AgentClient,
  kind: ActedParams["kind"],
  { uri }: vscode.TextDocument,
  written: readonly Pick<NamedEdit, "newText">[],
  taken: readonly Pick<NamedEdit, "newText">[],
): void {
  const params: ActedParams = { kind, uri: uri.toString(), written: sizeOf(written), taken: sizeOf(taken) };
  agent.notify(AgentMethod.acted, params);
}

const sizeOf = (edits: readonly Pick<NamedEdit, "newText">[]) => ({
  changes: edits.length,
  characters: edits.reduce((sum, { newText }) => sum + newText.length, 0),
});
