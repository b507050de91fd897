// Which names Python declares where, and what a name stands for. A name belongs to its whole function, wherever it is assigned there.
// Knows the grammar's node types; must not know files or builtins.

import type { SyntaxNode } from "../syntax.ts";
import { type Declared, isField, type NameRole, type NameRules, textOf } from "./names.ts";
import { classMembers, ownClass } from "./pythonClasses.ts";

const parameterKinds = new Set(["default_parameter", "typed_default_parameter"]);

/** What holds targets of an assignment, a loop, a `with` or a parameter list. */
const targets = new Set([
  "pattern_list",
  "tuple_pattern",
  "list_pattern",
  "list_splat_pattern",
  "dictionary_splat_pattern",
  "typed_parameter",
]);

export const pythonNames: NameRules = {
  nameTypes: new Set(["identifier"]),
  roleOf,
  declaredBy,
  seenFrom: (path, index) => (path[index]!.type === "class_definition" && isInMethod(path, index) ? "method" : ""),
  declaredByText: (text) => {
    if (!/\bglobal\b/.test(text)) return [];
    return [...text.matchAll(/^[ \t]*global[ \t]+((?:[\w, \t]|\\\r?\n)+)/gm)].flatMap(
      ([, names]) => names!.match(/\w+/g) ?? [],
    );
  },
  shapeOf(path, text, _ownerOf, written) {
    const receiver = path.at(-2)?.childForFieldName("object");
    if (receiver?.type !== "identifier") return undefined;
    const owner = ownClass(path, textOf(text, receiver), text);
    return owner && classMembers(owner, text, written);
  },
};

function roleOf(path: readonly SyntaxNode[], _text: string): NameRole {
  const node = path.at(-1)!;
  const parent = path.at(-2);
  if (!parent || parent.type === "ERROR") return "unsure";
  switch (parent.type) {
    case "attribute":
      if (!isField(parent, "attribute", node)) return "reference";
      return path.at(-3)?.type === "assignment" && isField(path.at(-3)!, "left", parent) ? "declaration" : "member";
    case "keyword_argument":
      return isField(parent, "name", node) ? "other" : "reference";
    case "keyword_pattern":
    case "global_statement":
    case "nonlocal_statement":
      return "other";
    case "splat_pattern":
    case "as_pattern_target":
    case "parameters":
    case "lambda_parameters":
      return "declaration";
    case "function_definition":
    case "class_definition":
    case "named_expression":
    case "typed_default_parameter":
    case "default_parameter":
      return isField(parent, "name", node) ? "declaration" : "reference";
    case "except_clause":
      return isField(parent, "alias", node) ? "declaration" : "reference";
    case "dotted_name":
      return roleInDottedName(path);
    case "aliased_import":
      return "declaration";
    case "type":
      return isTypeParameter(path) ? "declaration" : "reference";
    default:
      return isTarget(path) ? "declaration" : "reference";
  }
}

const holdsCaught = /^(case|keyword)_pattern$/;

/** Of an import, or of a pattern in a `case`: a single name catches, several are taken from the first. */
function roleInDottedName(path: readonly SyntaxNode[]): NameRole {
  const [outer, dotted, node] = path.slice(-3) as [SyntaxNode, SyntaxNode, SyntaxNode];
  const isFirst = dotted.startIndex === node.startIndex;
  const isModule = outer.type === "relative_import" || isField(outer, "module_name", dotted);
  if (/import/.test(outer.type)) return isModule ? "other" : "imported";
  if (holdsCaught.test(outer.type) && dotted.namedChildren.length === 1) return "declaration";
  return isFirst ? "reference" : "member";
}

/** `def f[T]` and `type A[T] = …`; in `list[T]` it is a reference. */
function isTypeParameter(path: readonly SyntaxNode[]): boolean {
  const outer = path.at(-3);
  if (outer?.type === "type_alias_statement") return isField(outer, "left", path.at(-2)!);
  return outer?.type === "type_parameter" && path.at(-4)?.type !== "generic_type";
}

function isTarget(path: readonly SyntaxNode[]): boolean {
  let at = path.length - 1;
  while (at > 0 && targets.has(path[at - 1]!.type)) {
    const [outer, inner] = [path[at - 1]!, path[at]!];
    if (outer.type === "typed_parameter" && isField(outer, "type", inner)) return false;
    at--;
  }
  const [outer, whole] = [path[at - 1], path[at]!];
  if (!outer) return false;
  if (/^(assignment|for_statement|for_in_clause)$/.test(outer.type)) return isField(outer, "left", whole);
  return /^(lambda_)?parameters$/.test(outer.type) || (parameterKinds.has(outer.type) && isField(outer, "name", whole));
}

function declaredBy(path: readonly SyntaxNode[], index: number, text: string, declared: Declared): void {
  const node = path[index]!;
  switch (node.type) {
    case "ERROR":
      declared.damaged(node);
      block(node, path[index + 1], declared);
      for (const child of node.namedChildren)
        if (child.type === "parameters") for (const parameter of child.namedChildren) target(parameter, declared);
      break;
    case "module":
      block(node, path[index + 1], declared);
      walruses(node, text, path, declared);
      if (makesNames.test(text)) declared.everything();
      break;
    case "class_definition":
      typeParameters(node, declared);
      // What a class defines is visible in its body, but not in its methods.
      if (!isInMethod(path, index)) block(node.childForFieldName("body"), path[index + 2], declared);
      break;
    case "function_definition":
      typeParameters(node, declared);
      parameters(node, declared);
      block(node.childForFieldName("body"), path[index + 2], declared);
      walruses(node, text, path, declared);
      break;
    case "lambda":
      parameters(node, declared);
      break;
    case "list_comprehension":
    case "set_comprehension":
    case "dictionary_comprehension":
    case "generator_expression":
      for (const clause of node.namedChildren)
        if (clause.type === "for_in_clause") target(clause.childForFieldName("left"), declared);
      break;
    case "type_alias_statement":
      typeNames(node.childForFieldName("left"), declared);
  }
}

/** In the body of a function, that is: defaults, annotations and decorators see what is around the function. */
const isInMethod = (path: readonly SyntaxNode[], index: number): boolean =>
  path.some(({ type }, i) => {
    if (i <= index) return false;
    const inner = path[i + 1]?.type;
    return type === "function_definition"
      ? !/^(parameters|type)$/.test(inner ?? "")
      : type === "lambda" && inner !== "lambda_parameters";
  });

/** Names that are made while the module runs. */
const makesNames = /\bglobals\(\)\s*(\[|\.\s*(update|setdefault)\b)|\bvars\(\)\s*\[|\bexec\(|\b_convert_\(/;

function parameters(node: SyntaxNode, declared: Declared): void {
  for (const parameter of node.childForFieldName("parameters")?.namedChildren ?? []) target(parameter, declared);
}

function typeParameters(node: SyntaxNode, declared: Declared): void {
  typeNames(node.childForFieldName("type_parameters"), declared);
}

function typeNames(first: SyntaxNode | null, declared: Declared): void {
  const stack = first ? [first] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "identifier") declared.name(node);
    stack.push(...node.namedChildren);
  }
}

/** Statements that hold others of the same scope. */
const nests =
  /^(block|(if|for|while|try|with|match)_statement|(elif|else|except|except_group|finally|case|with)_clause|with_item|decorated_definition|expression_statement)$/;

/** The names of a scope: all that its statements bind, inner functions and classes left out. */
function block(first: SyntaxNode | null, onPath: SyntaxNode | undefined, declared: Declared): void {
  const stack = first ? [...first.namedChildren] : [];
  const hasError = first?.hasError ?? false;
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "ERROR") declared.damaged(node);
    else if (hasError && node.hasError && !nests.test(node.type) && node.startIndex !== onPath?.startIndex)
      declared.damaged(node);
    switch (node.type) {
      case "assignment":
        target(node.childForFieldName("left"), declared);
        push(stack, node.childForFieldName("right")); // a = b = 1
        break;
      case "function_definition":
      case "class_definition":
        name(node.childForFieldName("name"), declared);
        break;
      case "for_statement":
        target(node.childForFieldName("left"), declared);
        break;
      case "as_pattern":
        target(node.childForFieldName("alias"), declared);
        break;
      case "except_clause":
        target(node.childForFieldName("alias"), declared);
        break;
      case "case_clause":
        caught(node, declared);
        break;
      case "global_statement":
      case "nonlocal_statement":
        for (const child of node.namedChildren) name(child, declared);
        break;
      case "type_alias_statement": {
        let first = node.childForFieldName("left");
        while (first && first.type !== "identifier") first = first.namedChildren[0] ?? null;
        name(first, declared);
        break;
      }
      case "import_statement":
      case "import_from_statement":
      case "future_import_statement":
        imports(node, declared);
    }
    if (nests.test(node.type)) stack.push(...node.namedChildren);
  }
}

function imports(node: SyntaxNode, declared: Declared): void {
  const from = node.childForFieldName("module_name");
  const owner = (child: SyntaxNode) => (from ? undefined : child); // a module as a whole
  for (const child of node.namedChildren) {
    if (child.startIndex === from?.startIndex) continue;
    if (child.type === "wildcard_import") declared.everything();
    else if (child.type === "aliased_import") name(child.childForFieldName("alias"), declared, owner(child));
    else if (child.type === "dotted_name") {
      const isWhole = child.namedChildren.length === 1; // `import a.b` brings `a`, which has more than `b`
      name(child.namedChildren[0] ?? null, declared, isWhole ? owner(child) : undefined);
    }
    if (child.type === "ERROR") declared.damaged(child);
  }
}

/** The names that a `case` catches: single ones, `*rest`, `as name`. */
function caught(clause: SyntaxNode, declared: Declared): void {
  const stack = clause.namedChildren.filter(({ type }) => type !== "block");
  for (let node = stack.pop(); node; node = stack.pop()) {
    for (const child of node.namedChildren) {
      const catches = holdsCaught.test(node.type) && child.type === "dotted_name" && child.namedChildren.length === 1;
      if (catches) name(child.namedChildren[0]!, declared);
      else if (/^(as|splat)_pattern$/.test(node.type)) name(child, declared);
    }
    if (node.type === "as_pattern") target(node.childForFieldName("alias"), declared);
    stack.push(...node.namedChildren);
  }
}

/** The names that a target or a parameter binds. */
function target(first: SyntaxNode | null, declared: Declared): void {
  const stack = first ? [first] : [];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "identifier") declared.name(node);
    else if (parameterKinds.has(node.type)) push(stack, node.childForFieldName("name"));
    else if (node.type === "typed_parameter") push(stack, node.namedChildren[0] ?? null);
    else if (
      targets.has(node.type) ||
      /^(as_pattern_target|tuple|list|parenthesized_expression|list_splat)$/.test(node.type)
    )
      stack.push(...node.namedChildren);
    else if (node.type === "ERROR") declared.damaged(node);
  }
}

/** `(n := …)` binds in the function around it, however deep it stands. */
function walruses(scope: SyntaxNode, text: string, path: readonly SyntaxNode[], declared: Declared): void {
  if (!textOf(text, scope).includes(":=")) return;
  const isScope = ({ type }: SyntaxNode) => type === "function_definition" || type === "class_definition";
  const stack = [...scope.namedChildren];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === "named_expression") name(node.childForFieldName("name"), declared);
    if (isScope(node) && !path.includes(node)) continue;
    if (textOf(text, node).includes(":=")) stack.push(...node.namedChildren);
  }
}

function name(node: SyntaxNode | null, declared: Declared, owner?: SyntaxNode): void {
  if (node?.type === "identifier") declared.name(node, owner);
}

function push(stack: SyntaxNode[], node: SyntaxNode | null): void {
  if (node) stack.push(node);
}
