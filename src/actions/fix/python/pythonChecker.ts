// The problems of a Python file that its own text shows: syntax errors, and undefined names. Knows no types and runs nothing; a star import or
// code that does not parse leaves names unjudged.

import { findErrors } from "../../../../common/syntax/errors.ts";
import { nameRules, namesIn, Scopes } from "../../../../common/syntax/names/bindings.ts";
import type { SyntaxNode, SyntaxTree } from "../../../../common/syntax/syntax.ts";
import { isGlobal } from "../../../completion/symbols/globals.ts";
import type { Sources } from "../../../context/sources/sources.ts";
import { ranked } from "../../../typescript/candidates/candidate.ts";
import type { Checker } from "../../../typescript/checker.ts";
import {
  faultOfChange,
  type NoFix,
  type Problem,
  syntaxErrors,
  type TextChange,
  withChanges,
} from "../../../typescript/problems.ts";
import type { Range } from "../../../typescript/unresolved.ts";
import type { OpenDocument } from "../../../workspace/documents.ts";
import { importsFor } from "./pythonImports.ts";
import { syntaxCandidates } from "./syntaxCandidates.ts";

/** Codes of problems, in place of a compiler's codes, which Python does not have. */
export const PythonProblem = { syntax: 1, unknownName: 2 } as const;

const rules = nameRules({ queries: ["python"] })!;

/** @returns undefined where the document has no tree */
export function pythonChecker(document: OpenDocument, sources: Sources | undefined): Checker | undefined {
  const { tree, path, parsers } = document;
  if (!tree) return undefined;
  const text = document.text.getText();
  const own = pythonProblems(text, tree, path);
  const problemsOf = (changed: string): Problem[] | undefined => {
    const after = parsers.for("python")?.parse(changed);
    if (!after) return undefined;
    try {
      return pythonProblems(changed, after, path);
    } finally {
      after.dispose();
    }
  };
  return {
    problems: async () => own,
    problemsWith: async (changes) => problemsOf(withChanges(text, changes)) ?? own,
    async ownFixes(problem) {
      if (problem.code === PythonProblem.syntax)
        return ranked(
          syntaxCandidates(text, problem).map((changes) => ({ kind: "syntax", changes, why: "then it parses" })),
        );
      const imports = importsFor(text.slice(problem.start, problem.end), text, tree, path, sources);
      return ranked(imports.map((changes) => ({ kind: "import", changes, why: "an import of it" })));
    },
    async faultOf(changes, problem, before) {
      const after = problemsOf(withChanges(text, changes));
      if (!after) return "syntaxError";
      return problem?.isSyntax ? faultOfRepair(before, after, changes) : faultOfChange(problem, before, after);
    },
  };
}

/**
 * Code that does not parse hides its names; once it parses, undefined ones show up. They count only if the change itself has written them.
 */
function faultOfRepair(
  before: readonly Problem[],
  after: readonly Problem[],
  changes: readonly TextChange[],
): NoFix | undefined {
  if (syntaxErrors(after) >= syntaxErrors(before)) return "stays";
  return after.some((problem) => writtenParts(changes).some((part) => touches(part, problem)))
    ? "newProblem"
    : undefined;
}

/** The ranges of the changes in the text with all changes applied. */
function writtenParts(changes: readonly TextChange[]): Range[] {
  let moved = 0;
  return changes
    .toSorted((a, b) => a.start - b.start)
    .map(({ start, end, newText }) => {
      const part = { start: start + moved, end: start + moved + newText.length };
      moved += newText.length - (end - start);
      return part;
    });
}

const touches = (a: Range, b: Range): boolean => a.start < b.end && b.start < a.end;

/** The problems in the order of the text. */
export function pythonProblems(text: string, tree: SyntaxTree, path: string): Problem[] {
  const problems = [...syntaxProblems(tree), ...unknownNames(text, tree, path)];
  return problems.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The innermost error nodes and missing nodes of the tree: the outer ones may span the whole file. */
function syntaxProblems(tree: SyntaxTree): Problem[] {
  const { nodes } = findErrors(tree);
  const holdsOther = (node: SyntaxNode) =>
    nodes.some((other) => other !== node && node.startIndex <= other.startIndex && other.endIndex <= node.endIndex);
  return nodes
    .filter((node) => node.isMissing || !holdsOther(node))
    .map(({ startIndex, endIndex, isMissing, type }) => {
      const message = isMissing ? `"${type}" is missing` : "this does not parse";
      return { start: startIndex, end: endIndex, code: PythonProblem.syntax, message, isSyntax: true };
    });
}

/** Code that makes names at run time: then no name can be judged. */
const MAKES_NAMES = /\bglobals\(\)|\bglobal_enum\b|(?<![.\w])exec\(/;

function unknownNames(text: string, tree: SyntaxTree, path: string): Problem[] {
  if (MAKES_NAMES.test(text)) return [];
  const scopes = new Scopes(text, rules);
  const everywhere = new Set(rules.declaredByText(text));
  return namesIn(tree, text, 0, text.length, rules).flatMap(({ name, role, path: nodes }) => {
    if (role !== "reference" || everywhere.has(name) || isGlobal(name, "python", path)) return [];
    if (nodes.some(({ type }) => type === "ERROR") || scopes.find(name, nodes)) return [];
    if (scopes.isOpen(nodes) || scopes.isInDamage(name, nodes)) return [];
    const { startIndex, endIndex } = nodes.at(-1)!;
    const message = `the name "${name}" is not defined`;
    return [{ start: startIndex, end: endIndex, code: PythonProblem.unknownName, message, isSyntax: false }];
  });
}
