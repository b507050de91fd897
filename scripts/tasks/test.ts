// `npm test [unit|host|editor|neovim|electron|package …]`: builds, runs the stages in order, ends with "N passed, N failed", and
// ", N skipped" where some were. The stages of the editor and of the package run without a network where the system allows that; where not, the end
// says so.

import { spawn, spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { setUpCodeServer } from "../editor/setupCodeServer.ts";
import { lockedPackage, shippedNode } from "../package/fetchPackage.ts";
import { TARGETS, type Target } from "../package/targets.ts";
import { build, root, run } from "../steps.ts";
import { type Counts, countsIn, countsInWords, sumOf } from "../testCounts.ts";
import { withoutNetwork } from "../withoutNetwork.ts";

/** Runs a program, passes its output through and reads the counts from its closing lines. */
async function counted([file, ...args]: readonly string[]): Promise<Counts> {
  const child = spawn(file!, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  return countsIn(output, status);
}

const nodeTests = (folder: string, options: readonly string[] = []) => {
  const files = globSync(`test/${folder}/**/*.test.ts`, { cwd: root }).sort();
  return [
    process.execPath,
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-reporter=spec",
    ...options,
    ...files,
  ];
};

/** Runs a command where nothing can be reached. */
function withoutAny(stage: string, given: readonly string[]): Promise<Counts> {
  const { command, said, hasNetwork } = withoutNetwork(given);
  process.stdout.write(`${said}\n`);
  if (hasNetwork) notes.push(`The ${stage} tests had the ${said}.`);
  return counted(command);
}

/** What needs npm on a first run. */
function fetchForPackages(): void {
  setUpCodeServer();
  for (const target of Object.keys(TARGETS) as Target[]) {
    shippedNode(target);
    lockedPackage(`@koromix/koffi-${target}`);
  }
}

const notes: string[] = []; // what a reader of the last line has to know

const stages: Record<string, () => Promise<Counts>> = {
  unit: () => counted(nodeTests("unit")),
  host: () => counted(nodeTests("host")),
  editor: () => {
    setUpCodeServer(); // from npm on its first run, so before the network is taken away
    return withoutAny("editor", [process.execPath, "scripts/editor/runEditorTests.ts"]);
  },
  electron: () => counted([process.execPath, "scripts/editor/runElectron.ts"]),
  package: async () => {
    fetchForPackages();
    if (run(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/tasks/package.ts"]) !== 0)
      return { passed: 0, failed: 1, skipped: 0 };
    return withoutAny("package", nodeTests("package", ["--test-concurrency=1"]));
  },
  neovim: async () => {
    if (!spawnSync("nvim", ["--version"]).error) return counted(nodeTests("neovim"));
    notes.push("There is no Neovim (nvim) on the PATH: its tests did not run.");
    return { passed: 0, failed: 0, skipped: 1 };
  },
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
