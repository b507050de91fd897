// A suggestion, and a model whose probabilities are known, for the tests of explanations.

import assert from "node:assert/strict";
import type { ContextPiece, PromptInput, ScoredToken } from "../../../server/host/protocol/messages.ts";
import type { SuggestionOrigin } from "../../../src/completion/result.ts";
import type { ExplainerDeps } from "../../../src/explain/explainer.ts";
import { placeAt } from "../completion/place.ts";

const CURSOR = "const base = 1;\nconst other = 2;\nconst found = │\nconst last = 3;\n";
export const TEXT = "openArchive(base)";

export const piece = (path: string, text: string): ContextPiece => ({ kind: "import", path, text, score: 0.5 });
export const PIECES = [
  piece("archive.ts", "export function openArchive(of: number) {}\n"),
  piece("zoo.ts", "export const zoo = 1;\n"),
];

export function origin(change: Partial<SuggestionOrigin> = {}): SuggestionOrigin {
  return {
    place: placeAt(CURSOR),
    explicit: false,
    pieces: PIECES,
    generation: {
      ...{ text: TEXT, stop: "stopSequence", model: "known", tier: "quick" },
      ...{ tokens: { prompt: 40, cached: 0, generated: 2 }, timingMs: { queue: 0, prefill: 1, decode: 1 } },
      ...{ logProbs: [-0.5, -0.5], tokenEnds: [11, TEXT.length] },
    },
    steps: [],
    outcome: { kind: "shown", items: [{ text: TEXT, replaceAfter: 0 }], source: "model" },
    ...change,
  };
}

/** A model to which the text's probability is what `nats` says of the prompt. */
export function known(nats: (prompt: PromptInput) => number, id = "known") {
  const asked: PromptInput[] = [];
  const token = (text: string, logProb: number): ScoredToken => ({
    ...{ id: text.length, text, logProb, rank: 2, entropy: 1 },
    alternatives: [{ id: 7, text: "re", logProb: -1 }],
  });
  const model: ExplainerDeps["model"] = {
    async inspect(prompt) {
      const own = (kind: string, text: string) => ({ kind, text, path: prompt.path, score: 1, tokens: 10 });
      const pieces = prompt.pieces.map((one) => ({ ...one, tokens: 10 }));
      const all = [...pieces, own("suffix", prompt.suffix), own("prefix", prompt.prefix)];
      return { pieces: all, dropped: [], prompt: "", tokens: 40 };
    },
    async generate({ forced = [] }) {
      assert.equal(forced.at(-1), 7);
      const begun = forced.length > 1 ? "openArchive" : "";
      const text = `${begun}readAll(base)`;
      return { ...origin().generation, text };
    },
    async score({ prompt, text }) {
      asked.push(prompt);
      const logProb = nats(prompt);
      const tokens = [token(text.slice(0, 11), logProb / 2), token(text.slice(11), logProb / 2)];
      return { model: id, logProb, tokens, promptTokens: 40, cachedTokens: 0 };
    },
  };
  return { model, asked };
}
