// A staged file as it was and as it will be, and what of it a message tells. Reads no file and runs no git: whoever asks brings the texts.

import { type Definition, definitionsOf } from "../../../common/syntax/definitions.ts";
import { languageOfPath, languageSyntax } from "../../../common/syntax/languages.ts";
import type { Parsers } from "../../../common/syntax/parsers.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { StagedFile } from "../../protocol/commitMessage.ts";
import type { FileChange } from "./message.ts";
import { symbolChanges, type Version } from "./symbolChanges.ts";

/** The longest text that is parsed, in UTF-16 units. */
const MOST_UNITS = 1_000_000;

/** What a message tells of the file; without its symbols where a text is missing, too long, or in a language without a grammar. */
export function changeOf({ path, from, change, before, after }: StagedFile, parsers: Parsers): FileChange {
  const told: FileChange = { path, change, ...(from !== undefined && { from }) };
  const was = change === "added" ? undefined : versionOf(before, from ?? path, parsers);
  const is = change === "removed" ? undefined : versionOf(after, path, parsers);
  return was === "unread" || is === "unread" ? told : { ...told, symbols: symbolChanges(was, is) };
}

function versionOf(text: string | undefined, path: string, parsers: Parsers): Version | "unread" {
  if (text === undefined || text.length > MOST_UNITS) return "unread";
  const languageId = languageOfPath(path) ?? "";
  const language = languageSyntax(languageId);
  const tree = language && parsers.for(languageId)?.parse(text);
  if (!language || !tree) return "unread";
  const definitions = definitionsOf(text, tree, language).filter((one) => !isInCall(one, tree));
  tree.dispose();
  return { text, definitions };
}

/** What lies in a function that is handed to a call, as in a test's, is no symbol of the file. */
function isInCall({ startIndex, endIndex }: Definition, tree: SyntaxTree): boolean {
  let node = tree.rootNode.descendantForIndex(startIndex, endIndex);
  for (; node; node = node.parent) if (/^(?:arguments|argument_list)$/.test(node.type)) return true;
  return false;
}
