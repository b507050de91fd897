// What a changed selection must pass before a person sees it: it says something new, parses, adds no secret and nothing insecure or harmful, and
// the checker finds no new problem. Changes nothing.

import { harmsIn } from "../../../common/rules/harmful.ts";
import { REDACTED } from "../../../common/rules/redactSecrets.ts";
import { countErrors } from "../../../common/syntax/errors.ts";
import { codeBefore, isInsecure } from "../../completion/postprocess/insecure.ts";
import { holdsSecret } from "../../completion/postprocess/secrets.ts";
import type { Checker } from "../../typescript/checker.ts";
import type { NoFix, TextChange } from "../../typescript/problems.ts";
import { documentAfter, type OpenDocument } from "../../workspace/documents.ts";

/** What the filters for suggestions find in a text that a model has written. */
export type WrittenFault = "secret" | "insecure" | "harmful";

export type ChangeFault =
  | WrittenFault
  | "emptyAnswer"
  | "unchanged"
  | "syntaxError"
  | "newProblem"
  | "breaksOther"
  | "compilerFailed";

/** Which filters are on: the person's settings. */
export interface ChangeFilters {
  secrets: boolean;
  insecure: boolean;
  harmful: boolean;
}

/** How much of a long answer is judged at a time, in UTF-16 units: what the rules for insecure code read. */
const JUDGED_UNITS = 3_000;

/** @returns undefined where it passes; "noTree" where it cannot be parsed in time */
export async function faultOfChangedLines(
  document: OpenDocument,
  change: TextChange,
  filters: ChangeFilters,
  checker: Checker | undefined,
): Promise<ChangeFault | "noTree" | undefined> {
  const text = document.text.getText();
  const before = text.slice(change.start, change.end);
  if (change.newText.trim() === "") return "emptyAnswer";
  if (change.newText === before) return "unchanged";
  return faultOfText(document, change, filters) ?? faultOfSyntax(document, change) ?? checkedFault(change, checker);
}

function faultOfText(document: OpenDocument, { start, end, newText }: TextChange, filters: ChangeFilters) {
  const text = document.text.getText();
  const [prefix, suffix] = [text.slice(0, start), text.slice(end)];
  const place = { document, offset: start, prefix: prefix.replaceAll("\r\n", "\n"), pending: "" };
  const written = { before: text.slice(start, end), newText, prefix, suffix, languageId: document.languageId };
  return faultOfWritten({ ...written, above: () => codeBefore(place) }, filters);
}

/** What a model has written in the place of another text, and the texts around it. */
export interface WrittenText {
  before: string;
  newText: string;
  prefix: string;
  suffix: string;
  languageId: string;
  /** The code before it, which the rules for insecure code read. */
  above(): string;
}

/** What the filters find in a text that they do not find in the one before. */
export function faultOfWritten(written: WrittenText, filters: ChangeFilters): WrittenFault | undefined {
  const { before, newText, prefix, suffix, languageId } = written;
  const isNew = (judge: (lines: string) => boolean) => judge(newText) && !judge(before);
  if (newText.includes(REDACTED) && !before.includes(REDACTED)) return "secret";
  if (filters.secrets && isNew((lines) => holdsSecret(prefix, lines, suffix))) return "secret";
  const all = prefix + before + suffix;
  if (filters.harmful && harmsIn(newText, all) > harmsIn(before, all)) return "harmful";
  if (filters.insecure && isNew((lines) => isInsecureIn(written.above(), lines, languageId))) return "insecure";
  return undefined;
}

function isInsecureIn(above: string, lines: string, languageId: string): boolean {
  let before = above;
  for (let at = 0; at < lines.length; at += JUDGED_UNITS) {
    const part = lines.slice(at, at + JUDGED_UNITS);
    if (isInsecure(before, part, "", languageId)) return true;
    before += part;
  }
  return false;
}

function faultOfSyntax(
  document: OpenDocument,
  { start, end, newText }: TextChange,
): ChangeFault | "noTree" | undefined {
  const after = documentAfter(document, { start, end, text: newText });
  try {
    if (!document.tree || !after?.tree) return "noTree";
    const [was, is] = [countErrors(document.tree), countErrors(after.tree)];
    return is.count > was.count || (is.capped && !was.capped) ? "syntaxError" : undefined;
  } finally {
    after?.close();
  }
}

const FAULTS: Readonly<Partial<Record<NoFix, ChangeFault>>> = {
  syntaxError: "syntaxError",
  newProblem: "newProblem",
  breaksOther: "breaksOther",
};

async function checkedFault(change: TextChange, checker: Checker | undefined): Promise<ChangeFault | undefined> {
  if (!checker) return undefined;
  const fault = await checker.faultOf([change], undefined, await checker.problems());
  return fault && (FAULTS[fault] ?? "compilerFailed");
}
