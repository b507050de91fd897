// The style of a docstring: the layout of its parts, and how they are parsed. Types only.

import type { DocText } from "../docText.ts";

export type StyleName = "tsdoc" | "jsdoc" | "google" | "numpy" | "rest";

export interface Style {
  readonly name: StyleName;
  /** @param text a whole docstring, delimiters included */
  parse(text: string): DocText;
  /**
   * The whole docstring, without a line break at its end; its first line is not indented.
   * @param indent stands before every line but the first
   */
  render(doc: DocText, indent: string): string;
  /** As `render`, in the form that the model sees when it is asked for the words of one part. */
  renderAsked(doc: DocText, indent: string): string;
}
