// `npm test [unit|host|editor|neovim|electron …]`: builds, runs the stages in order, ends with "N passed, N failed", and
// ", N skipped" where some were. The editor stage runs without a network where the system allows that; where not, the end says so.

import { spawn, spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { setUpCodeServer } from "../editor/setupCodeServer.ts";
import { build, root } from "../steps.ts";
import { type Counts, countsIn, countsInWords, sumOf } from "../testCounts.ts";
import { withoutNetwork } from "../withoutNetwork.ts";

/** Runs a program, passes its output through and reads the counts from its closing lines. */
async function counted(file: string, args: readonly string[]): Promise<Counts> {
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  return countsIn(output, status);
}

const nodeTests = (folder: string) => {
  const files = globSync(`test/${folder}/**/*.test.ts`, { cwd: root }).sort();
  return counted(process.execPath, [
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-reporter=spec",
    ...files,
  ]);
};

const notes: string[] = []; // what a reader of the last line has to know

const stages: Record<string, () => Promise<Counts>> = {
  unit: () => nodeTests("unit"),
  host: () => nodeTests("host"),
  editor: () => {
    setUpCodeServer(); // from npm on its first run, so before the network is taken away
    const { command, said, hasNetwork } = withoutNetwork([process.execPath, "scripts/editor/runEditorTests.ts"]);
    process.stdout.write(`${said}\n`);
    if (hasNetwork) notes.push(`The editor tests had the ${said}.`);
    const [file, ...args] = command;
    return counted(file!, args);
  },
  neovim: async () => {
    if (!spawnSync("nvim", ["--version"]).error) return nodeTests("neovim");
    notes.push("There is no Neovim (nvim) on the PATH: its tests did not run.");
    return { passed: 0, failed: 0, skipped: 1 };
  },
  electron: () => counted(process.execPath, ["scripts/editor/runElectron.ts"]),
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in stages));
if (unknown !== undefined) {
  process.stderr.write(`There is no stage "${unknown}"; there are ${Object.keys(stages).join(", ")}.\n`);
  process.exit(2);
}

const start = performance.now();
build();
const counts: Counts[] = [];
for (const name of asked.length > 0 ? asked : ["unit", "host", "editor"]) {
  const stageStart = performance.now();
  process.stdout.write(`\n── ${name} tests\n`);
  const ofStage = await stages[name]();
  process.stdout.write(`── ${name}: ${countsInWords(ofStage)} in ${seconds(stageStart)} s\n`);
  counts.push(ofStage);
}
const total = sumOf(counts);
const closing = [`All stages took ${seconds(start)} s.`, ...notes, countsInWords(total)];
process.stdout.write(`\n${closing.join("\n")}\n`);
process.exit(total.failed === 0 ? 0 : 1);

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
