// A model for tests of the command line: its text comes from a function. Has no tokenizer: each character counts as a token.

import type { CliModel } from "../../cli/model.ts";
import { nothing } from "../../server/host/protocol/emptyResults.ts";
import type { GenerateParams, PromptInput } from "../../server/host/protocol/messages.ts";
import { promptBudgetOf } from "../../server/host/protocol/promptBudget.ts";

const LOG_PROB = Math.log(0.9); // of every token that is scored
const SURE = Math.log(0.99); // and of every one that is written: sure enough to be shown

/** A model that writes `write(prompt)`, cut at the request's stop sequences and token limit. */
export function fakeModel(write: (prompt: PromptInput) => string): CliModel & Required<Pick<CliModel, "score">> {
  return {
    async generate({ prompt, stop, maxTokens }: Omit<GenerateParams, "id">, onText) {
      if (prompt.instruction !== undefined) return nothing("noConversation", 0); // it fills gaps, and follows no instruction
      const whole = write(prompt);
      const ends = stop.map((sequence) => whole.indexOf(sequence)).filter((index) => index >= 0);
      const text = whole.slice(0, Math.min(maxTokens, whole.length, ...ends));
      onText(text);
      return {
        text,
        stop: ends.length > 0 ? "stopSequence" : "endOfText",
        tokens: { prompt: prompt.prefix.length, cached: 0, generated: text.length },
        timingMs: { queue: 0, prefill: 1, decode: 1 },
        logProbs: Array.from(text, () => SURE),
        tokenEnds: Array.from(text, (_, index) => index + 1),
      };
    },
    async remember() {},
    async inspect({ pieces, prefix, path }) {
      const sent = pieces.map((piece) => ({ ...piece, tokens: piece.text.length }));
      const own = { kind: "prefix", path, text: prefix, score: 1, tokens: prefix.length };
      const prompt = [...sent, own].map(({ text }) => text).join("");
      return { pieces: [...sent, own], dropped: [], prompt, tokens: prompt.length };
    },
    score: async ({ prompt, text }) => ({
      logProb: text.length * LOG_PROB,
      tokens: Array.from(text, (sign) => ({
        id: sign.charCodeAt(0),
        text: sign,
        ...{ logProb: LOG_PROB, rank: 1, entropy: 0.3, alternatives: [] },
      })),
      promptTokens: prompt.prefix.length,
      cachedTokens: 0,
    }),
    status: () => ({ state: "ready", model: "fake", device: "cpu", runtime: "none", rssBytes: 0 }),
    promptBudget: promptBudgetOf(),
    dispose() {},
  };
}
