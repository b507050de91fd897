// Runs a case's test in a separate process: private folder, 10 s, no network where the system can withhold it. Trusts nothing that it runs.

import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Cancelled } from "../../common/errors.ts";
import { limitedProcess, OWN_GROUP } from "../../common/util/limitedProcess.ts";
import type { EvaluationCase } from "./cases.ts";

const TIMEOUT_MS = 10_000;

// The tests of HumanEval in JavaScript use console.assert, which only prints in Node.
const THROWING_ASSERT =
  'console.assert = (ok, ...message) => { if (!ok) throw new Error("console.assert " + message.join(" ")); };\n';

/**
 * Whether the program `prefix + completion + suffix` passes the case's test; undefined where the case has no test, or where the program to run
 * it (python3) is not installed.
 * @throws Cancelled when `signal` fires
 */
export async function passesTest(
  value: EvaluationCase,
  completion: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (value.test === undefined || value.runner === undefined) return undefined;
  if (value.runner === "python" && !pythonIsInstalled()) return undefined;
  const program = `${value.prefix}${completion}${value.suffix}\n${value.test}`;
  const dir = realpathSync(mkdtempSync(path.join(tmpdir(), "sotto-test-")));
  try {
    return (await runInFolder(dir, await commandFor(value.runner, dir, program), signal)) === 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function commandFor(runner: "python" | "node" | "tsnode", dir: string, program: string): Promise<string[]> {
  if (runner === "python") {
    writeFileSync(path.join(dir, "test.py"), program);
    const command = ["python3", "-I", "test.py"];
    return process.platform === "win32" ? command : ["sh", "-c", 'ulimit -v 1048576; exec "$@"', "sh", ...command];
  }
  const source = runner === "tsnode" ? await withoutTypes(program) : program;
  writeFileSync(path.join(dir, "test.cjs"), THROWING_ASSERT + source);
  return [
    process.execPath,
    "--max-old-space-size=512",
    "--permission",
    `--allow-fs-read=${dir}${path.sep}*`,
    "test.cjs",
  ];
}

/** TypeScript is a development dependency: it is loaded only when a case needs it. */
async function withoutTypes(program: string): Promise<string> {
  const { default: ts } = await import("typescript");
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS };
  return ts.transpileModule(program, { compilerOptions }).outputText;
}

/** The exit status, or null when the process was killed (too slow, or by a signal). */
async function runInFolder(cwd: string, command: string[], signal: AbortSignal): Promise<number | null> {
  const [file, ...args] = [...withoutNetwork(), ...command];
  if (signal.aborted) throw new Cancelled();
  const env = { PATH: process.env.PATH, HOME: cwd };
  const child = spawn(file, args, { cwd, env, stdio: "ignore", detached: OWN_GROUP });
  return limitedProcess(child, "exit", TIMEOUT_MS, signal);
}

let networkless: string[] | undefined;

/** The command prefix that removes network access; empty where the system does not allow that. */
function withoutNetwork(): string[] {
  const unshare = ["unshare", "-rn"];
  networkless ??= spawnSync(unshare[0], [...unshare.slice(1), "true"]).status === 0 ? unshare : [];
  return networkless;
}

let pythonFound: boolean | undefined;

function pythonIsInstalled(): boolean {
  pythonFound ??= spawnSync("python3", ["-I", "-c", ""]).status === 0;
  return pythonFound;
}
