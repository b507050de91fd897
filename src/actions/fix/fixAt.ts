// The fixes of the problem at a place of a document: finds the problem, and says why there is nothing to offer.

import { refusalOfText } from "../../../common/rules/textRules.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { Problem } from "../../typescript/problems.ts";
import { CheckFailed, DocumentChanged } from "../../typescript/thread.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { type Fix, type FixDeps, fixesFor } from "./fix.ts";
import { MOST_PROBLEMS } from "./fixFile.ts";

export type NoFixReason =
  | "unsupportedLanguage"
  | "noChecker" // no compiler, or no program with the file
  | "noTree" // Python that does not parse in time
  | "ignoredFile"
  | "generatedFile" // the next run of its generator would undo a fix
  | "tooManyProblems" // for the whole file; one of them may cause the others
  | "compilerFailed" // a bug of the compiler, or out of memory
  | "compilerSlow" // it has not answered in time
  | "noProblem" // the checker finds nothing wrong there
  | "noneVerified" // no candidate passes
  | "noneSure" // for the whole file: some pass, and a person must choose
  | "documentChanged";

/** Each reason as text for a person. */
export const NO_FIX: Readonly<Record<NoFixReason, string>> = {
  unsupportedLanguage: "fixes are checked in TypeScript, JavaScript and Python only, so far",
  noChecker: "no TypeScript compiler can check the file",
  ignoredFile: "the file is one that nobody should look at",
  noTree: "the file cannot be parsed in time",
  generatedFile: "the file was written by a generator, whose next run would undo a fix",
  tooManyProblems: `more than ${MOST_PROBLEMS} problems were found; one may cause the others, so mend the first of them`,
  compilerFailed: "the compiler broke off; the log says more",
  compilerSlow: "the compiler took longer than ten seconds; another try may find its work done",
  noProblem: "nothing that can be checked is wrong there",
  noneVerified: "none of the candidates passes the check",
  noneSure: "what passes the check is not sure enough to be made unseen; Fix Here offers it",
  documentChanged: "the file was changed meanwhile",
};

export interface Spot {
  start: number; // UTF-16 units of the document
  end: number;
  code?: number;
}

export type FixesAt = { problem: Problem; fixes: Fix[] } | { reason: NoFixReason };

/** @throws UserError when the model cannot be asked; what the checker throws; Cancelled */
export async function fixesAt(
  document: OpenDocument,
  spot: Spot,
  { sources, ...deps }: FixDeps & { sources?: Sources },
  signal: AbortSignal,
): Promise<FixesAt> {
  if (await refusalToComplete(document.path, sources?.workspace)) return { reason: "ignoredFile" };
  if (isGenerated(document)) return { reason: "generatedFile" };
  const { version } = document;
  const before = await deps.checker.problems();
  const problem = problemAt(before, spot);
  if (!problem) return { reason: "noProblem" };
  const { fixes } = await fixesFor(document, problem, before, deps, signal);
  if (document.version !== version) return { reason: "documentChanged" };
  return fixes.length > 0 ? { problem, fixes } : { reason: "noneVerified" };
}

/** Whether a generator's mark stands at the top of a document. */
export const isGenerated = ({ text }: OpenDocument): boolean => refusalOfText(text.getText()) === "generated";

/** Why a check of a document came to nothing; undefined for an error that is none of the checker's. */
export function reasonOfFailure(error: unknown): NoFixReason | undefined {
  if (error instanceof DocumentChanged) return "documentChanged";
  if (error instanceof CheckFailed) return error.reason === "late" ? "compilerSlow" : "compilerFailed";
  return undefined;
}

/** The problem that touches the spot, preferably one with the same code. */
function problemAt(problems: readonly Problem[], { start, end, code }: Spot): Problem | undefined {
  const there = problems.filter((problem) => problem.start <= end && problem.end >= start);
  return there.find((problem) => problem.code === code) ?? there[0];
}
