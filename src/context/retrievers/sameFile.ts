// Pieces of the document itself, outside of the part that every prompt holds: the headers of the definitions around the cursor, and the
// declarations of names near it.

import { enclosingScopes } from "../../../common/syntax/scopes.ts";
import type { FileFacts } from "../../workspace/fileFacts.ts";
import type { Candidate, RetrievalPlace, Retriever } from "./retriever.ts";

/** The most lines of a header; the first lines of a longer one say what it is. */
const MAX_HEADER_LINES = 8;

export const sameFileRetriever: Retriever = {
  kind: "scope",
  async retrieve(place, deps) {
    const own = await deps.own;
    return [...headers(place), ...declarations(place, own)];
  },
};

/** The headers (`class Foo extends Bar {`) of definitions that begin above the visible lines. */
function headers({ document, language, text, offset, path, visible }: RetrievalPlace): Candidate[] {
  const { tree } = document;
  if (!tree || !language) return [];
  return enclosingScopes(text, offset, tree, language).flatMap(({ startIndex, bodyStart }): Candidate[] => {
    const startLine = document.text.positionAt(startIndex).line;
    if (startLine >= visible.startLine || bodyStart === undefined) return [];
    const end = text[bodyStart] === "{" ? bodyStart + 1 : bodyStart;
    const limit = document.text.offsetAt({ line: startLine + MAX_HEADER_LINES, character: 0 });
    const header = text.slice(startIndex, Math.min(end, limit)).trimEnd();
    const endLine = startLine + header.split("\n").length;
    return [{ kind: "scope", path, startLine, endLine, text: header, features: { scope: 1 } }];
  });
}

function declarations({ path, near, visible }: RetrievalPlace, own: FileFacts): Candidate[] {
  return own.declarations.flatMap(({ name, startLine, endLine, text }): Candidate[] => {
    const weight = near.get(name);
    if (weight === undefined || (startLine >= visible.startLine && startLine < visible.endLine)) return [];
    return [{ kind: "scope", path, startLine, endLine, text, features: { scope: 0.5, near: weight } }];
  });
}
