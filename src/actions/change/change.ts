// Selected lines, changed by a model as an instruction in words asks: the model writes, and the checks accept or reject. Returns an edit of those
// lines and of nothing else; applies none.

import { Cancelled } from "../../../common/errors.ts";
import { saysGenerated } from "../../../common/rules/textRules.ts";
import { NO_ADAPTER } from "../../../server/host/protocol/adapters.ts";
import type { Sources } from "../../context/sources/sources.ts";
import type { CompletionModel, ModelCall } from "../../model/completionModel.ts";
import type { Checker } from "../../typescript/checker.ts";
import type { OpenDocument } from "../../workspace/documents.ts";
import { refusalToComplete } from "../../workspace/workspace.ts";
import { reasonOfFailure } from "../fix/fixAt.ts";
import { attempts } from "../gap.ts";
import { type ChangeFault, type ChangeFilters, faultOfChangedLines } from "./checks.ts";
import { ANSWER_END, changedLines, question } from "./question.ts";
import { type SelectedLines, selectedLines, wholeStatements } from "./selection.ts";

export type NoChangeReason =
  | ChangeFault
  | "ignoredFile"
  | "generatedFile"
  | "noTree"
  | "nothingSelected"
  | "selectionTooLong"
  | "selectionHoldsSecret"
  | "noInstruction"
  | "instructionTooLong"
  | "smallModel"
  | "noTemplate" // the model has learnt no conversations
  | "otherModel" // another one than the one that was to be asked would have answered
  | "answerCut"
  | "changesOutside" // lines that are not selected
  | "checkSlow"
  | "documentChanged";

/** The least that a model of this machine must have to be asked without a person's leave. */
const LEAST_PARAMETERS = 1.4e9; // "1.5B" models have a little less or more

/** Each reason as text for a person. */
export const NO_CHANGE: Readonly<Record<NoChangeReason, string>> = {
  ignoredFile: "the file is one that nobody should look at",
  generatedFile: "the file was written by a generator, whose next run would undo the change",
  noTree: "the file cannot be parsed in time, so that no change could be checked",
  nothingSelected: "no code is selected",
  selectionTooLong: "the selection is longer than the model can read and write at once; select fewer lines",
  selectionHoldsSecret: "the selection or the lines above it hold what looks like a secret, which no model gets to see",
  noInstruction: "the instruction is empty",
  instructionTooLong: "the instruction is longer than 2,000 characters",
  smallModel:
    "the model in use has fewer than 1.5 billion parameters; of 60 changes that were asked of Sotto's strong one, 5 came out as meant; choose a larger model or a server, or allow small ones",
  noTemplate: "the model in use completes code and follows no instructions; choose one that was tuned to",
  otherModel: "the model that was to be asked does not answer, and no other one is asked in its place",
  emptyAnswer: "the model has written nothing",
  answerCut: "the model's answer did not come to its end",
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
  documentChanged: "the file was changed meanwhile",
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

export interface ChangeDeps {
  model: Pick<CompletionModel, "generate" | "inspect">;
  sources?: Sources;
  checker?: Checker; // absent: whether it compiles is not checked
  filters: ChangeFilters;
  allowsSmall: boolean; // the person lets models below `LEAST_PARAMETERS` write, too
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

const MOST_SELECTED_UNITS = 3_000;
const MOST_INSTRUCTION_UNITS = 2_000;
/** The longest answer that every model can write at once, in tokens. */
const MOST_TOKENS = 1_024;
/** Code has about three UTF-16 units a token, and the answer may be half as long again as the selection. */
const tokensFor = (units: number): number => Math.min(MOST_TOKENS, 128 + Math.ceil(units / 2));
const ATTEMPTS = attempts(0, 0.4);

/** @throws UserError when the model cannot be asked; Cancelled */
export async function changeLines(
  { document, start, end, instruction }: ChangeRequest,
  { model, sources, checker, filters, allowsSmall }: ChangeDeps,
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
  if (lines.end - lines.start > MOST_SELECTED_UNITS) return none("selectionTooLong");
  const shown = wholeStatements(text, document.tree, lines, MOST_SELECTED_UNITS);
  const inFull = question(document, shown, asked, true);
  if (inFull.hidesSecret) return none("selectionHoldsSecret");
  const maxTokens = tokensFor(shown.end - shown.start);
  const about = await model.inspect({ ...inFull.prompt, asked: true, maxTokens });
  const isSmall = about.tier !== undefined || (about.parameters ?? LEAST_PARAMETERS) < LEAST_PARAMETERS;
  if (isSmall && !allowsSmall) return none("smallModel");
  if (about.dropped.length > 0) return none("selectionTooLong");
  const { prompt } = isSmall ? question(document, shown, asked, false) : inFull;
  const call: Omit<ModelCall, "sampling"> = {
    ...{ prompt, class: "command", asked: true, maxTokens },
    stop: ANSWER_END,
    ...(about.tier !== undefined && { adapter: NO_ADAPTER }), // which teaches to fill gaps, and unlearns to follow instructions
  };
  const answers: string[] = [];
  let reason: NoChangeReason = "emptyAnswer";
  for (const sampling of ATTEMPTS) {
    const { text: answer, stop, ...by } = await model.generate({ ...call, sampling }, () => {}, signal);
    if (signal.aborted) throw new Cancelled();
    if (document.version !== version) return none("documentChanged");
    if (stop === "noConversation") return none("noTemplate");
    if (by.model !== about.model) return none("otherModel");
    const newText = changedLines(answer, text, shown, lines);
    const change = { start: lines.start, end: lines.end, newText: newText ?? "" };
    const isCut = stop === "maxTokens";
    const isOutside = newText === undefined && "changesOutside";
    const fault = isCut ? "answerCut" : isOutside || (await faultOrReason(document, change, filters, checker));
    if (document.version !== version) return none("documentChanged");
    if (fault === undefined) {
      const told = { isChecked: checker !== undefined, isSmall, ...(about.model && { model: about.model }) };
      return { kind: "offered", edit: { ...change, version }, lines, ...told };
    }
    answers.push(answer);
    reason = fault;
  }
  return { kind: "none", reason, answers };
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
