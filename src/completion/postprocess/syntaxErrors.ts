// Judges a suggestion by the tree that the document would have with it: no error that was not there before.
// Must not change anything; a text that is judged unfinished (`if (x) {`) is judged with its end supplied.

import { countErrors } from "../../../common/syntax/errors.ts";
import type { LanguageSyntax } from "../../../common/syntax/languages.ts";
import type { Draft } from "../../context/draft.ts";
import { bracketsOf } from "./brackets.ts";

export interface Judged {
  draft: Draft;
  language: LanguageSyntax;
  pending: string; // stands before the text and is not in the document either
  errorsBefore: number; // of the document with `pending` alone
}

/** Whether `text` brings an error. Without a verdict in time it does not. */
export function breaksSyntax(text: string, replaceAfter: number, judged: Judged): boolean {
  return [text, ...finished(text, judged.language)].every((variant) => {
    const errors = errorsWith(variant, replaceAfter, judged);
    return errors !== undefined && errors > judged.errorsBefore;
  });
}

/** The errors of the document with `text`; undefined where the parse took too long or the count was capped. */
export function errorsWith(text: string, replaceAfter: number, { draft, pending }: Judged): number | undefined {
  const tree = draft.parse(pending + text, replaceAfter);
  const errors = tree && countErrors(tree);
  return errors && !errors.capped ? errors.count : undefined;
}

const closerOf: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** Ways to end a text that stops where somebody would go on: open brackets closed, a body for a Python header. */
function finished(text: string, language: LanguageSyntax): string[] {
  const { open } = bracketsOf(text);
  const variants: string[] = [];
  const closers = open
    .map((bracket) => closerOf[bracket]!)
    .reverse()
    .join("");
  if (closers !== "") variants.push(text + closers, `${text}\n${closers}`);
  if (language.indented && text.endsWith(":")) {
    variants.push(`${text} pass`);
    if (/\btry:$/.test(text)) {
      const indentation = /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n") + 1))![0];
      variants.push(`${text} pass\n${indentation}finally: pass`);
    }
  }
  return variants;
}
