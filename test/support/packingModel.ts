// A model that packs prompts with the embedded model's tokenizer, as the host does, and counts the tokens of each prompt that a KV cache of the
// last prompts would hold. It writes nothing but one letter. Not a test.

import { sharedLength } from "../../server/engine/generate/slotPolicy.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { packPrompt } from "../../server/engine/prompt/packPrompt.ts";
import { promptFormats } from "../../server/engine/prompt/promptFormat.ts";
import { loadTokenizer } from "../../server/engine/tokenizer/bpeTokenizer.ts";
import type { PromptInput } from "../../server/host/protocol/messages.ts";
import { PROMPT_BUDGET } from "../../server/host/protocol/promptBudget.ts";
import type { CompletionModel } from "../../src/model/completionModel.ts";

const tokenizer = await loadTokenizer(embeddedModelDir());

export interface Read {
  prompt: PromptInput;
  cached: number; // tokens
  tokens: number;
}

export interface PackingModel extends CompletionModel {
  generated: Read[];
  warmed: Read[];
}

/** @param keeps number of the last prompts in the cache */
export function packingModel(keeps = Number.POSITIVE_INFINITY): PackingModel {
  const known: number[][] = [];
  const read = (prompt: PromptInput): Read => {
    const { tokens } = packPrompt(prompt, tokenizer, PROMPT_BUDGET.tokens, promptFormats.fim);
    const cached = Math.max(0, ...known.map((other) => sharedLength(tokens, other)));
    known.push(tokens);
    if (known.length > keeps) known.shift();
    return { prompt, cached, tokens: tokens.length };
  };
  const model: PackingModel = {
    generated: [],
    warmed: [],
    async generate({ prompt }, onText) {
      const { cached, tokens } = read(prompt);
      model.generated.push({ prompt, cached, tokens });
      onText("x");
      const counts = { prompt: tokens, cached, generated: 1 };
      return {
        text: "x",
        stop: "endOfText",
        tokens: counts,
        timingMs: { queue: 0, prefill: 0, decode: 0 },
        logProbs: [0],
        tokenEnds: [0],
      };
    },
    async warm({ prompt }) {
      const { cached, tokens } = read(prompt);
      model.warmed.push({ prompt, cached, tokens });
      return { stop: "done", tokens: { prompt: tokens, cached }, ms: 0 };
    },
    inspect: () => Promise.reject(new Error("not packed")),
  };
  return model;
}
