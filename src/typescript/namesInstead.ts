// The names that exist where an unknown one was written: the members of a type, the exports of a module. Judges nothing.

import type ts from "typescript";
import type { Compiler } from "./compiler.ts";

/** More names than this say nothing about the one that is meant. */
const MOST_NAMES = 400;

const NAME = /^[\p{L}_$][\p{L}\p{N}_$]{0,90}$/u;

/** Empty where the place has no names of its own, or too many. */
export function namesInstead(compiler: Compiler, checker: ts.TypeChecker, identifier: ts.Identifier): string[] {
  const names = symbolsAt(compiler, checker, identifier).map(({ name }) => name);
  const usable = [...new Set(names.filter((name) => NAME.test(name)))];
  return usable.length > MOST_NAMES ? [] : usable;
}

function symbolsAt(compiler: Compiler, checker: ts.TypeChecker, identifier: ts.Identifier): readonly ts.Symbol[] {
  const { parent } = identifier;
  if (compiler.isPropertyAccessExpression(parent) && parent.name === identifier) {
    const type = checker.getNonNullableType(checker.getTypeAtLocation(parent.expression));
    return checker.getPropertiesOfType(checker.getApparentType(type));
  }
  if (compiler.isImportSpecifier(parent) && (parent.propertyName ?? parent.name) === identifier) {
    const module = checker.getSymbolAtLocation(parent.parent.parent.parent.moduleSpecifier);
    return module ? checker.getExportsOfModule(module) : [];
  }
  return [];
}
