// Bench: LoRA training at two shapes: tokens a second, useful GFLOP/s against what plain matrix products reach in the same process, memory;
// PyTorch's tokens a second beside it where `--python` names one. Ends with one JSON line on stdout.

import { execFileSync } from "node:child_process";
import path from "node:path";
import { parseArgs } from "node:util";
import { machine } from "./support/machine.ts";
import { SHAPES } from "./support/trainShapes.ts";

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
const shapes = values.shape === undefined ? Object.keys(SHAPES) : [values.shape];

const sotto: Record<string, Record<string, unknown>> = {};
for (const shape of shapes) {
  console.error(`bench train: ${shape}, sequence ${SEQUENCE_TOKENS}`);
  const script = path.join(import.meta.dirname, "support", "trainOnce.ts");
  const args = [script, shape, String(SEQUENCE_TOKENS), values.samples, ...(values.threads ? [values.threads] : [])];
  const output = execFileSync(process.execPath, [...process.execArgv, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });
  const result = JSON.parse(output);
  const target = TARGETS[shape];
  const met = result.ratio >= target.ratio && result.peakRssBytes <= target.peakRssBytes;
  sotto[shape] = { ...result, target, met };
}
const peer = values.peer || values.python ? measurePyTorch(values.python) : undefined;
process.stdout.write(`${JSON.stringify({ name: "train", sotto, ...(peer && { peer }), machine: machine("cpu") })}\n`);

/** At the 135M shape, in bfloat16. */
function measurePyTorch(python: string | undefined): Record<string, unknown> {
  if (python === undefined) return { missing: "--python PATH names no Python with PyTorch" };
  const script = path.join(import.meta.dirname, "peer", "train_pytorch.py");
  try {
    const args = [script, "bench", "--sequence", String(SEQUENCE_TOKENS), "--steps", values.samples];
    const output = execFileSync(python, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    return { pytorch: JSON.parse(output.trimEnd().split("\n").at(-1)!) };
  } catch (error) {
    return { missing: (error as Error).message.split("\n")[0] };
  }
}
