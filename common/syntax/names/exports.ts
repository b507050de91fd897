// What a file lets others import, where all of it is written down in it. Must not read other files: what it hands on is named by its module.

import { languageSyntax } from "../languages.ts";
import type { SyntaxNode, SyntaxTree } from "../syntax.ts";
import { nameRules, Scopes } from "./bindings.ts";
import { statement } from "./ecmaScript.ts";
import { textOf } from "./names.ts";

export interface Exports {
  names: Set<string>; // "default" for a default export
  /** Modules of which it hands on everything. */
  stars: string[];
}

/** @returns undefined where not all exports can be told: CommonJS, `export =`, code that does not parse */
export function exportsOf(text: string, tree: SyntaxTree, languageId: string): Exports | undefined {
  const rules = nameRules(languageSyntax(languageId) ?? { queries: [] });
  if (!rules || tree.rootNode.hasError) return undefined;
  if (languageId !== "python") return ecmaScriptExports(text, tree);
  const { names, open } = new Scopes(text, rules).at([tree.rootNode]);
  return open || names.has("__getattr__") ? undefined : { names: new Set(names.keys()), stars: [] };
}

function ecmaScriptExports(text: string, tree: SyntaxTree): Exports | undefined {
  const found: Exports = { names: new Set(), stars: [] };
  let isModule = false;
  for (const node of tree.rootNode.namedChildren) {
    if (node.type === "import_statement") isModule = true;
    if (node.type !== "export_statement") continue;
    isModule = true;
    if (!addExport(node, text, found)) return undefined;
  }
  return isModule ? found : undefined;
}

/** @returns whether all that it exports is known */
function addExport(node: SyntaxNode, text: string, { names, stars }: Exports): boolean {
  const has = (token: string) => node.children.some(({ type }) => type === token);
  if (has("=")) return false;
  const source = node.childForFieldName("source");
  const clause = node.namedChildren.find(({ type }) => type === "export_clause" || type === "namespace_export");
  if (has("default")) names.add("default");
  else if (clause?.type === "namespace_export") {
    if (clause.namedChildren[0]) names.add(unquoted(textOf(text, clause.namedChildren[0])));
  } else if (clause) {
    for (const specifier of clause.namedChildren) {
      const name = specifier.childForFieldName("alias") ?? specifier.childForFieldName("name");
      if (name) names.add(unquoted(textOf(text, name)));
    }
  } else if (source) stars.push(unquoted(textOf(text, source)));
  else {
    const declaration = node.childForFieldName("declaration");
    if (!declaration) return false;
    statement(declaration, {
      name: (name) => void names.add(textOf(text, name)),
      damaged: () => {},
      everything: () => {},
    });
  }
  return true;
}

const unquoted = (name: string): string => name.replace(/^(["'])(.*)\1$/s, "$2");
