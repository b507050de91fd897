// tree-sitter's WebAssembly build, for platforms where the native one does not load. Same answers, slower (a test holds them equal).
// Must not be imported for anything but `loadWasmParsers`.

import { createRequire } from "node:module";
import path from "node:path";
import { knownLanguages } from "./languages.ts";
import { type Edit, MAX_PATH_DEPTH, type SyntaxNode, type SyntaxParser, type SyntaxTree } from "./syntax.ts";

interface WasmCursor {
  readonly currentNode: SyntaxNode;
  readonly startIndex: number;
  readonly endIndex: number;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  delete(): void;
}

interface WasmTree {
  readonly rootNode: SyntaxNode;
  walk(): WasmCursor;
  edit(edit: Edit): void;
  delete(): void;
}

interface WasmParser {
  setLanguage(grammar: unknown): void;
  parse(
    input: string | ((index: number) => string),
    previous: WasmTree | null,
    options?: { progressCallback: () => boolean },
  ): WasmTree | null;
  reset(): void;
}

interface WasmModule {
  Parser: (new () => WasmParser) & { init(options?: object): Promise<void> };
  Language: { load(file: string): Promise<unknown> };
}

class WasmSyntaxTree implements SyntaxTree {
  readonly wasm: WasmTree;
  constructor(wasm: WasmTree) {
    this.wasm = wasm;
  }
  get rootNode(): SyntaxNode {
    return this.wasm.rootNode;
  }
  edit(edit: Edit): void {
    this.wasm.edit(edit);
  }
  /** Sibling by sibling: this build's gotoFirstChildForIndex gives wrong answers (0.3.1: 1,993 of 2,000). */
  pathTo(offset: number): SyntaxNode[] {
    const cursor = this.wasm.walk();
    const path = [cursor.currentNode];
    while (path.length < MAX_PATH_DEPTH && cursor.gotoFirstChild()) {
      let found = cursor.endIndex > offset;
      while (!found && cursor.gotoNextSibling()) found = cursor.endIndex > offset;
      if (!found || cursor.startIndex > offset) break;
      path.push(cursor.currentNode);
    }
    cursor.delete();
    return path;
  }
  dispose(): void {
    this.wasm.delete();
  }
}

function syntaxParser(wasm: WasmParser): SyntaxParser {
  return {
    parse(text, previous, budgetMs) {
      const endMs = budgetMs === undefined ? 0 : performance.now() + budgetMs;
      const tree = wasm.parse(
        text,
        (previous as WasmSyntaxTree | undefined)?.wasm ?? null,
        budgetMs === undefined ? undefined : { progressCallback: () => performance.now() > endMs },
      );
      if (tree) return new WasmSyntaxTree(tree);
      wasm.reset(); // else the next parse would go on with this text
      return undefined;
    },
  };
}

/**
 * Parsers by language id, all grammars loaded.
 * @throws Error where WebAssembly or its files do not load
 */
export async function loadWasmParsers(): Promise<(languageId: string) => SyntaxParser | undefined> {
  const require = createRequire(import.meta.url);
  const file = require.resolve("@vscode/tree-sitter-wasm");
  const { Parser, Language } = require(file) as WasmModule;
  await Parser.init();
  const byFile = new Map<string, SyntaxParser>();
  const parsers = new Map<string, SyntaxParser>();
  for (const [languageId, language] of knownLanguages()) {
    const name = language.grammar.wasm;
    let parser = byFile.get(name);
    if (!parser) {
      const wasm = new Parser();
      wasm.setLanguage(await Language.load(path.join(path.dirname(file), name)));
      parser = syntaxParser(wasm);
      byFile.set(name, parser);
    }
    parsers.set(languageId, parser);
  }
  return (languageId) => parsers.get(languageId);
}
