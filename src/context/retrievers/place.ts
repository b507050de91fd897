// The place of the cursor as retrievers see it: the words around it, the imports, the expression before the dot, and the lines that the prompt
// holds anyway. Made synchronously from the document and its tree. Must not read any other file.

import { type Import, importsOf } from "../../../common/syntax/imports.ts";
import { languageSyntax, lineSyntax } from "../../../common/syntax/languages.ts";
import { lineEndOf, lineStartOf } from "../../../common/syntax/lines.ts";
import { enclosingScopes, namesOf, scopePath, scopePathByIndentation } from "../../../common/syntax/scopes.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import type { Receiver, RetrievalPlace } from "./retriever.ts";
import { queryTerms, WORD } from "./words.ts";

/** How many lines before the cursor's line, and after it, are searched for words. */
const LINES_BEFORE = 30;
const LINES_AFTER = 6;
/** The distance at which a word counts half, in lines. */
const HALF_LIFE_LINES = 8;
/** Factor for words after the cursor, which tell less about what will be written. */
const AFTER_WEIGHT = 0.7;
/** Weight of the header of the definition around the cursor (a function's parameters), however far away it is. */
const HEADER_WEIGHT = 0.6;
const HEADER_UNITS = 400;

/** The most UTF-16 units of a line that are searched: of a longer line only the part at the cursor, or its beginning. */
const MAX_LINE_UNITS = 2_000;
const MAX_RECEIVER_UNITS = 200;

/** How much of the document every prompt holds, before and after the cursor, in UTF-16 units. */
const VISIBLE_UNITS_BEFORE = 2_000;
const VISIBLE_UNITS_AFTER = 500;

const RECEIVER =
  /((?:[\p{L}_$][\p{L}\p{N}_$]*(?:\??\.|->|::))*[\p{L}_$][\p{L}\p{N}_$]*)(?:[?!]?\.|->|::)([\p{L}\p{N}_$]*)$/u;

/** @param nowMs time of the request, by which the age of edits is judged */
export function retrievalPlace(document: OpenDocument, offset: number, nowMs: number): RetrievalPlace {
  const language = languageSyntax(document.languageId);
  const { tree } = document;
  const text = document.text.getText();
  const imports = tree && language ? importsOf(text, tree, language) : [];
  const scopes = tree && language && enclosingScopes(text, offset, tree, language);
  const near = wordsNear(text, offset, imports, scopes?.at(-1)?.inner.startIndex);
  return {
    document,
    path: document.path,
    language,
    text,
    offset,
    line: document.text.positionAt(offset).line,
    near,
    terms: queryTerms(near),
    imports,
    receiver: receiverAt(text, offset, scopes ? namesOf(scopes) : scopesAt(document, offset)),
    visible: {
      startLine: document.text.positionAt(offset - VISIBLE_UNITS_BEFORE).line,
      endLine: document.text.positionAt(offset + VISIBLE_UNITS_AFTER).line + 1,
    },
    nowMs,
  };
}

/** The definitions around an offset, outermost first: ["class Foo", "bar"]. */
export function scopesAt({ tree, text, languageId }: OpenDocument, offset: number): string[] {
  const [language, lines] = [languageSyntax(languageId), lineSyntax(languageId)];
  if (tree && language) return scopePath(text.getText(), offset, tree, language);
  return lines ? scopePathByIndentation(text.getText(), offset, lines) : [];
}

/** Weights of the words around `offset`, 1 for those on its line; import statements are left out. */
function wordsNear(text: string, offset: number, imports: readonly Import[], headerStart: number | undefined) {
  const near = new Map<string, number>();
  const importsEnd = imports.reduce((end, { endIndex }) => (endIndex <= offset ? Math.max(end, endIndex) : end), 0);
  const add = (part: string, weight: number) => {
    for (const [word] of part.matchAll(WORD)) if (weight > (near.get(word) ?? 0)) near.set(word, weight);
  };
  let start = lineStartOf(text, offset);
  add(text.slice(Math.max(start, importsEnd, offset - MAX_LINE_UNITS), offset), 1);
  for (let lines = 1; lines <= LINES_BEFORE && start > importsEnd; lines++) {
    const end = start - 1;
    start = Math.max(lineStartOf(text, end), importsEnd);
    add(text.slice(start, Math.min(end, start + MAX_LINE_UNITS)), 0.5 ** (lines / HALF_LIFE_LINES));
  }
  let end = lineEndOf(text, offset);
  add(text.slice(offset, Math.min(end, offset + MAX_LINE_UNITS)), 1);
  for (let lines = 1; lines <= LINES_AFTER && end < text.length; lines++) {
    const from = end + 1;
    end = lineEndOf(text, from);
    add(text.slice(from, Math.min(end, from + MAX_LINE_UNITS)), AFTER_WEIGHT * 0.5 ** (lines / HALF_LIFE_LINES));
  }
  if (headerStart !== undefined)
    add(text.slice(headerStart, Math.min(headerStart + HEADER_UNITS, offset)), HEADER_WEIGHT);
  return near;
}

function receiverAt(text: string, offset: number, scopes: readonly string[]): Receiver | undefined {
  const line = text.slice(Math.max(lineStartOf(text, offset), offset - MAX_RECEIVER_UNITS), offset);
  const found = RECEIVER.exec(line);
  if (!found) return undefined;
  const className = scopes.findLast((scope) => /^(class|interface|impl|struct) /.test(scope))?.replace(/^\w+ /, "");
  return { chain: found[1]!.split(/\??\.|->|::/), typed: found[2]!, className };
}
