// The declarations of imported files as pieces: the imported names, names near the cursor, and the types that these declarations mention.

import type { FileFacts, OutlinedDeclaration } from "../../workspace/fileFacts.ts";
import { importedFeature } from "./importedFiles.ts";
import { outlinePiece } from "./pieces.ts";
import type { Candidate, Features, ImportedFile, RetrievalDeps, RetrievalPlace, Retriever } from "./retriever.ts";
import { typeNames, weightOf } from "./words.ts";

/** The least nearness of a declaration whose mentioned types become pieces too. */
const LEAST_NEAR_TO_REFER = 0.5;

export const declarationsRetriever: Retriever = {
  kind: "import",
  async retrieve(place, deps) {
    const files = await deps.imported();
    const found = files.flatMap((file) => file.facts.declarations.map((one) => declared(one, file, place)));
    addReferenced(found);
    return found.filter(({ features }) => Object.keys(features).some((name) => name !== "imported"));
  },
};

interface Declared extends Candidate {
  declares: string;
}

/** @param file the file of the declaration, with the names that the document imports from it */
function declared(one: OutlinedDeclaration, file: ImportedFile, place: RetrievalPlace): Declared {
  const { facts, hops, names, everything } = file;
  const features: Features = { imported: importedFeature(hops) };
  const local = names.get(one.name) ?? (one.isDefault ? names.get("default") : undefined);
  if (local !== undefined) {
    const near = weightOf([local], place.near);
    if (near > 0) features.importNear = near;
    else features.importUnused = 1;
  } else {
    const near = weightOf([one.name], place.near);
    if (near > 0) features[everything ? "importNear" : "near"] = near;
    if (isReceiverOf(file, place)) features.receiver = 1;
  }
  return { ...outlinePiece("import", facts, one, features), declares: one.name };
}

/** Whether the cursor stands after `namespace.`: every declaration of the module is a member of it. */
function isReceiverOf({ namespaces }: ImportedFile, { receiver }: RetrievalPlace): boolean {
  return receiver !== undefined && receiver.chain.length === 1 && namespaces.has(receiver.chain[0]!);
}

/** Adds the types that near declarations mention, where the same files declare them. */
function addReferenced(found: readonly Declared[]): void {
  const near = found.filter(({ features }) => (features.importNear ?? features.receiver ?? 0) >= LEAST_NEAR_TO_REFER);
  const referenced = new Map<string, number>(); // by name
  for (const { text, features } of near) {
    const weight = features.importNear ?? features.receiver ?? 0;
    for (const name of typeNames(text)) referenced.set(name, Math.max(weight, referenced.get(name) ?? 0));
  }
  for (const { declares, features } of found) {
    const weight = referenced.get(declares);
    if (weight !== undefined && features.importNear === undefined) features.referenced = weight;
  }
}

export interface Found {
  facts: FileFacts;
  declaration: OutlinedDeclaration;
}

/**
 * Finds the declaration of a name: in the file that mentions it (if that is not the document), in the document itself, in the files that it
 * imports, or anywhere in the repository.
 * @param speaker the file that mentions it
 * @returns the declaration and its file; undefined where it is not found
 */
export async function findDeclaration(
  name: string,
  place: RetrievalPlace,
  deps: RetrievalDeps,
  speaker?: FileFacts,
): Promise<Found | undefined> {
  const named = (facts: FileFacts | undefined, wanted = name) => {
    const declaration = facts?.declarations.find(
      (one) => one.name === wanted || (wanted === "default" && one.isDefault),
    );
    return facts && declaration && { facts, declaration };
  };
  const near = named(speaker);
  if (near) return near;
  const files = await deps.imported();
  for (const { facts, names } of files) {
    for (const [theirs, local] of names) {
      const found = local === name ? named(facts, theirs) : undefined;
      if (found) return found;
    }
  }
  const own = named(await deps.own);
  if (own) return own;
  for (const { facts } of files) {
    const found = named(facts);
    if (found) return found;
  }
  const [hit] = (deps.sources.index?.definitions(name, 2) ?? []).filter(({ path }) => path !== place.path);
  return hit && named(await deps.facts(hit.path));
}
