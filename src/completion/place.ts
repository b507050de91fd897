// The place of a request as the rules and filters see it: the text around the cursor with "\n" line ends, and its position in the syntax tree.
// Owns the limits that keep bad input out. Must not call a model.

import { type LineSyntax, lineSyntax } from "../../common/syntax/languages.ts";
import { indentationOf, lineEndOf, lineStartOf, MAX_LINE_UNITS } from "../../common/syntax/lines.ts";
import { regionAt } from "../../common/syntax/region.ts";
import type { Region } from "../../common/syntax/syntax.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import type { NoCompletionReason } from "./outcome.ts";
import { bracketsOf } from "./text/brackets.ts";

/** Files beyond this size, in UTF-16 units, are data rather than hand-written code. */
const MAX_FILE_UNITS = 10_000_000;

/** Length limit of the prefix, in UTF-16 units: more text than any prompt holds. */
export const PREFIX_UNITS = 65_536;
export const SUFFIX_UNITS = 16_384;

/**
 * A prefix that does not reach back to the beginning of the file begins at a multiple of this many lines: typing seldom moves its beginning, and
 * the KV cache stays usable.
 */
const PREFIX_LINE_STEP = 64;

export interface Place {
  document: OpenDocument;
  language: LineSyntax;
  /** Cursor in units of the document's own text; what follows it there is replaced or kept. */
  offset: number;
  /** Text of an item of the suggest widget that is not in the document yet, as if it were: the prefix ends with it. */
  pending: string;
  prefix: string; // before the cursor, `pending` included
  suffix: string; // after it
  line: string; // the current line before the cursor
  rest: string; // the current line after it
  lineBreak: "\n" | "\r\n"; // the document's own
}

export interface PlaceRequest {
  document: OpenDocument;
  offset: number;
  selected?: { text: string; startOffset: number };
}

/** The place, or the reason why nothing can be suggested there, whatever the model says. */
export function placeOf({ document, offset, selected }: PlaceRequest): Place | NoCompletionReason {
  const language = lineSyntax(document.languageId);
  if (!language) return "unsupportedLanguage";
  const text = document.text.getText();
  if (text.length > MAX_FILE_UNITS) return "fileTooLarge";
  const lineStart = lineStartOf(text, offset);
  const lineEnd = lineEndOf(text, offset);
  if (lineEnd - lineStart > MAX_LINE_UNITS) return "lineTooLong";
  if (splitsCharacter(text, offset)) return "insideSurrogatePair";

  let pending = "";
  if (selected) {
    const typed = text.slice(selected.startOffset, offset);
    if (!selected.text.startsWith(typed)) return "selectedItemDiffers";
    pending = normalised(selected.text.slice(typed.length));
  }
  const prefix = normalised(text.slice(prefixStart(document.text, offset), offset)) + pending;
  const suffix = normalised(text.slice(offset, offset + SUFFIX_UNITS));
  return {
    document,
    language,
    offset,
    pending,
    prefix,
    suffix,
    line: prefix.slice(lineStartOf(prefix, prefix.length)),
    rest: suffix.slice(0, lineEndOf(suffix, 0)),
    lineBreak: text.slice(0, text.indexOf("\n") + 1).endsWith("\r\n") ? "\r\n" : "\n",
  };
}

/** Where the prefix begins in a file with more text before the cursor than the limit. */
function prefixStart(text: OpenDocument["text"], offset: number): number {
  if (offset <= PREFIX_UNITS) return 0;
  const { line } = text.positionAt(offset - PREFIX_UNITS);
  const start = text.offsetAt({ line: (Math.floor(line / PREFIX_LINE_STEP) + 1) * PREFIX_LINE_STEP, character: 0 });
  return start < offset ? start : offset - PREFIX_UNITS; // few, very long lines
}

export function regionOf(place: Place): Region {
  return regionAt(place.document.text.getText(), place.offset, place.document.tree, place.language);
}

/** Only what an editor closes by itself, and the end of a statement, may follow on the line. */
const closingPunctuation = /^\s*(?:[)>}\]"'`]+\s*)?(?:[:{;,]\s*)?$/;

/** In a string, only the closing quote and the end of the call around it may follow on the line. */
const stringEnd = /^["'`]?[)\]}>;,\s]*$/;

const importPath = /(\bfrom|\bimport|\brequire)\s*(?:\(\s*)?["'][^"']*$/;

/** Why an automatic request gets no suggestion at a place, or undefined. */
export function refusal(place: Place, region: Region, explicit: boolean): NoCompletionReason | undefined {
  if (region === "string") {
    return explicit || (stringEnd.test(place.rest) && importPath.test(place.line)) ? undefined : "inString";
  }
  if (!explicit && !closingPunctuation.test(place.rest)) return "midLine";
  return undefined;
}

/** Whether nothing but white space stands before the cursor on its line. */
export const onBlankLine = (place: Pick<Place, "line">): boolean => place.line.trim() === "";

/**
 * The least indentation that lines after the first may have without leaving the block or statement of the cursor.
 * @param text the generated text; where it begins on a new line, that line decides
 */
export function baseIndentation(place: Pick<Place, "line">, text: string): number {
  if (!onBlankLine(place) && !/^[ \t]*\n/.test(text)) return indentationOf(place.line) + 1;
  const written = onBlankLine(place) ? place.line + text : text;
  const first = written.split("\n").find((line) => line.trim() !== "");
  return first === undefined ? 0 : indentationOf(first);
}

/** Number of open brackets on the cursor's own line, such as a call's. A bracket at the end of the line may begin a block instead. */
export function inlineBrackets({ line, rest }: Pick<Place, "line" | "rest">): number {
  const beginsBlock = /\{\s*$/.test(line) || (/[([]\s*$/.test(line) && rest.trim() === "");
  return beginsBlock ? 0 : bracketsOf(line).open.length;
}

/** A "\r\n" counts as one end of a line, and so does a lone "\r". */
function normalised(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}

function splitsCharacter(text: string, offset: number): boolean {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  return before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
}
