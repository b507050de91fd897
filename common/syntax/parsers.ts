// Finds the tree-sitter build that loads on this machine: native first, WebAssembly where that does not load.
// Must not parse anything itself.

import { knownLanguages, type LanguageSyntax, languageSyntax } from "./languages.ts";
import { loadNativeParsers, type NativeParsers } from "./nativeParser.ts";
import type { SyntaxParser } from "./syntax.ts";
import { loadWasmParsers } from "./wasmParser.ts";

export interface Parsers {
  readonly kind: "native" | "wasm" | "none"; // native: at most some grammars are WebAssembly, which `reason` names
  /** Why it is this build, one sentence for the log and the doctor. */
  readonly reason: string;
  /** undefined where the language has no grammar, or nothing loads (`problem` says which). */
  for(languageId: string): SyntaxParser | undefined;
  /** Why a language goes without trees, for the inspector and the log; undefined where it has a parser. */
  problem?(languageId: string): string | undefined;
}

/** The oldest major version of Node for the native build. tree-sitter's prebuilt binary crashes Node 20 at `require`, and a crash cannot be caught. */
const FIRST_SAFE_NODE = 22;

/**
 * Never throws: without any build that loads, `kind` is "none" and every language goes without trees.
 * @param wanted what to try; the environment variable SOTTO_SYNTAX ("wasm") by default
 */
export async function createParsers(
  wanted = process.env.SOTTO_SYNTAX,
  loadNative: () => NativeParsers = loadNativeParsers,
): Promise<Parsers> {
  const languages = [...new Set(knownLanguages().map(([, language]) => language))];
  let reason = "SOTTO_SYNTAX asks for it.";
  if (wanted !== "wasm") {
    try {
      const major = Number(process.versions.node.split(".")[0]);
      if (major < FIRST_SAFE_NODE) throw new Error(`Node ${process.versions.node} is too old for it`);
      return await nativeParsers(loadNative(), languages);
    } catch (error) {
      reason = `The native build does not load: ${firstLine(error)}.`;
    }
  }
  try {
    return { kind: "wasm", reason, ...byLanguage(await loadWasmParsers(languages)) };
  } catch (error) {
    reason = `${reason} WebAssembly neither: ${firstLine(error)}.`;
    return { kind: "none", reason, for: () => undefined, problem: () => reason };
  }
}

/** The native build, and WebAssembly for grammars of which it has no library that loads here. */
async function nativeParsers(native: NativeParsers, languages: readonly LanguageSyntax[]): Promise<Parsers> {
  const others = new Set(languages.filter((language) => !native.loads(language)));
  if (others.size === 0)
    return { kind: "native", reason: "The native build loads.", ...byLanguage((language) => native.parser(language)) };
  const wasm = await loadWasmParsers([...others]).catch(() => undefined); // then whoever asks is told of the native one
  const names = [...new Set([...others].map(({ grammar }) => grammar.package))].join(", ");
  return {
    kind: "native",
    reason: `The native build loads, but not its ${names}: there WebAssembly takes over.`,
    ...byLanguage((language) => (wasm && others.has(language) ? wasm(language) : native.parser(language))),
  };
}

/** Each language's parser, loaded when it is first asked for. A grammar that does not load takes only its own languages away. */
export function byLanguage(
  load: (language: LanguageSyntax) => SyntaxParser,
): Required<Pick<Parsers, "for" | "problem">> {
  const loaded = new Map<LanguageSyntax, { parser: SyntaxParser } | { problem: string }>();
  const find = (languageId: string) => {
    const language = languageSyntax(languageId);
    if (!language) return { problem: `no grammar for ${languageId}` };
    let found = loaded.get(language);
    if (!found) {
      try {
        found = { parser: load(language) };
      } catch (error) {
        found = { problem: `the grammar for ${languageId} does not load: ${firstLine(error)}` };
      }
      loaded.set(language, found);
    }
    return found;
  };
  return {
    for: (languageId) => {
      const found = find(languageId);
      return "parser" in found ? found.parser : undefined;
    },
    problem: (languageId) => {
      const found = find(languageId);
      return "problem" in found ? found.problem : undefined;
    },
  };
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split("\n")[0]!;
}
