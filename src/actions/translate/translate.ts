// Code of a file, written anew in another language by a model: the model writes, and what can be checked is checked and told. Changes no file.

import { type CodeLanguage, codeLanguageNamed, languageName } from "../../../common/syntax/codeLanguages.ts";
import { countErrors } from "../../../common/syntax/errors.ts";
import { extensionOf } from "../../../common/syntax/languages.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { Checker } from "../../typescript/checker.ts";
import { type OpenDocument, openDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { type ChangeFilters, faultOfWritten, type WrittenFault } from "../change/checks.ts";
import { outermost, unixLines } from "../change/question.ts";
import { type SelectedLines, selectedLines, wholeStatements } from "../change/selection.ts";
import { reasonOfFailure } from "../fix/fixAt.ts";
import { promptOfInstruction } from "../gap.ts";
import { type Answerer, instructed, MOST_ASKED_UNITS, NO_ANSWER, type NoAnswerReason } from "../instructed.ts";
import { missingNames } from "./missingNames.ts";

export type NoTranslationReason =
  | NoAnswerReason
  | WrittenFault
  | "unchanged"
  | "syntaxError"
  | "unknownLanguage"
  | "sameLanguage"
  | "ignoredFile"
  | "nothingSelected"
  | "selectionHoldsSecret";

/** Each reason as text for a person. */
export const NO_TRANSLATION: Readonly<Record<NoTranslationReason, string>> = {
  ...NO_ANSWER,
  unknownLanguage: "Sotto knows no language of code by that name",
  sameLanguage: "the code is in that language already",
  ignoredFile: "the file is one that nobody should look at",
  nothingSelected: "there is no code",
  selectionTooLong: `the code is longer than the model can read and write at once (at most ${MOST_ASKED_UNITS} characters); choose fewer lines`,
  selectionHoldsSecret: "the code holds what looks like a secret, which no model gets to see",
  smallModel:
    "the model in use has fewer than 1.5 billion parameters, and such models translate badly; choose a larger model or a server, or allow small ones",
  unchanged: "the model has written the same code again",
  syntaxError: "what the model wrote does not parse in the other language",
  secret: "what the model wrote holds something like a secret",
  insecure: "what the model wrote is insecure, by the rules for suggestions",
  harmful: "what the model wrote harms people, by the rules for suggestions",
};

/** Languages in which more than the syntax can be checked; of JavaScript the compiler tells nothing more. */
const CHECKED = ["typescript", "typescriptreact", "python"];
const PARSE_BUDGET_MS = 1_000;

export interface TranslationRequest {
  document: OpenDocument;
  /** The selected part, in UTF-16 units; absent: the whole file. */
  part?: { start: number; end: number };
  to: string; // as a person calls the language
}

export interface TranslationDeps extends Answerer {
  sources?: Sources;
  filters: ChangeFilters;
  /** The checker of a document that no file holds yet; undefined where nothing can check it. */
  checkerOf?(document: OpenDocument): Promise<Checker | undefined>;
}

export interface Translation {
  text: string;
  target: CodeLanguage;
  lines: SelectedLines; // that were translated
  parses: true | null; // null: the language has no grammar here
  /** What the checker of the language finds in it; null where nothing has checked it. */
  problems: { line: number; message: string }[] | null; // lines from 1
  /** Functions and types of the code that are not named in the translation. */
  missing: string[];
  isSmall: boolean;
  model?: string; // id
}

export type TranslationOutcome =
  | { kind: "none"; reason: NoTranslationReason; answers: string[] } // the answers that were rejected
  | { kind: "offered"; translation: Translation };

/** @throws UserError when the model cannot be asked; Cancelled */
export async function translated(
  { document, part, to }: TranslationRequest,
  { sources, filters, checkerOf, ...answerer }: TranslationDeps,
  signal: AbortSignal,
): Promise<TranslationOutcome> {
  const target = codeLanguageNamed(to);
  const text = document.text.getText();
  if (!target) return none("unknownLanguage");
  if (target.id === document.languageId) return none("sameLanguage");
  if (await refusalToComplete(document.path, sources?.workspace)) return none("ignoredFile");
  const selected = selectedLines(text, part?.start ?? 0, part?.end ?? text.length);
  if (!selected || text.trim() === "") return none("nothingSelected");
  if (selected.end - selected.start > MOST_ASKED_UNITS) return none("selectionTooLong");
  const whole = document.tree ? wholeStatements(text, document.tree, selected, MOST_ASKED_UNITS) : selected;
  const isWhole = whole.start === selected.start && whole.end === selected.end;
  const lines = isWhole ? selected : { ...selectedLines(text, whole.start, whole.end)!, isWider: true };
  const code = outdented(unixLines(text.slice(lines.start, lines.end)));
  const { prompt, hidesSecret } = question(document, code, target);
  if (hidesSecret) return none("selectionHoldsSecret");
  const answered = await instructed(
    { document, prompt, codeUnits: code.length },
    answerer,
    async (answer) => judged(answer, code, target, document, filters),
    signal,
  );
  if ("reason" in answered) return { kind: "none", ...answered };
  const { passed, ...by } = answered;
  const problems = await problemsIn(passed.text, document, target, checkerOf);
  const missing = missingNames(document, lines, passed.text);
  return { kind: "offered", translation: { ...passed, target, lines, problems, missing, ...by } };
}

const none = (reason: NoTranslationReason): TranslationOutcome => ({ kind: "none", reason, answers: [] });

/** With the code last: of a prompt that is too long the end stays. Secrets are redacted. */
function question(document: OpenDocument, code: string, { id, name }: CodeLanguage) {
  const from = languageName(document.languageId);
  const whole = `Translate this ${from} code of ${document.path} into ${name}:\n\`\`\`${document.languageId}\n${code}\n\`\`\`\n\nWrite the whole code in ${name}, and nothing else. Keep what it does, its comments, and its names as ${name} writes names. Where ${name} has nothing of the kind, write a comment that begins with TODO.`;
  const prompt = promptOfInstruction(document, whole, `\`\`\`${id}\n`);
  return { prompt, hidesSecret: prompt.instruction !== whole };
}

type Judged = { text: string; parses: true | null } | { reason: NoTranslationReason };

function judged(
  answer: string,
  code: string,
  { id }: CodeLanguage,
  { parsers }: OpenDocument,
  filters: ChangeFilters,
): Judged {
  const written = withoutFence(answer);
  if (written.trim() === "") return { reason: "emptyAnswer" };
  if (written.trim() === code.trim()) return { reason: "unchanged" };
  const fault = faultOfWritten(
    { before: code, newText: written, prefix: "", suffix: "", languageId: id, above: () => "" },
    filters,
  );
  if (fault) return { reason: fault };
  const parser = parsers.for(id);
  if (!parser) return { text: written, parses: null };
  const tree = parser.parse(written, undefined, PARSE_BUDGET_MS);
  if (!tree) return { text: written, parses: null };
  const { count, capped } = countErrors(tree);
  tree.dispose();
  return count === 0 && !capped ? { text: written, parses: true } : { reason: "syntaxError" };
}

/** Up to the end of its code block, with one line break at its end. */
const withoutFence = (answer: string): string =>
  `${unixLines(answer)
    .replace(/\n```[\s\S]*$/, "")
    .replace(/^\n+/, "")
    .trimEnd()}\n`;

/** Without the indentation that all lines share. */
function outdented(code: string): string {
  const lines = code.split("\n");
  const shared = outermost(lines);
  return lines.map((line) => (line.startsWith(shared) ? line.slice(shared.length) : line)).join("\n");
}

/** As a file beside the code's own, by a name that no file has. */
async function problemsIn(
  text: string,
  { uri, path, parsers }: OpenDocument,
  { id: languageId }: CodeLanguage,
  checkerOf: TranslationDeps["checkerOf"],
): Promise<Translation["problems"]> {
  if (!checkerOf || !CHECKED.includes(languageId)) return null;
  const renamed = (name: string) => name.replace(/(?:\.[^./\\]*)?$/, `.translated${extensionOf(languageId)}`);
  const beside = openDocument({ uri: renamed(uri), path: renamed(path), languageId, text }, parsers);
  try {
    const checker = await checkerOf(beside);
    if (!checker) return null;
    const found = await checker.problems();
    return found.map(({ start, message }) => ({ line: beside.text.positionAt(start).line + 1, message }));
  } catch (error) {
    if (reasonOfFailure(error) === undefined) throw error;
    return null;
  }
}
