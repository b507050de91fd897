// Candidate fixes without a model: an `await` before a call that returns a promise, and a visible name for a missing argument.
// Pure; the checker decides whether a candidate is right.

import { languageSyntax } from "../../../common/syntax/languages.ts";
import { nameRules, Scopes } from "../../../common/syntax/names/bindings.ts";
import type { SyntaxNode, SyntaxTree } from "../../../common/syntax/syntax.ts";
import type { Draft } from "../../typescript/candidates/candidate.ts";
import type { Problem, TextChange } from "../../typescript/problems.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { missingArgumentAt, TOO_FEW_ARGUMENTS } from "./holes.ts";

/** The most calls that are tried: each costs a check by the compiler. */
const MOST_CALLS = 8;
const MOST_NAMES = 16;
const MOST_VISITED = 500;

/** @param document its tree is asked for only where a candidate needs it */
export function scopeCandidates(
  text: string,
  document: Pick<OpenDocument, "tree" | "languageId">,
  problem: Problem,
): Draft[] {
  if (/Promise/.test(problem.message)) {
    const { tree } = document;
    return tree
      ? awaits(text, tree, problem).map((changes) => ({ kind: "await", changes, why: "it is a promise" }))
      : [];
  }
  const tree = TOO_FEW_ARGUMENTS.has(problem.code) ? document.tree : undefined;
  if (!tree) return [];
  return argumentNames(text, tree, document.languageId, problem).map((changes) => {
    return { kind: "argument", changes, why: "a name that can be seen there" };
  });
}

/** `await` before each call of the statement, and before the initialisers of the names that the problem points to. */
function awaits(text: string, tree: SyntaxTree, { start, end }: Problem): TextChange[][] {
  const path = tree.pathTo(start);
  const statement = path.findLast((node) => /(_statement|_declaration)$/.test(node.type));
  const member = path.findLast((node) => node.type === "member_expression");
  const names = new Set(text.slice(member?.startIndex ?? start, end).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  const declared = [...names].flatMap((name) => {
    const declaration = new RegExp(
      `\\b(?:const|let|var)\\s+${name.replaceAll("$", "\\$")}\\s*(?::[^=\\n]{0,200})?=\\s*(?!await\\b)`,
      "gu",
    );
    return [...text.slice(0, start).matchAll(declaration)].slice(-1).map(({ 0: all, index }) => {
      const at = index + all.length;
      return [{ start: at, end: at, newText: "await " }];
    });
  });
  return [...declared, ...(statement ? callsIn(statement).map(awaited) : [])];
}

/** The calls of a statement, the outer ones first. */
function callsIn(statement: SyntaxNode): SyntaxNode[] {
  const calls: SyntaxNode[] = [];
  const waiting = [statement];
  for (let visited = 0; waiting.length > 0 && calls.length < MOST_CALLS && visited < MOST_VISITED; visited++) {
    const node = waiting.shift()!;
    if (node.type === "call_expression" && node.parent?.type !== "await_expression") calls.push(node);
    waiting.push(...node.namedChildren);
  }
  return calls;
}

function awaited({ startIndex, endIndex, parent }: SyntaxNode): TextChange[] {
  const isObject = /^(member|subscript|call)_expression$/.test(parent?.type ?? "") && parent!.startIndex === startIndex;
  if (!isObject) return [{ start: startIndex, end: startIndex, newText: "await " }];
  return [
    { start: startIndex, end: startIndex, newText: "(await " },
    { start: endIndex, end: endIndex, newText: ")" },
  ];
}

/** Visible names as the missing argument, those of the innermost scopes first, without names that are arguments already. */
function argumentNames(text: string, tree: SyntaxTree, languageId: string, problem: Problem): TextChange[][] {
  const rules = nameRules(languageSyntax(languageId) ?? { queries: [] });
  const path = tree.pathTo(problem.start);
  const call = missingArgumentAt(path, problem);
  if (!rules || !call) return [];
  const visible = [...new Scopes(text, rules).at(path).names.keys()].reverse();
  const given = new Set(text.slice(call.start, call.end).match(/[\p{L}_$][\p{L}\p{N}_$]*/gu));
  return visible
    .filter((name) => !given.has(name))
    .slice(0, MOST_NAMES)
    .map((name) => [{ start: call.end, end: call.end, newText: `${call.lead}${name}` }]);
}
