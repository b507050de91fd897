// `npm test [unit|host|editor|electron …]`: builds, runs the stages in order, ends with "N passed, N failed".
// The editor stage runs in a network namespace that has nothing but loopback, where the system lets us make one.

import { spawn, spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { setUpCodeServer } from "../editor/setupCodeServer.ts";
import { build, root } from "../steps.ts";

interface Counts {
  passed: number;
  failed: number;
}

/** Runs a program, passes its output through and reads the counts from its closing lines. */
async function counted(file: string, args: readonly string[]): Promise<Counts> {
  const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    output += text;
  });
  const status = await new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
  const last = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const passed = last(/^ℹ pass (\d+)$/gm) + last(/^(\d+) passed, \d+ failed$/gm);
  const failed = last(/^ℹ fail (\d+)$/gm) + last(/^\d+ passed, (\d+) failed$/gm);
  if (status !== 0 || passed === 0) return { passed, failed: Math.max(failed, 1) }; // a crash, or a stage that ran nothing
  return { passed, failed };
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

/** The command, inside a network namespace whose only interface is loopback; as it is where that is not allowed. */
function withoutNetwork(command: readonly string[]): readonly string[] {
  const unshare = [
    "unshare",
    process.getuid?.() === 0 ? "-n" : "-rn",
    "sh",
    "-c",
    'ip link set lo up && exec "$@"',
    "sh",
  ];
  const allowed = process.platform === "linux" && spawnSync(unshare[0], [...unshare.slice(1), "true"]).status === 0;
  process.stdout.write(allowed ? "network: loopback only\n" : "network: as it is (no namespace can be made here)\n");
  return allowed ? [...unshare, ...command] : command;
}

const stages: Record<string, () => Promise<Counts>> = {
  unit: () => nodeTests("unit"),
  host: () => nodeTests("host"),
  editor: () => {
    setUpCodeServer(); // from npm on its first run, so before the network is taken away
    const [file, ...args] = withoutNetwork([process.execPath, "scripts/editor/runEditorTests.ts"]);
    return counted(file, args);
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
const total: Counts = { passed: 0, failed: 0 };
for (const name of asked.length > 0 ? asked : ["unit", "host", "editor"]) {
  const stageStart = performance.now();
  process.stdout.write(`\n── ${name} tests\n`);
  const counts = await stages[name]();
  process.stdout.write(`── ${name}: ${counts.passed} passed, ${counts.failed} failed in ${seconds(stageStart)} s\n`);
  total.passed += counts.passed;
  total.failed += counts.failed;
}
process.stdout.write(`\nAll stages took ${seconds(start)} s.\n${total.passed} passed, ${total.failed} failed\n`);
process.exit(total.failed === 0 ? 0 : 1);

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
