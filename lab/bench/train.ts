// Bench: LoRA training at two shapes: tokens a second, useful GFLOP/s against what plain matrix products reach in the same process, memory;
// beside it in 8 bits, with fewer trained layers, and with attention over the whole square, which is what PyTorch computes whose tokens a second are
// beside it where `--python` names one. Ends with one JSON line on stdout.

import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { machine } from "./support/reporting.ts";
import { TRAIN_CASES } from "./support/trainShapes.ts";

const SEQUENCE_TOKENS = 512;
const TARGETS: Record<string, { ratio: number; peakRssBytes: number }> = {
  "135M": { ratio: 0.55, peakRssBytes: 1.5e9 },
  "0.5B": { ratio: 0.7, peakRssBytes: 3.6e9 },
};

const { values } = parseArgs({
  options: {
    threads: { type: "string" },
    peer: { type: "boolean" },
    python: { type: "string" },
    shape: { type: "string" }, // only this one
    samples: { type: "string", default: "5" },
  },
});
const isWanted = (title: string) => values.shape === undefined || TRAIN_CASES[title].shape === values.shape;
const titles = Object.keys(TRAIN_CASES).filter(isWanted);
if (titles.length === 0) throw new Error(`there is no shape ${values.shape}`);

const sotto: Record<string, Record<string, unknown>> = {};
for (const title of titles) {
  console.error(`bench train: ${title}, sequence ${SEQUENCE_TOKENS}`);
  const script = path.join(import.meta.dirname, "support/trainOnce.ts");
  const args = [script, title, String(SEQUENCE_TOKENS), values.samples, ...(values.threads ? [values.threads] : [])];
  const output = execFileSync(process.execPath, [...process.execArgv, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = JSON.parse(output);
  const target = TARGETS[title];
  if (target) {
    const met = result.ratio >= target.ratio && result.peakRssBytes <= target.peakRssBytes;
    sotto[title] = { ...result, target, met };
  } else {
    // the machine may have been faster or slower meanwhile: each against the limit of its own process
    const pace = (of: Record<string, unknown>) => Number(of.tokensPerSecond) / Number(of.limitGflops);
    const times = Math.round((100 * pace(result)) / pace(sotto[TRAIN_CASES[title].shape])) / 100;
    sotto[title] = { ...result, paceAgainstFirst: times };
  }
}
const peer = values.peer || values.python ? measurePyTorch(values.python) : undefined;
process.stdout.write(`${JSON.stringify({ name: "train", sotto, ...(peer && { peer }), machine: machine("cpu") })}\n`);

/** At the 135M shape, in bfloat16. */
function measurePyTorch(python: string | undefined): Record<string, unknown> {
  if (python === undefined) return { missing: "--python PATH names no Python with PyTorch" };
  const script = path.join(import.meta.dirname, "peer/train_pytorch.py");
  try {
    const args = [script, "bench", "--sequence", String(SEQUENCE_TOKENS), "--steps", values.samples];
    const output = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    return { pytorch: JSON.parse(output.trimEnd().split("\n").at(-1)!) };
  } catch (error) {
    return { missing: (error as Error).message.split("\n")[0] };
  }
}
