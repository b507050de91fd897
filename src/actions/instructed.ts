// Has a model that follows instructions write code: asked only where it is large enough or a person lets small ones write, and once more where its
// first answer does not pass. Judges no answer.

import { Cancelled } from "../../common/errors.ts";
import { NO_ADAPTER } from "../../server/host/protocol/adapters.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import type { CompletionModel, ModelCall } from "../model/completionModel.ts";
import type { OpenDocument } from "../workspace/documents.ts";
import { attempts } from "./gap.ts";

export type NoAnswerReason =
  | "selectionTooLong"
  | "smallModel"
  | "noTemplate" // the model has learnt no conversations
  | "otherModel" // another one than the one that was to be asked would have answered
  | "emptyAnswer"
  | "answerCut"
  | "documentChanged";

/** Each reason as text for a person. */
export const NO_ANSWER: Readonly<Record<NoAnswerReason, string>> = {
  selectionTooLong: "the selection is longer than the model can read and write at once; select fewer lines",
  smallModel:
    "the model in use has fewer than 1.5 billion parameters; choose a larger model or a server, or allow small ones",
  noTemplate: "the model in use completes code and follows no instructions; choose one that was tuned to",
  otherModel: "the model that was to be asked does not answer, and no other one is asked in its place",
  emptyAnswer: "the model has written nothing",
  answerCut: "the model's answer did not come to its end",
  documentChanged: "the file was changed meanwhile",
};

/** The longest code that a model is asked about. */
export const MOST_ASKED_UNITS = 3_000;
/** The longest answer that every model can write at once, in tokens. */
const MOST_TOKENS = 1_024;
/** The least that a model of this machine must have to be asked without a person's leave. */
const LEAST_PARAMETERS = 1.4e9; // "1.5B" models have a little less or more
/** Where an answer ends: its code block, which the prompt has opened. */
const ANSWER_END = ["\n```"];
const ATTEMPTS = attempts(0, 0.4);

export interface Question {
  document: OpenDocument;
  prompt: PromptInput;
  /** What small models are asked in its place; absent: the same. */
  smallPrompt?: PromptInput;
  codeUnits: number; // that it is about
}

export interface Answerer {
  model: Pick<CompletionModel, "generate" | "inspect">;
  allowsSmall: boolean; // the person lets models below `LEAST_PARAMETERS` write, too
}

export type Answered<T, R> =
  | { passed: T; isSmall: boolean; model?: string } // its id
  | { reason: R | NoAnswerReason; answers: string[] }; // those that were rejected

/**
 * @param judge what an answer is good for, or why it does not pass
 * @throws UserError when the model cannot be asked; Cancelled
 */
export async function instructed<T extends object, R extends string>(
  { document, prompt: inFull, smallPrompt = inFull, codeUnits }: Question,
  { model, allowsSmall }: Answerer,
  judge: (answer: string) => Promise<T | { reason: R }>,
  signal: AbortSignal,
): Promise<Answered<T, R>> {
  const { version } = document;
  // Code has about three UTF-16 units a token, and the answer may be half as long again as what was asked about.
  const maxTokens = Math.min(MOST_TOKENS, 128 + Math.ceil(codeUnits / 2));
  const about = await model.inspect({ ...inFull, asked: true, maxTokens });
  const isSmall = about.tier !== undefined || (about.parameters ?? LEAST_PARAMETERS) < LEAST_PARAMETERS;
  if (isSmall && !allowsSmall) return none("smallModel");
  if (about.dropped.length > 0) return none("selectionTooLong");
  const call: Omit<ModelCall, "sampling"> = {
    ...{ prompt: isSmall ? smallPrompt : inFull, class: "command", asked: true, maxTokens },
    stop: ANSWER_END,
    ...(about.tier !== undefined && { adapter: NO_ADAPTER }), // which teaches to fill gaps, and unlearns to follow instructions
  };
  const answers: string[] = [];
  let reason: R | NoAnswerReason = "emptyAnswer";
  for (const sampling of ATTEMPTS) {
    const { text: answer, stop, ...by } = await model.generate({ ...call, sampling }, () => {}, signal);
    if (signal.aborted) throw new Cancelled();
    if (document.version !== version) return none("documentChanged");
    if (stop === "noConversation") return none("noTemplate");
    if (by.model !== about.model) return none("otherModel");
    const judged = stop === "maxTokens" ? ({ reason: "answerCut" } as const) : await judge(answer);
    if (document.version !== version) return none("documentChanged");
    if (!("reason" in judged)) return { passed: judged, isSmall, ...(about.model && { model: about.model }) };
    answers.push(answer);
    reason = judged.reason;
  }
  return { reason, answers };
}

const none = (reason: NoAnswerReason) => ({ reason, answers: [] });
