// Finds, by the syntax tree of a TypeScript file, everything through which its code could reach another machine, start a program or load what
// is not written in it. Says what is there, not whether it may be. Not a test.

import { builtinModules } from "node:module";
import ts from "typescript";

export interface FileDoors {
  /** Such as "module node:https", "connect(address)", "spawn(process.execPath)", "loads name", "fetch"; each once, sorted. */
  doors: string[];
  /** Packages that are loaded, by name. */
  packages: string[];
  /** Relative paths that are imported, as they stand there; types too. */
  relative: string[];
}

/** Builtin modules that open nothing, start nothing and load no code. What is not here is a door. */
const HARMLESS: ReadonlySet<string> = new Set(
  `assert async_hooks buffer crypto events fs fs/promises os path perf_hooks process readline readline/promises sqlite stream
  string_decoder timers timers/promises tty url util v8 zlib`.split(/\s+/),
);

/** What these export counts where it is used: who is connected to, which program is started. */
const COUNTED_BY_USE: ReadonlySet<string> = new Set(["net", "child_process", "worker_threads"]);

/** What these and `node:module` export besides that opens, starts and loads nothing. */
const HARMLESS_NAMES: ReadonlySet<string> = new Set(
  "isIP isIPv4 isIPv6 isBuiltin builtinModules isMainThread parentPort threadId workerData".split(" "),
);

const GLOBALS: ReadonlySet<string> = new Set(
  "fetch WebSocket WebSocketStream EventSource XMLHttpRequest WebTransport RTCPeerConnection importScripts eval Function".split(
    " ",
  ),
);
const GLOBAL_OBJECTS: ReadonlySet<string> = new Set(["globalThis", "global"]);

/** Members by which modules, native code or a browser are reached around an import. */
const MEMBERS: ReadonlySet<string> = new Set(
  "getBuiltinModule _linkedBinding dlopen mainModule _load sendBeacon openExternal asExternalUri".split(" "),
);

/** Programs that there is no reason to name but to reach another machine. */
const TOOLS =
  /^(?:\S*[\\/])?(?:curl|wget|aria2c|nc|ncat|netcat|socat|telnet|ftp|sftp|scp|ssh|rsync|bitsadmin|certutil)(?:\.exe)?$|Invoke-(?:WebRequest|RestMethod)/i;

export function doorsOf(text: string, name = "a.ts"): FileDoors {
  const source = ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true);
  const [doors, packages, relative] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const counted = new Set<string>(); // local names of what counts by its use
  const loaders = new Set(["require"]); // local names of functions that load a module
  const factories = new Set<string>(); // and of createRequire
  const declared = new Set<string>(); // names that the file itself gives to something
  let hasSockets = false;

  /** A module that is loaded when the file runs. */
  function loads(module: string, isStatic: boolean): void {
    const plain = module.replace(/^node:/, "");
    if (module.startsWith(".")) return void relative.add(module);
    if (!builtinModules.includes(plain) && !module.startsWith("node:")) {
      packages.add(packageName(module));
    } else if (!HARMLESS.has(plain) && !(isStatic && (COUNTED_BY_USE.has(plain) || plain === "module"))) {
      doors.add(`module node:${plain}`);
    }
  }

  function importOf(node: ts.ImportDeclaration): void {
    const module = (node.moduleSpecifier as ts.StringLiteral).text;
    const { importClause: clause } = node;
    const named = clause?.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings : undefined;
    const used = named?.elements.filter((element) => !element.isTypeOnly);
    const ofNote = (used ?? []).filter((element) => !HARMLESS_NAMES.has(exportedName(element)));
    const isOfTypes = clause?.isTypeOnly || (named && !clause?.name && used!.length === 0 && named.elements.length > 0);
    if (module.startsWith(".")) relative.add(module);
    if (isOfTypes) return;
    const plain = module.replace(/^node:/, "");
    const isServer = plain === "http" && !clause?.name && used?.every((one) => exportedName(one) === "createServer");
    if (isServer) return void doors.add("createServer of node:http"); // answers, and cannot ask
    loads(module, true);
    if (plain === "module") {
      const isFactory = (element: ts.ImportSpecifier) => exportedName(element) === "createRequire";
      for (const element of ofNote) if (isFactory(element)) factories.add(element.name.text);
      if (clause?.name || !named || !ofNote.every(isFactory)) doors.add("module node:module");
    }
    if (!COUNTED_BY_USE.has(plain)) return;
    if (!clause) doors.add(`module node:${plain}`);
    hasSockets ||= plain === "net" && (ofNote.length > 0 || !named);
    const whole =
      clause?.namedBindings && ts.isNamespaceImport(clause.namedBindings) ? clause.namedBindings.name : undefined;
    for (const local of [clause?.name, whole, ...ofNote.map((element) => element.name)])
      if (local) counted.add(local.text);
  }

  function exportOf(node: ts.ExportDeclaration): void {
    if (!node.moduleSpecifier) return;
    const module = (node.moduleSpecifier as ts.StringLiteral).text;
    if (!node.isTypeOnly || module.startsWith(".")) loads(module, false);
  }

  function importEqualsOf({ moduleReference: from }: ts.ImportEqualsDeclaration): void {
    if (ts.isExternalModuleReference(from)) loads((from.expression as ts.StringLiteral).text, false);
  }

  /** A call that loads a module: import(x), require(x), createRequire(…)(x). */
  function loadBy(call: ts.CallExpression): void {
    const { expression: callee } = call;
    const isFactoryCall = ts.isCallExpression(callee) && isNamed(callee.expression, factories);
    if (callee.kind !== ts.SyntaxKind.ImportKeyword && !isNamed(callee, loaders) && !isFactoryCall) return;
    const [asked] = call.arguments;
    if (asked && ts.isStringLiteralLike(asked)) loads(asked.text, false);
    else doors.add(`loads ${asked ? inWords(asked) : "nothing"}`);
  }

  /** createRequire may be called; what it gives may be kept under a name, called, or asked where a module lies. */
  function factoryUse(node: ts.Identifier): void {
    const call = node.parent;
    if (!ts.isCallExpression(call) || call.expression !== node) return void doors.add("createRequire as a value");
    const { parent } = call;
    if (ts.isVariableDeclaration(parent) && ts.isIdentifier(parent.name)) return void loaders.add(parent.name.text);
    const isCalled = ts.isCallExpression(parent) && parent.expression === call;
    const isAsked = ts.isPropertyAccessExpression(parent) && parent.name.text === "resolve";
    if (!isCalled && !isAsked) doors.add("createRequire as a value");
  }

  function countedUse(node: ts.Identifier): void {
    const member =
      ts.isPropertyAccessExpression(node.parent) && node.parent.expression === node ? node.parent : undefined;
    let used: ts.Node = member ?? node;
    const words = (member ? member.name : node).text;
    const isWrapped = ts.isCallExpression(used.parent) && used.parent.expression.getText(source) === "promisify";
    if (isWrapped) used = used.parent;
    const { parent } = used;
    if (!(ts.isCallExpression(parent) || ts.isNewExpression(parent)) || parent.expression !== used) {
      if (!ts.isHeritageClause(parent)) doors.add(`${words} as a value`);
      return;
    }
    const given = parent.arguments ?? [];
    const told = counts.has(words) ? given : given.slice(0, 1);
    doors.add(`${ts.isNewExpression(parent) ? "new " : ""}${words}(${told.map(inWords).join(", ")})`);
  }

  function globalUse(node: ts.Identifier): void {
    const { parent, text: word } = node;
    if (GLOBALS.has(word)) return void doors.add(word);
    if (!GLOBAL_OBJECTS.has(word)) return;
    const isObject = ts.isPropertyAccessExpression(parent) && parent.expression === node;
    if (!isObject) doors.add(`${word} as a value`);
    else if (GLOBALS.has(parent.name.text)) doors.add(parent.name.text);
  }

  function memberUse({ expression, name: { text: member }, parent }: ts.PropertyAccessExpression): void {
    if (MEMBERS.has(member)) doors.add(member);
    if (member === "binding" && isNamed(expression, new Set(["process"]))) doors.add("process.binding");
    const isSockets = hasSockets && (member === "listen" || member === "connect");
    const isCounted = ts.isIdentifier(expression) && counted.has(expression.text); // that was told already
    if (isSockets && !isCounted && ts.isCallExpression(parent))
      doors.add(`${member}(${parent.arguments.map(inWords).join(", ")})`);
  }

  function visit(node: ts.Node): void {
    if (ts.isImportDeclaration(node)) importOf(node);
    else if (ts.isExportDeclaration(node)) exportOf(node);
    else if (ts.isImportEqualsDeclaration(node)) importEqualsOf(node);
    else partOf(node);
  }

  function partOf(node: ts.Node): void {
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return;
    if (ts.isCallExpression(node)) loadBy(node);
    if (ts.isStringLiteralLike(node) && TOOLS.test(node.text)) doors.add(`names ${node.text}`);
    if (ts.isPropertyAccessExpression(node)) memberUse(node);
    if (ts.isElementAccessExpression(node) && isNamed(node.expression, new Set(["process", ...loaders])))
      doors.add(`${node.expression.getText(source)} by a computed name`);
    if (ts.isIdentifier(node) && isUse(node)) {
      if (factories.has(node.text)) factoryUse(node);
      else if (counted.has(node.text)) countedUse(node);
      else if (loaders.has(node.text) && !isCalledOrAsked(node)) doors.add(`${node.text} as a value`);
      else if (!declared.has(node.text)) globalUse(node);
    }
    ts.forEachChild(node, visit);
  }

  const inWords = (node: ts.Node): string =>
    ts.isFunctionLike(node) ? "…" : node.getText(source).replace(/\s+/g, " ").slice(0, 80);

  function declares(node: ts.Node): void {
    const isDeclaration = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node);
    if ((isDeclaration || ts.isFunctionDeclaration(node)) && node.name && ts.isIdentifier(node.name))
      declared.add(node.name.text);
    ts.forEachChild(node, declares);
  }

  declares(source);
  visit(source);
  const sorted = (words: Set<string>) => [...words].sort();
  return { doors: sorted(doors), packages: sorted(packages), relative: sorted(relative) };
}

/** Of these all arguments say where they lead; of the others the first one. */
const counts: ReadonlySet<string> = new Set(["connect", "createConnection", "createServer", "Socket"]);

const exportedName = ({ propertyName, name }: ts.ImportSpecifier): string => (propertyName ?? name).text;

const isNamed = (node: ts.Node, names: ReadonlySet<string>): boolean => ts.isIdentifier(node) && names.has(node.text);

/** Whether an identifier stands for a value, and is no name of a member, a key or a declaration. */
function isUse(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent)) return parent.initializer === node;
  if (ts.isBindingElement(parent)) return parent.initializer === node;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isPropertyDeclaration(parent))
    return parent.initializer === node;
  return !(
    ts.isFunctionLike(parent) ||
    ts.isClassLike(parent) ||
    ts.isLabeledStatement(parent) ||
    ts.isEnumMember(parent) ||
    ts.isTypeElement(parent) ||
    ts.isJsxAttribute(parent)
  );
}

function isCalledOrAsked(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isCallExpression(parent)) return parent.expression === node;
  return ts.isPropertyAccessExpression(parent) && parent.name.text === "resolve";
}

/** "@scope/name/file" → "@scope/name" */
const packageName = (module: string): string => module.split("/", module.startsWith("@") ? 2 : 1).join("/");
