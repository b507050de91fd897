// What VS Code does with an inline completion that it has: moved by edits, shown while what is typed is its beginning, accepted. Pure, after
// VS Code's src/vs/editor/contrib/inlineCompletions/browser/model: `withEdit` and `inlineCompletionIsVisible` of inlineSuggestionItem.ts,
// `accept` of inlineCompletionsModel.ts. Offsets in UTF-16 units.

import { commonPrefixUnits } from "../../../common/util/differingPart.ts";
import type { Edit } from "./typing.ts";

/** A text that is to take the place of what stands from start to end. */
export interface Suggestion {
  start: number;
  end: number;
  text: string;
}

/** The suggestion after an edit; undefined where the edit reaches over its beginning. An edit at its edge belongs to it. */
export function afterEdit(suggestion: Suggestion, { start, end, text }: Edit): Suggestion | undefined {
  const grownBy = text.length - (end - start);
  if (start > suggestion.end) return suggestion;
  if (end < suggestion.start) {
    return { ...suggestion, start: suggestion.start + grownBy, end: suggestion.end + grownBy };
  }
  if (start < suggestion.start) return undefined;
  return { ...suggestion, end: Math.max(end, suggestion.end) + grownBy };
}

/** Whether there is ghost text: what was typed is the suggestion's beginning, and what follows in its range occurs in its rest, in order. */
export function isVisible({ start, end, text }: Suggestion, document: string, cursor: number): boolean {
  const present = document.slice(start, end);
  const same = commonPrefixUnits(present, text);
  const from = start + same;
  const replaced = present.slice(same);
  const inserted = text.slice(same);
  if ((replaced === "" && inserted === "") || lineStart(document, from) !== lineStart(document, cursor)) return false;
  const at = Math.max(0, cursor - from);
  let [replacedBefore, replacedAfter] = [replaced.slice(0, at), replaced.slice(at)];
  let [insertedBefore, insertedAfter] = [inserted.slice(0, at), inserted.slice(at)];
  if (document.slice(lineStart(document, from), from).trim() === "") {
    replacedBefore = replacedBefore.trimStart(); // indentation
    if (replacedBefore === "") replacedAfter = replacedAfter.trimStart();
    insertedBefore = insertedBefore.trimStart();
    if (insertedBefore === "") insertedAfter = insertedAfter.trimStart();
  }
  return insertedBefore.startsWith(replacedBefore) && occursInOrder(replacedAfter, insertedAfter);
}

/** The document with the suggestion in it. */
export const accepted = ({ start, end, text }: Suggestion, document: string): string =>
  document.slice(0, start) + text + document.slice(end);

/** The change that accepting makes: all of the range; the cursor goes to the end of what differs. */
export function acceptEdit({ start, end, text }: Suggestion, document: string): Edit {
  const present = document.slice(start, end);
  const same = commonPrefixUnits(present, text);
  let kept = 0;
  while (kept < Math.min(present.length, text.length) - same && present.at(-1 - kept) === text.at(-1 - kept)) kept++;
  return { start, end, text, cursor: start + text.length - kept };
}

const lineStart = (document: string, at: number): number => document.lastIndexOf("\n", at - 1) + 1;

function occursInOrder(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at >= part.length;
}
