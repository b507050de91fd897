// The candidates of TypeScript's language service and those of the types as one list: each change once, with its kind. A near name keeps declarations
// out: that would make the misspelling permanent.

import type ts from "typescript";
import { editDistance } from "../../../common/util/editDistance.ts";
import type { Problem, TextChange } from "../problems.ts";
import { type Candidate, type CandidateKind, type Draft, isNear, ranked } from "./candidate.ts";
import { isMissingMember } from "./typeCandidates.ts";

/** Kinds of the compiler's fixes, by its own names for them. */
const KINDS: Readonly<Record<string, CandidateKind>> = {
  import: "import",
  addMissingAwait: "await",
  fixMissingMember: "declaration",
  fixMissingFunctionDeclaration: "declaration",
  addMissingConst: "declaration",
  addMissingParam: "declaration",
  addOptionalParam: "declaration",
  addMissingDeclareProperty: "declaration",
  inferFromUsage: "declaration",
  fixReturnTypeInAsyncFunction: "declaration",
  addMissingPropertyDefinite: "declaration",
};

export function ownCandidates(
  codeFixes: readonly ts.CodeFixAction[],
  byTypes: readonly Draft[],
  file: string,
  text: string,
  problem: Problem,
): Candidate[] {
  const byCompiler = codeFixes.flatMap((fix): Draft[] => {
    const [only, ...others] = fix.changes;
    if (!only || others.length > 0 || only.fileName !== file || only.isNewFile) return [];
    const changes = only.textChanges.map(({ span: { start, length }, newText }) => ({
      start,
      end: start + length,
      newText,
    }));
    const draft = {
      kind: kindOf(fix, changes, text, problem),
      changes,
      why: lowered(fix.description),
      byCompiler: true,
    };
    if (!isNear(draft)) return [draft];
    const [was, is] = [text.slice(problem.start, problem.end), changes[0]!.newText];
    return [{ ...draft, why: "a name that is spelt nearly alike", distance: editDistance(was, is) }];
  });
  const known = new Map<string, Draft>();
  for (const draft of [...byTypes, ...byCompiler]) {
    const key = draft.changes.map(({ start, end, newText }) => `${start} ${end} ${newText}`).join("\n");
    const other = known.get(key);
    known.set(key, other ? { ...other, byCompiler: other.byCompiler || draft.byCompiler } : draft);
  }
  const all = [...known.values()];
  const isMisspelt = isMissingMember(problem) && all.some(isNear);
  return ranked(isMisspelt ? all.filter(({ kind }) => kind !== "declaration") : all);
}

function kindOf(
  { fixName }: ts.CodeFixAction,
  changes: readonly TextChange[],
  text: string,
  problem: Problem,
): CandidateKind {
  if (fixName === "spelling") return isMissingMember(problem) ? "nearMember" : "nearName";
  const kind = KINDS[fixName];
  if (kind === undefined && declares(changes, text, problem)) return "declaration";
  return kind ?? "compiler";
}

/** Whether changes declare what the problem names, elsewhere: a member, a function, a variable. */
export function declares(changes: readonly TextChange[], text: string, problem: Problem): boolean {
  if (changes.some(({ start, end }) => start < problem.end && problem.start < end)) return false;
  if (isMissingMember(problem)) return changes.length > 0;
  const name = text.slice(problem.start, problem.end);
  return changes.some(({ newText }) => declaredNames(newText).includes(name));
}

const declaredNames = (code: string): string[] =>
  [...code.matchAll(/\b(?:function|class|const|let|var|def)\s+([\p{L}_$][\p{L}\p{N}_$]*)/gu)].map(([, name]) => name!);

const lowered = (description: string): string => description.charAt(0).toLowerCase() + description.slice(1);
