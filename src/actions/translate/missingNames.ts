// Which functions and types of a code its translation does not name. Pure.

import { definitionsOf } from "../../../common/syntax/definitions.ts";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { Lines } from "../change/selection.ts";

const KEPT_KINDS = ["class", "interface", "type", "enum", "function", "method"];
/** What each language calls by a word of its own. */
const OWN_WORDS = /^(?:__\w{1,60}__|constructor|init|new|main|toString)$/;
const WORD = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** In the order of the code; none where it has no grammar. Languages differ in how names are written: `read_all`, `readAll` and `ReadAll` are one. */
export function missingNames(
  { text: source, tree, languageId }: OpenDocument,
  lines: Lines,
  written: string,
): string[] {
  const language = languageSyntax(languageId);
  if (!tree || !language) return [];
  const there = new Set((written.match(WORD) ?? []).map(plain));
  const names = definitionsOf(source.getText(), tree, language)
    .filter(({ kind, startIndex, endIndex }) => {
      return KEPT_KINDS.includes(kind) && startIndex >= lines.start && endIndex <= lines.end;
    })
    .map(({ name }) => name)
    .filter((name) => !OWN_WORDS.test(name) && !there.has(plain(name)));
  return [...new Set(names)];
}

const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();
