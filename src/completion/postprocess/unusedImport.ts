// What an import that is being written is for: while the file uses names that nothing in it declares, an import of a name that it does not use is
// none of those it lacks. Says nothing where the file lacks nothing: then the import may come before its use.

import { namesIn, Scopes } from "../../../common/syntax/names/bindings.ts";
import { wordsOf } from "../../../common/syntax/names/names.ts";
import type { SyntaxNode } from "../../../common/syntax/syntax.ts";
import type { KnownSymbols } from "../symbols/knownSymbols.ts";
import { exportsThere, type UnknownName, type WithSuggestion, withSuggestion } from "./symbols.ts";
import type { Judged } from "./syntaxErrors.ts";

/**
 * The first name of the suggestion's imports that the file does not use, with those that it lacks; undefined where there is none.
 * @param documentText without the suggestion
 */
export function unusedImport(
  text: string,
  replaceAfter: number,
  judged: Judged,
  documentText: string,
  known: KnownSymbols,
): UnknownName | undefined {
  if (known.open || !/\b(?:import|from)\b/.test(judged.line + text)) return undefined;
  const written = withSuggestion(text, replaceAfter, judged, documentText);
  if (!written) return undefined;
  const { tree, text: whole, startIndex, endIndex } = written;
  const used = wordsOf(`${whole.slice(0, startIndex)} ${whole.slice(endIndex)}`);
  const unused = namesIn(tree, whole, startIndex, endIndex, known.rules).find(
    ({ name, role, path }) => role === "imported" && isLocalName(path) && !used.has(name),
  );
  if (!unused) return undefined;
  const exported = exportsThere(unused, whole, known);
  const lacking = [...lackingNames(written, known)].filter((name) => exported?.has(name) ?? true);
  if (lacking.length === 0) return undefined;
  return { name: unused.name, start: unused.path.at(-1)!.startIndex - startIndex, instead: new Set(lacking) };
}

/** Whether the file speaks of the import by this name: it is not handed on, and has no other name here. */
const isLocalName = (path: readonly SyntaxNode[]): boolean =>
  !path.some((node) => /^(export_statement|aliased_import)$/.test(node.type) || node.childForFieldName("alias"));

/** The names that the document refers to and nothing in it declares. */
function lackingNames({ tree, text, ...range }: WithSuggestion, known: KnownSymbols): Set<string> {
  const scopes = new Scopes(text, known.rules, range);
  const lacking = new Set<string>();
  for (const { name, role, path } of namesIn(tree, text, 0, text.length, known.rules)) {
    if (role !== "reference" || lacking.has(name) || known.isGlobal(name)) continue;
    if (!scopes.find(name, path) && !scopes.isOpen(path) && !scopes.isInDamage(name, path)) lacking.add(name);
  }
  return lacking;
}
