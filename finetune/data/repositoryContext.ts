// Chooses pieces of other files of a package, as the product's retrievers would put them before a prompt: from imported files first, else from
// files of the same folder. Unlike the product it has no deadlines: the same seed must give the same pieces.

import path from "node:path";
import { importsOf } from "../../common/syntax/imports.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { outlineOf } from "../../common/syntax/outline.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxTree } from "../../common/syntax/syntax.ts";
import type { ContextPiece } from "../../server/host/protocol/messages.ts";
import { ModuleResolver } from "../../src/modules/resolveModule.ts";
import type { FileSet, SourceFile } from "../sourceFile.ts";
import type { SeededRandom } from "./seededRandom.ts";

const MAX_PIECES = 3;
const MIN_PIECE_CHARS = 200;
/** Half of the pieces are outlines, as the import retriever makes them; the others are stretches of lines, as a search would find. */
const OUTLINE_SHARE = 0.5;

/**
 * Up to three pieces for `file`, ordered by path as the product orders them.
 * @param maxChars of all pieces together
 */
export async function repositoryContext(
  file: SourceFile,
  tree: SyntaxTree,
  source: FileSet,
  maxChars: number,
  { parsers, random }: { parsers: Parsers; random: SeededRandom },
): Promise<ContextPiece[]> {
  const byPath = filesByPath(source);
  const workspace = { list: async () => [...byPath.keys()], read: async (name: string) => byPath.get(name)?.text };
  const resolver = new ModuleResolver(workspace);
  const wanted = new Map<string, Set<string>>(); // path -> names imported from there
  const languageId = languageOfPath(file.path)!;
  for (const { module, names } of importsOf(file.text, tree, languageSyntax(languageId)!)) {
    for (const { path: imported } of await resolver.resolve(module, file.path, languageId)) {
      const known = wanted.get(imported) ?? new Set();
      for (const name of names) known.add(name);
      wanted.set(imported, known);
    }
  }
  const kind = wanted.size > 0 ? "import" : "sibling";
  if (wanted.size === 0) for (const sibling of siblings(file, source)) wanted.set(sibling, new Set());

  const pieces: ContextPiece[] = [];
  const chosen = drawSome([...wanted], random.between(1, MAX_PIECES), random);
  const maxPieceChars = Math.max(MIN_PIECE_CHARS, Math.floor(maxChars / chosen.length));
  for (const [name, names] of chosen) {
    const other = byPath.get(name)!;
    const outline =
      kind === "import" && random.chance(OUTLINE_SHARE) ? outlineText(other, names, parsers, maxPieceChars) : "";
    const text = outline || stretch(other.text, names, maxPieceChars, random);
    pieces.push({ kind, path: name, text, score: 0 });
  }
  return pieces.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const indexes = new WeakMap<FileSet, Map<string, SourceFile>>();

function filesByPath(source: FileSet): Map<string, SourceFile> {
  let index = indexes.get(source);
  if (!index) indexes.set(source, (index = new Map(source.files.map((file) => [file.path, file]))));
  return index;
}

function siblings(file: SourceFile, source: FileSet): string[] {
  const folder = path.posix.dirname(file.path);
  return source.files
    .map((other) => other.path)
    .filter((other) => other !== file.path && path.posix.dirname(other) === folder);
}

function drawSome<T>(items: T[], count: number, random: SeededRandom): T[] {
  const rest = [...items];
  return Array.from(
    { length: Math.min(count, rest.length) },
    () => rest.splice(random.between(0, rest.length - 1), 1)[0],
  );
}

/** The declarations of the names, without bodies; "" where there are none. */
function outlineText(file: SourceFile, names: ReadonlySet<string>, parsers: Parsers, maxChars: number): string {
  const languageId = languageOfPath(file.path)!;
  const tree = parsers.for(languageId)?.parse(file.text);
  if (!tree) return "";
  const declared = outlineOf(file.text, tree, languageSyntax(languageId)!).filter(
    ({ name, isDefault }) => names.size === 0 || names.has(name) || (isDefault && names.has("default")),
  );
  tree.dispose();
  return wholeLines([...new Set(declared.map(({ text }) => text))].join("\n"), maxChars);
}

/** Some lines of a file: around the first mention of one of the names, else from anywhere. */
function stretch(text: string, names: ReadonlySet<string>, maxChars: number, random: SeededRandom): string {
  const name = [...names].find((candidate) => candidate !== "default" && text.includes(candidate));
  const place = name === undefined ? random.between(0, text.length - 1) : text.indexOf(name);
  const start = text.lastIndexOf("\n", Math.max(0, place - random.between(0, maxChars >> 1))) + 1;
  return wholeLines(text.slice(start), maxChars);
}

/** The first `maxChars` of `text`, cut at a line. */
function wholeLines(text: string, maxChars: number): string {
  const end = text.length > maxChars ? text.lastIndexOf("\n", maxChars) : text.length;
  return text.slice(0, end > 0 ? end : maxChars).trimEnd();
}
