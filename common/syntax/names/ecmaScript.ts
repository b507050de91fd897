// Which names TypeScript and JavaScript declare where, and what a name stands for. Values and types are one space.
// Knows the grammars' node types; must not know files or globals.

import type { SyntaxNode } from "../syntax.ts";
import { classShape, objectShape, ownMemberOwner } from "./ecmaScriptShapes.ts";
import { type Declared, isField, type NameRole, type NameRules, textOf } from "./names.ts";

const nameTypes = new Set([
  "identifier",
  "type_identifier",
  "shorthand_property_identifier",
  "shorthand_property_identifier_pattern",
  "property_identifier",
  "private_property_identifier",
]);

/** Nodes whose field `name` is a declaration, in the block around them or in themselves. */
const named = new Set([
  "class_declaration",
  "abstract_class_declaration",
  "class",
  "function_declaration",
  "generator_function_declaration",
  "function_expression",
  "generator_function",
  "function_signature",
  "interface_declaration",
  "type_alias_declaration",
  "enum_declaration",
  "internal_module",
  "module",
  "type_parameter",
  "mapped_type_clause",
  "index_signature",
]);

/** Parts of a destructuring pattern. */
const patterns = new Set([
  "object_pattern",
  "array_pattern",
  "rest_pattern",
  "pair_pattern",
  "assignment_pattern",
  "object_assignment_pattern",
]);

export const ecmaScriptNames: NameRules = {
  nameTypes,
  roleOf,
  declaredBy,
  declaredByText: (text) =>
    [...text.matchAll(/\/\*\s*globals?\s([^*]+)\*\//g)].flatMap(([, names]) => names!.match(/[\w$]+/g) ?? []),
  shapeOf(path, text, ownerOf, written) {
    const member = path.at(-1)!;
    if (member.type === "private_property_identifier") return classShape(ownMemberOwner(path, true), text, written);
    const receiver = path.at(-2)?.childForFieldName("object");
    if (receiver?.type === "this") return classShape(ownMemberOwner(path, false), text, written);
    if (receiver?.type !== "identifier") return undefined;
    const name = textOf(text, receiver);
    const owner = ownerOf(name);
    return owner && objectShape(name, owner, text);
  },
};

function roleOf(path: readonly SyntaxNode[], text: string): NameRole {
  const node = path.at(-1)!;
  const parent = path.at(-2);
  if (!parent || parent.type === "ERROR") return "unsure";
  if (node.type === "property_identifier" || node.type === "private_property_identifier") {
    // After an open brace a function reads as a method.
    if (parent.type === "method_definition" && path.at(-3)?.type === "ERROR") return "unsure";
    return isMember(parent, node) ? "member" : "other";
  }
  if (node.type === "shorthand_property_identifier") return "reference";
  if (named.has(parent.type) && isField(parent, "name", node)) return "declaration";
  switch (parent.type) {
    case "nested_type_identifier":
      return isField(parent, "name", node) ? "member" : "reference";
    case "infer_type":
      return node.type === "type_identifier" ? "declaration" : "reference";
    case "import_specifier":
      return isField(parent, "name", node) ? "imported" : "declaration";
    case "import_clause":
    case "namespace_import":
    case "import_require_clause":
      return "declaration";
    case "import_alias":
      return parent.namedChildren[0]?.startIndex === node.startIndex ? "declaration" : "reference";
    case "namespace_export":
    case "jsx_namespace_name":
      return "other";
    case "export_specifier":
      if (path.at(-4)?.childForFieldName("source")) return "imported";
      return isField(parent, "name", node) ? "reference" : "other";
    case "jsx_opening_element":
    case "jsx_closing_element":
    case "jsx_self_closing_element":
      return isField(parent, "name", node) && /^[a-z]/.test(textOf(text, node)) ? "other" : "reference";
    case "unary_expression": // `typeof window` asks whether there is such a name
      return textOf(text, parent).startsWith("typeof") ? "other" : "reference";
    case "arrow_function":
      return isField(parent, "parameter", node) ? "declaration" : "reference";
    case "ambient_declaration":
      return "other";
    default:
      return inPattern(path) ? "declaration" : "reference";
  }
}

const isMember = (parent: SyntaxNode, node: SyntaxNode): boolean =>
  (parent.type === "member_expression" || parent.type === "nested_identifier") && isField(parent, "property", node);

/** Whether the name is bound by the pattern around it; in an assignment it is only set. */
function inPattern(path: readonly SyntaxNode[]): boolean {
  let at = path.length - 1;
  for (; at > 0 && patterns.has(path[at - 1]!.type); at--) {
    const outer = path[at - 1]!;
    const side = outer.type === "pair_pattern" ? "value" : /assignment_pattern$/.test(outer.type) ? "left" : undefined;
    if (side !== undefined && !isField(outer, side, path[at]!)) return false;
  }
  const [outer, whole] = [path[at - 1], path[at]!];
  switch (outer?.type) {
    case "variable_declarator":
      return isField(outer, "name", whole);
    case "required_parameter":
    case "optional_parameter":
      return isField(outer, "pattern", whole) || isField(outer, "name", whole);
    case "formal_parameters":
      return true;
    case "catch_clause":
      return isField(outer, "parameter", whole);
    case "for_in_statement":
      return isField(outer, "left", whole) && outer.childForFieldName("kind") !== null;
    default:
      return false;
  }
}

function declaredBy(path: readonly SyntaxNode[], index: number, text: string, declared: Declared): void {
  const node = path[index]!;
  switch (node.type) {
    case "ERROR":
      declared.damaged(node);
      statements(node, path[index + 1], declared);
      for (const child of node.namedChildren) looseHeader(child, declared);
      break;
    case "program":
      statements(node, path[index + 1], declared);
      hoisted(node, text, declared);
      break;
    case "statement_block":
      statements(node, path[index + 1], declared);
      if (isFunction(path[index - 1]?.type)) hoisted(node, text, declared);
      break;
    case "switch_body":
      for (const part of node.namedChildren) statements(part, path[index + 2], declared);
      break;
    case "for_statement": {
      const first = node.childForFieldName("initializer");
      if (first) statement(first, declared);
      break;
    }
    case "for_in_statement":
      if (node.childForFieldName("kind")) pattern(node.childForFieldName("left"), declared);
      break;
    case "catch_clause":
      pattern(node.childForFieldName("parameter"), declared);
      break;
    case "conditional_type":
      inferred(node.childForFieldName("right"), declared);
      break;
    case "index_signature": {
      const clause = node.namedChildren.find(({ type }) => type === "mapped_type_clause") ?? node;
      nameField(clause, declared);
      break;
    }
    case "enum_declaration":
      for (const member of node.childForFieldName("body")?.namedChildren ?? [])
        declared.name(member.childForFieldName("name") ?? member);
      break;
    default:
      header(node, declared);
  }
}

/** What a function, class or type brings into itself: parameters, type parameters, its own name. */
function header(node: SyntaxNode, declared: Declared): void {
  if (named.has(node.type)) nameField(node, declared);
  if (!hasHeader(node.type)) return;
  pattern(node.childForFieldName("parameter"), declared);
  for (const parameter of node.childForFieldName("parameters")?.namedChildren ?? []) pattern(parameter, declared);
  for (const parameter of node.childForFieldName("type_parameters")?.namedChildren ?? [])
    nameField(parameter, declared);
}

/** Parameters that stand in broken code without their function. */
function looseHeader(node: SyntaxNode, declared: Declared): void {
  if (node.type === "formal_parameters") for (const parameter of node.namedChildren) pattern(parameter, declared);
  else if (node.type === "type_parameters") for (const parameter of node.namedChildren) nameField(parameter, declared);
  else pattern(node.type === "identifier" ? null : node, declared);
}

const isFunction = (type: string | undefined): boolean => type !== undefined && /function|method_def/.test(type);
const hasHeader = (type: string): boolean =>
  named.has(type) || isFunction(type) || /_signature$/.test(type) || type === "constructor_type";

function nameField(node: SyntaxNode, declared: Declared, owner?: SyntaxNode): void {
  const name = node.childForFieldName("name");
  if (!name || name.type === "string") return;
  declared.name(name.type === "nested_identifier" ? (name.namedChildren[0] ?? name) : name, owner);
}

/** @param outer of which they are a part: where it has no error they have none, and are not asked one by one */
function statements(outer: SyntaxNode, onPath: SyntaxNode | undefined, declared: Declared): void {
  const { hasError } = outer;
  for (const node of outer.namedChildren) {
    if (hasError && node.hasError && node.startIndex !== onPath?.startIndex) declared.damaged(node);
    statement(node, declared);
  }
}

/** The names that a statement or declaration brings into the block that it stands in. */
export function statement(first: SyntaxNode, declared: Declared): void {
  const stack = [first];
  for (let node = stack.pop(); node; node = stack.pop()) {
    switch (node.type) {
      case "ERROR":
        declared.damaged(node);
        break;
      case "lexical_declaration":
      case "variable_declaration":
        for (const one of node.namedChildren) if (one.type === "variable_declarator") declarator(one, node, declared);
        break;
      case "export_statement":
      case "ambient_declaration":
      case "expression_statement": // of a namespace
        for (const child of node.namedChildren) {
          if (child.type === "statement_block")
            stack.push(...child.namedChildren); // `declare global`
          else if (child.type !== "expression_statement") stack.push(child);
        }
        break;
      case "import_statement":
        imports(node, declared);
        break;
      case "import_alias":
        if (node.namedChildren[0]) declared.name(node.namedChildren[0]);
        break;
      default:
        if (named.has(node.type)) nameField(node, declared, node.type === "enum_declaration" ? node : undefined);
    }
  }
}

function declarator(node: SyntaxNode, declaration: SyntaxNode, declared: Declared): void {
  const name = node.childForFieldName("name");
  if (name?.type !== "identifier") {
    pattern(name, declared);
    return;
  }
  const isConstant = declaration.childForFieldName("kind")?.type === "const" && !node.childForFieldName("type");
  declared.name(name, isConstant && isObject(node.childForFieldName("value")) ? node : undefined);
}

const isObject = (value: SyntaxNode | null): boolean =>
  value !== null && /^(object|as_expression|satisfies_expression)$/.test(value.type);

function imports(node: SyntaxNode, declared: Declared): void {
  const stack = node.namedChildren.slice();
  for (let part = stack.pop(); part; part = stack.pop()) {
    if (part.type === "identifier") declared.name(part);
    else if (part.type === "import_specifier") {
      const name = part.childForFieldName("alias") ?? part.childForFieldName("name");
      if (name) declared.name(name);
    } else if (part.type === "ERROR") declared.damaged(part);
    else if (part.type === "namespace_import" && part.namedChildren[0]) declared.name(part.namedChildren[0], part);
    else if (/^(import_clause|named_imports|import_require_clause)$/.test(part.type)) stack.push(...part.namedChildren);
  }
}

const nests =
  /^(if|for|for_in|while|do|try|switch|labeled|with)_statement$|^(else|catch|finally)_clause$|^switch_|^statement_block$/;

/** `var`s, and functions in blocks, of the statements inside: they are visible in the whole function. */
function hoisted(block: SyntaxNode, text: string, declared: Declared): void {
  if (!/\bvar\b|[{;)]\s*function\b/.test(textOf(text, block))) return;
  const stack = block.namedChildren.slice();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "variable_declaration" || node.type === "function_declaration") statement(node, declared);
    else if (nests.test(node.type)) {
      if (node.type === "for_in_statement" && node.childForFieldName("kind"))
        pattern(node.childForFieldName("left"), declared);
      stack.push(...node.namedChildren);
    }
  }
}

/** The names that a parameter or pattern binds. */
function pattern(first: SyntaxNode | null, declared: Declared): void {
  const stack = first ? [first] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    switch (node.type) {
      case "identifier":
      case "shorthand_property_identifier_pattern":
        declared.name(node);
        break;
      case "object_pattern":
      case "array_pattern":
      case "rest_pattern":
        stack.push(...node.namedChildren);
        break;
      case "required_parameter":
      case "optional_parameter":
        push(stack, node.childForFieldName("pattern") ?? node.childForFieldName("name"));
        break;
      case "pair_pattern":
        push(stack, node.childForFieldName("value"));
        break;
      case "assignment_pattern":
      case "object_assignment_pattern":
        push(stack, node.childForFieldName("left"));
        break;
      case "ERROR":
        declared.damaged(node);
    }
  }
}

function push(stack: SyntaxNode[], node: SyntaxNode | null): void {
  if (node) stack.push(node);
}

/** Types that a conditional type infers, wherever they stand in what it asks for. */
function inferred(type: SyntaxNode | null, declared: Declared): void {
  const stack = type ? [type] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "infer_type" && node.namedChildren[0]) declared.name(node.namedChildren[0]);
    stack.push(...node.namedChildren);
  }
}
