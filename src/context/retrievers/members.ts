// The type of what stands before the dot: `stream.graph.│` brings the class of `graph`. Types are told by what is written down (annotations,
// `new`, return types), not inferred; where nothing is written there is no piece.

import type { FileFacts, OutlinedDeclaration } from "../fileFacts.ts";
import { findDeclaration, pieceOf } from "./declarations.ts";
import type { Candidate, RetrievalDeps, RetrievalPlace, Retriever } from "./retriever.ts";

/** Classes that a class extends are followed so far. */
const MAX_BASES = 2;

/** A chain is followed so far: `a.b.c.d.│`. */
const MAX_CHAIN = 4;

export const membersRetriever: Retriever = {
  kind: "member",
  async retrieve(place, deps) {
    const { receiver } = place;
    if (!receiver) return [];
    const { chain, className } = receiver;
    if (chain.length > MAX_CHAIN) return [];
    let type = chain[0] === "this" || chain[0] === "self" ? className : typeOfVariable(chain[0]!, before(place));
    type ??= await returnTypeOf(chain[0]!, place, deps);
    let found =
      type === undefined ? await staticOwner(chain[0]!, place, deps) : await findDeclaration(type, place, deps);
    for (const field of chain.slice(1)) {
      const fieldType = found && typeOfMember(field, textOf(found));
      found = fieldType === undefined ? undefined : await findDeclaration(fieldType, place, deps);
    }
    const pieces: Candidate[] = [];
    for (let bases = 0; found && bases <= MAX_BASES; bases++) {
      pieces.push(pieceOf("member", found.facts, found.declaration, { receiver: bases === 0 ? 1 : 0.6 }));
      const base = /\bextends\s+([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(found.declaration.text.slice(0, 500))?.[1];
      found = base === undefined ? undefined : await findDeclaration(base, place, deps);
    }
    return pieces.filter(
      ({ path, startLine, endLine }) => path !== place.path || !isVisible(place, startLine, endLine),
    );
  },
};

const before = ({ text, offset }: RetrievalPlace) => text.slice(Math.max(0, offset - LOOK_BACK_UNITS), offset);
const LOOK_BACK_UNITS = 20_000;

const isVisible = ({ visible }: RetrievalPlace, startLine: number, endLine: number) =>
  startLine >= visible.startLine && endLine <= visible.endLine;

/** A class with fields that its constructor assigns is read whole: an outline leaves bodies out. */
const textOf = ({ facts, declaration }: { facts: FileFacts; declaration: OutlinedDeclaration }) =>
  facts.text.slice(declaration.startIndex, declaration.endIndex);

const TYPE = String.raw`(?:readonly\s+)?(?:Promise<|Readonly<|Partial<|Required<|\*|&|&mut\s+|const\s+)?([\p{L}_$][\p{L}\p{N}_$]*)`;

/** The last annotation before the cursor: `name: T`, `name = new T(`, `name = T(`, `T name`. */
function typeOfVariable(name: string, text: string): string | undefined {
  return lastMatch(text, [
    String.raw`\b${escaped(name)}[?!]?\s*:\s*${TYPE}`,
    String.raw`\b${escaped(name)}\s*(?::[^=\n]*)?=\s*(?:await\s+)?(?:new\s+|&)?(\p{Lu}[\p{L}\p{N}_$]*)\s*[({<]`,
    String.raw`\b(\p{Lu}[\p{L}\p{N}_]*)(?:<[^>\n]*>)?[\s*&]+${escaped(name)}\b`,
  ]);
}

/** `name = f(…)`, where f says what it returns. */
async function returnTypeOf(name: string, place: RetrievalPlace, deps: RetrievalDeps): Promise<string | undefined> {
  const called = lastMatch(before(place), [
    String.raw`\b${escaped(name)}\s*=\s*(?:await\s+)?([\p{L}_$][\p{L}\p{N}_$]*)\s*[(<]`,
  ]);
  const found = called === undefined ? undefined : await findDeclaration(called, place, deps);
  return found && new RegExp(String.raw`\)\s*(?::|->)\s*${TYPE}`, "u").exec(found.declaration.text)?.[1];
}

/** `Name.│`: a class, an enum or an object with that name. */
const staticOwner = (name: string, place: RetrievalPlace, deps: RetrievalDeps) => findDeclaration(name, place, deps);

/** The type of a field or of what a method or getter returns, as a class or interface writes it down. */
function typeOfMember(name: string, text: string): string | undefined {
  return lastMatch(text, [
    String.raw`(?:^|[^.\p{L}\p{N}_$])${escaped(name)}(?:\s*\([^)\n]*\))?[?!]?\s*(?::|->)\s*${TYPE}`,
    String.raw`\b${escaped(name)}\s*=\s*new\s+(\p{Lu}[\p{L}\p{N}_$]*)`,
    String.raw`\b(\p{Lu}[\p{L}\p{N}_]*)(?:<[^>\n]*>)?[\s*&]+${escaped(name)}\b`,
  ]);
}

/** What the first of the patterns that matches at all has found last. */
function lastMatch(text: string, patterns: readonly string[]): string | undefined {
  for (const pattern of patterns) {
    const found = [...text.matchAll(new RegExp(pattern, "gu"))].at(-1)?.[1];
    if (found !== undefined) return found;
  }
  return undefined;
}

const escaped = (name: string) => name.replace(/[$]/g, "\\$&");
