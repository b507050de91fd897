// Asks the editor's providers what the name at a position is. Each language's own extension answers; a slow or failing one is no name.

import path from "node:path";
import * as vscode from "vscode";
import type { ToldName } from "../protocol/summary.ts";
import { typeInHover } from "./hoverType.ts";

const BUDGET_MS = 1_500;
const MOST_PLACES = 5;

/** @returns undefined where no word stands, or no provider knows anything about it in time */
export async function nameAtCursor(
  document: vscode.TextDocument,
  position: vscode.Position,
): Promise<ToldName | undefined> {
  const range = document.getWordRangeAtPosition(position);
  if (!range) return undefined;
  const [hovers, found] = await Promise.all([
    asked<vscode.Hover>("vscode.executeHoverProvider", document.uri, position),
    asked<vscode.Location | vscode.LocationLink>("vscode.executeDefinitionProvider", document.uri, position),
  ]);
  const type = typeInHover(hovers.flatMap(({ contents }) => contents.map(textOf)));
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  const all = found
    .slice(0, MOST_PLACES)
    .map((one) => ("targetUri" in one ? at(one.targetUri, one.targetRange) : at(one.uri, one.range)));
  const isInside = ({ uri }: { uri: vscode.Uri }) =>
    folder !== undefined && vscode.workspace.getWorkspaceFolder(uri)?.index === folder.index;
  const places = all
    .filter(isInside)
    .map(({ uri, line }) => ({ path: vscode.workspace.asRelativePath(uri, false), line }));
  const outside = [...new Set(all.filter((one) => !isInside(one)).map(({ uri }) => path.posix.basename(uri.path)))];
  if (type === undefined && all.length === 0) return undefined;
  return { name: document.getText(range), ...(type !== undefined && { type }), places, outside };
}

const at = (uri: vscode.Uri, { start }: vscode.Range) => ({ uri, line: start.line + 1 });

const textOf = (content: vscode.MarkdownString | vscode.MarkedString): string =>
  typeof content === "string" ? content : "language" in content ? `\`\`\`\n${content.value}\n\`\`\`` : content.value;

async function asked<T>(command: string, uri: vscode.Uri, position: vscode.Position): Promise<T[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T[]>((resolve) => {
    timer = setTimeout(() => resolve([]), BUDGET_MS);
  });
  try {
    const answer = Promise.resolve(vscode.commands.executeCommand<T[] | undefined>(command, uri, position));
    return (await Promise.race([answer.catch(() => []), late])) ?? [];
  } finally {
    clearTimeout(timer);
  }
}
