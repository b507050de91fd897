// The exports of the modules that a document imports as a whole (`import * as ns`), of the module whose import is being written, and of those that a
// suggestion imports. Read through the workspace, as retrieval does. A module is left out where its exports cannot all be determined, or not in time.

import { type Import, importsOf } from "../../../common/syntax/imports.ts";
import { languageOfPath, languageSyntax } from "../../../common/syntax/languages.ts";
import { lineEndOf } from "../../../common/syntax/lines.ts";
import { type Exports, exportsOf } from "../../../common/syntax/names/exports.ts";
import type { Range } from "../../../common/syntax/names/names.ts";
import type { SyntaxTree } from "../../../common/syntax/syntax.ts";
import { inTime } from "../../context/inTime.ts";
import { type Memory, memoryOf } from "../../context/memory.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { FileFacts } from "../../workspace/fileFacts.ts";

export interface ModuleExports {
  /** By the document's name for the module as a whole. */
  namespaces: ReadonlyMap<string, ReadonlySet<string>>;
  /** By the module specifier of the import. */
  modules: ReadonlyMap<string, ReadonlySet<string>>;
}

const none: ModuleExports = { namespaces: new Map(), modules: new Map() };

const PARSE_BUDGET_MS = 20;
const MAX_MODULES = 20;

/** How many levels of `export * from` are followed. */
const MAX_HOPS = 3;

export async function moduleExports(
  document: OpenDocument,
  offset: number,
  sources: Sources | undefined,
  late: AbortSignal,
): Promise<ModuleExports> {
  const language = languageSyntax(document.languageId);
  const { tree } = document;
  if (!sources || !language || !tree) return none;
  const text = document.text.getText();
  const wanted = importsOf(text, tree, language).filter((one) => isNamespace(one) || isBeingWritten(one, text, offset));
  return read(wanted, document, sources, late, none);
}

/**
 * The same with the modules that a suggestion imports names from.
 * @param written the text of the document with the suggestion, its tree, and where the suggestion stands
 */
export async function withWrittenImports(
  known: ModuleExports,
  { tree, text, startIndex, endIndex }: Range & { tree: SyntaxTree; text: string },
  document: OpenDocument,
  sources: Sources | undefined,
  late: AbortSignal,
): Promise<ModuleExports> {
  const language = languageSyntax(document.languageId);
  if (!sources || !language) return known;
  const lineEnd = lineEndOf(text, endIndex);
  const wanted = importsOf(text, tree, language).filter(
    (one) => one.endIndex > startIndex && one.endIndex <= lineEnd && !known.modules.has(one.module),
  );
  return read(wanted, document, sources, late, known);
}

/** @param known what is added to */
async function read(
  wanted: readonly Import[],
  document: OpenDocument,
  sources: Sources,
  late: AbortSignal,
  known: ModuleExports,
): Promise<ModuleExports> {
  const memory = memoryOf(sources, document);
  const namespaces = new Map(known.namespaces);
  const modules = new Map(known.modules);
  const readOne = async (one: Import) => {
    const { module, names } = one;
    const exported = await exportedNames({ module, names }, document.path, document, memory, MAX_HOPS);
    if (!exported || late.aborted) return;
    if (isNamespace(one)) namespaces.set(one.locals.at(-1)!, exported);
    modules.set(module, exported);
  };
  const all = Promise.all(wanted.slice(0, MAX_MODULES).map(readOne)).catch(() => undefined); // a disk that is gone tells nothing
  await inTime(all, late);
  return { namespaces, modules };
}

/** `import * as ns from "./a"`; of Python's modules others may set attributes. */
const isNamespace = ({ everything, locals, names }: Import): boolean =>
  everything && locals.length === names.length + 1;

const isBeingWritten = ({ endIndex }: Import, text: string, offset: number): boolean =>
  endIndex >= offset &&
  /^[ \t]*(import|export|from)\b[^;]*$/.test(text.slice(text.lastIndexOf("\n", offset - 1) + 1, offset));

/** @param names those that are imported: of a package they may be its modules */
async function exportedNames(
  { module, names }: Pick<Import, "module" | "names">,
  from: string,
  document: OpenDocument,
  memory: Memory,
  hops: number,
): Promise<Set<string> | undefined> {
  const languageId = languageOfPath(from) ?? document.languageId;
  const files = await memory.resolver.resolve(module, from, languageId, undefined, names);
  const submodules = files.flatMap(({ submodule }) => submodule ?? []);
  const [file, ...more] = files.filter(({ submodule }) => submodule === undefined);
  if (!file || more.length > 0 || /\.d\.[cm]?ts$/.test(file.path)) return undefined; // it exports more than it says
  if (names.length === 0 && /__init__\.pyi?$/.test(file.path)) return undefined; // a package as a whole has its modules besides
  const text = await memory.resolver.read(file);
  const found = text === undefined ? undefined : exportsOfFile(memory.files.of(file.path, text), document);
  if (!found || (found.stars.length > 0 && hops === 0)) return undefined;
  const exported = new Set([...found.names, ...submodules]);
  for (const star of found.stars) {
    const through = await exportedNames({ module: star, names: [] }, file.path, document, memory, hops - 1);
    if (!through) return undefined;
    for (const name of through) if (name !== "default") exported.add(name);
  }
  return exported;
}

const known = new WeakMap<FileFacts, { exports: Exports | undefined }>();

/** Computed once for each text of a file. */
function exportsOfFile(facts: FileFacts, { parsers }: OpenDocument): Exports | undefined {
  let found = known.get(facts);
  if (!found) {
    const languageId = languageOfPath(facts.path) ?? "";
    const tree = parsers.for(languageId)?.parse(facts.text, undefined, PARSE_BUDGET_MS);
    found = { exports: tree && exportsOf(facts.text, tree, languageId) };
    tree?.dispose();
    known.set(facts, found);
  }
  return found.exports;
}
