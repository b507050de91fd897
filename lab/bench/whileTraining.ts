// Bench: keystrokes on an idle machine, and the same ones while the training process trains the embedded model beside them.
// The peer is the idle machine; the target is a 95th percentile of at most 1.5 times its own. Ends with one JSON line on stdout.

import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { DatasetWriter } from "../../finetune/data/packing.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import { LocalModel } from "../../server/host/localModel.ts";
import { TRAINING_DEFAULTS, type TrainingMessage, type TrainingRequest } from "../../server/train/run/request.ts";
import { type Keystroke, press, promptAt, startOffset, summary } from "./support/keystrokes.ts";
import { machine } from "./support/reporting.ts";

const KEYSTROKES = 60;
const WARM_UP = 3;
const PAUSE_MS = 150; // between two keys: the training runs in between
const SEQUENCE_TOKENS = 512;
const SEQUENCES = 16;
const VOCABULARY = 16_384;
const TARGET_RATIO = 1.5;

const { values } = parseArgs({ options: { peer: { type: "boolean" }, threads: { type: "string" } } });
const threads = values.threads === undefined ? undefined : Number(values.threads);
const model = await LocalModel.load({
  source: { modelDir: embeddedModelDir() },
  device: { cacheDir: defaultCacheDir(), threads },
});
const start = await startOffset(model);

async function type(): Promise<Keystroke[]> {
  const keystrokes: Keystroke[] = [];
  for (let index = -WARM_UP; index < KEYSTROKES; index++) {
    const keystroke = await press(model, promptAt(start, WARM_UP + index));
    if (index >= 0) keystrokes.push(keystroke);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return keystrokes;
}

/** Sequences of arbitrary tokens in the trainer's form: what is learnt does not matter here. */
function writeSequences(dir: string, seed: number): void {
  const writer = new DatasetWriter(dir, VOCABULARY);
  for (let sequence = 0; sequence < SEQUENCES; sequence++) {
    const at = (t: number) => sequence * SEQUENCE_TOKENS + t;
    writer.write({
      tokens: Uint32Array.from(
        { length: SEQUENCE_TOKENS },
        (_, t) => (at(t) * 7919 + at(t) ** 2 * 13 + seed) % VOCABULARY,
      ),
      weights: Uint8Array.from({ length: SEQUENCE_TOKENS }, (_, t) => (t === 0 ? 0 : 64)),
      documents: new Uint8Array(SEQUENCE_TOKENS),
    });
  }
  writer.finish({ promptFormat: 1, sequenceTokens: SEQUENCE_TOKENS, seed });
}

/** Starts the training process. @returns a function that ends it, once it has done its first step */
async function startTraining(folder: string): Promise<() => Promise<void>> {
  for (const [seed, name] of ["data", "validation"].entries()) writeSequences(path.join(folder, name), seed);
  const request: TrainingRequest = {
    ...TRAINING_DEFAULTS,
    dataDir: path.join(folder, "data"),
    validationDir: path.join(folder, "validation"),
    outDir: path.join(folder, "out"),
    modelDir: embeddedModelDir(),
    resume: false,
    startDir: undefined,
    alpha: 2 * TRAINING_DEFAULTS.rank,
    steps: 10_000,
    batchTokens: SEQUENCE_TOKENS,
    sequenceTokens: undefined,
    evaluateEverySteps: 10_000,
    validationSequences: 1,
    device: "cpu",
    threads,
  };
  const entry = path.join(packageRoot(import.meta.dirname), "server", "train", "main.ts");
  const child = spawn(process.execPath, [...process.execArgv, entry, JSON.stringify(request)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise<void>((resolve, reject) => {
    child.on("message", (message: TrainingMessage) => {
      if ("log" in message && message.log.startsWith("step 1/")) resolve();
      if ("error" in message) reject(new Error(message.error.message));
    });
    child.once("close", () => reject(new Error("the training ended before its first step")));
  });
  return () => {
    child.kill("SIGTERM");
    return ended;
  };
}

const folder = mkdtempSync(path.join(tmpdir(), "sotto-bench-"));
const idle = summary(await type());
const endTraining = await startTraining(folder);
const training = summary(await type());
await endTraining();
const idleAgain = summary(await type()); // shows how much the machine itself changed meanwhile
rmSync(folder, { recursive: true, force: true });

const { device, runtime } = model.status();
const share = (quantity: "p50Ms" | "p95Ms") => Number((training[quantity] / idle[quantity]).toFixed(2));
const ratio = { p50: share("p50Ms"), p95: share("p95Ms") };
model.dispose();
process.stdout.write(
  `${JSON.stringify({
    name: "whileTraining",
    sotto: training,
    peer: { name: "the same machine, idle", ...idle, again: idleAgain },
    ratio,
    target: { p95: TARGET_RATIO, met: ratio.p95 <= TARGET_RATIO },
    machine: machine(device, { onnxruntime: runtime }),
  })}\n`,
);
