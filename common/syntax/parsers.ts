// Finds the tree-sitter build that loads on this machine: native first, WebAssembly where that does not load.
// Must not parse anything itself.

import type { SyntaxParser } from "./syntax.ts";

export interface Parsers {
  readonly kind: "native" | "wasm" | "none";
  /** Why it is this build, one sentence for the log and the doctor. */
  readonly reason: string;
  /** undefined where the language has no grammar, or nothing loads. */
  for(languageId: string): SyntaxParser | undefined;
}

/** Never throws: without any build that loads, `kind` is "none" and every language goes without trees. */
export async function createParsers(): Promise<Parsers> {
  return { kind: "none", reason: "not written yet", for: () => undefined };
}
