// `npm run check`: the one gate. Formatting and lint (biome), types and borders (tsc -b), circles of imports, dead code (knip).

import { circlesIn, folderImports, readImports } from "../circles.ts";
import { root, runTool } from "../steps.ts";

const KNOWN_CIRCLES = [
  "src/completion/complete.ts → src/completion/writing.ts",
  "src/completion/completer.ts → src/completion/requests/followUp.ts",
  "src/completion/show/fits/quick.ts → src/completion/show/showDecision.ts",
  "src/completion/show/fits/strong.ts → src/completion/show/showDecision.ts",
  "src/context/retrievers/place.ts → src/context/retrievers/retriever.ts",
  "src/index/listCache.ts → src/index/rankChunks.ts",
];

const steps: [name: string, passes: () => boolean][] = [
  ["format and lint", () => runTool("@biomejs/biome/bin/biome", ["check", "--error-on-warnings"]) === 0],
  ["types and borders", () => runTool("typescript/bin/tsc", ["-b"]) === 0],
  ["circles of imports", hasNoCircles],
  ["dead code", () => runTool("knip/bin/knip.js", ["--config", "scripts/knip.ts"]) === 0],
];

function hasNoCircles(): boolean {
  const files = readImports(root);
  const circles = [...circlesIn(files), ...circlesIn(folderImports(files))].map((circle) => circle.join(" → "));
  const found = circles.filter((circle) => !KNOWN_CIRCLES.includes(circle));
  for (const circle of found) process.stdout.write(`${circle}\n`);
  return found.length === 0;
}

const failed: string[] = [];
for (const [name, passes] of steps) {
  process.stdout.write(`── ${name}\n`);
  if (!passes()) failed.push(name);
}
process.stdout.write(failed.length === 0 ? "check: all clean\n" : `check: failed in ${failed.join(", ")}\n`);
process.exit(failed.length === 0 ? 0 : 1);
