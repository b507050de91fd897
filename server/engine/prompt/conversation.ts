// The prompt of an instruction: the turns of a conversation, in the template that the model was tuned on. Reads nothing but its input.

import type { PromptInput } from "../../host/protocol/messages.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { idsOfSegments, type PackedPrompt, textOfSegments } from "./packPrompt.ts";
import type { Segment } from "./types.ts";

/** The special tokens around a turn, and the line that says whose it is. */
export interface ConversationFormat {
  start: string;
  end: string;
}

/** ChatML, the template of Qwen2.5 and many others. */
const CHATML: ConversationFormat = { start: "<|im_start|>", end: "<|im_end|>" };

const SYSTEM = "You are a careful programmer.";

/** Names of models that were tuned to follow instructions. A vocabulary alone does not tell: base models have the markers too. */
const TUNED = /instruct|chat|(?:^|[-_ ])it(?:$|[-_ .])/i;

/** The template of a model of that name; undefined where it has learnt none that is known here. */
export function conversationFor(name: string, tokenizer: Tokenizer): ConversationFormat | undefined {
  const hasMarkers = [CHATML.start, CHATML.end].every((marker) => tokenizer.specialId(marker) !== undefined);
  return hasMarkers && TUNED.test(name) ? CHATML : undefined;
}

/** The instruction as one user's turn, and the beginning of the answer. Of an instruction that is too long its end stays. */
export function packInstruction(
  { path, instruction = "", prefix }: PromptInput,
  tokenizer: Tokenizer,
  budgetTokens: number,
  { start, end }: ConversationFormat,
): PackedPrompt {
  const [opens, closes, line] = [{ marker: start }, { marker: end }, { text: "\n" }];
  const before: Segment[] = [opens, { text: `system\n${SYSTEM}` }, closes, line, opens, { text: "user\n" }];
  const after: Segment[] = [closes, line, opens, { text: `assistant\n${prefix}` }];
  const [head, turn] = [idsOfSegments(before, tokenizer), idsOfSegments(after, tokenizer)];
  const asked = tokenizer.encode(instruction);
  const room = Math.max(0, budgetTokens - head.length - turn.length);
  const kept = asked.slice(Math.max(0, asked.length - room));
  const tokens = [...head, ...kept, ...turn];
  return {
    tokens,
    lineStart: tokens.length - tokenizer.encode(prefix).length,
    line: prefix,
    inspection: {
      pieces: [{ kind: "instruction", path, score: 1, text: instruction, tokens: kept.length }],
      dropped: kept.length < asked.length ? [{ kind: "instruction", path, reason: "budget" }] : [],
      prompt: textOfSegments([...before, { text: instruction }, ...after]),
      tokens: tokens.length,
    },
  };
}
