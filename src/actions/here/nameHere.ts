// What the editor's language providers say of the name at a place, as lines of a page. Pure.

import type { ToldName } from "../../protocol/summary.ts";
import { type FactSection, joined, line } from "../factPage/factPage.ts";

/** The section of a page; without lines where nothing was found. */
export function nameSection(told: ToldName | undefined): FactSection {
  const title = "The name at the cursor";
  if (!told) return { title, lines: [] };
  const { name, type, places, outside } = told;
  return {
    title,
    lines: [
      ...(type === undefined ? [] : [line({ code: name }, ": ", { code: type })]),
      ...(places.length > 0 ? [line({ code: name }, " is defined at ", ...joined(places))] : []),
      ...(outside.length > 0
        ? [
            line(
              { code: name },
              " is defined outside of this folder, in ",
              ...joined(outside.map((code) => ({ code }))),
            ),
          ]
        : []),
    ],
  };
}
