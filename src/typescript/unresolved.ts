// Finds the identifiers in a range of a file that the compiler cannot resolve: asks the type checker for the symbol of each, which is much cheaper
// than the diagnostics of a whole file (`unresolvedByDiagnostics.ts`, the slow oracle). Must not report anything about unknown types: `any`, a
// module that was not found, a class whose base was not found.

import type ts from "typescript";
import type { UnknownSymbol } from "../completion/symbols/symbolCheck.ts";
import type { Compiler } from "./compiler.ts";
import { isEnvironmentName } from "./environmentNames.ts";
import { MemberCheck } from "./members.ts";

export interface Range {
  start: number; // UTF-16 units
  end: number; // exclusive
}

/** What is judged. Members are not in JavaScript, whose types are guesses; names are not in a script that shares its globals with unknown others. */
export interface Judged {
  names: boolean;
  members: boolean;
}

export interface UnresolvedIdentifier extends UnknownSymbol {
  start: number; // UTF-16 units of the file's text
}

/** The unresolved identifiers in the order of the text. */
export function unresolvedIn(
  compiler: Compiler,
  program: ts.Program,
  file: ts.SourceFile,
  range: Range,
  judged: Judged,
): UnresolvedIdentifier[] {
  return [...identifiersIn(compiler, file, range)].flatMap(unresolvedOf(compiler, program, file, judged));
}

/** Those of `unresolvedIn` that resolve everywhere else in the file: a name that was unknown before is not reported. */
export function newlyUnresolvedIn(
  compiler: Compiler,
  program: ts.Program,
  file: ts.SourceFile,
  range: Range,
  judged: Judged,
): UnresolvedIdentifier[] {
  const found = unresolvedIn(compiler, program, file, range, judged);
  if (found.length === 0) return found;
  const names = new Set(found.map(({ name }) => name));
  const others = [...identifiersIn(compiler, file, { start: 0, end: file.end })].filter(
    (identifier) => names.has(identifier.text) && !touches(identifier, file, range),
  );
  const before = others.flatMap(unresolvedOf(compiler, program, file, judged));
  return found.filter(({ name, kind }) => !before.some((other) => other.name === name && other.kind === kind));
}

/** The identifier that begins at a place. */
export function identifierAt(compiler: Compiler, file: ts.SourceFile, start: number): ts.Identifier | undefined {
  for (const identifier of identifiersIn(compiler, file, { start, end: start + 1 }))
    if (identifier.getStart(file) === start) return identifier;
  return undefined;
}

function unresolvedOf(compiler: Compiler, program: ts.Program, file: ts.SourceFile, judged: Judged) {
  const kindOf = judgeOf(compiler, program.getTypeChecker());
  return (identifier: ts.Identifier): UnresolvedIdentifier[] => {
    const kind = kindOf(identifier);
    if (!kind || !judged[`${kind}s`]) return [];
    return [{ name: identifier.text, kind, start: identifier.getStart(file) }];
  };
}

function* identifiersIn(compiler: Compiler, file: ts.SourceFile, range: Range): Generator<ts.Identifier> {
  const nodes: ts.Node[] = [file];
  for (let node = nodes.pop(); node; node = nodes.pop()) {
    if (node.end <= range.start || node.pos >= range.end) continue;
    if (!compiler.isIdentifier(node)) nodes.push(...childrenOf(compiler, node).reverse());
    else if (node.text !== "" && touches(node, file, range)) yield node; // an empty identifier marks broken text
  }
}

function childrenOf(compiler: Compiler, node: ts.Node): ts.Node[] {
  const children: ts.Node[] = [];
  compiler.forEachChild(node, (child) => {
    children.push(child);
  });
  return children;
}

const touches = (node: ts.Node, file: ts.SourceFile, { start, end }: Range): boolean =>
  node.getStart(file) < end && node.end > start;

/** The kind of an unresolved identifier; undefined where it is resolved, or cannot be judged. */
function judgeOf(
  compiler: Compiler,
  checker: ts.TypeChecker,
): (identifier: ts.Identifier) => "name" | "member" | undefined {
  const members = new MemberCheck(compiler, checker);
  const member = (isUnknown: boolean) => (isUnknown ? "member" : undefined);
  const name = (identifier: ts.Identifier, symbol: ts.Symbol | undefined) =>
    isResolved(compiler, symbol) || isEnvironmentName(identifier.text) ? undefined : "name";

  return (identifier) => {
    const { parent, text } = identifier;
    if (compiler.isPropertyAccessExpression(parent) && parent.name === identifier)
      return member(!checker.getSymbolAtLocation(identifier) && members.lacks(parent.expression, text));
    if (compiler.isQualifiedName(parent) && parent.right === identifier)
      return member(
        !isResolved(compiler, checker.getSymbolAtLocation(identifier)) && members.lacksType(parent.left, text),
      );
    if (compiler.isImportTypeNode(parent)) return member(members.isMissingInType(parent, identifier));
    if (compiler.isImportSpecifier(parent) || compiler.isExportSpecifier(parent)) {
      if ((parent.propertyName ?? parent.name) !== identifier) return undefined;
      const { moduleSpecifier } = compiler.isExportSpecifier(parent) ? parent.parent.parent : importOf(parent);
      if (moduleSpecifier) return member(members.isNotExported(moduleSpecifier, text));
      return name(identifier, checker.getExportSpecifierLocalTargetSymbol(parent as ts.ExportSpecifier));
    }
    if (compiler.isShorthandPropertyAssignment(parent) && parent.name === identifier)
      return name(identifier, checker.getShorthandAssignmentValueSymbol(parent));
    if (compiler.isBindingElement(parent) && parent.initializer !== identifier) {
      const isProperty = !parent.dotDotDotToken && (parent.propertyName ?? parent.name) === identifier;
      if (!isProperty || !compiler.isObjectBindingPattern(parent.parent)) return undefined;
      return member(members.lacks(parent.parent, text));
    }
    return isReference(compiler, identifier) ? name(identifier, checker.getSymbolAtLocation(identifier)) : undefined;
  };
}

const importOf = (specifier: ts.ImportSpecifier) => specifier.parent.parent.parent as ts.ImportDeclaration;

/** Whether a lone identifier is a reference: not a declaration, label, attribute or keyword. */
function isReference(compiler: Compiler, identifier: ts.Identifier): boolean {
  const { parent, text } = identifier;
  if ((parent as { name?: ts.Node }).name === identifier) return false; // declarations, properties, attributes, meta properties
  if ((parent as { label?: ts.Node }).label === identifier) return false;
  if (compiler.isJsxNamespacedName?.(parent)) return false; // since 5.1
  const isTag = (parent as { tagName?: ts.Node }).tagName === identifier;
  if (isTag && /^[a-z]/.test(text)) return false; // an HTML element: a property of a type that may not be installed
  return !(text === "const" && compiler.isTypeReferenceNode(parent)); // `as const`
}

/** Whether a symbol is resolved. In a type position an unknown name gets its own symbol, without a declaration. */
function isResolved(compiler: Compiler, symbol: ts.Symbol | undefined): boolean {
  if (!symbol) return false;
  return !(symbol.flags & compiler.SymbolFlags.TypeAlias && symbol.declarations === undefined);
}
