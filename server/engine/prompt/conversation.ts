// The prompt of an instruction: the turns of a conversation, in the template that the model was tuned on. The templates are code, each as its
// family publishes it; no template language is interpreted. Reads nothing but its input.

import type { PromptInput, Turn } from "../../host/protocol/messages.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { idsOfSegments, type PackedPrompt, textOfSegments } from "./packPrompt.ts";
import type { Marker, Segment } from "./types.ts";

export interface ConversationFormat {
  readonly name: string;
  /** Special tokens without which the template cannot be used. */
  readonly markers: readonly string[];
  /** The segments up to where the answer begins. The last turn is the user's. */
  layout(system: string, turns: readonly Turn[]): Segment[];
}

const SYSTEM = "You are a careful programmer.";

const mark = (marker: string): Marker => ({ marker });
const text = (value: string): Segment => ({ text: value });

/** ChatML: Qwen2.5 and many others. `opening` is what an answer begins with. */
const chatml = (name: string, opening: readonly Segment[] = []): ConversationFormat => {
  const [start, end] = ["<|im_start|>", "<|im_end|>"];
  const turn = (role: string, said: string): Segment[] => [
    mark(start),
    text(`${role}\n${said}`),
    mark(end),
    text("\n"),
  ];
  return {
    name,
    markers: [start, end],
    layout: (system, turns) => [
      ...turn("system", system),
      ...turns.flatMap(({ role, text: said }) => turn(role, said)),
      ...[mark(start), text("assistant\n"), ...opening],
    ],
  };
};

/** Llama 3: headers, and texts without blanks around them. `heading` is what the system's turn begins with. */
const llama = (name: string, heading = ""): ConversationFormat => ({
  name,
  markers: ["<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>"],
  layout(system, turns) {
    const header = (role: string): Segment[] => [mark("<|start_header_id|>"), text(role), mark("<|end_header_id|>")];
    const turn = (role: string, said: string): Segment[] => [
      ...header(role),
      text(`\n\n${said.trim()}`),
      mark("<|eot_id|>"),
    ];
    return [
      mark("<|begin_of_text|>"),
      ...turn("system", `${heading}${system}`),
      ...turns.flatMap(({ role, text: said }) => turn(role, said)),
      ...[...header("assistant"), text("\n\n")],
    ];
  },
});

/** Gemma: no system's turn, its text begins the first one of the user. */
const GEMMA: ConversationFormat = {
  name: "gemma",
  markers: ["<bos>", "<start_of_turn>", "<end_of_turn>"],
  layout: (system, turns) => [
    mark("<bos>"),
    ...turns.flatMap(({ role, text: said }, index) => [
      mark("<start_of_turn>"),
      text(`${role === "user" ? "user" : "model"}\n${index === 0 ? `${system}\n\n` : ""}${said.trim()}`),
      ...[mark("<end_of_turn>"), text("\n")],
    ]),
    ...[mark("<start_of_turn>"), text("model\n")],
  ],
};

/** The only sentence that StarCoder2 Instruct was tuned with in its system's place: its template takes no other. */
const STARCODER2_SYSTEM =
  "You are an exceptionally intelligent coding assistant that consistently delivers accurate and reliable responses to user instructions.";

/** StarCoder2 Instruct: headings in the text; an answer ends as a file does. */
const STARCODER2: ConversationFormat = {
  name: "starcoder2",
  markers: ["<|endoftext|>"],
  layout: (_system, turns) => [
    ...[mark("<|endoftext|>"), text(`${STARCODER2_SYSTEM}\n\n`)],
    ...turns.flatMap(({ role, text: said }): Segment[] =>
      role === "user"
        ? [text(`### Instruction\n${said}\n\n`)]
        : [text(`### Response\n${said}`), mark("<|endoftext|>"), text("\n\n")],
    ),
    text("### Response\n"),
  ],
};

const CHATML = chatml("chatml");
const LLAMA3 = llama("llama3");
/** Llama 3.1 to 3.3 are told dates. Today's is the one that the template names where it has no clock: a prompt does not change from day to day. */
const LLAMA31 = llama("llama3.1", "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n");
/** Qwen3, told not to think aloud first: the answer begins after an empty thought. */
const QWEN3 = chatml("qwen3", [mark("<think>"), text("\n\n"), mark("</think>"), text("\n\n")]);

/** Names of models that were tuned to follow instructions. A vocabulary alone does not tell: base models have the markers too. */
const TUNED = /instruct|chat|(?:^|[-_ ])it(?:$|[-_ .])/i;
/** The Qwen3 models that can think and can be told not to; their names say nothing else. */
const THINKS = /^(?!.*(?:base|coder|instruct|thinking)).*qwen3\b/i;

/** Whether a model's name says that it was tuned for conversations. */
export const isTuned = (name: string): boolean => TUNED.test(name) || THINKS.test(name);

/** The name by which a model is judged: the one in its file, unless only the id that a person gave it says that it was tuned. */
export const tellingName = ({ name, id }: { name: string; id: string }): string => (isTuned(name) ? name : id);

const WITH_DATES = /llama[-_ ]?3[.][123]/i;

/** The template of a model of that name; undefined where it has learnt none that is known here. */
export function conversationFor(name: string, tokenizer: Tokenizer): ConversationFormat | undefined {
  const fits = ({ markers }: ConversationFormat) =>
    markers.every((marker) => tokenizer.specialId(marker) !== undefined);
  if (THINKS.test(name) && fits(QWEN3)) return QWEN3;
  if (!TUNED.test(name)) return undefined;
  if (/starcoder2/i.test(name) && fits(STARCODER2)) return STARCODER2;
  if (WITH_DATES.test(name) && fits(LLAMA31)) return LLAMA31;
  return [CHATML, LLAMA3, GEMMA].find(fits);
}

/**
 * The conversation as its template lays it out, and the beginning of the answer, `prefix`. Of a conversation beyond the budget the oldest turns are
 * left out, and of an instruction that is too long its end stays.
 */
export function packConversation(
  { path, instruction = "", turns = [], prefix }: PromptInput,
  tokenizer: Tokenizer,
  budgetTokens: number,
  format: ConversationFormat,
): PackedPrompt {
  const answer = idsOfSegments([{ text: prefix }], tokenizer);
  const packed = (kept: readonly Turn[], asked: string) => {
    const segments = joined(format.layout(SYSTEM, [...kept, { role: "user", text: asked }]));
    return { segments, tokens: [...idsOfSegments(segments, tokenizer), ...answer] };
  };
  let kept: readonly Turn[] = turns;
  let asked = instruction;
  let { segments, tokens } = packed(kept, asked);
  while (tokens.length > budgetTokens && kept.length > 0) {
    kept = kept.slice(2);
    ({ segments, tokens } = packed(kept, asked));
  }
  while (tokens.length > budgetTokens && asked !== "") {
    const share = (tokens.length - budgetTokens) / tokenizer.encode(asked).length;
    asked = asked.slice(Math.max(1, Math.ceil(asked.length * share)));
    ({ segments, tokens } = packed(kept, asked));
  }
  const isWhole = kept.length === turns.length && asked === instruction;
  return {
    tokens,
    lineStart: tokens.length - answer.length,
    line: prefix,
    inspection: {
      pieces: [{ kind: "instruction", path, score: 1, text: asked, tokens: tokenizer.encode(asked).length }],
      dropped: isWhole ? [] : [{ kind: "instruction", path, reason: "budget" }],
      prompt: `${textOfSegments(segments)}${prefix}`,
      tokens: tokens.length,
    },
  };
}

/** Texts that follow each other as one: the tokens of a family's template are those of its whole text. */
function joined(segments: readonly Segment[]): Segment[] {
  const whole: Segment[] = [];
  for (const segment of segments) {
    const last = whole.at(-1);
    if (last && "text" in last && "text" in segment) whole[whole.length - 1] = { text: last.text + segment.text };
    else whole.push(segment);
  }
  return whole;
}
