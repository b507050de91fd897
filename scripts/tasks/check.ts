// `npm run check`: the one gate. Formatting and lint (biome), types and borders (tsc -b), circles of imports, dead code (knip).

import { circlesIn, folderImports, readImports } from "../circles.ts";
import { root, runTool } from "../steps.ts";

const steps: [name: string, passes: () => boolean][] = [
  ["format and lint", () => runTool("@biomejs/biome/bin/biome", ["check", "--error-on-warnings"]) === 0],
  ["types and borders", () => runTool("typescript/bin/tsc", ["-b"]) === 0],
  ["circles of imports", hasNoCircles],
  ["dead code", () => runTool("knip/bin/knip.js", ["--config", "scripts/knip.ts"]) === 0],
];

function hasNoCircles(): boolean {
  const files = readImports(root);
  const circles = [...circlesIn(files), ...circlesIn(folderImports(files))];
  for (const circle of circles) process.stdout.write(`${circle.join(" → ")}\n`);
  return circles.length === 0;
}

const failed: string[] = [];
for (const [name, passes] of steps) {
  process.stdout.write(`── ${name}\n`);
  if (!passes()) failed.push(name);
}
process.stdout.write(failed.length === 0 ? "check: all clean\n" : `check: failed in ${failed.join(", ")}\n`);
process.exit(failed.length === 0 ? 0 : 1);
