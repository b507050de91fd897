// Cuts cross-file cases out of a package: a place whose next name only an imported file tells, with the chunk that defines it.
// Pure but for the parser; reads no files and knows no package list.

import path from "node:path";
import { importsOf } from "../../common/syntax/imports.ts";
import { languageOfPath, languageSyntax } from "../../common/syntax/languages.ts";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import type { Parsers } from "../../common/syntax/parsers.ts";
import type { SyntaxNode, SyntaxTree } from "../../common/syntax/syntax.ts";
import type { SeededRandom } from "../../finetune/data/seededRandom.ts";
import { ModuleResolver } from "../../src/modules/resolveModule.ts";
import type { CorpusFile, CorpusSource } from "../training/corpus.ts";
import { isTypeScriptPath } from "../training/fileFilter.ts";

/** A case in the form of the evaluation's cross-file sets. */
export interface CrossfileCase {
  id: string;
  source: string; // package@version
  licence: string;
  language: "typescript" | "javascript";
  kind: "line";
  path: string;
  prefix: string;
  suffix: string;
  expected: string; // the rest of the line; begins with `target`
  target: string;
  in_suffix: boolean; // whether the target also occurs after the line
  imported: boolean; // whether the file's imports name it; else it is a member of something imported
  crossfile: { path: string; role: "gold" | "import" | "sibling"; text: string }[];
}

const GOLD_CHARS = 1400; // half of them before the definition
const IMPORT_CHARS = 1000;
const SIBLING_CHARS = 800;
const MAX_IMPORTS = 3;
const MAX_SIBLINGS = 3;
const MIN_NAME_CHARS = 4;
const MIN_BEFORE_CHARS = 300; // of the file before the cursor
const MAX_EXPECTED_CHARS = 160;

/** Names that the language's own objects have: what uses them need not be what the imported file defines. */
const BUILT_IN = new Set([
  ...[Object, Function, Array, String, Number, Map, Set, Promise, RegExp, Date, Error, Symbol, Uint8Array]
    .flatMap((type) => [type, type.prototype, Math, JSON, Reflect, globalThis])
    .flatMap((owner) => Object.getOwnPropertyNames(owner)),
  ...["value", "writable", "enumerable", "configurable"], // of a property's descriptor
]);

const DEFINITION_TYPE =
  /^(?:(abstract_)?class_declaration|interface_declaration|enum_declaration|type_alias_declaration|(generator_)?function_declaration|function_signature|method_definition|(abstract_)?method_signature|property_signature|public_field_definition|field_definition|variable_declarator|enum_assignment|pair|required_parameter)$/;
const NAME_TYPE = /^(?:identifier|property_identifier|type_identifier|shorthand_property_identifier)$/;
const FUNCTION_BODY = "statement_block";

/** A file with what the cases are made from. */
interface ReadFile extends CorpusFile {
  names: readonly { name: string; index: number }[]; // uses in code, in order, import statements left out
  definitions: ReadonlyMap<string, readonly number[]>; // where each name is defined, local variables left out
  bound: ReadonlySet<string>; // names that the file itself defines or declares, locally too
  imports: readonly { path: string; reexport: boolean }[]; // files of the package, in order, each once
  importsEnd: number; // of the last import statement
}

/** Which cases a package gives: the same seed, the same cases, in the order of the files. */
export async function crossfileCases(
  source: CorpusSource,
  { parsers, random, limit, perFile }: { parsers: Parsers; random: SeededRandom; limit: number; perFile: number },
): Promise<CrossfileCase[]> {
  const files = new Map<string, ReadFile>();
  const byPath = new Map(source.files.map((file) => [file.path, file]));
  for (const file of source.files) {
    const read = await readFile(file, byPath, parsers);
    if (read) files.set(file.path, read);
  }
  const all = [...files.values()].flatMap((file) => {
    const found = placesOf(file, files);
    // Names that the imports tell are many and easy: at most as many as the others.
    const members = drawSome(
      found.filter(({ imported }) => !imported),
      perFile,
      random,
    );
    const imported = drawSome(
      found.filter((place) => place.imported),
      Math.max(1, members.length),
      random,
    );
    return drawSome([...members, ...imported], perFile, random).map((place) => ({ file, ...place }));
  });
  return drawSome(all, limit, random).map((place) => cut(source, place, files));
}

interface CasePlace {
  index: number; // of the use
  target: string;
  imported: boolean;
  gold: ReadFile;
  definition: number; // in the gold file
}

/** First uses of names that are new to the file's text so far and have one definition among the files that it imports. */
function placesOf(file: ReadFile, files: ReadonlyMap<string, ReadFile>): CasePlace[] {
  const seen = new Set<string>();
  const head = file.text.slice(0, file.importsEnd);
  const reachable = reachableFrom(file, files);
  return file.names.flatMap(({ name, index }) => {
    if (seen.has(name)) return [];
    seen.add(name);
    const isOld = occurrence(name).test(file.text.slice(file.importsEnd, index));
    if (isOld || name.length < MIN_NAME_CHARS || BUILT_IN.has(name)) return [];
    if (index < MIN_BEFORE_CHARS || index < file.importsEnd || file.bound.has(name)) return [];
    if (lineEndOf(file.text, index) - index > MAX_EXPECTED_CHARS) return [];
    const found = reachable.flatMap((gold) =>
      (gold.definitions.get(name) ?? []).map((definition) => ({ gold, definition })),
    );
    if (found.length !== 1) return [];
    return [{ index, target: name, imported: occurrence(name).test(head), ...found[0] }];
  });
}

/** What a file imports, and what those re-export. */
function reachableFrom(file: ReadFile, files: ReadonlyMap<string, ReadFile>): ReadFile[] {
  const direct = file.imports.map(({ path: name }) => name);
  const further = direct.flatMap((name) => files.get(name)?.imports.filter(({ reexport }) => reexport) ?? []);
  const paths = new Set([...direct, ...further.map(({ path: name }) => name)]);
  paths.delete(file.path);
  return [...paths].flatMap((name) => files.get(name) ?? []);
}

function cut(
  source: CorpusSource,
  { file, index, target, imported, gold, definition }: CasePlace & { file: ReadFile },
  files: ReadonlyMap<string, ReadFile>,
): CrossfileCase {
  const { name, version, licence } = source.package;
  const lineEnd = lineEndOf(file.text, index);
  const suffix = file.text.slice(lineEnd);
  const others = file.imports.map((entry) => entry.path).filter((other) => other !== gold.path && files.has(other));
  const folder = path.posix.dirname(file.path);
  const siblings = source.files
    .map((other) => other.path)
    .filter((other) => path.posix.dirname(other) === folder && other !== file.path && other !== gold.path)
    .filter((other) => files.has(other) && !others.includes(other));
  const head = (role: "import" | "sibling", chars: number) => (other: string) => ({
    path: other,
    role,
    text: files.get(other)!.text.slice(0, chars),
  });
  return {
    id: `npm/${name}/${file.path}:${index}`,
    source: `${name}@${version}`,
    licence,
    language: isTypeScriptPath(file.path) ? "typescript" : "javascript",
    kind: "line",
    path: file.path,
    prefix: file.text.slice(0, index),
    suffix,
    expected: file.text.slice(index, lineEnd),
    target,
    in_suffix: occurrence(target).test(suffix),
    imported,
    crossfile: [
      { path: gold.path, role: "gold", text: around(gold.text, definition) },
      ...others.slice(0, MAX_IMPORTS).map(head("import", IMPORT_CHARS)),
      ...siblings.slice(0, MAX_SIBLINGS).map(head("sibling", SIBLING_CHARS)),
    ],
  };
}

/** Whole lines around a definition. */
function around(text: string, index: number): string {
  const start = lineStartOf(text, Math.max(0, index - GOLD_CHARS / 2));
  const end = start + GOLD_CHARS;
  return text.slice(start, end < text.length ? Math.max(lineStartOf(text, end), lineEndOf(text, index)) : end);
}

async function readFile(
  file: CorpusFile,
  byPath: ReadonlyMap<string, CorpusFile>,
  parsers: Parsers,
): Promise<ReadFile | undefined> {
  const languageId = languageOfPath(file.path);
  const tree = languageId && parsers.for(languageId)?.parse(file.text);
  if (!tree) return undefined;
  const found = importsOf(file.text, tree, languageSyntax(languageId)!);
  const workspace = { list: async () => [...byPath.keys()], read: async (name: string) => byPath.get(name)?.text };
  const resolver = new ModuleResolver(workspace);
  const imports = new Map<string, { path: string; reexport: boolean }>();
  for (const entry of found) {
    const reexport = entry.locals.length === 0 && (entry.everything || entry.names.length > 0);
    for (const { path: name } of await resolver.resolve(entry.module, file.path, languageId)) {
      imports.set(name, { path: name, reexport: reexport || (imports.get(name)?.reexport ?? false) });
    }
  }
  const read = { ...file, ...namesAndDefinitions(file.text, tree), imports: [...imports.values()] };
  const importsEnd = found.reduce((end, entry) => Math.max(end, entry.locals.length > 0 ? entry.endIndex : 0), 0);
  tree.dispose();
  return { ...read, importsEnd };
}

/** Uses and definitions of names in code; a walk without recursion. */
function namesAndDefinitions(text: string, tree: SyntaxTree): Pick<ReadFile, "names" | "definitions" | "bound"> {
  const names: { name: string; index: number }[] = [];
  const definitions = new Map<string, number[]>();
  const bound = new Set<string>();
  const stack: { node: SyntaxNode; local: boolean }[] = [{ node: tree.rootNode, local: false }];
  while (stack.length > 0) {
    const { node, local } = stack.pop()!;
    if (node.type === "import_statement") continue;
    if (NAME_TYPE.test(node.type))
      names.push({ name: text.slice(node.startIndex, node.endIndex), index: node.startIndex });
    const name = definedName(text, node);
    if (name !== undefined && !local && node.type !== "required_parameter")
      definitions.set(name, [...(definitions.get(name) ?? []), node.startIndex]);
    // A key of an object literal inside a function uses a name as often as it makes one.
    if (name !== undefined && !(local && node.type === "pair")) bound.add(name);
    const children = node.namedChildren;
    for (let i = children.length - 1; i >= 0; i--)
      stack.push({ node: children[i], local: local || node.type === FUNCTION_BODY });
  }
  return { names, definitions, bound };
}

function definedName(text: string, node: SyntaxNode): string | undefined {
  if (!DEFINITION_TYPE.test(node.type)) return undefined;
  const own = ["name", "property", "key", "pattern"].map((field) => node.childForFieldName(field)).find(Boolean);
  return own && NAME_TYPE.test(own.type) ? text.slice(own.startIndex, own.endIndex) : undefined;
}

const occurrence = (name: string) => new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`);

/** `count` of `items`, each as likely, in their own order. */
function drawSome<T>(items: readonly T[], count: number, random: SeededRandom): T[] {
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, items.length)) chosen.add(random.between(0, items.length - 1));
  return items.filter((_, index) => chosen.has(index));
}
