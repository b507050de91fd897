// Tells whether a suggestion adds words that harm people or advice on security that is plainly wrong; what the line has already is no reason.
// Pure; `common/rules` defines what harms.

import { harmsIn } from "../../../common/rules/harmful.ts";
import type { Place } from "../place.ts";

/** How much of the cursor's line is read, in UTF-16 units. */
const LINE_UNITS = 1_000;

export function addsHarm({ line, document }: Place, text: string): boolean {
  const before = line.slice(-LINE_UNITS);
  if (harmsIn(before + text) === harmsIn(before)) return false;
  const known = document.text.getText();
  return harmsIn(before + text, known) > harmsIn(before, known);
}
