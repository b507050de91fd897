// The errors that can leave a function of a file, by its `throw`, `raise` and `panic`. One in a `try` whose handler may catch it is left out.

import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import { isFunctionNode, walked } from "./walk.ts";

export interface Thrown {
  what: string; // the class, or "" where a value is thrown that it was given
  startIndex: number;
}

const THROWS = /^(?:throw_statement|raise_statement|throw_expression)$/;
const HANDLER = /^(?:catch_clause|except_clause|except_group_clause)$/;

/** The class of `new A(…)`, `A(…)`, `a.A`. */
const CLASS = /^(?:new\s+)?((?:[\p{L}_$][\p{L}\p{N}_$]*\.)*\p{Lu}[\p{L}\p{N}_$]*)/u;

export function thrownIn(text: string, tree: SyntaxTree, languageId: string): Thrown[] {
  const found: Thrown[] = [];
  walked(
    tree,
    (node, isCaught: boolean) => {
      const what = isCaught ? undefined : thrownBy(text, node, languageId);
      if (what !== undefined) found.push({ what, startIndex: node.startIndex });
      const isTried = /^try_/.test(node.type) && node.namedChildren.some(({ type }) => HANDLER.test(type));
      const body = isTried ? node.childForFieldName("body") : null;
      return (child) =>
        isFunctionNode(child) ? false : body && child.startIndex === body.startIndex ? true : isCaught;
    },
    false,
  );
  return found;
}

function thrownBy(text: string, node: SyntaxNode, languageId: string): string | undefined {
  if (THROWS.test(node.type)) {
    const value = node.namedChildren.find(({ type }) => type !== "comment");
    return value ? (CLASS.exec(text.slice(value.startIndex, value.startIndex + 200))?.[1] ?? "") : "";
  }
  if (languageId === "go" && node.type === "call_expression") {
    const called = node.childForFieldName("function");
    return called?.type === "identifier" && text.slice(called.startIndex, called.endIndex) === "panic"
      ? "panic"
      : undefined;
  }
  if (languageId === "rust" && node.type === "macro_invocation") {
    const name = /^(panic|unreachable|todo|unimplemented)!/.exec(
      text.slice(node.startIndex, node.startIndex + 20),
    )?.[1];
    return name && `${name}!`;
  }
  return undefined;
}
