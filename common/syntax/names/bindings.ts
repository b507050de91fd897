// The names that are visible at a place, and those that a part of a text uses, both told by the tree. A name of another function is not visible.
// Must not know what other files or the language bring, and never throws on broken code: what does not parse is said so.

import type { LanguageSyntax } from "../languages.ts";
import { MAX_PATH_DEPTH, type SyntaxNode, type SyntaxTree } from "../syntax.ts";
import { ecmaScriptNames } from "./ecmaScript.ts";
import { type NameRole, type NameRules, type Range, textOf, wordsOf } from "./names.ts";
import { pythonNames } from "./python.ts";

export interface Bindings {
  /** Of an enum or a constant object, as the innermost scope has it, with the node that declares it. Lives as long as the tree. */
  names: ReadonlyMap<string, SyntaxNode | undefined>;
  /** Words of the parts of the visible scopes that do not parse: any of them may be declared there. */
  damaged: ReadonlySet<string>;
  /** A star import: any name may be known. */
  open: boolean;
}

/** A name in a text, with the nodes from the root to it. */
export interface NamePlace {
  name: string;
  role: NameRole;
  path: readonly SyntaxNode[];
}

/** Maximum number of nodes that a walk visits; a suggestion has a few hundred. */
const MAX_VISITED = 20_000;

/** The most statements of a block whose names are looked at: the binding makes an object of each node. Beyond, any name may be known. */
const MAX_CHILDREN = 5_000;

/** The rules of a language; undefined where nothing is known of its names. */
export function nameRules({ queries }: Pick<LanguageSyntax, "queries">): NameRules | undefined {
  if (queries.includes("ecmascript")) return ecmaScriptNames;
  return queries.includes("python") ? pythonNames : undefined;
}

/** The scopes of a text; what a node declares is looked at once. */
export class Scopes {
  readonly #text: string;
  readonly #rules: NameRules;
  readonly #without: Range;
  readonly #known = new Map<string, Bindings>();

  /** @param without a part of the text whose words say nothing where it does not parse: the one that is judged */
  constructor(text: string, rules: NameRules, without: Range = { startIndex: 0, endIndex: 0 }) {
    this.#text = text;
    this.#rules = rules;
    this.#without = without;
  }

  /** Whether the name is declared where it can be seen from the end of the path, with its owner (see `Bindings`); undefined where it is not. */
  find(name: string, path: readonly SyntaxNode[]): { owner: SyntaxNode | undefined } | undefined {
    for (let index = path.length - 1; index >= 0; index--) {
      const { names } = this.#declaredBy(path, index);
      if (names.has(name)) return { owner: names.get(name) };
    }
    return undefined;
  }

  /** The number of the node on the path that declares the name as the end of the path sees it; undefined where none does. */
  scopeOf(name: string, path: readonly SyntaxNode[]): number | undefined {
    const index = path.findLastIndex((_, at) => this.#declaredBy(path, at).names.has(name));
    return index === -1 ? undefined : index;
  }

  /** Whether a star import among the visible scopes may bring any name. */
  isOpen(path: readonly SyntaxNode[]): boolean {
    return path.some((_, index) => this.#declaredBy(path, index).open);
  }

  /** Whether the word stands in a part of the visible scopes that does not parse. */
  isInDamage(name: string, path: readonly SyntaxNode[]): boolean {
    return path.some((_, index) => this.#declaredBy(path, index).damaged.has(name));
  }

  /** All that is visible at the end of the path. */
  at(path: readonly SyntaxNode[]): Bindings {
    const all = path.map((_, index) => this.#declaredBy(path, index));
    return {
      names: new Map(all.flatMap(({ names }) => [...names])),
      damaged: new Set(all.flatMap(({ damaged }) => [...damaged])),
      open: all.some(({ open }) => open),
    };
  }

  #declaredBy(path: readonly SyntaxNode[], index: number): Bindings {
    const { type, startIndex, endIndex, childCount } = path[index]!;
    if (childCount > MAX_CHILDREN) return TOO_MANY;
    // Of the nodes around the place it matters which part of a broken one they are.
    const from = path[0]!.hasError ? path[index + 1]?.startIndex : 0;
    const key = `${type} ${startIndex} ${endIndex} ${from} ${this.#rules.seenFrom?.(path, index) ?? ""}`;
    let found = this.#known.get(key);
    if (!found) this.#known.set(key, (found = declaredBy(path, index, this.#text, this.#rules, this.#without)));
    return found;
  }
}

const TOO_MANY: Bindings = { names: new Map(), damaged: new Set(), open: true };

function declaredBy(
  path: readonly SyntaxNode[],
  index: number,
  text: string,
  rules: NameRules,
  without: Range,
): Bindings {
  const names = new Map<string, SyntaxNode | undefined>();
  const damaged = new Set<string>();
  let open = false;
  rules.declaredBy(path, index, text, {
    name: (node, owner) => void names.set(textOf(text, node), owner),
    damaged(node) {
      const before = text.slice(
        node.startIndex,
        Math.min(node.endIndex, Math.max(without.startIndex, node.startIndex)),
      );
      const after = text.slice(Math.max(node.startIndex, without.endIndex), node.endIndex);
      for (const word of wordsOf(`${before} ${after}`)) damaged.add(word);
    },
    everything() {
      open = true;
    },
  });
  return { names, damaged, open };
}

/** The names of [startIndex, endIndex), those that reach out of it as a whole; in the order of the text. */
export function namesIn(
  tree: SyntaxTree,
  text: string,
  startIndex: number,
  endIndex: number,
  rules: NameRules,
): NamePlace[] {
  const found: NamePlace[] = [];
  const path: SyntaxNode[] = [];
  const stack: { node: SyntaxNode; depth: number }[] = [{ node: tree.rootNode, depth: 0 }];
  for (let visited = 0; stack.length > 0 && visited < MAX_VISITED; visited++) {
    const { node, depth } = stack.pop()!;
    if (node.endIndex <= startIndex || node.startIndex >= endIndex) continue;
    path.length = depth;
    path.push(node);
    if (rules.nameTypes.has(node.type)) {
      if (node.endIndex > node.startIndex)
        found.push({ name: textOf(text, node), role: rules.roleOf(path, text), path: path.slice() });
    } else if (depth < MAX_PATH_DEPTH && node.childCount <= MAX_CHILDREN) {
      const children = node.namedChildren;
      for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i]!, depth: depth + 1 });
    }
  }
  return found;
}

/** The name that begins at `offset`; undefined where none does. */
export function nameAt(tree: SyntaxTree, text: string, offset: number, rules: NameRules): NamePlace | undefined {
  const path = tree.pathTo(offset);
  const node = path.at(-1)!;
  if (node.startIndex !== offset || !rules.nameTypes.has(node.type)) return undefined;
  return { name: textOf(text, node), role: rules.roleOf(path, text), path };
}
