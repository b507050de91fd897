// Where a problem is in the compiler's tree, and what is wanted there: the wrong expression, the types that fit in its place, and whether a type
// fits. Changes nothing.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { TextChange } from "../problems.ts";

export const NAME = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** The longest type that a reason names, in UTF-16 units. */
const MOST_TYPE_UNITS = 30;

export class Places {
  readonly compiler: Compiler;
  readonly checker: ts.TypeChecker;
  readonly source: ts.SourceFile;
  readonly quote: string; // that the file uses most

  constructor(compiler: Compiler, program: ts.Program, source: ts.SourceFile) {
    this.compiler = compiler;
    this.checker = program.getTypeChecker();
    this.source = source;
    this.quote = source.text.split("'").length > source.text.split('"').length ? "'" : '"';
  }

  /** The outermost node that has exactly this range, or the innermost that holds it. */
  nodeAt(start: number, end: number): ts.Node | undefined {
    let found: ts.Node = this.source;
    for (;;) {
      let inner: ts.Node | undefined;
      this.compiler.forEachChild(found, (child) => {
        if (child.getStart(this.source) <= start && child.end >= end) inner = child;
      });
      if (!inner || (found.getStart(this.source) === start && found.end === end && found !== this.source)) break;
      found = inner;
    }
    return found === this.source ? undefined : found;
  }

  /** The expression whose type is wrong: the compiler points to what it is assigned to, or to itself. */
  valueOf(node: ts.Node): ts.Expression | undefined {
    const { isReturnStatement, isBinaryExpression, isExpression } = this.compiler;
    if (isReturnStatement(node)) return node.expression;
    const { parent } = node;
    const { name, initializer } = parent as { name?: ts.Node; initializer?: ts.Expression };
    if (name === node && initializer) return initializer;
    if (isBinaryExpression(parent) && parent.left === node && this.#isAssignment(parent)) return parent.right;
    return isExpression(node) ? node : undefined;
  }

  /** The innermost call around a node, with the index of the argument that holds it: -1 for the function itself. */
  callAround(node: ts.Node): { call: ts.CallExpression | ts.NewExpression; index: number } | undefined {
    const { isCallExpression, isNewExpression, isStatement } = this.compiler;
    let inner = node;
    for (let at: ts.Node | undefined = node; at && !isStatement(at); at = at.parent) {
      if (isCallExpression(at) || isNewExpression(at))
        return { call: at, index: at.arguments?.indexOf(inner as ts.Expression) ?? -1 };
      inner = at;
    }
    return undefined;
  }

  /** The types one of which an expression must have; empty where anything goes, or nothing is known. */
  wantedOf(expression: ts.Expression): ts.Type[] {
    const { isBinaryExpression } = this.compiler;
    const { parent } = expression;
    const around = this.callAround(parent);
    if (around && around.call === parent) {
      const index = around.call.arguments?.indexOf(expression) ?? -1;
      if (index >= 0) return this.parametersAt(around.call, index).map(({ type }) => type);
    }
    const contextual = this.checker.getContextualType(expression);
    if (contextual) return [contextual];
    if (isBinaryExpression(parent) && !this.#isAssignment(parent)) {
      const other = parent.left === expression ? parent.right : parent.left;
      return [this.checker.getBaseTypeOfLiteralType(this.checker.getTypeAtLocation(other))];
    }
    return [];
  }

  /** The parameters that a further argument may be for: one for each signature, the resolved one first. */
  parametersAt(call: ts.CallExpression | ts.NewExpression, index: number): { name: string; type: ts.Type }[] {
    const callee = this.checker.getTypeAtLocation(call.expression);
    const isNew = this.compiler.isNewExpression(call);
    const resolved = this.checker.getResolvedSignature(call);
    const all = [
      ...(resolved ? [resolved] : []),
      ...(isNew ? callee.getConstructSignatures() : callee.getCallSignatures()),
    ];
    return all.flatMap(({ parameters }) => {
      const parameter = parameters[Math.min(index, parameters.length - 1)];
      if (!parameter) return [];
      const type = this.checker.getTypeOfSymbolAtLocation(parameter, call);
      const isRest = this.isRest(parameter);
      if (!isRest && index >= parameters.length) return [];
      const element = isRest ? this.checker.getIndexTypeOfType(type, this.compiler.IndexKind.Number) : undefined;
      return [{ name: parameter.name, type: element ?? type }];
    });
  }

  /** Whether a type may stand where one of these is wanted; `any` fits everywhere and tells nothing. */
  fits(type: ts.Type, wanted: readonly ts.Type[]): boolean {
    const { Any, Unknown } = this.compiler.TypeFlags;
    if (type.flags & Any) return false;
    return wanted.some(
      (one) => !(one.flags & (Any | Unknown)) && (this.checker.isTypeAssignableTo?.(type, one) ?? false), // since 5.4
    );
  }

  /** The members of a value that have plain names. */
  membersOf(type: ts.Type): ts.Symbol[] {
    const present = this.checker.getApparentType(this.checker.getNonNullableType(type));
    return this.checker.getPropertiesOfType(present).filter(({ name }) => NAME.test(name));
  }

  /** Variables and imports of this file that can be seen from a node, the innermost first, without those that it stands in itself. */
  variablesAt(node: ts.Node): ts.Symbol[] {
    const { Variable, Alias } = this.compiler.SymbolFlags;
    return this.checker.getSymbolsInScope(node, Variable | Alias).filter((symbol) => {
      const [declaration] = symbol.declarations ?? [];
      return declaration?.getSourceFile() === this.source && declaration.pos < node.pos && !contains(declaration, node);
    });
  }

  typeOf(symbol: ts.Symbol, place: ts.Node): ts.Type {
    const isAlias = (symbol.flags & this.compiler.SymbolFlags.Alias) !== 0;
    return this.checker.getTypeOfSymbolAtLocation(isAlias ? this.checker.getAliasedSymbol(symbol) : symbol, place);
  }

  replaced(node: ts.Node, newText: string): TextChange[] {
    return [{ start: node.getStart(this.source), end: node.end, newText }];
  }

  textOf = (node: ts.Node): string => node.getText(this.source);

  /** How often the file has a text, not as part of a longer name, and not counting one place. */
  usesOf(text: string): number {
    let count = 0;
    for (let at = this.source.text.indexOf(text); at >= 0; at = this.source.text.indexOf(text, at + text.length)) {
      const [before, after] = [this.source.text[at - 1] ?? " ", this.source.text[at + text.length] ?? " "];
      if (!/[\p{L}\p{N}_$.]/u.test(before) && !/[\p{L}\p{N}_$]/u.test(after)) count++;
    }
    return count;
  }

  nameOf(wanted: readonly ts.Type[]): string {
    const name = wanted[0] ? this.checker.typeToString(wanted[0]) : "";
    return name.length > MOST_TYPE_UNITS || name === "" ? "the type that is wanted" : `type ${name}`;
  }

  isRest(parameter: ts.Symbol | undefined): boolean {
    const declaration = parameter?.valueDeclaration;
    return (
      declaration !== undefined && this.compiler.isParameter(declaration) && declaration.dotDotDotToken !== undefined
    );
  }

  #isAssignment({ operatorToken }: ts.BinaryExpression): boolean {
    const { SyntaxKind } = this.compiler;
    return operatorToken.kind >= SyntaxKind.FirstAssignment && operatorToken.kind <= SyntaxKind.LastAssignment;
  }
}

const contains = (outer: ts.Node, { pos, end }: ts.Node): boolean => outer.pos <= pos && outer.end >= end;

/** 0 to 1: how like two names are, letters' case set aside. */
export function likeness(a: string, b: string): number {
  const [one, other] = [a.toLowerCase(), b.toLowerCase()];
  if (one === other) return 1;
  const [short, long] = one.length < other.length ? [one, other] : [other, one];
  if (short.length > 2 && long.includes(short)) return 0.7;
  const words = (name: string) => name.split(/(?<=\p{Ll})(?=\p{Lu})|_/u).map((word) => word.toLowerCase());
  return words(a).some((word) => word.length > 2 && words(b).includes(word)) ? 0.4 : 0;
}
