// The names that a part of a file uses, with what they are taken from: `open` of `stream.graph`. Told by the language's query file.
// Must not tell where a name is defined.

import type { LanguageSyntax } from "./languages.ts";
import type { SyntaxTree } from "./syntax.ts";

export interface Reference {
  name: string;
  startIndex: number;
  /** What stands before the dot: "this", "stream.graph"; left out where it is longer than a name would be. */
  receiver?: string;
}

const MAX_RECEIVER_UNITS = 100;

/** The names used in [startIndex, endIndex), in order; names that are declared or imported there are none. */
export function referencesIn(
  text: string,
  tree: SyntaxTree,
  _language: LanguageSyntax,
  startIndex: number,
  endIndex: number,
): Reference[] {
  const found = new Map<number, Reference>();
  const declared = new Set<number>();
  for (const { captures } of tree.matches("references", { startIndex, endIndex })) {
    let reference: Reference | undefined;
    let receiver: string | undefined;
    for (const { name, node } of captures) {
      const start = node.startIndex;
      if (name === "declared") declared.add(start);
      else if (name === "reference") reference = { name: text.slice(start, node.endIndex), startIndex: start };
      else if (name === "receiver" && node.endIndex - start <= MAX_RECEIVER_UNITS) {
        receiver = text.slice(start, node.endIndex);
      }
    }
    if (!reference || reference.startIndex < startIndex || reference.startIndex >= endIndex) continue;
    if (receiver !== undefined) found.set(reference.startIndex, { ...reference, receiver });
    else if (!found.has(reference.startIndex)) found.set(reference.startIndex, reference);
  }
  return [...found.values()]
    .filter((reference) => !declared.has(reference.startIndex))
    .sort((a, b) => a.startIndex - b.startIndex);
}
