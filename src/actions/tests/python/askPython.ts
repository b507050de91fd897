// Asks a Python: for a look at a function (look.py), which runs no code of the workspace, and to run a job in the sandbox (sandbox.py).

import { spawn } from "node:child_process";
import path from "node:path";
import { Cancelled } from "../../../../common/errors.ts";
import { endGroup, limitedProcess, OWN_GROUP } from "../../../../common/util/limitedProcess.ts";
import { packageRoot } from "../../../../common/util/packageRoot.ts";
import { parsedJson } from "../../../../common/util/parsedJson.ts";
import { programOf } from "../../fix/python/pythonTypes.ts";
import type { NoTests } from "../reasons.ts";
import { runIsolated, type SandboxRun } from "../sandbox.ts";
import type { Variant } from "../sandboxProcess.ts";

const LOOK_MS = 60_000; // a large workspace is searched for calls
const MOST_LOOK_UNITS = 100_000_000;
const NO_EXTRAS = ["-s", "-S", "-B", "-X", "utf8"]; // no site-packages, no bytecode written, UTF-8

const scriptOf = (name: "look" | "sandbox"): string =>
  path.join(packageRoot(import.meta.dirname), "src", "actions", "tests", "python", `${name}.py`);

export interface Look {
  root: string;
  file: string; // absolute
  text: string; // of the file
  files: readonly string[]; // of the workspace that may be read, absolute
  name?: string; // of the function; otherwise the one on the line
  line?: number; // from 1
  list?: boolean; // asks for all functions instead
}

/** What is known of each function that was found. */
export interface LookedAt {
  python: string; // its own path
  hasPytest: boolean;
  module: string; // as it is imported
  base: string; // the folder from which
  name: string;
  first: number; // line, from 1
  last: number;
  arms: number;
  changes: number; // that could be made: mutants
}

export interface Runnable extends LookedAt {
  modules: Record<string, string>; // by name: of each only what the function needs
  packages: string[];
  system: string[]; // modules of Python
  calls: string[];
  extra: string[]; // names of the module that the calls use
  marked: string;
  mutants: string[];
}

export type LookAnswer =
  | Runnable
  | (Partial<LookedAt> & { reason: NoTests; of?: string })
  | (Pick<LookedAt, "python"> & { functions: { name: string; line: number; parameters: number }[] });

/** @returns undefined where there is no Python, or none that can look. @throws Cancelled */
export async function lookedAt(asked: Look, signal: AbortSignal): Promise<LookAnswer | undefined> {
  const names = process.platform === "win32" ? ["python", "python3"] : ["python3", "python"];
  const python = names.map((name) => programOf(name, asked.root)).find((one) => one !== undefined);
  if (python === undefined) return undefined;
  if (signal.aborted) throw new Cancelled();
  const child = spawn(python, ["-I", ...NO_EXTRAS, scriptOf("look")], {
    cwd: asked.root,
    stdio: ["pipe", "pipe", "ignore"],
    detached: OWN_GROUP,
    windowsHide: true,
  });
  let told = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    told += part;
    if (told.length > MOST_LOOK_UNITS) endGroup(child);
  });
  child.stdin.on("error", () => {}); // it ended before it had read the question
  child.stdin.end(JSON.stringify(asked));
  const status = await limitedProcess(child, "close", LOOK_MS, signal);
  return status === 0 ? (parsedJson(told) as LookAnswer | undefined) : undefined;
}

export interface PythonJob {
  modules: Record<string, string>;
  packages: string[];
  system: string[];
  target: string; // name of the module
  exported: string;
  extra: string[];
  calls: string[];
  rounds: number;
  marked: string | undefined;
  mutants: Variant[];
  skip: string[];
  scripts: string[]; // whole tests
}

/** @param seed of the order of sets: what differs between two of them depends on it. @throws Cancelled */
export const inPythonSandbox = (
  python: string,
  job: PythonJob,
  seed: "0" | "1",
  signal: AbortSignal,
): Promise<SandboxRun> => {
  const env = { PYTHONHASHSEED: seed, TZ: seed === "0" ? "UTC" : "Asia/Kathmandu" };
  return runIsolated([python, ...NO_EXTRAS, scriptOf("sandbox")], env, job, signal);
};
