// What the code tells of a parameter's or field's type, in the TypeScript of a file: what is done with it, and what callers pass. Says nothing rather
// than a type that may be wrong: what is guarded by `typeof`, given another value or only passed on has no type by its use.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { assignedFields } from "../collect.ts";
import { inUnion } from "../jsDocTypes.ts";
import { Callers, type CallsOf } from "./callers.ts";
import { References } from "./references.ts";
import { Uses } from "./uses.ts";
import { ANYTHING, fits, isNothing, MAX_TYPE_UNITS, unionOf, writtenType } from "./writtenTypes.ts";

/** What is known of a place. */
export interface Evidence {
  types: string[]; // the first is the likeliest
  isOptional: boolean;
}

/** How many calls must agree on what they pass to an exported function whose own code does not tell. */
const LEAST_CALLS = 3;

export class Witness {
  readonly #c: Compiler;
  readonly #checker: ts.TypeChecker;
  readonly #callers: Callers;
  readonly #references: References;

  constructor(compiler: Compiler, program: ts.Program, calls: CallsOf) {
    this.#c = compiler;
    this.#checker = program.getTypeChecker();
    this.#callers = new Callers(compiler, this.#checker, calls);
    this.#references = new References(compiler, this.#checker);
  }

  parameter(node: ts.ParameterDeclaration): Evidence {
    const { parent } = node;
    const index = parent.parameters.indexOf(node);
    const passed = this.#callers.passed(node, index);
    const uses = this.#c.isIdentifier(node.name) ? this.#usesOf(node, node.name) : undefined;
    const byUse = uses?.types() ?? [];
    const isLocal = !this.#callers.isExported(parent);
    const types: string[] = [];
    const callers = passed.types;
    if (node.dotDotDotToken) return { types: passed.rest ? [passed.rest] : [], isOptional: false };
    if (!this.#c.isIdentifier(node.name)) return { types: [], isOptional: false };
    const own = byUse[0] === ANYTHING ? undefined : byUse[0]; // callers tell more
    if (own !== undefined && callers.length > 0 && !callers.every((type) => fits(type, own)))
      types.push(unionOf([own, ...callers.filter((type) => !fits(type, own))]));
    const trusted = callers.length > 0 && (isLocal || passed.count >= LEAST_CALLS);
    const exact = unionOf(callers);
    if (own === undefined) {
      if (trusted && !uses?.isGuarded) types.push(exact);
      else if (trusted && isLocal) types.push(exact);
      types.push(...byUse);
    } else {
      if (isLocal && callers.length > 0 && /any/.test(own) && !/any/.test(exact)) types.push(exact);
      types.push(...byUse);
    }
    const nullable = passed.isNull || (uses?.isNull ?? false);
    const written = [...new Set(types)].filter((type) => type !== "" && type.length <= MAX_TYPE_UNITS);
    return {
      types: nullable
        ? written.flatMap((type) => (type === ANYTHING ? [type] : [`${inUnion(type)} | null`, type]))
        : written,
      isOptional: passed.isMissing || (uses?.isOptional ?? false),
    };
  }

  /** Of what is assigned to a class's field. */
  field(node: ts.PropertyDeclaration): Evidence {
    const { parent, name } = node;
    const c = this.#c;
    if (!c.isClassLike(parent) || !c.isIdentifier(name)) return { types: [], isOptional: false };
    const assigned = assignedFields(c, parent).get(name.text) ?? [];
    const told = this.#ofValues(assigned.map(({ right }) => right));
    if (told.types.length > 0) return told;
    const uses = new Uses(c, this.#checker, node);
    const visit = (inner: ts.Node): void => {
      if (c.isPropertyAccessExpression(inner) && inner.expression.kind === c.SyntaxKind.ThisKeyword) {
        const isWritten = c.isBinaryExpression(inner.parent) && assigned.includes(inner.parent);
        if (inner.name.text === name.text && !isWritten) uses.add(inner);
      }
      c.forEachChild(inner, visit);
    };
    c.forEachChild(parent, visit);
    return { types: uses.types().filter((type) => type !== ANYTHING && !/[{=]/.test(type)), isOptional: false };
  }

  #ofValues(values: readonly ts.Expression[]): Evidence {
    const found = new Set<string>();
    let [isNull, isKnown] = [false, true];
    for (const value of values) {
      const type = this.#checker.getTypeAtLocation(value);
      if (isNothing(this.#c, type)) {
        isNull ||= (type.flags & this.#c.TypeFlags.Null) !== 0;
        continue;
      }
      const text = writtenType(this.#c, this.#checker, type, value);
      if (text === undefined) isKnown = false;
      else found.add(text);
    }
    const union = unionOf([...found]);
    const isTold = isKnown && union !== "" && found.size <= 3;
    return { types: isTold ? [isNull ? `${inUnion(union)} | null` : union] : [], isOptional: false };
  }

  #usesOf(node: ts.ParameterDeclaration, name: ts.Identifier): Uses | undefined {
    const places = this.#references.of(node, name);
    if (!places) return undefined;
    const uses = new Uses(this.#c, this.#checker, node);
    for (const place of places) uses.add(place);
    return uses;
  }
}
