// A model for the tests of commands: it writes what a function says, and keeps the prompts that it was asked with. Not a test.

import { nothing } from "../../../server/host/protocol/emptyResults.ts";
import type { GenerateParams, GenerateResult, PromptInput } from "../../../server/host/protocol/messages.ts";

/**
 * @param write told the prompt, and how often it was asked with it before
 * @param answer the same for a prompt with an instruction; without it the model has not learnt to follow one
 */
export function writingModel(
  write: (prompt: PromptInput, attempt: number) => string,
  answer?: (prompt: PromptInput, attempt: number) => string,
) {
  const asked: PromptInput[] = [];
  return {
    asked,
    async generate({ prompt }: Omit<GenerateParams, "id">): Promise<GenerateResult> {
      const isSame = ({ prefix, suffix, instruction }: PromptInput) =>
        prefix === prompt.prefix && suffix === prompt.suffix && instruction === prompt.instruction;
      if (prompt.instruction !== undefined && !answer) return nothing("noConversation", 0);
      const by = prompt.instruction === undefined ? write : answer!;
      const text = by(prompt, asked.filter(isSame).length);
      asked.push(prompt);
      const [timingMs, tokens] = [
        { queue: 0, prefill: 0, decode: 0 },
        { prompt: 1, cached: 0, generated: 1 },
      ];
      return { text, stop: "stopSequence", tokens, timingMs, logProbs: [-0.5], tokenEnds: [text.length] };
    },
  };
}
