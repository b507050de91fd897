// The type that a place asks of what stands there, such as an argument of a typed function.

import type ts from "typescript";
import type { Compiler } from "../../compiler.ts";
import { CALLABLE, meansSameAt, RECORD } from "./writtenTypes.ts";

/** guarded: the place asks what the value is, such as `isArray(x)`. */
export type Asked = { type: string } | "guarded" | undefined;

export function askedType(c: Compiler, checker: ts.TypeChecker, node: ts.Expression): Asked {
  const { parent } = node;
  const isCall = c.isCallExpression(parent) || c.isNewExpression(parent);
  if (isCall && /(^|\.)is[A-Z]\w*$/.test(parent.expression.getText())) return "guarded";
  if (isCall && /^Object\.(keys|values|entries|getOwnPropertyNames)$/.test(parent.expression.getText()))
    return { type: RECORD };
  if (isCall && parent.expression.getText() === "Object.assign") return { type: RECORD };
  const type = contextualType(c, checker, node);
  if (!type) return undefined;
  const plain = checker.getNonNullableType(type);
  const { String: Text, Number: Numeric, Object: Structured } = c.TypeFlags;
  if (plain.flags & (Text | Numeric)) return { type: checker.typeToString(plain) };
  if (!(plain.flags & Structured)) return undefined; // a boolean: anything will do there
  if (plain.getCallSignatures().length > 0) return { type: CALLABLE };
  const text = checker.typeToString(plain, node, c.TypeFormatFlags.NoTruncation);
  if (text === "{}" || !meansSameAt(c, checker, plain, text, node)) return undefined; // `{}`: what takes anything
  const isOwn = isCall && isOwnSignature(c, checker.getResolvedSignature(parent)?.declaration);
  const isPlain =
    /^[A-Z]\w*(\[\])?$/.test(text) && !/^(Object|ArrayLike|Iterable|Array|PropertyDescriptor)$/.test(text);
  if (isPlain || (isOwn && !/typeof|import\(|=>/.test(text)))
    return { type: text.replaceAll(";  }", " }").replace(/; }$/, " }") };
  return undefined;
}

/** The type of the place; for the short `{ name }` that of the member. */
function contextualType(c: Compiler, checker: ts.TypeChecker, node: ts.Expression): ts.Type | undefined {
  const { parent } = node;
  if (!c.isShorthandPropertyAssignment(parent)) return checker.getContextualType(node);
  const member = checker.getContextualType(parent.parent)?.getProperty(parent.name.text);
  return member && checker.getTypeOfSymbolAtLocation(member, node);
}

/** A function of the project without types of its own. */
function isOwnSignature(c: Compiler, declaration: ts.Node | undefined): boolean {
  if (!declaration || !c.isFunctionLike(declaration)) return false;
  return !declaration.typeParameters && !declaration.getSourceFile().isDeclarationFile;
}

/** Whether a function is declared to take any value at a place, such as `String(x)` and `JSON.stringify(x)`; what is `any` in the project is not known yet. */
export function takesAnything(
  c: Compiler,
  checker: ts.TypeChecker,
  call: ts.CallExpression | ts.NewExpression,
  node: ts.Expression,
): boolean {
  const parameter = checker.getResolvedSignature(call)?.parameters[call.arguments?.indexOf(node) ?? -1];
  const declared = parameter?.valueDeclaration;
  if (!declared || !c.isParameter(declared)) return false;
  const { AnyKeyword, UnknownKeyword } = c.SyntaxKind;
  const isLibrary = declared.getSourceFile().isDeclarationFile;
  return declared.type?.kind === UnknownKeyword || (isLibrary && declared.type?.kind === AnyKeyword);
}
