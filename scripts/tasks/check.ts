// `npm run check`: the one gate. Formatting and lint (biome), types and borders (tsc -b), dead code (knip).

import { runTool } from "../steps.ts";

const steps: [name: string, program: string, args: string[]][] = [
  ["format and lint", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings"]],
  ["types and borders", "typescript/bin/tsc", ["-b"]],
  ["dead code", "knip/bin/knip.js", []],
];

const failed: string[] = [];
for (const [name, program, args] of steps) {
  process.stdout.write(`── ${name}\n`);
  if (runTool(program, args) !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? "check: all clean\n" : `check: failed in ${failed.join(", ")}\n`);
process.exit(failed.length === 0 ? 0 : 1);
