// Whether code may run in the sandbox, by a look at its tree: nothing that reaches beyond the computation. What is not known to be harmless is refused.

import type ts from "typescript";
import type { Compiler } from "../../typescript/compiler.ts";
import type { NoTests } from "./reasons.ts";

/** Modules of the system that only compute. */
const HARMLESS = new Set([
  ..."assert assert/strict buffer events path path/posix path/win32 punycode querystring string_decoder url util".split(
    " ",
  ),
  "util/types",
]);

const BY_MODULE: Readonly<Record<string, NoTests>> = {
  fs: "readsFiles",
  sqlite: "readsFiles",
  net: "usesNetwork",
  tls: "usesNetwork",
  dgram: "usesNetwork",
  dns: "usesNetwork",
  http: "usesNetwork",
  https: "usesNetwork",
  http2: "usesNetwork",
  child_process: "startsProcesses",
  cluster: "startsProcesses",
  worker_threads: "startsProcesses",
  process: "asksTheProcess",
  os: "asksTheProcess",
  vm: "runsText",
  module: "loadsNative",
};

/** Names that are reached without an import. */
const BY_NAME: Readonly<Record<string, NoTests>> = {
  process: "asksTheProcess",
  eval: "runsText",
  Function: "runsText",
  WebAssembly: "loadsNative",
  fetch: "usesNetwork",
  XMLHttpRequest: "usesNetwork",
  WebSocket: "usesNetwork",
  EventSource: "usesNetwork",
  Worker: "startsProcesses",
  SharedWorker: "startsProcesses",
  BroadcastChannel: "startsProcesses",
  Deno: "asksTheProcess",
  Bun: "asksTheProcess",
  localStorage: "readsFiles",
  sessionStorage: "readsFiles",
  indexedDB: "readsFiles",
};

/** Ways round the names: the global object by itself, and constructors of functions. */
const GLOBALS = new Set(["globalThis", "global", "window", "self"]);
const HIDDEN = new Set(["getBuiltinModule", "binding", "dlopen", "mainModule", "_load", "__proto__"]);

export interface Seen {
  refusal?: NoTests;
  imports: string[]; // of other modules, as written; without those of the system
}

/** The reason against a module of the system; undefined for a harmless one. @param name without "node:" */
function againstBuiltin(name: string): NoTests | undefined {
  if (HARMLESS.has(name)) return undefined;
  const [first = ""] = name.split("/");
  return BY_MODULE[first] ?? "usesTheSystem";
}

/**
 * @param source JavaScript, without types, with parents
 * @param isBuiltin whether a name is a module of the system
 */
export function lookAt(compiler: Compiler, source: ts.SourceFile, isBuiltin: (name: string) => boolean): Seen {
  const seen: Seen = { imports: [] };
  const refuse = (reason: NoTests) => {
    seen.refusal ??= reason;
  };
  const load = (name: string) => {
    if (name.startsWith("node:") || isBuiltin(name)) {
      const reason = againstBuiltin(name.replace(/^node:/, ""));
      if (reason) refuse(reason);
    } else if (/\.node$/.test(name)) refuse("loadsNative");
    else if (/^[a-z][a-z+.-]+:/i.test(name)) refuse("loadsUnseen");
    else if (!seen.imports.includes(name)) seen.imports.push(name);
  };
  const visit = (node: ts.Node): void => {
    if (compiler.isImportDeclaration(node) || compiler.isExportDeclaration(node)) {
      const { moduleSpecifier } = node;
      if (moduleSpecifier && compiler.isStringLiteral(moduleSpecifier)) load(moduleSpecifier.text);
    } else if (compiler.isCallExpression(node)) visitCall(node);
    else if (compiler.isIdentifier(node)) visitName(node);
    else if (compiler.isElementAccessExpression(node) && isComputedWay(node)) refuse("runsText");
    else if (compiler.isStringLiteralLike(node) && HIDDEN.has(node.text)) refuse("loadsUnseen");
    compiler.forEachChild(node, visit);
  };
  visit(source);
  return seen;

  function visitCall(node: ts.CallExpression): void {
    const isImport = node.expression.kind === compiler.SyntaxKind.ImportKeyword;
    if (!isImport && !(compiler.isIdentifier(node.expression) && node.expression.text === "require")) return;
    const [name] = node.arguments;
    if (name && compiler.isStringLiteralLike(name)) load(name.text);
    else refuse("loadsUnseen");
  }

  function visitName(node: ts.Identifier): void {
    const { parent, text } = node;
    const isMember = compiler.isPropertyAccessExpression(parent) && parent.name === node;
    if (isMember) {
      if (HIDDEN.has(text)) refuse("loadsUnseen");
      if (text === "constructor" && isConstructed(parent)) refuse("runsText");
      const isHere = isGlobal(parent.expression) || isMetaOf(parent);
      if (isHere && Object.hasOwn(BY_NAME, text)) refuse(BY_NAME[text]!);
      return;
    }
    const isKey =
      (compiler.isPropertyAssignment(parent) || compiler.isMethodDeclaration(parent)) && parent.name === node;
    if (isKey || isOwnName(node)) return;
    if (Object.hasOwn(BY_NAME, text) && !isCompared(node)) refuse(BY_NAME[text]!);
    else if (text === "require" && !isCalled(node) && !isCompared(node)) refuse("loadsUnseen");
    else if (GLOBALS.has(text) && !compiler.isPropertyAccessExpression(parent) && !isCompared(node)) refuse("runsText");
  }

  /** `f.constructor(…)`, `f.constructor.constructor`: a way to `Function`. */
  function isConstructed(access: ts.PropertyAccessExpression): boolean {
    const { parent } = access;
    if (compiler.isCallExpression(parent) && parent.expression === access) return true;
    return compiler.isPropertyAccessExpression(parent) && parent.name.text === "constructor";
  }

  /** A member of the global object or of CommonJS's `module` by a computed name; a constructor by its name as text. */
  function isComputedWay({ expression, argumentExpression }: ts.ElementAccessExpression): boolean {
    if (isGlobal(expression) || (compiler.isIdentifier(expression) && expression.text === "module")) return true;
    return compiler.isStringLiteralLike(argumentExpression) && argumentExpression.text === "constructor";
  }

  function isGlobal(node: ts.Expression): boolean {
    return compiler.isIdentifier(node) && GLOBALS.has(node.text);
  }

  function isMetaOf({ expression }: ts.PropertyAccessExpression): boolean {
    return compiler.isMetaProperty(expression);
  }

  function isCalled(node: ts.Identifier): boolean {
    return compiler.isCallExpression(node.parent) && node.parent.expression === node;
  }

  /** `typeof x`, `x instanceof Function`, `x === Function`: asks, and reaches nothing. */
  function isCompared({ parent }: ts.Identifier): boolean {
    if (compiler.isTypeOfExpression(parent)) return true;
    if (!compiler.isBinaryExpression(parent)) return false;
    const { InstanceOfKeyword, EqualsEqualsEqualsToken, ExclamationEqualsEqualsToken } = compiler.SyntaxKind;
    return [InstanceOfKeyword, EqualsEqualsEqualsToken, ExclamationEqualsEqualsToken].some(
      (kind) => kind === parent.operatorToken.kind,
    );
  }

  /** The name of a member, or of a label. */
  function isOwnName(node: ts.Identifier): boolean {
    const { parent } = node;
    return (compiler.isPropertyDeclaration(parent) && parent.name === node) || compiler.isLabeledStatement(parent);
  }
}
