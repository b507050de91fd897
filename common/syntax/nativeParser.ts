// tree-sitter's native build. Required only when asked for: on a platform without it the require throws.
// Must not be imported for anything but `loadNativeParsers`.

import { createRequire } from "node:module";
import path from "node:path";
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

interface NativeCursor {
  readonly currentNode: SyntaxNode;
  gotoFirstChildForIndex(index: number): number | boolean | null; // the child's index, -1 where there is none
}

interface NativeTree {
  readonly rootNode: SyntaxNode;
  walk(): NativeCursor;
  edit(edit: Edit): void;
}

interface QueryOptions {
  startIndex?: number;
  endIndex?: number;
  maxStartDepth: number;
  timeoutMicros: number;
}

interface NativeQuery {
  matches(node: SyntaxNode, options: QueryOptions): QueryMatch[];
}

interface NativeParser {
  setLanguage(grammar: unknown): void;
  parse(
    input: (index: number) => string,
    previous: NativeTree | undefined,
    options: { progressCallback?: () => boolean },
  ): NativeTree | null;
  reset(): void;
}

/** How much text the parser reads at a time; after an edit it reads only the parts that it needs. */
const CHUNK_UNITS = 16_384;

class NativeSyntaxTree implements SyntaxTree {
  readonly native: NativeTree;
  readonly #patience: QueryPatience;
  readonly #queries: Queries<NativeQuery>;
  constructor(native: NativeTree, queries: Queries<NativeQuery>, budgetMs: number | undefined) {
    this.#patience = new QueryPatience(budgetMs);
    this.native = native;
    this.#queries = queries;
  }
  get rootNode(): SyntaxNode {
    return this.native.rootNode;
  }
  /** The binding (0.25.1) takes the end of a range in UTF-16 units, but its start in bytes of UTF-16. */
  matches(
    query: QueryName,
    { startIndex, endIndex, maxStartDepth = MAX_PATH_DEPTH }: QueryRange = {},
  ): readonly QueryMatch[] {
    const options = {
      ...(startIndex !== undefined && { startIndex: startIndex * 2 }),
      ...(endIndex !== undefined && { endIndex }),
      maxStartDepth,
      timeoutMicros: this.#patience.timeoutMicros,
    };
    const compiled = this.#queries.get(query);
    if (!compiled || this.pathTo(startIndex ?? 0).some(isHopeless)) return [];
    return this.#patience.ask(this.rootNode, () => compiled.matches(this.native.rootNode, options));
  }
  edit(edit: Edit): void {
    this.native.edit(edit);
  }
  pathTo(offset: number): SyntaxNode[] {
    const cursor = this.native.walk();
    const path = [cursor.currentNode];
    while (path.length < MAX_PATH_DEPTH) {
      const child = cursor.gotoFirstChildForIndex(offset);
      if (child === false || child === null || child === -1) break;
      const node = cursor.currentNode;
      if (node.startIndex > offset) break;
      path.push(node);
    }
    return path;
  }
  dispose(): void {} // collected with the object
}

function syntaxParser(newParser: () => NativeParser, queries: Queries<NativeQuery>): SyntaxParser {
  const shared = newParser();
  const parse = (
    native: NativeParser,
    text: string,
    previous: SyntaxTree | undefined,
    budgetMs: number | undefined,
  ) => {
    const endMs = budgetMs === undefined ? 0 : performance.now() + budgetMs;
    const tree = native.parse(
      (index) => text.slice(index, index + CHUNK_UNITS),
      (previous as NativeSyntaxTree | undefined)?.native,
      budgetMs === undefined ? {} : { progressCallback: () => performance.now() > endMs },
    );
    return tree ? new NativeSyntaxTree(tree, queries, budgetMs) : undefined;
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
      return { run: (budgetMs) => parse(own, text, previous, budgetMs), dispose: () => own.reset() };
    },
  };
}

type NativeModule = (new () => NativeParser) & { Query: new (grammar: unknown, source: string) => NativeQuery };

export interface NativeParsers {
  /** Whether the language's grammar can be used here: some packages hold, for one system, a library that is for another. */
  loads(language: LanguageSyntax): boolean;
  /** @throws Error where the grammar does not load */
  parser(language: LanguageSyntax): SyntaxParser;
}

/** @throws Error where the native build does not load */
export function loadNativeParsers(): NativeParsers {
  const require = createRequire(import.meta.url);
  const Parser = require("tree-sitter") as NativeModule;
  new Parser(); // throws here, not at the first document
  // The packages' entries differ (C#'s is a module that cannot be required); all of them hand out the binding that this finds.
  const findBinding = createRequire(require.resolve("tree-sitter"))("node-gyp-build") as (folder: string) => object;
  const bindingOf = ({ grammar }: LanguageSyntax): unknown => {
    const folder = path.dirname(require.resolve(`${grammar.package}/package.json`));
    const module = findBinding(folder) as Record<string, unknown>;
    return grammar.member ? module[grammar.member] : module;
  };
  return {
    loads(language) {
      try {
        bindingOf(language);
        return true;
      } catch {
        return false; // who asks for its parser is told why
      }
    },
    parser(language) {
      const loaded = bindingOf(language);
      const newParser = () => {
        const native = new Parser();
        native.setLanguage(loaded);
        return native;
      };
      return syntaxParser(newParser, new Queries(language.queries, (source) => new Parser.Query(loaded, source)));
    },
  };
}
