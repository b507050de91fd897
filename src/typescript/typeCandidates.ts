// Candidate fixes that the types tell and the compiler does not offer: the member that a misspelt one is near to, another member where one has the
// wrong type, and the one variable in scope that fits a missing argument. Verifies nothing: whoever asks does.

import type ts from "typescript";
import { editDistance, mostDiffering } from "../../common/util/editDistance.ts";
import type { Compiler } from "./compiler.ts";
import type { Problem, TextChange } from "./problems.ts";

/** TypeScript's codes: "Property 'x' does not exist on type 'T'", and the same with "Did you mean". */
const NO_SUCH_MEMBER = new Set([2339, 2551]);

/** "Type 'A' is not assignable to type 'B'", "Argument of type 'A' is not assignable …". */
const WRONG_TYPE = new Set([2322, 2345]);

/** "Expected 2 arguments, but got 1", "… at least …". */
const TOO_FEW_ARGUMENTS = new Set([2554, 2555]);

/** The most members that are tried: each costs a check of the file. */
const MOST_MEMBERS = 3;

export const isMissingMember = ({ code }: Pick<Problem, "code">): boolean => NO_SUCH_MEMBER.has(code);

export class TypeCandidates {
  readonly #compiler: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #source: ts.SourceFile;

  constructor(compiler: Compiler, program: ts.Program, source: ts.SourceFile) {
    this.#compiler = compiler;
    this.#checker = program.getTypeChecker();
    this.#source = source;
  }

  of(problem: Problem): TextChange[][] {
    const node = this.#nodeAt(problem.start, problem.end);
    if (!node) return [];
    if (NO_SUCH_MEMBER.has(problem.code)) return this.#nearMembers(node);
    if (WRONG_TYPE.has(problem.code)) return this.#otherMembers(node);
    return TOO_FEW_ARGUMENTS.has(problem.code) ? this.#argument(node) : [];
  }

  /** `entry.sise` → `entry.size`, the nearest first. */
  #nearMembers(node: ts.Node): TextChange[][] {
    const { parent } = node;
    if (!parent || !this.#compiler.isPropertyAccessExpression(parent) || parent.name !== node) return [];
    const wrong = parent.name.text;
    return this.#members(parent)
      .map(({ name }) => ({ name, distance: editDistance(wrong, name) }))
      .filter(({ name, distance }) => name !== wrong && distance <= mostDiffering(wrong))
      .toSorted((a, b) => a.distance - b.distance)
      .slice(0, MOST_MEMBERS)
      .map(({ name }) => this.#renamed(parent.name, name));
  }

  /** `count: number = user.name` → `user.visits`: members whose type fits where the expression stands. */
  #otherMembers(node: ts.Node): TextChange[][] {
    const expression = this.#valueOf(node);
    if (!expression || !this.#compiler.isPropertyAccessExpression(expression)) return [];
    const wanted = this.#checker.getContextualType(expression);
    if (!wanted) return [];
    const wrong = expression.name.text;
    return this.#members(expression)
      .filter((member) => member.name !== wrong && this.#fits(member, expression, wanted))
      .toSorted((a, b) => editDistance(wrong, a.name) - editDistance(wrong, b.name))
      .slice(0, MOST_MEMBERS)
      .map(({ name }) => this.#renamed(expression.name, name));
  }

  /** The variable of this file that fits the next parameter, where it is the only one. */
  #argument(node: ts.Node): TextChange[][] {
    const { isCallExpression, isNewExpression, isIdentifier, SymbolFlags } = this.#compiler;
    let call: ts.Node | undefined = node;
    while (call && !isCallExpression(call) && !isNewExpression(call)) call = call.parent;
    const given = call?.arguments;
    const parameter = call && given && this.#checker.getResolvedSignature(call)?.parameters[given.length];
    if (!call || !given || !parameter) return [];
    const wanted = this.#checker.getTypeOfSymbolAtLocation(parameter, call);
    const names = new Set(given.filter((one) => isIdentifier(one)).map((one) => one.text));
    const fitting = this.#checker.getSymbolsInScope(call, SymbolFlags.Variable).filter((symbol) => {
      const [declaration] = symbol.declarations ?? [];
      const isOwn = declaration?.getSourceFile() === this.#source && !contains(declaration, call);
      return isOwn && !names.has(symbol.name) && this.#fits(symbol, call, wanted);
    });
    if (fitting.length !== 1) return [];
    const at = call.end - 1;
    return [[{ start: at, end: at, newText: `${given.length > 0 ? ", " : ""}${fitting[0]!.name}` }]];
  }

  #members({ expression }: ts.PropertyAccessExpression): ts.Symbol[] {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeAtLocation(expression));
    return this.#checker.getPropertiesOfType(type).filter(({ name }) => /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(name));
  }

  /** Whether a symbol has a type that may stand there; `any` fits everywhere and tells nothing. */
  #fits(symbol: ts.Symbol, place: ts.Node, wanted: ts.Type): boolean {
    const type = this.#checker.getTypeOfSymbolAtLocation(symbol, place);
    if ((type.flags | wanted.flags) & this.#compiler.TypeFlags.Any) return false;
    return this.#checker.isTypeAssignableTo?.(type, wanted) ?? false; // since 5.4
  }

  /** The expression whose type is wrong: the compiler points to what it is assigned to, or to itself. */
  #valueOf(node: ts.Node): ts.Expression | undefined {
    const { isIdentifier, isReturnStatement, isBinaryExpression, isPropertyAccessExpression } = this.#compiler;
    if (isReturnStatement(node)) return node.expression;
    if (isReturnStatement(node.parent)) return node.parent.expression;
    const { name, initializer } = node.parent as { name?: ts.Node; initializer?: ts.Expression };
    if (isIdentifier(node) && name === node && initializer) return initializer;
    if (isBinaryExpression(node.parent) && node.parent.left === node) return node.parent.right;
    if (isPropertyAccessExpression(node)) return node;
    return isPropertyAccessExpression(node.parent) && node.parent.end === node.end ? node.parent : undefined;
  }

  /** The outermost node that has exactly this range, or the innermost that holds it. */
  #nodeAt(start: number, end: number): ts.Node | undefined {
    let found: ts.Node = this.#source;
    for (;;) {
      let inner: ts.Node | undefined;
      this.#compiler.forEachChild(found, (child) => {
        if (child.getStart(this.#source) <= start && child.end >= end) inner = child;
      });
      if (!inner || (found.getStart(this.#source) === start && found.end === end && found !== this.#source)) break;
      found = inner;
    }
    return found === this.#source ? undefined : found;
  }

  #renamed(name: ts.Node, newText: string): TextChange[] {
    return [{ start: name.getStart(this.#source), end: name.end, newText }];
  }
}

const contains = (outer: ts.Node, { pos, end }: ts.Node): boolean => outer.pos <= pos && outer.end >= end;
