// Finds the tree-sitter build that loads on this machine: native first, WebAssembly where that does not load.
// Must not parse anything itself.

import { loadNativeParsers } from "./nativeParser.ts";
import type { SyntaxParser } from "./syntax.ts";
import { loadWasmParsers } from "./wasmParser.ts";

export interface Parsers {
  readonly kind: "native" | "wasm" | "none";
  /** Why it is this build, one sentence for the log and the doctor. */
  readonly reason: string;
  /** undefined where the language has no grammar, or nothing loads. */
  for(languageId: string): SyntaxParser | undefined;
}

/** tree-sitter's prebuilt binary takes down Node 20 at `require`; a crash cannot be caught. */
const FIRST_SAFE_NODE = 22;

/**
 * Never throws: without any build that loads, `kind` is "none" and every language goes without trees.
 * @param wanted what to try; the environment variable SOTTO_SYNTAX ("wasm") by default
 */
export async function createParsers(wanted = process.env.SOTTO_SYNTAX): Promise<Parsers> {
  let reason = "SOTTO_SYNTAX asks for it.";
  if (wanted !== "wasm") {
    try {
      const major = Number(process.versions.node.split(".")[0]);
      if (major < FIRST_SAFE_NODE) throw new Error(`Node ${process.versions.node} is too old for it`);
      return { kind: "native", reason: "The native build loads.", for: loadNativeParsers() };
    } catch (error) {
      reason = `The native build does not load: ${firstLine(error)}.`;
    }
  }
  try {
    return { kind: "wasm", reason, for: await loadWasmParsers() };
  } catch (error) {
    return { kind: "none", reason: `${reason} WebAssembly neither: ${firstLine(error)}.`, for: () => undefined };
  }
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0]!;
}
