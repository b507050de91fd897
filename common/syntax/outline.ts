// The declarations of a file's top level as an outline: signatures whole, bodies of functions left out. Told by the language's query file.
// What a file re-exports is told by `importsOf`.

import { findDefinitions, nested } from "./definitions.ts";
import type { LanguageSyntax } from "./languages.ts";
import type { SyntaxTree } from "./syntax.ts";

export interface Declaration {
  name: string; // "default" for a default export without a name of its own
  isDefault: boolean;
  text: string;
  startIndex: number; // of the whole declaration in the file
  endIndex: number;
}

/** A body shorter than this stays: it says as much as the signature. */
const SMALL_BODY_UNITS = 60;

export function outlineOf(text: string, tree: SyntaxTree, language: LanguageSyntax): Declaration[] {
  const elided = tree
    .matches("outline")
    .flatMap(({ captures }) => captures.map(({ node }) => [node.startIndex, node.endIndex] as const))
    .filter(([start, end]) => end - start > SMALL_BODY_UNITS)
    .sort(([a], [b]) => a - b);
  const shown = language.indented ? "..." : "{ … }";
  let from = 0; // of the bodies not passed yet
  return nested(findDefinitions(text, tree, "definitions"))
    .filter(({ depth, kind, container }) => depth === 0 && (kind !== "field" || container === ""))
    .map(({ found }) => {
      while (from < elided.length && elided[from]![0] < found.startIndex) from++;
      let outlined = "";
      let at = found.startIndex;
      for (let i = from; i < elided.length && elided[i]![0] < found.endIndex; i++) {
        const [start, end] = elided[i]!;
        if (start < at) continue; // in a body that is left out already
        outlined += text.slice(at, start) + shown;
        at = end;
      }
      return {
        name: found.name,
        isDefault: found.isDefault,
        text: outlined + text.slice(at, found.endIndex),
        startIndex: found.startIndex,
        endIndex: found.endIndex,
      };
    });
}
