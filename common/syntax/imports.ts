// What a file imports: module specifiers and the names taken from them. Reads the top level of the tree only.
// Must not resolve anything: that takes a workspace.

import type { LanguageSyntax } from "./languages.ts";
import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

export interface Import {
  module: string; // as written: "./a", "..pkg.mod"
  names: string[]; // as the other file calls them; "default" for a default import
  everything: boolean; // a namespace, a star, or a module as a whole
}

/** The imports of a file, re-exports included, in the order of the file. */
export function importsOf(text: string, tree: SyntaxTree, language: LanguageSyntax): Import[] {
  const imports: Import[] = [];
  for (const node of topLevel(tree)) {
    if (language.indented) imports.push(...pythonImports(text, node));
    else imports.push(...ecmaScriptImports(text, node));
  }
  return imports;
}

/** Statements of the top level; those that an error swallowed are looked for one level deeper. */
function topLevel(tree: SyntaxTree): SyntaxNode[] {
  return tree.rootNode.namedChildren.flatMap((node) => (node.type === "ERROR" ? node.namedChildren : [node]));
}

const textOf = (text: string, node: SyntaxNode) => text.slice(node.startIndex, node.endIndex);
const unquote = (literal: string) => literal.replace(/^["'`]|["'`]$/g, "");

function ecmaScriptImports(text: string, node: SyntaxNode): Import[] {
  const from = node.childForFieldName("source");
  if (node.type === "import_statement" && from) return [fromClause(text, node, unquote(textOf(text, from)))];
  if (node.type === "export_statement" && from) {
    const found: Import = { module: unquote(textOf(text, from)), names: [], everything: false };
    const clause = node.namedChildren.find((child) => child.type === "export_clause");
    if (clause) found.names.push(...specifierNames(text, clause));
    else found.everything = true;
    return [found];
  }
  if (node.type === "import_statement") {
    const required = node.namedChildren.find((child) => child.type === "import_require_clause");
    const source = required?.childForFieldName("source");
    return source ? [{ module: unquote(textOf(text, source)), names: [], everything: true }] : [];
  }
  if (node.type === "lexical_declaration" || node.type === "variable_declaration") {
    return node.namedChildren.flatMap((declarator) => requireCall(text, declarator));
  }
  return [];
}

function fromClause(text: string, node: SyntaxNode, module: string): Import {
  const found: Import = { module, names: [], everything: false };
  const clause = node.namedChildren.find((child) => child.type === "import_clause");
  for (const child of clause?.namedChildren ?? []) {
    if (child.type === "identifier") found.names.push("default");
    else if (child.type === "namespace_import") found.everything = true;
    else if (child.type === "named_imports") found.names.push(...specifierNames(text, child));
  }
  return found;
}

function specifierNames(text: string, list: SyntaxNode): string[] {
  return list.namedChildren.flatMap((specifier) => {
    const name = specifier.childForFieldName("name");
    return name ? [unquote(textOf(text, name))] : [];
  });
}

/** `const x = require("./a")`, `const { b, c: d } = require("./a")` */
function requireCall(text: string, declarator: SyntaxNode): Import[] {
  const value = declarator.childForFieldName("value");
  const callee = value?.type === "call_expression" ? value.childForFieldName("function") : null;
  const argument = value?.childForFieldName("arguments")?.namedChildren[0];
  if (!callee || textOf(text, callee) !== "require" || argument?.type !== "string") return [];
  const names: string[] = [];
  const pattern = declarator.childForFieldName("name");
  if (pattern?.type === "object_pattern") {
    for (const entry of pattern.namedChildren) {
      const key = entry.type === "pair_pattern" ? entry.childForFieldName("key") : entry;
      if (key) names.push(textOf(text, key));
    }
  }
  return [{ module: unquote(textOf(text, argument)), names, everything: names.length === 0 }];
}

function pythonImports(text: string, node: SyntaxNode): Import[] {
  if (node.type === "import_statement") {
    return node.namedChildren.map((child) => ({ module: importedName(text, child), names: [], everything: true }));
  }
  if (node.type !== "import_from_statement") return [];
  const module = node.childForFieldName("module_name");
  if (!module) return [];
  const names: string[] = [];
  let everything = false;
  for (const child of node.namedChildren) {
    if (child.startIndex === module.startIndex) continue;
    if (child.type === "wildcard_import") everything = true;
    else if (child.type === "dotted_name" || child.type === "aliased_import") names.push(importedName(text, child));
  }
  return [{ module: textOf(text, module).replace(/\s/g, ""), names, everything }];
}

function importedName(text: string, node: SyntaxNode): string {
  return textOf(text, node.childForFieldName("name") ?? node);
}
