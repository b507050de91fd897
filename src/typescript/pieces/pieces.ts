// The missing pieces at a place: each kind's drafts, then only those that the compiler verifies. Its parts are one file a kind.

import { keyOf, type NoFix, type Problem, type TextChange } from "../problems.ts";
import { comparisons } from "./comparisons.ts";
import { type CodeFixes, compilersOwn } from "./compilersOwn.ts";
import { constructors } from "./constructors.ts";
import { guards } from "./guards.ts";
import { instanceofChains } from "./instanceofChains.ts";
import { missingCases } from "./missingCases.ts";
import { missingMembers } from "./missingMembers.ts";
import { type Drafted, PIECE_KINDS, type PiecesFound } from "./piece.ts";
import type { Site } from "./site.ts";

/** What decides about a draft. */
export interface PieceJudge {
  before: readonly Problem[]; // of the file as it is
  faultOf(changes: readonly TextChange[]): NoFix | undefined;
  problemsWith(changes: readonly TextChange[]): Problem[];
}

/** The most drafts that are tried at a place: each costs a check of the file. */
const MOST_DRAFTS = 12;

export const draftsAt = (site: Site, problems: readonly Problem[], codeFixes: CodeFixes): Drafted[] => [
  ...missingCases(site),
  ...instanceofChains(site),
  ...missingMembers(site),
  ...constructors(site),
  ...comparisons(site),
  ...guards(site),
  ...compilersOwn(site, problems, codeFixes),
];

export function verified(drafts: readonly Drafted[], { before, faultOf, problemsWith }: PieceJudge): PiecesFound {
  const found: PiecesFound = { pieces: [], refused: [] };
  for (const draft of drafts.slice(0, MOST_DRAFTS)) {
    const { kind } = draft;
    if ("refusal" in draft) {
      found.refused.push({ kind, reason: draft.refusal });
      continue;
    }
    if (draft.isLast && found.pieces.some((piece) => piece.kind === kind)) continue;
    let best: { changes: readonly TextChange[]; after: Problem[] } | undefined;
    let fault: NoFix | undefined;
    for (const changes of draft.ways) {
      const its = faultOf(changes);
      fault ??= its;
      if (its) continue;
      const after = problemsWith(changes);
      if (!best || after.length < best.after.length) best = { changes, after };
      if (best.after.length === 0) break;
    }
    if (!best) {
      const reason = fault === "compilerFailed" ? fault : "newProblem";
      if (!draft.isLast || !found.refused.some((one) => one.kind === kind)) found.refused.push({ kind, reason });
      continue;
    }
    const mended = goneWith(before, best.after);
    if (draft.mends && mended.length === 0) found.refused.push({ kind, reason: "mendsNothing" });
    else found.pieces.push({ kind, title: draft.title, changes: best.changes, mended });
  }
  found.pieces.sort((a, b) => PIECE_KINDS.indexOf(a.kind) - PIECE_KINDS.indexOf(b.kind));
  return found;
}

/** The problems that are no longer there, by their messages. */
function goneWith(before: readonly Problem[], after: readonly Problem[]): Problem[] {
  const left = after.map(keyOf);
  return before.filter((problem) => {
    const at = left.indexOf(keyOf(problem));
    if (at < 0) return true;
    left.splice(at, 1);
    return false;
  });
}
