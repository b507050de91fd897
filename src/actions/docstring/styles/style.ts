// The form of a docstring: how its parts are laid out, and read again. Types only.

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
  /** As `render`, in the form in which the words of one part are asked for. */
  renderAsked(doc: DocText, indent: string): string;
}
