// What a file imports: module specifiers and the names taken from them. Told by the language's query file; reads the top of the tree only.
// Must not resolve modules: that needs a workspace.

import type { LanguageSyntax } from "./languages.ts";
import type { SyntaxTree } from "./syntax.ts";

export interface Import {
  module: string; // as written: "./a", "..pkg.mod"
  names: string[]; // as the other file calls them; "default" for a default import
  everything: boolean; // a namespace, a star, or a module as a whole
  locals: string[]; // as this file calls what it imports
  exported: string[]; // as it calls what it only hands on (`export { a as b } from "./c"`), for each of `names`
  endIndex: number; // of the statement
}

/** An import stands in the file itself, in an error, or in an `if` or `try` of the top level. */
const MAX_DEPTH = 3;

/** A part of a statement. Of those that begin together, the statement itself comes first. */
interface Part {
  name: string;
  startIndex: number;
  endIndex: number;
}

/** How much of a text may hold imports, in UTF-16 units from its start. */
const MOST_UNITS = 100_000;

/** By tree: each request asks several times. A tree that was edited since belongs to another text. */
const known = new WeakMap<SyntaxTree, { text: string; imports: Import[] }>();

/** The imports of a file, re-exports included, in the order of the file. */
export function importsOf(text: string, tree: SyntaxTree, _language: LanguageSyntax): Import[] {
  const before = known.get(tree);
  if (before?.text === text) return before.imports;
  const imports = importsIn(text, tree);
  known.set(tree, { text, imports });
  return imports;
}

function importsIn(text: string, tree: SyntaxTree): Import[] {
  const parts = new Map<string, Part>(); // several matches tell of one statement: each of its parts counts once
  for (const { captures } of tree.matches("imports", {
    maxStartDepth: MAX_DEPTH,
    startIndex: 0,
    endIndex: MOST_UNITS,
  })) {
    for (const { name, node } of captures) {
      const { startIndex, endIndex } = node;
      parts.set(`${name} ${startIndex}`, { name, startIndex, endIndex });
    }
  }
  const imports: Import[] = [];
  const inOrder = [...parts.values()].sort((a, b) => a.startIndex - b.startIndex || a.name.length - b.name.length);
  for (const { name, startIndex, endIndex } of inOrder) {
    if (name === "import") {
      imports.push({ module: "", names: [], everything: false, locals: [], exported: [], endIndex });
      continue;
    }
    const found = imports.at(-1);
    if (!found || found.endIndex < endIndex) continue; // of a statement that imports nothing
    if (!add(found, name, unquote(text.slice(startIndex, endIndex)))) imports.pop();
  }
  return imports.filter(({ module }) => module !== "");
}

/** @returns whether the statement is an import at all */
function add(found: Import, part: string, word: string): boolean {
  if (part === "import.require") return word === "require";
  if (part === "import.module") found.module = word.replace(/\s/g, "");
  else if (part === "import.everything") found.everything = true;
  else if (part === "import.reexported") {
    found.names.push(word);
    found.exported.push(word);
  } else if (part === "import.as") found.exported.splice(-1, 1, word);
  else if (part === "import.local") found.locals.push(word);
  else if (part === "import.last") found.locals.push(lastPart(word));
  else if (part === "import.default") {
    found.names.push("default");
    found.locals.push(word);
  } else if (part === "import.name") {
    found.names.push(word);
    found.locals.push(word);
  } else if (part === "import.alias") found.locals.splice(-1, 1, word);
  return true;
}

/** "yaml" of "gopkg.in/yaml.v3" and of "example.com/yaml/v3": a version is no name. */
const lastPart = (module: string) => /(?<![\w-])([\w-]+)(?:[./]v\d+)?\/?$/.exec(module)?.[1] ?? module;

const unquote = (literal: string) => literal.replace(/^[<"'`]|[>"'`]$/g, "");
