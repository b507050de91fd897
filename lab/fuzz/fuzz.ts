// `npm run fuzz -- TARGET [--inputs 1000000] [--seed 1] [--keep DIR]`: fuzzes a parser of foreign bytes (all of them where none is named), led by
// coverage. An input must be taken or refused with the parser's own error, within a second and within 64 MB and ten times its size. Faults go to
// --keep, as do the inputs that reached new code. Status 1 where there are faults. The last line is one JSON object for each target.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { runFuzz } from "./runFuzz.ts";
import { TARGETS } from "./targets.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    keep: { type: "string" },
  },
});
const unknown = positionals.find((name) => !Object.hasOwn(TARGETS, name));
if (unknown !== undefined) {
  console.error(`There is no target "${unknown}"; there are ${Object.keys(TARGETS).join(", ")}.`);
  process.exit(2);
}

const TOLD_MS = 10_000;
let faults = 0;
for (const target of positionals.length > 0 ? positionals : Object.keys(TARGETS)) {
  let toldMs = performance.now();
  const result = await runFuzz({
    target,
    inputs: Number(values.inputs),
    seed: Number(values.seed),
    onProgress({ inputs, pool, coveredUnits }) {
      if (performance.now() - toldMs < TOLD_MS) return;
      toldMs = performance.now();
      console.error(
        `${target}: ${inputs} inputs, ${pool} reached something new, ${coveredUnits} units of source covered`,
      );
    },
  });
  const { faults: found, found: reached, ...figures } = result;
  faults += found.length;
  for (const [i, fault] of found.entries()) {
    console.error(`${target}: ${fault.kind} ${fault.message} ${fault.where} (${fault.input.length} bytes)`);
    keep(`${target}-fault-${i}`, fault.input);
  }
  for (const [i, input] of reached.entries()) keep(`${target}-reached-${i}`, input);
  process.stdout.write(`${JSON.stringify({ ...figures, faults: found.length })}\n`);
}
process.exit(faults > 0 ? 1 : 0);

function keep(name: string, input: Buffer): void {
  if (values.keep === undefined) return;
  mkdirSync(values.keep, { recursive: true });
  writeFileSync(path.join(values.keep, name), input);
}
