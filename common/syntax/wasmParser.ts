// tree-sitter's WebAssembly build, for platforms where the native one does not load. Same answers, slower (a test holds them equal).
// Must not be imported for anything but `loadWasmParsers`.

import { createRequire } from "node:module";
import type { LanguageSyntax } from "./languages.ts";
import { Queries } from "./querySource.ts";
import {
  type Edit,
  isHopeless,
  MAX_PATH_DEPTH,
  type QueryMatch,
  type QueryName,
  QueryPatience,
  type QueryRange,
  type SyntaxNode,
  type SyntaxParser,
  type SyntaxTree,
} from "./syntax.ts";

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

interface QueryOptions {
  startIndex?: number;
  endIndex?: number;
  maxStartDepth: number;
  timeoutMicros: number;
}

interface WasmQuery {
  matches(node: SyntaxNode, options: QueryOptions): QueryMatch[];
}

interface WasmParser {
  setLanguage(grammar: unknown): void;
  parse(
    input: string | ((index: number) => string),
    previous: WasmTree | null,
    options?: { progressCallback: () => boolean },
  ): WasmTree | null;
  reset(): void;
  delete(): void;
}

interface WasmModule {
  Parser: (new () => WasmParser) & { init(options?: object): Promise<void> };
  Language: { load(file: string): Promise<unknown> };
  Query: new (grammar: unknown, source: string) => WasmQuery;
}

class WasmSyntaxTree implements SyntaxTree {
  readonly wasm: WasmTree;
  readonly #patience: QueryPatience;
  readonly #queries: Queries<WasmQuery>;
  constructor(wasm: WasmTree, queries: Queries<WasmQuery>, budgetMs: number | undefined) {
    this.#patience = new QueryPatience(budgetMs);
    this.wasm = wasm;
    this.#queries = queries;
  }
  get rootNode(): SyntaxNode {
    return this.wasm.rootNode;
  }
  /** This build (0.3.1) takes a range in bytes of UTF-16. */
  matches(
    query: QueryName,
    { startIndex, endIndex, maxStartDepth = MAX_PATH_DEPTH }: QueryRange = {},
  ): readonly QueryMatch[] {
    const options = {
      ...(startIndex !== undefined && { startIndex: startIndex * 2 }),
      ...(endIndex !== undefined && { endIndex: endIndex * 2 }),
      maxStartDepth,
      timeoutMicros: this.#patience.timeoutMicros,
    };
    const { rootNode } = this.wasm;
    const compiled = this.#queries.get(query);
    if (!compiled || isHopeless(rootNode)) return [];
    return this.#patience.ask(rootNode, () => compiled.matches(rootNode, options));
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

function syntaxParser(newParser: () => WasmParser, queries: Queries<WasmQuery>): SyntaxParser {
  const shared = newParser();
  const parse = (wasm: WasmParser, text: string, previous: SyntaxTree | undefined, budgetMs: number | undefined) => {
    const endMs = budgetMs === undefined ? 0 : performance.now() + budgetMs;
    const tree = wasm.parse(
      text,
      (previous as WasmSyntaxTree | undefined)?.wasm ?? null,
      budgetMs === undefined ? undefined : { progressCallback: () => performance.now() > endMs },
    );
    return tree ? new WasmSyntaxTree(tree, queries, budgetMs) : undefined;
  };
  return {
    prepare: (query) => void queries.get(query),
    parse(text, previous, budgetMs) {
      const tree = parse(shared, text, previous, budgetMs);
      if (!tree) shared.reset(); // else the next parse would go on with this text
      return tree;
    },
    inSlices(text, previous) {
      const own = newParser();
      const dispose = () => {
        previous?.dispose();
        own.delete();
      };
      return { run: (budgetMs) => parse(own, text, previous, budgetMs), dispose };
    },
  };
}

/**
 * A parser for each of `languages`, all loaded now: this build loads a grammar only asynchronously.
 * @returns a function that throws where the grammar did not load
 * @throws Error where WebAssembly or its files do not load
 */
export async function loadWasmParsers(
  languages: readonly LanguageSyntax[],
): Promise<(language: LanguageSyntax) => SyntaxParser> {
  const require = createRequire(import.meta.url);
  const { Parser, Language, Query } = require("@vscode/tree-sitter-wasm") as WasmModule;
  await Parser.init();
  const loaded = new Map<string, { grammar: unknown } | { error: unknown }>();
  for (const file of new Set(languages.map(({ grammar }) => grammar.wasm))) {
    try {
      loaded.set(file, { grammar: await Language.load(require.resolve(file)) });
    } catch (error) {
      loaded.set(file, { error });
    }
  }
  return ({ grammar: { wasm: file }, queries }) => {
    const found = loaded.get(file) ?? { error: new Error(`${file} was not loaded`) };
    if ("error" in found) throw found.error;
    const newParser = () => {
      const wasm = new Parser();
      wasm.setLanguage(found.grammar);
      return wasm;
    };
    return syntaxParser(newParser, new Queries(queries, (source) => new Query(found.grammar, source)));
  };
}
