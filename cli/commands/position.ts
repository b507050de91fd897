// Shared by commands about a place of a file: the workspace, the file as an open document, the cursor in it, and lines of it.

import path from "node:path";
import { pathToFileURL } from "node:url";
import { badInput } from "../../common/errors.ts";
import { languageIds, languageOfPath } from "../../common/syntax/languages.ts";
import { lineEndOf } from "../../common/syntax/lines.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { prepareQueries } from "../../common/syntax/prepareQueries.ts";
import type { Sources } from "../../src/context/sources/sources.ts";
import { LiveCopies } from "../../src/index/copies/liveCopies.ts";
import { LiveReader } from "../../src/index/liveReader.ts";
import { copiesFile, databaseFile } from "../../src/index/location.ts";
import { type OpenDocument, openDocument } from "../../src/workspace/documents.ts";
import { folderWorkspace } from "../../src/workspace/workspace.ts";
import { type GlobalOptions, required, UsageError, wholeNumber } from "../command.ts";
import { offsetAt, readSource, workspaceRoot } from "../sourceFile.ts";

export const positionOptions = {
  file: { type: "string", argument: "F", help: "the source file" },
  line: { type: "string", argument: "L", help: "the cursor's line, from 1" },
  column: { type: "string", argument: "C", help: "the cursor's column, from 1, in UTF-16 units (a tab is one)" },
} as const;

/** Time limit for gathering context, in milliseconds. Generous, since a command has nothing in memory yet and nobody types meanwhile. */
const PATIENCE_MS = 5_000;

export interface AskedPlace {
  root: string; // of the workspace, absolute
  document: OpenDocument;
  offset: number; // UTF-16 units
  text: string;
  sources: Sources; // of the workspace, including its index if `sotto index` or the editor has made one
}

/** @throws UsageError for options that are missing or not numbers; UserError for a file or position that does not exist */
export async function openPlace(
  options: { file?: string; line?: string; column?: string },
  global: GlobalOptions,
): Promise<AskedPlace> {
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
  await prepareQueries(parsers, languageId); // otherwise this would use up the time for context
  const workspace = folderWorkspace(root);
  const copies = new LiveCopies({ file: copiesFile(databaseFile(root)), workspace });
  await copies.look(); // a command waits for what an editor does without
  return {
    root,
    document: openDocument(item, parsers),
    offset,
    text: source.text,
    sources: {
      workspace,
      copies,
      index: new LiveReader(databaseFile(root), () => {}), // an unreadable index finds nothing
      patienceMs: PATIENCE_MS,
    },
  };
}

const LINES = /^(\d{1,9})(?:-(\d{1,9}))?$/;

/** Of "12-20" or "12", from 1. @throws UsageError */
export function linesFrom(given: string): [first: number, last: number] {
  const [, from, to = from] = LINES.exec(given) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (!(first >= 1) || last < first) throw new UsageError(`--lines takes a line or two (12-20), not "${given}"`);
  return [first, last];
}

/** The offset of the end of a line, which counts from 1. @throws UserError where there is no such line */
export const endOfLine = (text: string, line: number): number => lineEndOf(text, offsetAt(text, line, 1));
