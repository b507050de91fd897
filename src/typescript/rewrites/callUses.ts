// All uses of a function: its calls, or the reason why they cannot all be rewritten.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import { nodeAt, type PlaceInFile, type ProjectView } from "./projectView.ts";
import type { NoRewrite } from "./rewrite.ts";
import type { Signature } from "./signatures.ts";

export type Call = ts.CallExpression | ts.NewExpression;

export interface Uses {
  calls: Call[];
  names: PlaceInFile[]; // where it is named, beside its declaration
  isOnlyCalled: boolean; // no type is made of it, and no class inherits it
}

/** @param signature in the program's own tree of the file */
export function usesOf(view: ProjectView, program: ts.Program, signature: Signature): Uses | NoRewrite {
  const { compiler, service } = view;
  const file = signature.node.getSourceFile();
  const calls = new Set<Call>();
  const names: PlaceInFile[] = [];
  let isOnlyCalled = true;
  const usesAt = (start: number, ofClass: boolean): NoRewrite | undefined => {
    for (const { references } of service.findReferences(file.fileName, start) ?? [])
      for (const { fileName, textSpan } of references) {
        const source = program.getSourceFile(fileName);
        const node = source && nodeAt(view, source, textSpan.start);
        if (!source || !node || (source === file && node.getStart(source) === start)) continue;
        names.push({ file: fileName, start: textSpan.start, end: textSpan.start + textSpan.length });
        if (isOfType(compiler, node, ofClass)) isOnlyCalled = false;
        const use = useOf(view, node, ofClass);
        if (use === undefined) continue;
        if (typeof use === "string") return use;
        calls.add(use);
      }
    return undefined;
  };
  const { parent } = signature.node;
  const isConstructor = compiler.isConstructorDeclaration(signature.node) && compiler.isClassLike(parent);
  if (isConstructor && !parent.name) return "passedAsValue";
  const ofClass = isConstructor ? usesAt(parent.name!.getStart(file), true) : undefined;
  return ofClass ?? usesAt(signature.name.getStart(file), false) ?? { calls: [...calls], names, isOnlyCalled };
}

/**
 * The call that a name is the callee of; nothing for an import or a type; otherwise why it cannot be rewritten.
 * @param ofClass whether the name is that of a constructor's class
 */
function useOf({ compiler }: ProjectView, node: ts.Node, ofClass: boolean): Call | NoRewrite | undefined {
  const { parent } = node;
  if (compiler.isImportSpecifier(parent) || compiler.isImportClause(parent) || compiler.isNamespaceImport(parent))
    return undefined;
  if (compiler.isExportSpecifier(parent) || compiler.isExportAssignment(parent)) return undefined;
  if (compiler.isTypeNode(parent) || compiler.isQualifiedName(parent)) return undefined;
  if (compiler.isExpressionWithTypeArguments(parent)) return ofClass ? undefined : "passedAsValue"; // its `super` calls are found themselves
  const isMember = compiler.isPropertyAccessExpression(parent) && parent.name === node;
  if ((parent as { name?: ts.Node }).name === node && !isMember) {
    if (ofClass && compiler.isClassLike(parent)) return undefined;
    return compiler.isShorthandPropertyAssignment(parent) ? "passedAsValue" : "overloaded";
  }
  if (ofClass && isOfStaticSide(compiler, node)) return undefined;
  let callee: ts.Node = isMember ? parent : node;
  while (compiler.isParenthesizedExpression(callee.parent) || compiler.isNonNullExpression(callee.parent))
    callee = callee.parent;
  const call = callee.parent;
  if (compiler.isDecorator(call.parent)) return "passedAsValue";
  const isCall = compiler.isCallExpression(call) || compiler.isNewExpression(call);
  return isCall && call.expression === callee ? call : "passedAsValue";
}

/** Whether a name stands where a type is made of what it stands for, or where a class inherits it. */
function isOfType(compiler: Compiler, { parent }: ts.Node, ofClass: boolean): boolean {
  if (compiler.isTypeReferenceNode(parent)) return !ofClass; // that of a class is of its instances
  return (
    compiler.isTypeNode(parent) || compiler.isQualifiedName(parent) || compiler.isExpressionWithTypeArguments(parent)
  );
}

/** `Class.member`, and `value instanceof Class`. */
function isOfStaticSide(compiler: Compiler, node: ts.Node): boolean {
  const { parent } = node;
  if (compiler.isPropertyAccessExpression(parent)) return parent.expression === node;
  return compiler.isBinaryExpression(parent) && parent.operatorToken.kind === compiler.SyntaxKind.InstanceOfKeyword;
}
