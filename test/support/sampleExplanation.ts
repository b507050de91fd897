// An explanation with everything that its page can show, made up: for tests of the page.

import type { ExplainedToken, Explanation } from "../../src/explain/explanation.ts";

const token = (index: number, text: string, probability: number): ExplainedToken => ({
  ...{ index, text, logProb: Math.log(probability), rank: 1, entropy: 1 },
  alternatives: [{ id: 7, text: "other", logProb: -2 }],
});

export function sampleExplanation(): Explanation {
  const tokens = [token(0, "openArchive", 0.6), token(1, "(base)", 0.9)];
  return {
    version: 1,
    ...{
      path: "src/a.ts",
      line: 2,
      character: 14,
      outcome: "shown",
      text: "openArchive(base)",
      written: "openArchive(base)",
    },
    ...{ summary: "Shown: 71 % sure.", model: "sample", tier: "quick", promptTokens: 900 },
    show: {
      ...{ score: 0.71, threshold: 0.4, explicit: false, bias: 1.2 },
      terms: [{ name: "lineDoubt", words: "doubt within its lines", value: -0.4, weight: 0.8, logOdds: -0.3 }],
    },
    steps: [{ name: "cut", words: "cut it", before: "openArchive(base);", after: "openArchive(base)" }],
    words: tokens.map((one) => ({ text: one.text, logProb: one.logProb, tokens: [one] })),
    hesitations: [
      { token: 0, text: "openArchive", probability: 0.6, alternatives: [{ id: 7, text: "readAll", probability: 0.2 }] },
    ],
    parts: [
      {
        ...{ id: 0, kind: "import", title: "src/archive.ts (import)", path: "src/archive.ts", line: 0, tokens: 90 },
        ...{ nats: 3, isNoise: false },
      },
      {
        ...{ id: 1, kind: "search", title: "src/zoo.ts (search)", path: "src/zoo.ts", tokens: 40 },
        ...{ nats: -0.2, isNoise: true },
      },
    ],
    hiding: [],
    copied: [{ text: "openArchive(", at: 0, path: "src/archive.ts", line: 3, where: "src/archive.ts" }],
    layers: {
      ...{ layers: 3, heads: 2, notes: [], ms: 3_000 },
      tokens: tokens.map(({ index, text }) => ({
        ...{ index, text, decidedAt: 1, logit: 6, embedding: 0, bias: 0, rounding: 0.5, norms: [10, 20, 40] },
        ...{ attention: [0.5, -1, 2], mlp: [0, 1, 3] },
        lens: [4, 1, 1].map((rank) => ({ rank, logProb: -rank, likeliest: rank === 1 ? text : "other" })),
      })),
      attention: {
        ...{ token: 0, text: "openArchive", layer: 2, head: 1, places: ["the first token", "src/archive.ts (import)"] },
        ...{
          shares: [
            [0.9, 0.1],
            [0.4, 0.6],
          ],
          tokens: [{ text: "openArchive", place: "src/archive.ts (import)", share: 0.5 }],
        },
      },
    },
    notes: ["This is made up."],
    ms: { first: 100, whole: 3_000 },
  };
}
