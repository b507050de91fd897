// The names that are visible at a place, and those that a part of a text uses, both told by the tree. A name of another function is not visible.
// Must not know what other files or the language bring, and never throws on broken code: what does not parse is said so.

import type { LanguageSyntax } from "../languages.ts";
import { MAX_PATH_DEPTH, type SyntaxNode, type SyntaxTree } from "../syntax.ts";
import { ecmaScriptNames } from "./ecmaScript.ts";
import { type NameRole, type NameRules, textOf, wordsOf } from "./names.ts";
import { pythonNames } from "./python.ts";

export interface Bindings {
  /** By name: the node that declares it, of the innermost scope that has one. Lives as long as the tree. */
  names: ReadonlyMap<string, SyntaxNode>;
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

/** Nodes looked at before a walk gives up; a suggestion has some hundred. */
const MAX_VISITED = 20_000;

/** The rules of a language; undefined where nothing is known of its names. */
export function nameRules({ queries }: Pick<LanguageSyntax, "queries">): NameRules | undefined {
  if (queries.includes("ecmascript")) return ecmaScriptNames;
  return queries.includes("python") ? pythonNames : undefined;
}

/** @param path from the root to a place, as `SyntaxTree.pathTo` gives it */
export function bindingsAt(path: readonly SyntaxNode[], text: string, rules: NameRules): Bindings {
  const names = new Map<string, SyntaxNode>();
  const damaged = new Set<string>();
  let open = false;
  const declared = {
    name: (node: SyntaxNode) => void names.set(textOf(text, node), node),
    damaged: (node: SyntaxNode) => {
      for (const word of wordsOf(textOf(text, node))) damaged.add(word);
    },
    everything: () => {
      open = true;
    },
  };
  for (let index = 0; index < path.length; index++) rules.declaredBy(path, index, text, declared);
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
    } else if (depth < MAX_PATH_DEPTH) {
      const children = node.namedChildren;
      for (let i = children.length - 1; i >= 0; i--) stack.push({ node: children[i]!, depth: depth + 1 });
    }
  }
  return found;
}
