// The names known at the cursor before a suggestion arrives: names in the document's tree, exports of the modules it imports, and functions to
// look up the rest. Collected once for a request, while the model writes. Must not judge.

import { languageSyntax } from "../../../common/syntax/languages.ts";
import { lineStartOf } from "../../../common/syntax/lines.ts";
import { nameRules, Scopes } from "../../../common/syntax/names/bindings.ts";
import type { NameRules } from "../../../common/syntax/names/names.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { isGlobal } from "./globals.ts";
import { type ModuleExports, moduleExports } from "./moduleExports.ts";

export interface KnownSymbols {
  rules: NameRules;
  /** Names visible at the cursor in the document's tree; members of enums and constant objects are kept separately. */
  names: ReadonlySet<string>;
  owners: ReadonlySet<string>;
  /** Words in the parts of the document that do not parse. */
  damaged: ReadonlySet<string>;
  /** Whether no name can be judged. */
  open: boolean;
  modules: ModuleExports;
  isGlobal(name: string): boolean;
  /** Whether another file of the workspace defines it in a way that counts here. */
  isDefinedElsewhere(name: string): boolean;
}

/** How many definitions of a name are checked. */
const MAX_DEFINITIONS = 20;

/**
 * @param explicit a person asked: a name that another file defines is shown, though it is not imported yet
 * @param late when it fires, modules that are not read yet stay unknown
 * @returns undefined where the language's names are not known, or the document has no tree
 */
export async function knownSymbols(
  document: OpenDocument,
  offset: number,
  explicit: boolean,
  sources: Sources | undefined,
  late: AbortSignal,
): Promise<KnownSymbols | undefined> {
  const language = languageSyntax(document.languageId);
  const rules = language && nameRules(language);
  const { tree, languageId, path } = document;
  if (!rules || !tree) return undefined;
  const text = document.text.getText();
  const around = language.indented ? pathByIndentation(tree, text, offset) : tree.pathTo(offset);
  const { names, damaged, open } = new Scopes(text, rules).at(around);
  const isScript = !/^[ \t]*(import|export)\b|\brequire\(|\bexports\b/m.test(text);
  return {
    rules,
    names: new Set([...names.keys(), ...rules.declaredByText(text)]),
    owners: new Set([...names].filter(([, owner]) => owner).map(([name]) => name)),
    damaged,
    open: open || isCell(document.uri),
    modules: await moduleExports(document, offset, sources, late),
    isGlobal: (name) => isGlobal(name, languageId, path),
    isDefinedElsewhere(name) {
      const found = sources?.index?.definitions(name, MAX_DEFINITIONS) ?? [];
      if (explicit || (isScript && languageId !== "python")) return found.length > 0;
      return found.some((one) => /\.d\.[cm]?ts$/.test(one.path)); // it may be declared there for all files
    },
  };
}

/** A blank line belongs to the blocks above it that begin further to the left. */
function pathByIndentation(tree: SyntaxTree, text: string, offset: number): SyntaxNode[] {
  const lineStart = lineStartOf(text, offset);
  const column = /^[ \t]*/.exec(text.slice(lineStart, offset))![0].length;
  let at = offset - 1;
  while (at > 0 && /\s/.test(text[at]!)) at--;
  const path = tree.pathTo(Math.max(at, 0));
  const end = path.findIndex((node, i) => i > 0 && node.startIndex < lineStart && node.startPosition.column >= column);
  return end === -1 ? path : path.slice(0, end);
}

/** A cell of a notebook, or the input of an interactive window: it sees what the cells before it have declared. */
const isCell = (uri: string): boolean => /^vscode-(notebook|interactive)/.test(uri);
