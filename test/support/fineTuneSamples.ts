// Sample reports of a fine-tuning about a workspace, for tests of the code that shows them.

import type { CorpusFacts, FineTunePlan } from "../../finetune/protocol/fineTune.ts";

export const sampleCorpus: CorpusFacts = {
  files: 214,
  bytes: 1_130_000,
  tokens: 402_137,
  generalShare: 0.15,
  split: {
    train: { files: 180, bytes: 950_000 },
    validation: { files: 18, bytes: 96_000 },
    report: { files: 16, bytes: 84_000 },
  },
  byGitTime: true,
  dropped: { "too large": 2, ignored: 80, generated: 21, "holds a secret": 3 },
  droppedFiles: [
    { path: "dist/a.js", reason: "ignored" },
    { path: "src/keys.ts", reason: "holds a secret" },
  ],
};

export const samplePlan: FineTunePlan = {
  corpus: sampleCorpus,
  minutes: 38.4,
  leastMinutes: 21.2,
  memoryBytes: 1_420_000_000,
  diskBytes: 350_000_000,
  passes: 2.1,
  tokensPerSecond: 350,
  warnings: [],
};
