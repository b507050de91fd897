// The style for a document's docstrings: the requested one, otherwise the file's own, otherwise its neighbours', otherwise the language's usual one.

import path from "node:path";
import { languageOfPath } from "../../../../common/syntax/languages.ts";
import type { Sources } from "../../../context/sources/sources.ts";
import type { OpenDocument } from "../../../workspace/documents.ts";
import { filesIn } from "../../../workspace/workspace.ts";
import type { Style, StyleName } from "./style.ts";
import { isStyleOf, styleNamed, styleOf, usualStyle } from "./styleOf.ts";

/** The most files of the same folder that are read. */
const MOST_NEIGHBOURS = 12;

/** @param asked counts only where it is a style of the language */
export async function styleFor(
  { text, path: file, languageId }: OpenDocument,
  asked: StyleName | undefined,
  sources: Pick<Sources, "workspace"> | undefined,
): Promise<Style> {
  if (asked && isStyleOf(asked, languageId)) return styleNamed(asked);
  return (
    styleOf([text.getText()], languageId) ??
    styleOf(await neighboursOf(file, languageId, sources), languageId) ??
    usualStyle(languageId)
  );
}

/** Texts of the folder's other files of the language. */
async function neighboursOf(
  file: string,
  languageId: string,
  sources: Pick<Sources, "workspace"> | undefined,
): Promise<string[]> {
  if (!sources || languageId !== "python") return []; // the other languages have one style each
  const folder = path.posix.dirname(file);
  const names = await filesIn(sources.workspace, folder === "." ? "" : folder);
  const others = names.filter((name) => name !== file && languageOfPath(name) === languageId).slice(0, MOST_NEIGHBOURS);
  const texts = await Promise.all(others.map((name) => sources.workspace.read(name)));
  return texts.filter((text) => text !== undefined);
}
