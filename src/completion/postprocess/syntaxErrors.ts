// Judges a suggestion by the tree that the document would have with it: no new error, and none on the suggestion's own lines.
// Must not change anything; a text that stops where a person would go on (`if (x) {`) is judged with an end supplied.

import { countErrors, findErrors } from "../../../common/syntax/errors.ts";
import type { LineSyntax } from "../../../common/syntax/languages.ts";
import type { Region } from "../../../common/syntax/syntax.ts";
import type { Draft } from "../../workspace/draft.ts";
import type { Place } from "../place.ts";
import { bracketsOf, closerOf } from "../text/brackets.ts";

export interface Judged {
  draft: Draft;
  language: LineSyntax;
  offset: number; // of the cursor in the document
  pending: string; // stands before the text and is not in the document either
  line: string; // the current line before the cursor, `pending` included
  rest: string; // and after it
  errorsBefore: number; // of the document with `pending` alone
}

/** The facts needed to judge syntax at a place; undefined where syntax cannot be judged. @param draft of the place */
export function judgedAt(
  { document, language, offset, pending, line, rest }: Place,
  region: Region,
  draft: Draft | undefined,
): Judged | undefined {
  if (!draft || region !== "code") return undefined;
  const before = pending === "" ? document.tree : draft.parse(pending);
  return before && { draft, language, offset, pending, line, rest, errorsBefore: countErrors(before).count };
}

/** Time limit for a verdict, in milliseconds. Broken text parses slowly, and a keystroke must not wait longer. */
const JUDGE_BUDGET_MS = 50;

interface Errors {
  all: number;
  inside: number; // on the suggestion's lines alone
}

/** Whether `text` adds an error; false where it could not be parsed in time. */
export function breaksSyntax(text: string, replaceAfter: number, judged: Judged): boolean {
  return soundVariant(text, replaceAfter, judged) === undefined;
}

/**
 * Whether the document has more errors with `text` than without. Text that a person would go on with (`if (x) {`) counts too, so that nobody
 * has to repair what they did not ask for. False where there is no verdict in time.
 */
export function leavesErrors(text: string, replaceAfter: number, judged: Judged): boolean {
  const errors = errorsWith(text, replaceAfter, judged);
  return errors !== undefined && errors.all > judged.errorsBefore;
}

/**
 * The text, or its first variant without an error; undefined where all have one, or the others could not be tried in time: what is known of the
 * text then is that it has one. A variant that could not be parsed in time counts as sound.
 */
export function soundVariant(text: string, replaceAfter: number, judged: Judged): string | undefined {
  const endMs = performance.now() + JUDGE_BUDGET_MS;
  return variants(text, judged).find((variant) => {
    if (variant !== text && performance.now() > endMs) return false;
    const errors = errorsWith(variant, replaceAfter, judged);
    return errors === undefined || (errors.all <= judged.errorsBefore && errors.inside === 0);
  });
}

/** The errors of the document with `text`; undefined where the parse took too long or there are too many errors. */
export function errorsWith(text: string, replaceAfter: number, judged: Judged): Errors | undefined {
  const { draft, pending, offset, line, rest } = judged;
  const tree = draft.parse(pending + text, replaceAfter);
  if (!tree) return undefined;
  const { nodes, capped } = findErrors(tree);
  if (capped) return undefined;
  const start = offset + pending.length - line.length;
  const end = offset + pending.length + text.length + rest.length - replaceAfter;
  // An unclosed block says nothing about the text; an error that reaches beyond the suggestion was there before.
  const inside = nodes.filter(
    (node) => node.startIndex >= start && node.endIndex <= end && !(node.isMissing && node.type === "}"),
  );
  return { all: nodes.length, inside: inside.length };
}

/** The text, and variants that complete an unfinished one: with an operand, with open brackets closed, with a body for a header. */
function variants(text: string, { language, line, rest }: Judged): string[] {
  const found = [text];
  const closers =
    rest.trim() === ""
      ? bracketsOf(line + text)
          .open.map((bracket) => closerOf[bracket]!)
          .reverse()
          .join("")
      : "";
  if (closers !== "") found.push(text + closers, `${text}\n${closers}`);
  found.push(`${text} 0${closers}`);
  if (!language.indented) return [...found, `${text}${closers} {}`];
  const lastLine = (line + text).slice((line + text).lastIndexOf("\n") + 1);
  const indentation = /^[ \t]*/.exec(lastLine)![0];
  if (lastLine.endsWith(":")) found.push(`${text} pass`);
  if (/\btry:$/.test(lastLine)) found.push(`${text} pass\n${indentation}finally: pass`);
  if (/^\s*@/.test(lastLine)) found.push(`${text}\n${indentation}def f(): pass`);
  return found;
}
