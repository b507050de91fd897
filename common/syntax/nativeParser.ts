// tree-sitter's native build. Required only when asked for: on a platform without it the require throws.
// Must not be imported for anything but `loadNativeParsers`.

import { createRequire } from "node:module";
import { knownLanguages } from "./languages.ts";
import { type Edit, MAX_PATH_DEPTH, type SyntaxNode, type SyntaxParser, type SyntaxTree } from "./syntax.ts";

interface NativeCursor {
  readonly currentNode: SyntaxNode;
  gotoFirstChildForIndex(index: number): number | boolean | null; // the child's index, -1 where there is none
}

interface NativeTree {
  readonly rootNode: SyntaxNode;
  walk(): NativeCursor;
  edit(edit: Edit): void;
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

/** One read of the parser: a tree that follows an edit asks only for the parts that it needs. */
const CHUNK_UNITS = 16_384;

class NativeSyntaxTree implements SyntaxTree {
  readonly native: NativeTree;
  constructor(native: NativeTree) {
    this.native = native;
  }
  get rootNode(): SyntaxNode {
    return this.native.rootNode;
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

function syntaxParser(native: NativeParser): SyntaxParser {
  return {
    parse(text, previous, budgetMs) {
      const endMs = budgetMs === undefined ? 0 : performance.now() + budgetMs;
      const tree = native.parse(
        (index) => text.slice(index, index + CHUNK_UNITS),
        (previous as NativeSyntaxTree | undefined)?.native,
        budgetMs === undefined ? {} : { progressCallback: () => performance.now() > endMs },
      );
      if (tree) return new NativeSyntaxTree(tree);
      native.reset(); // else the next parse would go on with this text
      return undefined;
    },
  };
}

/**
 * Parsers by language id; a grammar is loaded when its language is first asked for.
 * @throws Error where the native build does not load
 */
export function loadNativeParsers(): (languageId: string) => SyntaxParser | undefined {
  const require = createRequire(import.meta.url);
  const Parser = require("tree-sitter") as new () => NativeParser;
  new Parser(); // throws here, not at the first document
  const grammars = new Map(knownLanguages().map(([id, language]) => [id, language.grammar]));
  const parsers = new Map<string, SyntaxParser | undefined>();
  return (languageId) => {
    const grammar = grammars.get(languageId);
    if (!grammar) return undefined;
    const key = `${grammar.package}/${grammar.member ?? ""}`;
    if (!parsers.has(key)) {
      const module = require(grammar.package) as Record<string, unknown>;
      const native = new Parser();
      native.setLanguage(grammar.member ? module[grammar.member] : module);
      parsers.set(key, syntaxParser(native));
    }
    return parsers.get(key);
  };
}
