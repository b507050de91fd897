// The styles of docstrings, and the detection of a text's style.

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

/** Patterns that distinguish the styles of Python. */
const MARKS: readonly [StyleName, RegExp][] = [
  ["google", /^[ \t]+(?:Args|Returns|Raises|Yields):[ \t]*$/gm],
  ["numpy", /^[ \t]+(?:Parameters|Returns|Raises|Yields)[ \t]*\r?\n[ \t]+-{3,}/gm],
  ["rest", /^[ \t]+:(?:param|returns?|raises)\b[^:\n]*:/gm],
];

export const isStyleOf = (name: StyleName, languageId: string): boolean =>
  (languageId === "python") === (name === "google" || name === "numpy" || name === "rest");

export const styleNamed = (name: StyleName): Style => STYLES[name];

/** The style of most docstrings in the texts; undefined where it cannot be determined. */
export function styleOf(texts: readonly string[], languageId: string): Style | undefined {
  if (languageId !== "python") return usualStyle(languageId);
  const countOf = (mark: RegExp) => texts.reduce((sum, text) => sum + (text.match(mark)?.length ?? 0), 0);
  const counts = MARKS.map(([name, mark]) => ({ name, count: countOf(mark) }));
  const best = counts.reduce((one, other) => (other.count > one.count ? other : one));
  return best.count > 0 ? STYLES[best.name] : undefined;
}

export const usualStyle = (languageId: string): Style =>
  STYLES[languageId === "python" ? "google" : languageId.startsWith("typescript") ? "tsdoc" : "jsdoc"];
