// A model that writes what a test says, a few characters at a time, and obeys limits and signals as the real one does.

import type { GenerateParams, GenerateResult, StopReason } from "../../../server/host/protocol/messages.ts";
import type { CompletionModel } from "../../../src/model/completionModel.ts";

const CHUNK_UNITS = 3;
const UNITS_PER_TOKEN = 3;

export interface ScriptedModel extends CompletionModel {
  calls: Omit<GenerateParams, "id">[];
  written: number; // units streamed by all calls
}

/**
 * @param script what the model writes, white space that the prompt ends with left out; a function sees the prompt's prefix
 * @param end how the generation ends where nothing stops it before
 * @param tokenLogProb of each of its tokens
 */
export function scriptedModel(
  script: string | ((prefix: string) => string),
  end: StopReason = "endOfText",
  tokenLogProb = -0.01, // sure enough to be shown
): ScriptedModel {
  const model: ScriptedModel = {
    calls: [],
    written: 0,
    async generate(params, onText, signal): Promise<GenerateResult> {
      model.calls.push(params);
      const whole = typeof script === "string" ? after(params.prompt.prefix, script) : script(params.prompt.prefix);
      let text = "";
      let stop: StopReason = end;
      while (text.length < whole.length) {
        if (signal.aborted) {
          stop = "cancelled";
          break;
        }
        if (text.length >= params.maxTokens * UNITS_PER_TOKEN) {
          stop = "maxTokens";
          break;
        }
        const chunk = whole.slice(text.length, text.length + CHUNK_UNITS);
        const found = params.stop.map((sequence) => (text + chunk).indexOf(sequence)).filter((at) => at !== -1);
        if (found.length > 0) {
          text = (text + chunk).slice(0, Math.min(...found));
          stop = "stopSequence";
          break;
        }
        text += chunk;
        model.written += chunk.length;
        onText(chunk);
      }
      const tokens = { prompt: 0, cached: 0, generated: Math.ceil(text.length / UNITS_PER_TOKEN) };
      const logProbs = Array.from({ length: tokens.generated }, () => tokenLogProb);
      const tokenEnds = logProbs.map((_, index) => Math.min(text.length, (index + 1) * UNITS_PER_TOKEN));
      return { text, stop, tokens, timingMs: { queue: 0, prefill: 0, decode: 0 }, logProbs, tokenEnds };
    },
    inspect: () => Promise.reject(new Error("not scripted")),
  };
  return model;
}

/** A script may be written from the start of its line: what of it stands in the prompt is not written again. */
function after(prefix: string, script: string): string {
  const blank = /(?<![ \t])[ \t]*$/.exec(prefix)![0];
  return script.startsWith(blank) ? script.slice(blank.length) : script;
}
