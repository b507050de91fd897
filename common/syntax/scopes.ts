// Names the definitions around a place, outermost first: ["class Foo", "bar"].
// Reads the tree only; a definition that the parser could not make out of unfinished code is missing.

import type { LanguageSyntax } from "./languages.ts";
import { lineStartOf } from "./lines.ts";
import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

interface Scope {
  name: string;
  node: SyntaxNode;
}

/** Such as ["namespace N", "class Foo", "bar"]; empty at the top level. */
export function scopePath(text: string, offset: number, tree: SyntaxTree, language: LanguageSyntax): string[] {
  return scopesAt(text, offset, tree, language).map((scope) => scope.name);
}

/** The innermost definition that holds the place, or undefined at the top level. */
export function enclosingDefinition(
  text: string,
  offset: number,
  tree: SyntaxTree,
  language: LanguageSyntax,
): SyntaxNode | undefined {
  return scopesAt(text, offset, tree, language).at(-1)?.node;
}

function scopesAt(text: string, offset: number, tree: SyntaxTree, language: LanguageSyntax): Scope[] {
  const scopes: Scope[] = [];
  const path = tree.pathTo(language.indented ? lastCodeUnit(text, offset) : Math.min(offset, text.length - 1));
  for (const [i, node] of path.entries()) {
    if (node.startIndex >= offset) break;
    if (language.indented && !belongsByIndentation(text, offset, node)) continue;
    const name = nameOf(text, node, path[i - 1], language);
    if (name !== undefined) scopes.push({ name, node });
  }
  return scopes;
}

function nameOf(
  text: string,
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  language: LanguageSyntax,
): string | undefined {
  const word = language.definitions.get(node.type);
  const own = node.childForFieldName("name");
  if (word !== undefined && own) return word === "" ? textOf(text, own) : `${word} ${textOf(text, own)}`;
  if (!parent || !language.functionValues.has(node.type)) return undefined;
  const binding = language.bindings.get(parent.type);
  const bound = binding && parent.childForFieldName(binding.name);
  if (!bound) return undefined;
  return word ? `${word} ${textOf(text, bound)}` : textOf(text, bound);
}

const textOf = (text: string, node: SyntaxNode) => text.slice(node.startIndex, node.endIndex);

/** In a language of indentation a block ends at its last statement: an empty line below it is judged by the text above. */
function lastCodeUnit(text: string, offset: number): number {
  let at = offset - 1;
  while (at > 0 && /\s/.test(text[at]!)) at--;
  return Math.max(at, 0);
}

function belongsByIndentation(text: string, offset: number, node: SyntaxNode): boolean {
  const lineStart = lineStartOf(text, offset);
  if (node.endIndex > offset || node.startIndex >= lineStart) return true;
  const indentation = /^[ \t]*/.exec(text.slice(lineStart, offset))![0].length;
  return indentation > node.startPosition.column;
}
