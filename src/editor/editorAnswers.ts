// Answers the agent's questions to the editor: definitions from other extensions' providers, and the clipboard. Shows nothing and logs no content.
// Nobody waits for an answer: the agent asks in the background, and a slow provider is abandoned.

import * as vscode from "vscode";
import type { ClipboardAnswer, DefinitionsAnswer, DefinitionsParams } from "../protocol/messages.ts";
import { DefinitionLookup, type FoundPlace } from "./definitionLookup.ts";

const DEFINITIONS_BUDGET_MS = 800;
const MAX_CLIPBOARD_UNITS = 2_000;

const commandOf = {
  definition: "vscode.executeDefinitionProvider",
  typeDefinition: "vscode.executeTypeDefinitionProvider",
} as const;

export class EditorAnswers {
  readonly #lookup = new DefinitionLookup();

  definitions({ uri, version, positions }: DefinitionsParams): Promise<DefinitionsAnswer> {
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri);
    if (document?.version !== version) {
      return Promise.resolve(positions.map(() => ({ reason: "document changed" as const })));
    }
    return this.#lookup.answer(
      uri,
      positions,
      async (kind, { line, character }) => {
        if (document.isClosed || document.version !== version) return []; // it has gone on meanwhile
        const position = new vscode.Position(line, character);
        const found = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
          commandOf[kind],
          document.uri,
          position,
        );
        return found.map(placeOf).filter(mayBeRead);
      },
      DEFINITIONS_BUDGET_MS,
    );
  }

  async clipboard(): Promise<ClipboardAnswer> {
    const text = await vscode.env.clipboard.readText();
    return text.length > MAX_CLIPBOARD_UNITS ? {} : { text };
  }
}

function placeOf(found: vscode.Location | vscode.LocationLink): FoundPlace {
  const [uri, range] = "targetUri" in found ? [found.targetUri, found.targetRange] : [found.uri, found.range];
  return { uri: uri.toString(), startLine: range.start.line, endLine: range.end.line + 1 };
}

/** Files of the workspace, and of its dependencies the declarations; the agent's own rules come on top. */
function mayBeRead({ uri }: FoundPlace): boolean {
  const { scheme, path } = vscode.Uri.parse(uri);
  if (scheme !== "file" || !vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(uri))) return false;
  return !path.includes("/node_modules/") || /\.d\.([cm]?ts|[^./]+\.ts)$/.test(path);
}
