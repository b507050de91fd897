// The type of the expression before the dot: `stream.graph.│` brings the class of `graph`. Types come from what is written down (annotations,
// `new`, return types) and are not inferred; where no type is written there is no piece.

import type { FileFacts } from "../../workspace/fileFacts.ts";
import { type Found, findDeclaration } from "./declarations.ts";
import { outlinePiece } from "./pieces.ts";
import type { Candidate, RetrievalDeps, RetrievalPlace, Retriever } from "./retriever.ts";
import { baseOf, calledFor, returnType, typesOfMember, typesOfVariable } from "./writtenTypes.ts";

/** How many levels of the classes that a class extends are followed. */
const MAX_BASES = 2;

/** How many links of a chain are followed: `a.b.c.d.│`. */
const MAX_CHAIN = 4;

const LOOK_BACK_UNITS = 20_000;

export const membersRetriever: Retriever = {
  kind: "member",
  async retrieve(place, deps) {
    const { receiver } = place;
    if (!receiver) return [];
    const [owner, ...fields] = receiver.chain;
    if (receiver.chain.length > MAX_CHAIN) return [];
    let found = await ownerOf(owner!, place, deps);
    for (const field of fields)
      found = found && (await firstDeclared(typesOfMember(field, textOf(found)), place, deps, found.facts));
    const pieces: Candidate[] = [];
    for (let bases = 0; found && bases <= MAX_BASES; bases++) {
      pieces.push(outlinePiece("member", found.facts, found.declaration, { receiver: bases === 0 ? 1 : 0.6 }));
      const base = baseOf(found.declaration.text);
      found = base === undefined ? undefined : await findDeclaration(base, place, deps, found.facts);
    }
    return pieces.filter(
      ({ path, startLine, endLine }) => path !== place.path || !isVisible(place, startLine, endLine),
    );
  },
};

/** The type that the first name of a chain stands for: a class's own instance, a variable's type, or (`Name.│`) the class itself. */
async function ownerOf(name: string, place: RetrievalPlace, deps: RetrievalDeps): Promise<Found | undefined> {
  if (name === "this" || name === "self") {
    const { className } = place.receiver!;
    return className === undefined ? undefined : findDeclaration(className, place, deps);
  }
  const text = place.text.slice(Math.max(0, place.offset - LOOK_BACK_UNITS), place.offset);
  const types = typesOfVariable(name, text);
  const found = await firstDeclared(types, place, deps);
  if (found) return found;
  const returned = await returnTypeOf(name, text, place, deps);
  if (returned !== undefined) return findDeclaration(returned, place, deps);
  return types.length === 0 ? findDeclaration(name, place, deps) : undefined;
}

async function firstDeclared(
  names: readonly string[],
  place: RetrievalPlace,
  deps: RetrievalDeps,
  speaker?: FileFacts,
): Promise<Found | undefined> {
  for (const name of names) {
    const found = await findDeclaration(name, place, deps, speaker);
    if (found) return found;
  }
  return undefined;
}

const isVisible = ({ visible }: RetrievalPlace, startLine: number, endLine: number) =>
  startLine >= visible.startLine && endLine <= visible.endLine;

/** The whole text of a declaration: fields may be assigned in the constructor's body, which an outline leaves out. */
const textOf = ({ facts, declaration }: Found) => facts.text.slice(declaration.startIndex, declaration.endIndex);

/** The type of `name = f(…)` where f's return type is written. */
async function returnTypeOf(name: string, text: string, place: RetrievalPlace, deps: RetrievalDeps) {
  const called = calledFor(name, text);
  const found = called === undefined ? undefined : await findDeclaration(called, place, deps);
  return found && returnType(found.declaration.text);
}
