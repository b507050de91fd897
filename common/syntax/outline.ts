// The declarations of a file's top level as an outline: signatures whole, bodies of functions left out.
// Reads the tree only; what a file re-exports is told by `importsOf`.

import type { LanguageSyntax } from "./languages.ts";
import type { SyntaxNode, SyntaxTree } from "./syntax.ts";

export interface Declaration {
  name: string; // "default" for a default export without a name of its own
  isDefault: boolean;
  text: string;
}

/** A body shorter than this stays: it says as much as the signature. */
const SMALL_BODY_UNITS = 60;

/** Bodies that an outline leaves out; those of classes, interfaces and enums are what it is for. */
const elided = new Set(["statement_block", "block"]);

export function outlineOf(text: string, tree: SyntaxTree, language: LanguageSyntax): Declaration[] {
  return tree.rootNode.namedChildren.flatMap((node) =>
    language.indented ? pythonDeclarations(text, node) : ecmaScriptDeclarations(text, node),
  );
}

function ecmaScriptDeclarations(text: string, node: SyntaxNode): Declaration[] {
  if (node.type === "export_statement") {
    const inner = node.childForFieldName("declaration") ?? node.childForFieldName("value");
    if (!inner) return [];
    const isDefault = node.children.some((child) => child.type === "default");
    const names = namesOf(text, inner);
    const shown = outlined(text, node);
    if (isDefault) return [{ name: names[0] ?? "default", isDefault, text: shown }];
    return names.map((name) => ({ name, isDefault, text: shown }));
  }
  if (node.type === "ambient_declaration") {
    const inner = node.namedChildren[0];
    return inner ? namesOf(text, inner).map((name) => ({ name, isDefault: false, text: outlined(text, node) })) : [];
  }
  if (node.type === "expression_statement") return commonJsExport(text, node);
  return namesOf(text, node).map((name) => ({ name, isDefault: false, text: outlined(text, node) }));
}

/** `exports.a = …`, `module.exports.a = …` */
function commonJsExport(text: string, node: SyntaxNode): Declaration[] {
  const assignment = node.namedChildren[0];
  const left = assignment?.type === "assignment_expression" ? assignment.childForFieldName("left") : null;
  const name = left && /^(?:module\.)?exports\.([\w$]+)$/.exec(textOf(text, left))?.[1];
  return name ? [{ name, isDefault: false, text: outlined(text, node) }] : [];
}

function pythonDeclarations(text: string, node: SyntaxNode): Declaration[] {
  const inner = node.type === "decorated_definition" ? node.childForFieldName("definition") : node;
  if (inner?.type === "expression_statement") {
    const assignment = inner.namedChildren[0];
    const left = assignment?.type === "assignment" ? assignment.childForFieldName("left") : null;
    if (left?.type !== "identifier") return [];
    return [{ name: textOf(text, left), isDefault: false, text: outlined(text, node) }];
  }
  const name = inner?.childForFieldName("name");
  return name ? [{ name: textOf(text, name), isDefault: false, text: outlined(text, node) }] : [];
}

/** The names that a declaration declares; none for other statements. */
function namesOf(text: string, node: SyntaxNode): string[] {
  if (node.type === "lexical_declaration" || node.type === "variable_declaration") {
    return node.namedChildren.flatMap((declarator) => {
      const name = declarator.childForFieldName("name");
      return name?.type === "identifier" ? [textOf(text, name)] : [];
    });
  }
  const name = /declaration$|signature$|^(class|function_expression|internal_module|module)$/.test(node.type)
    ? node.childForFieldName("name")
    : null;
  return name ? [textOf(text, name)] : [];
}

/** The text of a node with the bodies of functions in it left out. */
function outlined(text: string, node: SyntaxNode): string {
  const bodies: SyntaxNode[] = [];
  const stack = [node];
  while (stack.length > 0) {
    const next = stack.pop()!;
    if (elided.has(next.type) && isFunctionBody(next)) bodies.push(next);
    else if (next.endIndex - next.startIndex > SMALL_BODY_UNITS) stack.push(...next.namedChildren);
  }
  bodies.sort((a, b) => a.startIndex - b.startIndex);
  let shown = "";
  let from = node.startIndex;
  for (const body of bodies) {
    if (body.endIndex - body.startIndex <= SMALL_BODY_UNITS) continue;
    shown += text.slice(from, body.startIndex) + (body.type === "block" ? "..." : "{ … }");
    from = body.endIndex;
  }
  return shown + text.slice(from, node.endIndex);
}

function isFunctionBody(node: SyntaxNode): boolean {
  const owner = node.parent?.type;
  return node.type === "statement_block" ? true : owner === "function_definition";
}

const textOf = (text: string, node: SyntaxNode) => text.slice(node.startIndex, node.endIndex);
