// What else could stand at a place: the model writes on from the places at which its text could have gone on otherwise, and each text passes the
// same filters as the first. Ranks by the show decision's score. Stores nothing.

import type { Branch, GenerateResult } from "../../server/host/protocol/messages.ts";
import type { Passed, Rejected } from "./judge.ts";
import type { NoCompletionReason } from "./outcome.ts";
import type { NamesInstead } from "./symbols/symbolVerdict.ts";

/** How many branches the model is asked to report. */
export const REPORTED_BRANCHES = 12;

/** How many branches are written for each further suggestion that is wanted: some are filtered, some say the same. */
const BRANCHES_PER_ITEM = 2;

/** How many branches are tried in the place of a text that was filtered. */
const MOST_REPAIRS = 2;

/** Reasons after which another branch may well pass. The others say something of the place, or that the model has nothing to say there. */
const REPAIRABLE: ReadonlySet<NoCompletionReason> = new Set([
  "duplicatesSuffix",
  "duplicatesPrevious",
  "declaredHere",
  "unusedImport",
  "repetition",
  "repeatsThirdParty",
  "unknownSymbol",
  "unbalanced",
  "unfinished",
  "syntaxError",
]);

/** Writes a branch and judges it. @returns undefined where the request has ended meanwhile */
export type WriteBranch = (branch: Branch) => Promise<Passed | Rejected | undefined>;

/** Writes a text on with one of the names that exist where an unknown one stood, and judges it. @returns undefined as `WriteBranch` does */
export type WriteInstead = (instead: NamesInstead) => Promise<Passed | Rejected | undefined>;

/** The likeliest text that passes where the first did not, with a name that exists in the place of an unknown one; undefined where none does. */
export async function repaired(
  { reason, instead }: Rejected,
  { branches = [] }: GenerateResult,
  write: WriteBranch,
  writeInstead: WriteInstead,
): Promise<Passed | undefined> {
  if (!REPAIRABLE.has(reason)) return undefined;
  if (instead) {
    const judged = await writeInstead(instead);
    if (!judged) return undefined;
    if (judged.kind === "passed") return judged;
  }
  for (const branch of branches.slice(0, MOST_REPAIRS)) {
    const judged = await write(branch);
    if (!judged) return undefined;
    if (judged.kind === "passed") return judged;
  }
  return undefined;
}

/**
 * Up to `most` other suggestions, the surest first. A branch behind the text that is shown changes nothing of it.
 */
export async function others(
  first: Passed,
  { branches = [], text }: GenerateResult,
  most: number,
  write: WriteBranch,
): Promise<Passed[]> {
  const shown = shownUnits(first, text);
  const found: Passed[] = [];
  const seen = new Set([sameText(first)]);
  for (const branch of branches.filter(({ at }) => at < shown).slice(0, BRANCHES_PER_ITEM * most)) {
    if (found.length === most) break;
    const judged = await write(branch);
    if (!judged) break;
    if (judged.kind === "rejected" || seen.has(sameText(judged))) continue;
    seen.add(sameText(judged));
    found.push(judged);
  }
  return found.sort((a, b) => b.score - a.score);
}

const sameText = ({ completion }: Passed): string => completion.text.trim();

/** How much of the model's text a suggestion shows; where the filters changed it, all. */
function shownUnits({ completion }: Passed, written: string): number {
  const shown = completion.text.trim();
  const start = written.indexOf(shown);
  return start === -1 ? written.length : start + shown.length;
}
