// What an import that is being written is for: while the file uses names that nothing in it declares, an import of a name that it does not use is
// none of those it lacks. Says nothing where the file lacks nothing: then the import may come before its use.

import { nameAt, namesIn, Scopes } from "../../../common/syntax/names/bindings.ts";
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

/** A word that stands behind no dot, and beside a sign of code: prose has few of them. */
const WORD =
  /(?<![\p{L}\p{N}_$.])[\p{L}_$][\p{L}\p{N}_$]*(?=[()[\].:<>,;}])|(?<=[@([{<:=] ?)[\p{L}_$][\p{L}\p{N}_$]*/gu;

/** The most words that are looked up in the tree, in less than 100 microseconds each; a longer file is taken to lack nothing. */
const MOST_WORDS = 1_000;

/** How many places of a word are looked at for one that is a name. */
const MOST_PLACES = 5;

/** The names that the document refers to and nothing in it declares. */
function lackingNames({ tree, text, ...range }: WithSuggestion, known: KnownSymbols): Set<string> {
  const scopes = new Scopes(text, known.rules, range);
  const { names: declared } = scopes.at([tree.rootNode]);
  const places = new Map<string, number[]>();
  for (const { index, 0: word } of text.matchAll(WORD)) {
    if (index + word.length > range.startIndex && index < range.endIndex) continue;
    if (declared.has(word) || known.isGlobal(word)) continue;
    const found = places.get(word);
    if (!found) places.set(word, [index]);
    else if (found.length < MOST_PLACES) found.push(index);
  }
  const lacking = new Set<string>();
  if (places.size > MOST_WORDS) return lacking;
  for (const [word, offsets] of places) {
    for (const offset of offsets) {
      const place = nameAt(tree, text, offset, known.rules);
      if (place?.role === "declaration") break;
      if (place?.role !== "reference") continue;
      const { path } = place;
      if (!scopes.find(word, path) && !scopes.isOpen(path) && !scopes.isInDamage(word, path)) lacking.add(word);
      break;
    }
  }
  return lacking;
}
