// Which style a docstring is written in: what the file's own docstrings are in, or the language's usual one.

import { googleStyle } from "./google.ts";
import { jsDocStyle } from "./jsDoc.ts";
import { numpyStyle } from "./numpy.ts";
import { reStructuredStyle } from "./reStructured.ts";
import type { Style, StyleName } from "./style.ts";

const STYLES: Readonly<Record<StyleName, Style>> = {
  tsdoc: jsDocStyle("tsdoc"),
  jsdoc: jsDocStyle("jsdoc"),
  google: googleStyle,
  numpy: numpyStyle,
  rest: reStructuredStyle,
};

export const styleNames = Object.keys(STYLES) as StyleName[];

/** What tells each style of Python from the others. */
const MARKS: readonly [StyleName, RegExp][] = [
  ["google", /^[ \t]+(?:Args|Returns|Raises|Yields):[ \t]*$/gm],
  ["numpy", /^[ \t]+(?:Parameters|Returns|Raises|Yields)[ \t]*\r?\n[ \t]+-{3,}/gm],
  ["rest", /^[ \t]+:(?:param|returns?|raises)\b[^:\n]*:/gm],
];

export const isStyleOf = (name: StyleName, languageId: string): boolean =>
  (languageId === "python") === (name === "google" || name === "numpy" || name === "rest");

export const styleNamed = (name: StyleName): Style => STYLES[name];

/** @param text of the file */
export function styleOf(text: string, languageId: string): Style {
  if (languageId !== "python") return STYLES[languageId.startsWith("typescript") ? "tsdoc" : "jsdoc"];
  const counts = MARKS.map(([name, mark]) => ({ name, count: text.match(mark)?.length ?? 0 }));
  const best = counts.reduce((one, other) => (other.count > one.count ? other : one)); // Google's where none is found
  return STYLES[best.name];
}
