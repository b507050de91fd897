// The filters in their order: from the model's text to the suggestion that is shown, or the reason for none. Each filter has its own file.
// Must not call a model.

import { REDACTED } from "../../../common/rules/redactSecrets.ts";
import { nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import type { Region } from "../../../common/syntax/syntax.ts";
import type { LineMode } from "../classify.ts";
import type { FilterSwitches } from "../filters.ts";
import type { Completion, NoCompletionReason } from "../outcome.ts";
import { baseIndentation, inlineBrackets, onBlankLine, type Place } from "../place.ts";
import type { KnownSymbols } from "../symbols/knownSymbols.ts";
import { endAtQuote, fitBrackets } from "../text/brackets.ts";
import { withoutDoubledIndentation } from "../text/indentation.ts";
import { withoutDoubledSpace } from "../text/leadingSpace.ts";
import { enoughLines, lineCount, withinLines } from "./blockSize.ts";
import { hidesCharacters, withoutHalfCharacter } from "./characters.ts";
import { cutAtDeclared } from "./declaredHere.ts";
import { dedent } from "./dedent.ts";
import { duplicatesPrevious } from "./duplicateOfPrevious.ts";
import { cutAtRest, cutAtSuffixLine, duplicatesSuffix } from "./duplicateOfSuffix.ts";
import { addsHarm } from "./harmful.ts";
import { codeBefore, isInsecure } from "./insecure.ts";
import { endsInOperator, endsInOperatorByText } from "./operatorEnd.ts";
import { orphansNextLine } from "./orphanedLine.ts";
import { cutAtDoubledLine, repeats } from "./repetition.ts";
import { addedUnits } from "./savedKeys.ts";
import { holdsSecret } from "./secrets.ts";
import { firstLine, firstLineBelow } from "./singleLine.ts";
import { type UnknownName, unknownSymbol, withoutUnknownImports } from "./symbols.ts";
import { breaksSyntax, errorsWith, type Judged, leavesErrors } from "./syntaxErrors.ts";
import { trimToClosedNode, trimToTopLevelNode, trimToWholeLines } from "./trimToNode.ts";
import { unusedImport } from "./unusedImport.ts";
import { saysNothing } from "./whitespaceOnly.ts";
import { wholePart } from "./wholePart.ts";

export interface Written {
  text: string; // what the model wrote
  cutOff: boolean; // it ended because its tokens or its time were used up
}

/** A filter that has changed the text, by what it does. */
export interface FilterStep {
  name: keyof typeof FILTER_STEPS;
  before: string;
  after: string;
}

/** The steps that may change a text, in their order, in words: what follows "Then Sotto …". */
export const FILTER_STEPS = {
  indentation: "dropped white space that stands before the cursor already",
  restOfLine: "cut it where it repeats the rest of the line",
  quote: "ended it at the quote that closes the string",
  lines: "cut it to the lines that belong here",
  end: "dropped the white space at its end",
  doubledLine: "cut lines that repeat each other",
  declared: "cut what this file declares already",
  brackets: "fitted its brackets to the line",
  imports: "left out names that its imports do not have",
} as const;

export interface PostprocessRules {
  maxLines: number;
  filters: FilterSwitches;
  explicit: boolean; // a person asked for it
  symbols?: KnownSymbols; // at the cursor; without them names are not judged
  /** Told of the name that is the reason for none, where a name is, and of the text that holds it. */
  onUnknown?: (unknown: UnknownName, text: string) => void;
  /** Told of each step that changes the text. */
  onStep?: (step: FilterStep) => void;
}

/** @param judged undefined where the document has no tree: then syntax is not judged */
export function postprocess(
  { text: raw, cutOff }: Written,
  place: Place,
  mode: LineMode,
  region: Region,
  judged: Judged | undefined,
  { maxLines, filters, explicit, symbols, onUnknown, onStep }: PostprocessRules,
): Completion | NoCompletionReason {
  if (raw === "") return "empty";
  const changed = (name: FilterStep["name"], before: string, after: string): string => {
    if (after !== before) onStep?.({ name, before, after });
    return after;
  };
  const written = withoutHalfCharacter(raw.replace(/\r\n?/g, "\n"), cutOff);
  const begun = withoutDoubledIndentation(withoutDoubledSpace(written, place.line), place.prefix, place.line);
  changed("indentation", written, begun);
  const cuts = explicit && filters.syntax && judged !== undefined; // what was asked for is cut back to what is whole
  let text = changed("restOfLine", begun, cutAtRest(begun, place.rest));
  if (region === "string") text = changed("quote", text, endAtQuote(text, place.line, place.rest));
  const all = text;
  if (mode === "single" || maxLines === 1) text = firstLine(text, onBlankLine(place), cutOff);
  else {
    const several = severalLines(text, place, cutOff, judged, maxLines, cuts);
    if (several === undefined) return "tooLong";
    text = several || firstLine(text, onBlankLine(place), cutOff) || (cuts ? firstLineBelow(text, cutOff) : "");
  }
  changed("lines", all, text);
  text = changed("end", text, trimmedEnd(text, place.rest));
  if (text === "") return written.trim() === "" ? "whitespaceOnly" : "empty";
  if (saysNothing(text)) return "whitespaceOnly";
  if (hidesCharacters(text, place.prefix)) return "invisible";
  if (filters.repetition && repeats(text)) return "repetition";
  if (filters.repetition) text = changed("doubledLine", text, cutAtDoubledLine(text));
  if (text.includes(REDACTED) && !place.prefix.includes(REDACTED)) return "redacted";

  if (filters.duplicates && judged) text = changed("declared", text, cutAtDeclared(text, place, judged));
  if (text.trim() === "") return "declaredHere";
  const asWritten = fitBrackets(text, place.line, place.rest);
  const fitted = (cuts && wholePart(text, place, judged, maxLines)) || asWritten;
  if (!fitted) return "unbalanced";
  const { replaceAfter } = fitted;
  text = changed("brackets", text, closerOnItsLine(fitted.text, place, replaceAfter));
  const added = addedUnits(text, place.rest.slice(0, replaceAfter));
  if (text.trim() === "" || added === 0) return "duplicatesSuffix";
  if (!explicit && added === 1) return "tooShort";
  if (filters.duplicates) {
    const begins = /^[ \t]*\n/.exec(text)?.[0] ?? ""; // a text that begins below the cursor's line repeats lines from there on
    const line = begins === "" ? place.line : "";
    if (duplicatesSuffix(line, text.slice(begins.length), place.suffix)) return "duplicatesSuffix";
    if (duplicatesPrevious(place.prefix + begins, text.slice(begins.length))) return "duplicatesPrevious";
  }
  if (filters.secrets && holdsSecret(place.prefix, text, place.suffix.slice(replaceAfter))) return "secret";
  if (
    filters.insecure &&
    region !== "comment" &&
    isInsecure(codeBefore(place), text, place.rest.slice(replaceAfter), place.document.languageId)
  ) {
    return "insecure";
  }
  if (filters.harmful && addsHarm(place, text)) return "harmful";
  if (filters.syntax && region === "code") {
    if (judged && orphansNextLine(text, replaceAfter, place)) return "syntaxError";
    if (!judged && endsInOperatorByText(text) && place.rest.trim() === "") return "unfinished";
    if (judged && breaksSyntax(text, replaceAfter, judged)) return "syntaxError";
    if (judged && leavesErrors(text, replaceAfter, judged)) return "syntaxError";
    if (judged && endsInOperator(text, replaceAfter, judged)) return "unfinished";
  }
  if (filters.symbols && symbols && judged && region === "code") {
    const own = place.document.text.getText();
    text = changed("imports", text, withoutUnknownImports(text, replaceAfter, judged, own, symbols));
    const unknown = unknownSymbol(text, replaceAfter, judged, own, symbols);
    const unused = unknown ? undefined : unusedImport(text, replaceAfter, judged, own, symbols);
    const wrong = unknown ?? unused;
    if (wrong) {
      onUnknown?.(wrong, text);
      return unused ? "unusedImport" : "unknownSymbol";
    }
  }
  return { text, replaceAfter };
}

/**
 * @param cutLater what is not complete is left to `wholePart`
 * @returns undefined where there are too many lines and the allowed ones hold nothing complete
 */
function severalLines(
  all: string,
  place: Place,
  endedEarly: boolean,
  judged: Judged | undefined,
  maxLines: number,
  cutLater: boolean,
): string | undefined {
  const written = enoughLines(all, maxLines);
  const cutOff = endedEarly || written !== all;
  const base = baseIndentation(place, written);
  const from = place.offset + place.pending.length;
  const inline = inlineBrackets(place);
  const tree = judged?.draft.parse(place.pending + written);
  const end = tree && nodeEnd(tree, from, from + written.length, written.endsWith("\n"), inline);
  let text = written;
  if (end?.closedAt !== undefined) {
    const before = written.slice(0, end.closedAt);
    text = dedent(before, base) === before ? trimToBetter(written, end.closedAt, place, judged!) : dedent(before, base);
  } else {
    text = dedent(cutOff ? trimToWholeLines(written, cutLater ? undefined : end) : written, base);
    if (base === 0) text = trimToTopLevelNode(text);
  }
  text = cutAtSuffixLine(text, place.suffix);
  if (cutLater) return text.split("\n", maxLines).join("\n");
  // a bracket that the text leaves open may be closed below the cursor; otherwise only complete lines stay
  const leavesOpen = end !== undefined && end.closedAt === undefined && end.open.length > 0 && text.includes("\n");
  const errors = leavesOpen ? errorsWith(text.trimEnd(), 0, judged!)?.all : undefined;
  if (errors !== undefined && errors > judged!.errorsBefore) text = trimToWholeLines(text, end);
  if (text === "" && end?.closedAt === undefined && written !== all) return undefined;
  if (lineCount(text.trimEnd()) <= maxLines) return text;
  const whole = judged?.draft.parse(place.pending + written);
  const { indented } = place.language;
  return withinLines(text.trimEnd(), maxLines, indented, whole && { tree: whole, from, inline }) || undefined;
}

/**
 * The text with the node's closing bracket or without it, whichever leaves fewer syntax errors. Where both leave the document broken,
 * the bracket is added only if it does not follow the cursor.
 */
function trimToBetter(text: string, closedAt: number, place: Place, judged: Judged): string {
  const without = trimToClosedNode(text, closedAt, false);
  const withCloser = trimToClosedNode(text, closedAt, true);
  const gain = (errorsWith(without, 0, judged)?.all ?? 0) - (errorsWith(withCloser, 0, judged)?.all ?? 0);
  const follows = place.suffix.trimStart().startsWith(text[closedAt]!);
  return gain > 0 || (gain === 0 && !follows) ? withCloser : without;
}

/** Drops trailing white space, unless more text of the line follows. */
function trimmedEnd(text: string, rest: string): string {
  const trimmed = text.trimEnd();
  return rest.trim() === "" || text.slice(trimmed.length).includes("\n") ? trimmed : text;
}

/** Where several lines are inserted before a bracket that the editor closed on the cursor's line, the bracket moves to its own line. */
function closerOnItsLine(text: string, place: Place, replaceAfter: number): string {
  if (!text.includes("\n") || replaceAfter > 0 || !/^\s*[)\]}]/.test(place.rest)) return text;
  return `${text.trimEnd()}\n${/^[ \t]*/.exec(place.line)![0]}`;
}
