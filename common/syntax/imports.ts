// What a file imports: module specifiers and the names taken from them. Reads the top level of the tree only.
// Must not resolve anything: that takes a workspace.

import type { LanguageSyntax } from "./languages.ts";
import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

export interface Import {
  module: string; // as written: "./a", "..pkg.mod"
  names: string[]; // as the other file calls them; "default" for a default import
  everything: boolean; // a namespace, a star, or a module as a whole
  locals: string[]; // as this file calls what it imports
  endIndex: number; // of the statement
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
  const { endIndex } = node;
  const from = node.childForFieldName("source");
  if (node.type === "import_statement" && from) return [fromClause(text, node, unquote(textOf(text, from)))];
  if (node.type === "export_statement" && from) {
    const clause = node.namedChildren.find((child) => child.type === "export_clause");
    const names = clause ? specifiers(text, clause).map(({ name }) => name) : [];
    return [{ module: unquote(textOf(text, from)), names, everything: !clause, locals: [], endIndex }];
  }
  if (node.type === "import_statement") {
    const required = node.namedChildren.find((child) => child.type === "import_require_clause");
    const source = required?.childForFieldName("source");
    const local = required?.namedChildren.find((child) => child.type === "identifier");
    if (!source) return [];
    const locals = local ? [textOf(text, local)] : [];
    return [{ module: unquote(textOf(text, source)), names: [], everything: true, locals, endIndex }];
  }
  if (node.type === "lexical_declaration" || node.type === "variable_declaration") {
    return node.namedChildren.flatMap((declarator) => requireCall(text, declarator));
  }
  return [];
}

function fromClause(text: string, node: SyntaxNode, module: string): Import {
  const found: Import = { module, names: [], everything: false, locals: [], endIndex: node.endIndex };
  const clause = node.namedChildren.find((child) => child.type === "import_clause");
  for (const child of clause?.namedChildren ?? []) {
    if (child.type === "identifier") {
      found.names.push("default");
      found.locals.push(textOf(text, child));
    } else if (child.type === "namespace_import") {
      found.everything = true;
      found.locals.push(...child.namedChildren.map((name) => textOf(text, name)));
    } else if (child.type === "named_imports") {
      for (const { name, local } of specifiers(text, child)) {
        found.names.push(name);
        found.locals.push(local);
      }
    }
  }
  return found;
}

function specifiers(text: string, list: SyntaxNode): { name: string; local: string }[] {
  return list.namedChildren.flatMap((specifier) => {
    const name = specifier.childForFieldName("name");
    if (!name) return [];
    const local = specifier.childForFieldName("alias") ?? name;
    return [{ name: unquote(textOf(text, name)), local: textOf(text, local) }];
  });
}

/** `const x = require("./a")`, `const { b, c: d } = require("./a")` */
function requireCall(text: string, declarator: SyntaxNode): Import[] {
  const value = declarator.childForFieldName("value");
  const callee = value?.type === "call_expression" ? value.childForFieldName("function") : null;
  const argument = value?.childForFieldName("arguments")?.namedChildren[0];
  if (!callee || textOf(text, callee) !== "require" || argument?.type !== "string") return [];
  const names: string[] = [];
  const locals: string[] = [];
  const pattern = declarator.childForFieldName("name");
  if (pattern?.type === "object_pattern") {
    for (const entry of pattern.namedChildren) {
      const key = entry.childForFieldName("key") ?? entry;
      names.push(textOf(text, key));
      locals.push(textOf(text, entry.childForFieldName("value") ?? key));
    }
  } else if (pattern) locals.push(textOf(text, pattern));
  const module = unquote(textOf(text, argument));
  return [{ module, names, everything: names.length === 0, locals, endIndex: declarator.endIndex }];
}

function pythonImports(text: string, node: SyntaxNode): Import[] {
  const { endIndex } = node;
  if (node.type === "import_statement") {
    return node.namedChildren.map((child) => {
      const { name, local } = pythonName(text, child);
      return { module: name, names: [], everything: true, locals: [local], endIndex };
    });
  }
  const module = node.type === "import_from_statement" ? node.childForFieldName("module_name") : null;
  if (!module) return [];
  const imported = node.namedChildren
    .filter((child) => child.startIndex !== module.startIndex)
    .filter((child) => child.type === "dotted_name" || child.type === "aliased_import")
    .map((child) => pythonName(text, child));
  return [
    {
      module: textOf(text, module).replace(/\s/g, ""),
      names: imported.map(({ name }) => name),
      everything: node.namedChildren.some((child) => child.type === "wildcard_import"),
      locals: imported.map(({ local }) => local),
      endIndex,
    },
  ];
}

function pythonName(text: string, node: SyntaxNode): { name: string; local: string } {
  const name = textOf(text, node.childForFieldName("name") ?? node);
  const alias = node.childForFieldName("alias");
  return { name, local: alias ? textOf(text, alias) : name };
}
