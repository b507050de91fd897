// The declarations of a file's top level as an outline: signatures whole, bodies of functions left out. Told by the language's query file.
// What a file re-exports is told by `importsOf`.

import { atOnce } from "../util/slices.ts";
import { contains, type FoundDefinition, findingDefinitions, nested } from "./definitions.ts";
import type { LanguageSyntax } from "./languages.ts";
import { matchesByPart, type QueriedTree, type SyntaxTree } from "./syntax.ts";

export interface Declaration {
  name: string; // "default" for a default export without a name of its own
  isDefault: boolean;
  text: string;
  startIndex: number; // of the whole declaration in the file
  endIndex: number;
}

/** Maximum length of a function body that an outline keeps. Such a body says as much as the signature. */
const SMALL_BODY_UNITS = 60;

/** What lies in a namespace, where the language's names are looked up without it, is listed one by one. */
export function outlineOf(text: string, tree: SyntaxTree, language: LanguageSyntax): Declaration[] {
  return atOnce(outlining(text, tree, language));
}

/** As `outlineOf`, with a pause after each part of the text. */
export function* outlining(text: string, tree: QueriedTree, language: LanguageSyntax): Generator<void, Declaration[]> {
  const elided: Span[] = [];
  const opened = new Set<number>(); // where they begin
  for (const matches of matchesByPart(tree, "outline")) {
    for (const { name, node } of matches.flatMap(({ captures }) => captures)) {
      const { startIndex, endIndex } = node;
      if (name === "opened") opened.add(startIndex);
      else if (endIndex - startIndex > SMALL_BODY_UNITS) elided.push({ startIndex, endIndex });
    }
    yield;
  }
  elided.sort((a, b) => a.startIndex - b.startIndex);
  const outlined = bodiesLeftOut(text, elided, language.indented ? "..." : "{ … }");
  const declarations: Declaration[] = [];
  let last: FoundDefinition | undefined;
  for (const { found, kind } of nested(yield* findingDefinitions(text, matchesByPart(tree, "definitions")))) {
    if (last && contains(last, found)) continue;
    if (opened.has(found.inner.startIndex) && kind === "namespace") continue;
    last = found;
    const { name, isDefault, startIndex, endIndex } = found;
    declarations.push({ name, isDefault, text: outlined(found), startIndex, endIndex });
  }
  return declarations;
}

interface Span {
  startIndex: number;
  endIndex: number;
}

/** @returns the text of a span without the bodies in it; spans are asked for in their order */
function bodiesLeftOut(text: string, elided: readonly Span[], shown: string): (span: Span) => string {
  let from = 0; // of the bodies not passed yet
  return ({ startIndex: start, endIndex: end }) => {
    while (from < elided.length && elided[from]!.startIndex < start) from++;
    let outlined = "";
    let at = start;
    for (let i = from; i < elided.length && elided[i]!.startIndex < end; i++) {
      const body = elided[i]!;
      if (body.startIndex < at) continue; // in a body that is left out already
      outlined += text.slice(at, body.startIndex) + shown;
      at = body.endIndex;
    }
    return (outlined + text.slice(at, end)).trimEnd(); // a C macro's node ends with its line break
  };
}
