// Selected lines, changed by a model as an instruction in words asks: the model writes, and the checks accept or reject. Returns an edit of those
// lines and of nothing else; applies none.

import { saysGenerated } from "../../../common/rules/textRules.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { Checker } from "../../typescript/checker.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { reasonOfFailure } from "../fix/fixAt.ts";
import { type Answerer, instructed, MOST_ASKED_UNITS, NO_ANSWER, type NoAnswerReason } from "../instructed.ts";
import { type ChangeFault, type ChangeFilters, faultOfChangedLines } from "./checks.ts";
import { changedLines, question } from "./question.ts";
import { type SelectedLines, selectedLines, wholeStatements } from "./selection.ts";

export type NoChangeReason =
  | ChangeFault
  | NoAnswerReason
  | "ignoredFile"
  | "generatedFile"
  | "noTree"
  | "nothingSelected"
  | "selectionHoldsSecret"
  | "noInstruction"
  | "instructionTooLong"
  | "changesOutside" // lines that are not selected
  | "checkSlow";

/** Each reason as text for a person. */
export const NO_CHANGE: Readonly<Record<NoChangeReason, string>> = {
  ...NO_ANSWER,
  ignoredFile: "the file is one that nobody should look at",
  generatedFile: "the file was written by a generator, whose next run would undo the change",
  noTree: "the file cannot be parsed in time, so that no change could be checked",
  nothingSelected: "no code is selected",
  selectionHoldsSecret: "the selection or the lines above it hold what looks like a secret, which no model gets to see",
  noInstruction: "the instruction is empty",
  instructionTooLong: "the instruction is longer than 2,000 characters",
  smallModel:
    "the model in use has fewer than 1.5 billion parameters; of 60 changes that were asked of Sotto's strong one, 5 came out as meant; choose a larger model or a server, or allow small ones",
  changesOutside: "what the model wrote changes lines that are not selected; select whole statements",
  unchanged: "the model has left the selection as it was",
  syntaxError: "what the model wrote does not parse",
  secret: "what the model wrote holds something like a secret",
  insecure: "what the model wrote is insecure, by the rules for suggestions",
  harmful: "what the model wrote harms people, by the rules for suggestions",
  newProblem: "with what the model wrote, the file has a problem that it did not have before",
  breaksOther: "with what the model wrote, another file has a problem that it did not have before",
  compilerFailed: "the compiler broke off, so that the change could not be checked",
  checkSlow: "the compiler took longer than ten seconds; another try may find its work done",
};

/** What a person is told beside a change by a small model. */
export const SMALL_MODEL_WARNING =
  "A model below 1.5 billion parameters has written this: about one in five of the changes that pass the checks is what was meant.";

export interface ChangeRequest {
  document: OpenDocument;
  start: number; // UTF-16 units, and so is `end`
  end: number;
  instruction: string;
}

export interface ChangeDeps extends Answerer {
  sources?: Sources;
  checker?: Checker; // absent: whether it compiles is not checked
  filters: ChangeFilters;
}

export type ChangeOutcome =
  | { kind: "none"; reason: NoChangeReason; answers: string[] } // the answers that were rejected
  | {
      kind: "offered";
      edit: { start: number; end: number; newText: string; version: number };
      lines: SelectedLines;
      isChecked: boolean; // by a compiler, beyond its syntax
      isSmall: boolean;
      model?: string; // id
    };

const MOST_INSTRUCTION_UNITS = 2_000;

/** @throws UserError when the model cannot be asked; Cancelled */
export async function changeLines(
  { document, start, end, instruction }: ChangeRequest,
  { sources, checker, filters, ...answerer }: ChangeDeps,
  signal: AbortSignal,
): Promise<ChangeOutcome> {
  const { version } = document;
  const text = document.text.getText();
  const asked = instruction.trim();
  if (asked === "") return none("noInstruction");
  if (asked.length > MOST_INSTRUCTION_UNITS) return none("instructionTooLong");
  if (saysGenerated(text)) return none("generatedFile");
  if (await refusalToComplete(document.path, sources?.workspace)) return none("ignoredFile");
  if (!document.tree) return none("noTree");
  const lines = selectedLines(text, start, end);
  if (!lines) return none("nothingSelected");
  if (lines.end - lines.start > MOST_ASKED_UNITS) return none("selectionTooLong");
  const shown = wholeStatements(text, document.tree, lines, MOST_ASKED_UNITS);
  const inFull = question(document, shown, asked, true);
  if (inFull.hidesSecret) return none("selectionHoldsSecret");
  const answered = await instructed(
    {
      document,
      prompt: inFull.prompt,
      smallPrompt: question(document, shown, asked, false).prompt,
      codeUnits: shown.end - shown.start,
    },
    answerer,
    async (answer) => {
      const newText = changedLines(answer, text, shown, lines);
      if (newText === undefined) return { reason: "changesOutside" };
      const change = { start: lines.start, end: lines.end, newText };
      const reason = await faultOrReason(document, change, filters, checker);
      return reason === undefined ? change : { reason };
    },
    signal,
  );
  if ("reason" in answered) return { kind: "none", ...answered };
  const { passed, ...by } = answered;
  return { kind: "offered", edit: { ...passed, version }, lines, isChecked: checker !== undefined, ...by };
}

const none = (reason: NoChangeReason): ChangeOutcome => ({ kind: "none", reason, answers: [] });

async function faultOrReason(
  ...[document, change, filters, checker]: Parameters<typeof faultOfChangedLines>
): Promise<NoChangeReason | undefined> {
  try {
    return await faultOfChangedLines(document, change, filters, checker);
  } catch (error) {
    const reason = reasonOfFailure(error);
    if (reason === undefined) throw error;
    return reason === "documentChanged" ? reason : reason === "compilerSlow" ? "checkSlow" : "compilerFailed";
  }
}
