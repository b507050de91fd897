// What `complete` and `context` share: the workspace, the file as an open document, and the cursor in it.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { languageIds, languageOfPath } from "../../common/syntax/languages.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import { badInput } from "../../server/protocol/errors.ts";
import { type OpenDocument, openDocument } from "../../src/context/documents.ts";
import { folderWorkspace, type Workspace } from "../../src/context/workspace.ts";
import { type GlobalOptions, required, wholeNumber } from "../command.ts";
import { offsetAt, readSource } from "../sourceFile.ts";
import { workspaceRoot } from "../workspaceRoot.ts";

export const positionOptions = {
  file: { type: "string", argument: "F", help: "the source file" },
  line: { type: "string", argument: "L", help: "the cursor's line, from 1" },
  column: { type: "string", argument: "C", help: "the cursor's column, from 1, in UTF-16 units (a tab is one)" },
} as const;

export interface Place {
  document: OpenDocument;
  offset: number; // UTF-16 units
  text: string;
  workspace: Workspace;
}

/** @throws UsageError for options that are missing or no numbers; UserError for a file or position that is not there */
export async function openPlace(
  options: { file?: string; line?: string; column?: string },
  global: GlobalOptions,
): Promise<Place> {
  const file = required(options.file, "file");
  const line = wholeNumber(required(options.line, "line"), "line", 0) ?? 0;
  const column = wholeNumber(required(options.column, "column"), "column", 0) ?? 0;
  const root = path.resolve(global.root ?? workspaceRoot(path.dirname(path.resolve(file))));
  const source = readSource(file, root);
  const offset = offsetAt(source.text, line, column);
  const languageId = languageOfPath(source.path);
  if (languageId === undefined)
    throw badInput(`${file} is in no language that Sotto knows.`, `It knows ${languageIds.join(", ")}.`);
  const item = { uri: pathToFileURL(source.absolutePath).href, path: source.path, languageId, text: source.text };
  const parsers = await createParsers();
  await prepareQueries(parsers, languageId); // else the time for context would go to them
  return {
    document: openDocument(item, parsers),
    offset,
    text: source.text,
    workspace: folderWorkspace(root),
  };
}
