// Which texts get no next edits at all: those in the middle of a merge, and those that a program writes. Pure.

import { refusalOfText } from "../../../common/rules/textRules.ts";
import type { NoEditReason } from "./types.ts";

/** The line that separates the sides of a conflict is also a heading's underline in some texts, so it says nothing alone. */
const CONFLICT = /^(?:<{7}|>{7}|\|{7}) /m;

/** Why no place of the text may be changed; undefined where any may. */
export function refusalToEdit(text: string): NoEditReason | undefined {
  if (CONFLICT.test(text)) return "mergeConflict";
  const refusal = refusalOfText(text);
  if (refusal === "tooLarge" || refusal === "binary") return "tooLarge";
  return refusal === undefined ? undefined : "generatedFile";
}
