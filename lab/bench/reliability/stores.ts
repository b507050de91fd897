// The stores whose saving is killed: how each saves generation after generation, and what a reader finds. Everything that a reader finds must be
// whole, and of the generation before the save or of the one that was saved. The index has a process of its own and is in kills.ts.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { keepAdapter } from "../../../finetune/store/keepAdapter.ts";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import { listModels, verifyModel } from "../../../server/engine/models/catalog.ts";
import { importModel } from "../../../server/engine/models/importModel.ts";
import { loadCheckpoint, type RunIdentity, saveCheckpoint } from "../../../server/train/run/checkpoint.ts";
import type { Trainer } from "../../../server/train/types.ts";
import { readStore } from "../../../src/adapters/adapterStore.ts";
import { noFacts } from "../../../src/adapters/storedAdapter.ts";
import { parseDays } from "../../../src/feedback/daysText.ts";
import { add, dayOf, totalOf } from "../../../src/feedback/statistics.ts";
import { StatisticsFile } from "../../../src/feedback/statisticsFile.ts";
import { f32Entry, ggufBytes, stringEntry, u32Entry } from "../../../test/support/ggufFile.ts";

export interface Store {
  /** Makes what saving needs and no save writes. */
  prepare?(dir: string): void;
  /** Saves generation `n`, counted from 1. */
  save(dir: string, n: number): void | Promise<void>;
  /** The last generation that a reader finds; 0 where there is none. @throws Error where something is not whole */
  read(dir: string): number | Promise<number>;
}

const LOCK_AGE_MS = 20_000; // between two saves: a killed process leaves its lock, which is stale by then

const statistics: Store = {
  save(dir, n) {
    const nowMs = Date.now() + n * LOCK_AGE_MS;
    const file = new StatisticsFile(path.join(dir, "statistics.json"), (line) => {
      throw new Error(line);
    });
    const { shown = 0 } = totalOf(file.days());
    const bucket = { day: dayOf(nowMs), languageId: "typescript", model: "", kind: "line" } as const;
    add(file.unwritten, bucket, "shown", n - shown); // a killed save may have left one out
    file.save(nowMs);
  },
  read(dir) {
    const text = readIfThere(path.join(dir, "statistics.json"));
    return text === undefined ? 0 : (totalOf(parseDays(text)).shown ?? 0);
  },
};

const adapterText = (n: number) => `all of the tensors of ${n}\n`.repeat(200);

const adapters: Store = {
  prepare(dir) {
    mkdirSync(path.join(dir, "workspace"), { recursive: true });
    mkdirSync(path.join(dir, "trained"), { recursive: true });
  },
  save(dir, n) {
    const trained = path.join(dir, "trained");
    writeFileSync(path.join(trained, AdapterFiles.config), "{}");
    writeFileSync(path.join(trained, AdapterFiles.base), '{"base":{"id":"tiny","weightsSha256":"tiny-1"}}');
    writeFileSync(path.join(trained, AdapterFiles.tensors), adapterText(n));
    keepAdapter(path.join(dir, "workspace"), trained, noFacts, { name: String(n), dataDir: path.join(dir, "data") });
  },
  read(dir) {
    const { active, adapters: stored, problems } = readStore(path.join(dir, "workspace"), path.join(dir, "data"));
    if (problems.length > 0) throw new Error(problems.join(" "));
    for (const { dir: folder, name } of stored)
      if (readFileSync(path.join(folder, AdapterFiles.tensors), "utf8") !== adapterText(Number(name)))
        throw new Error(`${folder} is not whole`);
    return Number(stored.find(({ id }) => id === active?.id)?.name ?? 0);
  },
};

const VALUES = 4_096;
const identity: RunIdentity = {
  base: { id: "tiny", weightsSha256: "tiny-1" },
  datasetSha256: "data",
  recipe: {
    rank: 4,
    alpha: 8,
    dropout: 0,
    embeddingRows: [],
    startSha256: null,
    trainedLayers: 1,
    sequenceTokens: 12,
    sequencesPerStep: 1,
    steps: 1_000,
    warmupSteps: 1,
    learningRate: 1e-3,
    weightDecay: 0,
    seed: 1,
    precision: "fp32",
  },
};

/** Two tensors whose values all say the same step. */
function trainerAt(step: number): Trainer {
  const values = () => new Float32Array(VALUES).fill(step);
  const parameters = ["a", "b"].map((name) => ({
    name,
    shape: [4, VALUES / 4],
    data: values(),
    m: values(),
    v: values(),
  }));
  return { parameters, step } as unknown as Trainer;
}

const checkpoints: Store = {
  save(dir, n) {
    const state = {
      ...identity,
      formatVersion: 2 as const,
      step: n,
      position: n,
      trainedTokens: n,
      firstHeldOutLoss: null,
      heldOutLoss: null,
      heldOutStep: null,
      best: null,
      evaluationsSinceBest: 0,
    };
    saveCheckpoint(path.join(dir, "checkpoint"), state, trainerAt(n).parameters);
  },
  read(dir) {
    const file = path.join(dir, "checkpoint");
    if (readIfThere(file) === undefined) return 0;
    const trainer = trainerAt(0);
    const { state } = loadCheckpoint(file, identity, trainer);
    for (const { data, m, v } of trainer.parameters)
      for (const values of [data, m, v])
        if (!values.every((value) => value === state.step))
          throw new Error(`values of another step than ${state.step}`);
    return state.step;
  },
};

const facts = [
  "block_count",
  "embedding_length",
  "attention.head_count",
  "feed_forward_length",
  "context_length",
  "vocab_size",
];

const models: Store = {
  prepare(dir) {
    const metadata = [
      stringEntry("general.architecture", "llama"),
      ...facts.map((key, i) => u32Entry(`llama.${key}`, [1, 32, 2, 32, 64, 4][i])),
      f32Entry("llama.attention.layer_norm_rms_epsilon", 1e-5),
    ];
    const weights = { name: "token_embd.weight", shape: [32, 64], type: 0, data: Buffer.alloc(8_192, 1) };
    writeFileSync(path.join(dir, "source.gguf"), ggufBytes({ metadata, tensors: [weights] }));
  },
  async save(dir, n) {
    await importModel(path.join(dir, "source.gguf"), { id: `model-${n}`, storeDir: path.join(dir, "models") });
  },
  async read(dir) {
    let last = 0;
    for (const model of await listModels(path.join(dir, "models"))) {
      if (!model.id.startsWith("model-")) continue; // Sotto's own
      if (model.state === "broken") throw new Error(model.problem);
      if (!(await verifyModel(model.dir)).ok) throw new Error(`${model.dir} is not whole`);
      last = Math.max(last, Number(model.id.slice("model-".length)));
    }
    return last;
  },
};

export const STORES: Readonly<Record<string, Store>> = { statistics, adapters, checkpoints, models };

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
