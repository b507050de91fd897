// The definitions of the names near the cursor, as the editor's own providers (a language server) give them. Names without an answer yet are
// asked for in the background, for the next keystroke.

import { NO_EDITOR_VERSION } from "../../workspace/documents.ts";
import type { SymbolPosition } from "../sources/sources.ts";
import { linesPiece, outlinePiece } from "./pieces.ts";
import type { Candidate, RetrievalDeps, RetrievalPlace, Retriever } from "./retriever.ts";
import { WORD } from "./words.ts";

const MAX_NAMES = 12;

/** The least nearness of a name that is asked for. */
const LEAST_NEAR = 0.4;

const MAX_LINES = 40;

export const editorDefinitionsRetriever: Retriever = {
  kind: "definition",
  async retrieve(place, deps, signal) {
    const { definitions } = deps.sources;
    if (!definitions) return [];
    const { uri, version } = place.document;
    const pieces: Candidate[] = [];
    const unknown: SymbolPosition[] = [];
    for (const symbol of namesNear(place)) {
      const known = definitions.known(uri, symbol.name);
      if (known === undefined) unknown.push(symbol);
      else if ("reason" in known) deps.drop({ kind: "definition", path: symbol.name, reason: known.reason });
      else {
        for (const found of known.places) {
          if (signal.aborted) return pieces;
          const piece = await pieceAt(found, symbol.name, place, deps);
          if (piece) pieces.push(piece);
        }
      }
    }
    if (unknown.length > 0 && version !== NO_EDITOR_VERSION) definitions.ask(uri, version, unknown);
    return pieces;
  },
};

/** The nearest names, each at its last occurrence before the cursor. */
function namesNear({ document, text, offset, near, language }: RetrievalPlace): SymbolPosition[] {
  const wanted = [...near]
    .filter(([name, weight]) => weight >= LEAST_NEAR && name.length > 1 && !(language && KEYWORDS.has(name)))
    .sort((a, b) => b[1] - a[1])
    .slice(0, MAX_NAMES);
  const last = new Map<string, number>();
  const from = Math.max(0, offset - LOOK_BACK_UNITS);
  for (const match of text.slice(from, offset).matchAll(WORD)) last.set(match[0], from + match.index);
  return wanted.flatMap(([name]) => {
    const at = last.get(name);
    return at === undefined || at + name.length === offset ? [] : [{ name, ...document.text.positionAt(at) }];
  });
}

const LOOK_BACK_UNITS = 4_000;

const KEYWORDS: ReadonlySet<string> = new Set(
  "as async await break case catch class const continue def default do else enum export extends false finally fn for from func function if impl import in interface is let match mod mut new nil none not null of or package private pub public return self static struct super switch this throw true try type typeof undefined use var void while with yield".split(
    " ",
  ),
);

async function pieceAt(
  { path, startLine, endLine }: { path: string; startLine: number; endLine: number },
  name: string,
  place: RetrievalPlace,
  deps: RetrievalDeps,
): Promise<Candidate | undefined> {
  const near = place.near.get(name)!;
  if (path === place.path && startLine >= place.visible.startLine && startLine < place.visible.endLine)
    return undefined;
  const facts = await (path === place.path ? deps.own : deps.facts(path));
  if (!facts) return undefined;
  const declaration = facts.declarations.find((one) => one.startLine <= startLine && startLine < one.endLine);
  if (declaration) return outlinePiece("definition", facts, declaration, { importNear: near });
  const end = facts.endOfText(startLine, Math.min(Math.max(endLine, startLine + 1), startLine + MAX_LINES));
  if (end === startLine) return undefined;
  return linesPiece("definition", facts, { startLine, endLine: end }, { importNear: near });
}
