// A declaration that others import went to another file: their imports follow. Asked about either half of the move, whichever comes last.

import { posix } from "node:path";
import type ts from "typescript";
import type { Compiler } from "../compiler.ts";
import type { TextChange } from "../problems.ts";
import { parentOf } from "../projectFiles.ts";
import { unresolvedIn } from "../unresolved.ts";
import { bare, importAt, moduleAt } from "./imports.ts";
import {
  addChange,
  areClean,
  type Changes,
  changedTexts,
  countOf,
  countsOf,
  isNoWorse,
  ownFiles,
  type PlaceInFile,
  type ProjectView,
  placesOf,
  problemsIn,
  reachOf,
  startAfter,
} from "./projectView.ts";
import type { Edited, NoRewrite, Rewrite } from "./rewrite.ts";

/** The most files that are looked at for a name that they lack. */
const MOST_LACKING = 10;

/** The most names that one edit moves. */
const MOST_NAMES = 20;

/** An import or re-export of a name that its module does not export. */
interface Stranded {
  source: ts.SourceFile;
  specifier: ts.ImportSpecifier | ts.ExportSpecifier;
  of: ts.SourceFile; // the module
}

export function restOfMove(view: ProjectView, { file, before, now }: Edited): Rewrite {
  const { compiler } = view;
  const [was, is] = [before, now].map((text) => exportedNames(compiler, view.parsed(file, text)));
  const added = [...is!].filter((name) => !was!.has(name));
  const removed = [...was!].filter((name) => !is!.has(name));
  const names = [...added, ...removed];
  if (names.length === 0 || names.length > MOST_NAMES) return { reason: "otherEdit" };
  const changes: Changes = new Map();
  const found = view.withTexts(new Map(), (program): string[] | { reason: NoRewrite } => {
    const files = ownFiles(view, program);
    const followed = new Set<string>();
    for (const name of names) {
      const stranded = strandedImports(program, compiler, files, name);
      const origins = new Set([
        ...stranded.map(({ of }) => of.fileName),
        ...(removed.includes(name) ? [file] : lackingImports(compiler, files, name)),
      ]);
      const users = [...origins].flatMap((origin) => unknownUse(view, program, origin, name) ?? []);
      if (stranded.length === 0 && users.length === 0) continue;
      const homes = files.filter((one) => one.text.includes(name) && exportedNames(compiler, one).has(name));
      const [home, ...others] = homes;
      if (!home) return { reason: "noneToImport" };
      if (others.length > 0) return { reason: "severalToImport" };
      followed.add(name);
      for (const one of stranded) {
        if (changes.has(one.source.fileName)) return { reason: "severalChanges" }; // two names of one import at once
        const inFile = redirected(program, compiler, one, home);
        if (!inFile) return { reason: "noneToImport" };
        for (const change of inFile) addChange(changes, one.source.fileName, change);
      }
      for (const { origin, start } of users) {
        if (changes.has(origin)) return { reason: "severalChanges" };
        const imported = importAt(view, origin, { name, start }, home.fileName);
        if ("reason" in imported) return imported;
        for (const change of imported.changes) addChange(changes, origin, change);
      }
    }
    if (followed.size === 0) return { reason: "noPlace" };
    return [...followed];
  });
  if ("reason" in found) return found;
  const places = placesOf(view, changes);
  if (typeof places === "string") return { reason: places };
  const files = changes.size === 1 ? "the file that uses it" : `the ${changes.size} files that use it`;
  const reach = reachOf(view, file, places);
  const title = `Import ${found.join(", ")} from its new place in ${files}${reach}`;
  const texts = changedTexts(view, changes);
  const after = view.withTexts(texts, (program) => {
    const concerned = [...texts].flatMap(([other, text]) => concernedIn(other, text, changes.get(other)!, found));
    if (areClean(view, program, concerned)) return undefined; // there was a problem at each, and nothing else can differ
    return problemsIn(view, program, texts.keys());
  });
  if (!after) return { title, places, problemsAfter: 0 };
  const without = view.withTexts(new Map(), (program) => problemsIn(view, program, texts.keys()));
  if (!isNoWorse(without, after) || countOf(after) >= countOf(without)) return { reason: "newProblem" };
  return { title, places, ...countsOf(without, after) };
}

/** Where a file has changes, after these; where it has lost an import and got none, also where it uses the names. */
function concernedIn(
  file: string,
  text: string,
  changes: readonly TextChange[],
  names: readonly string[],
): PlaceInFile[] {
  const changed = changes.map(({ start, newText }) => {
    const from = startAfter(start, changes);
    return { file, start: from, end: from + newText.length };
  });
  if (changes.some(({ newText }) => newText !== "")) return changed;
  const used = names.flatMap((name) =>
    [...text.matchAll(wordOf(name))].map(({ index }) => ({ file, start: index, end: index + name.length })),
  );
  return [...changed, ...used];
}

/** The names that a file exports by declarations of its own, or by a list without a module. Syntax only. */
function exportedNames(compiler: Compiler, source: ts.SourceFile): Set<string> {
  const names = new Set<string>();
  const add = (name: ts.Node | undefined) => name && compiler.isIdentifier(name) && names.add(name.text);
  for (const statement of source.statements) {
    if (compiler.isExportDeclaration(statement) && !statement.moduleSpecifier) {
      const { exportClause } = statement;
      if (exportClause && compiler.isNamedExports(exportClause))
        for (const { name } of exportClause.elements) add(name);
    }
    const isExported =
      compiler.canHaveModifiers(statement) &&
      compiler.getModifiers(statement)?.some(({ kind }) => kind === compiler.SyntaxKind.ExportKeyword);
    if (!isExported) continue;
    if (compiler.isVariableStatement(statement))
      for (const { name } of statement.declarationList.declarations) add(name);
    else add((statement as { name?: ts.Node }).name);
  }
  return names;
}

/** The imports and re-exports of a name whose own module does not export it. */
function strandedImports(
  program: ts.Program,
  compiler: Compiler,
  files: readonly ts.SourceFile[],
  name: string,
): Stranded[] {
  const checker = program.getTypeChecker();
  const found: Stranded[] = [];
  for (const source of files) {
    if (!source.text.includes(name)) continue;
    for (const statement of source.statements) {
      const module = moduleOf(checker, statement);
      const of = module ? module.declarations?.[0] : emptiedModule(compiler, files, source, statement);
      if (!of || !compiler.isSourceFile(of)) continue;
      const specifier = specifiersOf(compiler, statement).find((one) => (one.propertyName ?? one.name).text === name);
      if (!specifier || (module && checker.getExportsOfModule(module).some((one) => one.name === name))) continue;
      found.push({ source, specifier, of });
    }
  }
  return found;
}

/** The file that an import leads to where nothing is left in it that makes it a module. */
function emptiedModule(
  compiler: Compiler,
  files: readonly ts.SourceFile[],
  { fileName }: ts.SourceFile,
  statement: ts.Statement,
): ts.SourceFile | undefined {
  const { moduleSpecifier } = statement as { moduleSpecifier?: ts.Expression };
  if (!moduleSpecifier || !compiler.isStringLiteral(moduleSpecifier)) return undefined;
  const module = moduleAt(fileName, moduleSpecifier.text);
  return files.find((other) => !compiler.isExternalModule(other) && bare(other.fileName) === module);
}

function moduleOf(checker: ts.TypeChecker, statement: ts.Statement): ts.Symbol | undefined {
  const { moduleSpecifier } = statement as { moduleSpecifier?: ts.Expression };
  return moduleSpecifier && checker.getSymbolAtLocation(moduleSpecifier);
}

function specifiersOf(
  compiler: Compiler,
  statement: ts.Statement,
): readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] {
  if (compiler.isImportDeclaration(statement)) {
    const bindings = statement.importClause?.namedBindings;
    return bindings && compiler.isNamedImports(bindings) ? bindings.elements : [];
  }
  if (!compiler.isExportDeclaration(statement)) return [];
  const { exportClause } = statement;
  return exportClause && compiler.isNamedExports(exportClause) ? exportClause.elements : [];
}

/** The files that have a name which they neither import nor export: one of them may be what it was taken from. */
function lackingImports(compiler: Compiler, files: readonly ts.SourceFile[], name: string): string[] {
  const lacks = (source: ts.SourceFile) =>
    wordOf(name).test(source.text) &&
    !exportedNames(compiler, source).has(name) &&
    !source.statements.some((one) => specifiersOf(compiler, one).some((it) => it.name.text === name));
  return files
    .filter(lacks)
    .slice(0, MOST_LACKING)
    .map(({ fileName }) => fileName);
}

/** Where a file uses a name that it does not know. */
function unknownUse(
  { compiler }: ProjectView,
  program: ts.Program,
  origin: string,
  name: string,
): { origin: string; start: number } | undefined {
  const source = program.getSourceFile(origin);
  if (!source) return undefined;
  for (const { index: start } of source.text.matchAll(wordOf(name))) {
    const range = { start, end: start + name.length };
    const [unknown] = unresolvedIn(compiler, program, source, range, { names: true, members: false });
    if (unknown?.name === name) return { origin, start };
  }
  return undefined;
}

const wordOf = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}_$.])${name.replaceAll("$", "\\$")}(?![\\p{L}\\p{N}_$])`, "gu");

/** The changes that make an import come from the new home; undefined where its path cannot be told. */
function redirected(
  program: ts.Program,
  compiler: Compiler,
  { source, specifier, of }: Stranded,
  home: ts.SourceFile,
): TextChange[] | undefined {
  const statement =
    specifier.parent.parent.kind === compiler.SyntaxKind.ImportClause
      ? specifier.parent.parent.parent
      : specifier.parent.parent;
  if (!compiler.isImportDeclaration(statement) && !compiler.isExportDeclaration(statement)) return undefined;
  const path = statement.moduleSpecifier;
  if (!path || !compiler.isStringLiteral(path)) return undefined;
  const start = statement.getStart(source);
  const elements = specifiersOf(compiler, statement);
  const hasDefault = compiler.isImportDeclaration(statement) && statement.importClause?.name !== undefined;
  const isAlone = elements.length === 1 && !hasDefault;
  const removed = isAlone ? lineOf(source, statement) : withoutElement(source, elements, specifier);
  if (home === source) return compiler.isImportDeclaration(statement) ? [removed] : undefined;

  const checker = program.getTypeChecker();
  const isSameKind = (other: ts.Statement) =>
    other !== statement &&
    other.kind === statement.kind &&
    isTypeOnly(compiler, other) === isTypeOnly(compiler, statement);
  const existing = source.statements.find(
    (other) =>
      isSameKind(other) &&
      specifiersOf(compiler, other).length > 0 &&
      moduleOf(checker, other)?.declarations?.[0] === home,
  );
  if (existing) {
    const at = specifiersOf(compiler, existing).at(-1)!.end;
    return [removed, { start: at, end: at, newText: `, ${specifier.getText(source)}` }];
  }
  const newPath = pathTo(source.fileName, path.text, of.fileName, home.fileName);
  if (newPath === undefined) return undefined;
  if (isAlone) return [{ start: path.getStart(source) + 1, end: path.end - 1, newText: newPath }];
  const quote = source.text[path.getStart(source)]!;
  const keyword = compiler.isImportDeclaration(statement) ? "import" : "export";
  const type = isTypeOnly(compiler, statement) ? " type" : "";
  const end = source.text.slice(path.end, statement.end); // a semicolon, or nothing
  const line = `${keyword}${type} { ${specifier.getText(source)} } from ${quote}${newPath}${quote}${end}\n`;
  return [{ start, end: start, newText: line }, removed];
}

function isTypeOnly(compiler: Compiler, statement: ts.Statement): boolean {
  if (compiler.isImportDeclaration(statement)) return statement.importClause?.isTypeOnly ?? false;
  return compiler.isExportDeclaration(statement) && statement.isTypeOnly;
}

function withoutElement(source: ts.SourceFile, elements: readonly ts.Node[], element: ts.Node): TextChange {
  const i = elements.indexOf(element);
  const [before, next] = [elements[i - 1], elements[i + 1]];
  if (next) return { start: element.getStart(source), end: next.getStart(source), newText: "" };
  return { start: before?.end ?? element.getStart(source), end: element.end, newText: "" };
}

function lineOf(source: ts.SourceFile, statement: ts.Statement): TextChange {
  const isWhole = source.text[statement.end] === "\n";
  return { start: statement.getStart(source), end: statement.end + Number(isWhole), newText: "" };
}

const EXTENSION = /(\.d)?\.[cm]?[jt]sx?$/;

/** The path of a module as an import writes it, in the style of the one that it replaces. @param was as it is written @param of the file that it stands for */
function pathTo(from: string, was: string, of: string, home: string): string | undefined {
  const extension = EXTENSION.exec(was)?.[0] ?? "";
  const ending =
    extension === "" || !/js/.test(extension)
      ? extension && EXTENSION.exec(home)![0]
      : inJavaScript(EXTENSION.exec(home)![0]);
  const bare = home.replace(EXTENSION, "");
  const written = extension === "" ? bare.replace(/\/index$/, "") : bare + ending;
  if (was.startsWith(".")) {
    const relative = posix.relative(parentOf(from), written);
    return relative.startsWith(".") ? relative : `./${relative}`;
  }
  // an alias of a folder: what is before the common end of both
  const [wasParts, ofParts] = [was.replace(EXTENSION, "").split("/"), of.replace(EXTENSION, "").split("/")];
  let common = 0;
  while (common < wasParts.length - 1 && wasParts.at(-1 - common) === ofParts.at(-1 - common)) common++;
  const folder = `${ofParts.slice(0, ofParts.length - common).join("/")}/`;
  if (common === 0 || !written.startsWith(folder)) return undefined;
  return [...wasParts.slice(0, wasParts.length - common), written.slice(folder.length)].join("/");
}

const inJavaScript = (extension: string): string => extension.replace(/tsx?$/, "js");
