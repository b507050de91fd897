// The call of the model for a question of a conversation, the same from the command line and the editor's chat.

import type { Turn } from "../../server/host/protocol/messages.ts";
import type { ModelCall } from "../model/completionModel.ts";

const TEMPERATURE = 0.2;
/** Headings with which the next turn would begin in a template that writes them as text. */
const NEXT_TURN = ["\n### Instruction"];

/** @param turns what was said before `instruction`, oldest first */
export function chatCall(turns: Turn[], instruction: string, maxTokens: number, seed?: number): ModelCall {
  const prompt = { path: "", languageId: "", prefix: "", suffix: "", pieces: [], instruction, turns };
  return {
    prompt,
    class: "command",
    asked: true,
    maxTokens,
    sampling: { temperature: TEMPERATURE, seed },
    stop: NEXT_TURN,
  };
}
