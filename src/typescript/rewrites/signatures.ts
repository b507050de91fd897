// The functions of a file with their parameters, and what became of the parameters of one between two texts. Syntax only.

import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { NoRewrite } from "./rewrite.ts";

export interface Signature {
  key: string; // its name within its containers, such as "Shape.area"
  name: ts.Node; // its name, or the keyword `constructor`
  node: ts.SignatureDeclaration;
  parameters: ts.ParameterDeclaration[]; // without `this`
}

/** Where an argument for a parameter comes from: that for an earlier parameter, by index, or nowhere: then the parameter is new. */
export type Origin = { index: number } | { added: ts.ParameterDeclaration };

export interface SignatureChange {
  before: Signature;
  now: Signature;
  origins: Origin[]; // one for each parameter as it is now
}

/** The one function whose parameters were added, removed or reordered. */
export function signatureChange(
  compiler: Compiler,
  before: ts.SourceFile,
  now: ts.SourceFile,
): SignatureChange | NoRewrite {
  const [was, is] = [signaturesIn(compiler, before), signaturesIn(compiler, now)];
  const changed: [Signature, Signature][] = [];
  for (const [key, [one, ...others]] of was) {
    const [other, ...rest] = is.get(key) ?? [];
    if (!one || !other) continue;
    const all = [one, ...others].map((it) => textOf(it, before)).join("\n");
    if (all === [other, ...rest].map((it) => textOf(it, now)).join("\n")) continue;
    if (others.length > 0 || rest.length > 0) return "overloaded";
    changed.push([one, other]);
  }
  const [first, ...others] = changed;
  if (!first) return "otherEdit";
  if (others.length > 0) return "severalChanges";
  const origins = originsOf(first[0], first[1], before, now);
  return typeof origins === "string" ? origins : { before: first[0], now: first[1], origins };
}

/** By key; several of a key are overloads. */
export function signaturesIn(compiler: Compiler, source: ts.SourceFile): Map<string, Signature[]> {
  const found = new Map<string, Signature[]>();
  const visit = (node: ts.Node, path: string): void => {
    const own = ownName(compiler, node);
    const key = own ? `${path}.${own.text}` : path;
    const signature = own && signatureOf(compiler, node);
    if (own && signature) {
      const parameters = signature.parameters.filter(({ name }) => name.getText(source) !== "this");
      const known = found.get(key);
      const one = { key, name: own.node, node: signature, parameters };
      if (known) known.push(one);
      else found.set(key, [one]);
    }
    compiler.forEachChild(node, (child) => visit(child, key));
  };
  visit(source, "");
  return found;
}

function ownName(compiler: Compiler, node: ts.Node): { text: string; node: ts.Node } | undefined {
  if (compiler.isConstructorDeclaration(node)) {
    const keyword = node.getChildren().find(({ kind }) => kind === compiler.SyntaxKind.ConstructorKeyword);
    return keyword && { text: "constructor", node: keyword };
  }
  const { name } = node as { name?: ts.Node };
  const isNamed = name && (compiler.isIdentifier(name) || compiler.isPrivateIdentifier(name));
  return isNamed ? { text: name.text, node: name } : undefined;
}

/** The function that a declaration is, or that its name stands for. */
function signatureOf(compiler: Compiler, node: ts.Node): ts.SignatureDeclaration | undefined {
  if (
    compiler.isFunctionDeclaration(node) ||
    compiler.isMethodDeclaration(node) ||
    compiler.isMethodSignature(node) ||
    compiler.isConstructorDeclaration(node)
  )
    return node;
  const isHolder =
    compiler.isVariableDeclaration(node) || compiler.isPropertyDeclaration(node) || compiler.isPropertyAssignment(node);
  const value = isHolder ? node.initializer : undefined;
  return value && (compiler.isArrowFunction(value) || compiler.isFunctionExpression(value)) ? value : undefined;
}

const textOf = ({ parameters }: Signature, source: ts.SourceFile): string =>
  parameters.map((parameter) => `${nameOf(parameter, source)}${isOmittable(parameter) ? "?" : ""}`).join(", ");

const nameOf = ({ name, dotDotDotToken }: ts.ParameterDeclaration, source: ts.SourceFile): string =>
  `${dotDotDotToken ? "..." : ""}${name.getText(source)}`;

export const isOmittable = ({ questionToken, initializer }: ts.ParameterDeclaration): boolean =>
  questionToken !== undefined || initializer !== undefined;

/** By their names; with other names at the same places the parameters were renamed, which changes no call. */
function originsOf(
  before: Signature,
  now: Signature,
  beforeSource: ts.SourceFile,
  nowSource: ts.SourceFile,
): Origin[] | NoRewrite {
  const was = before.parameters.map((parameter) => nameOf(parameter, beforeSource));
  const is = now.parameters.map((parameter) => nameOf(parameter, nowSource));
  if (new Set(was).size < was.length || new Set(is).size < is.length) return "severalChanges";
  if (was.join() === is.join()) return "otherEdit"; // types or defaults
  const added = is.filter((name) => !was.includes(name));
  const removed = was.filter((name) => !is.includes(name));
  if (added.length > 0 && removed.length > 0) {
    const isRename =
      was.length === is.length &&
      was.every((name, i) => name === is[i] || (removed.includes(name) && added.includes(is[i]!)));
    return isRename ? "otherEdit" : "severalChanges";
  }
  if ([...was, ...is].some((name) => name.startsWith("..."))) return "spread";
  return is.map((name, i) => {
    const index = was.indexOf(name);
    return index >= 0 ? { index } : { added: now.parameters[i]! };
  });
}
