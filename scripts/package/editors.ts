// The VS Code on this machine that a package can be installed into: which there is, how it is started, and whether it is new enough.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";

export interface Editor {
  name: string;
  command: readonly string[];
}

/** Desktop first. Forks whose command has another name are installed into by hand. */
const COMMANDS = ["code", "codium", "code-server"];

/**
 * The first editor whose command is on the PATH, else the code-server of this repository's tests.
 * @param own how that one is started; undefined where it is not there
 */
export function findEditor(
  own: readonly string[] | undefined,
  env = process.env,
  platform = process.platform,
): Editor | undefined {
  const folders = (env.PATH ?? "").split(platform === "win32" ? ";" : ":").filter((folder) => folder !== "");
  const ending = platform === "win32" ? ".cmd" : "";
  for (const name of COMMANDS) {
    const file = folders.map((folder) => path.join(folder, name + ending)).find((candidate) => existsSync(candidate));
    if (file !== undefined) return { name, command: [file] };
  }
  return own && { name: "code-server", command: own };
}

/** VS Code's version in what `--version` prints; code-server tells its own first. */
export function codeVersion(output: string): string | undefined {
  return (/\bwith Code (\d+\.\d+\.\d+)/.exec(output) ?? /^(\d+\.\d+\.\d+)/m.exec(output))?.[1];
}

/** @param wanted as package.json has it: "^1.111.0" */
export function isNewEnough(version: string, wanted: string): boolean {
  const [major, minor, patch] = version.split(".").map(Number);
  const [leastMajor, leastMinor, leastPatch] = wanted.replace("^", "").split(".").map(Number);
  if (major !== leastMajor) return major > leastMajor;
  return minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
}

/** Runs the editor's command. Its complaints are left out where it ends well: code-server's run over pages. */
export function runEditor(
  { command }: Editor,
  args: readonly string[],
): { isDone: boolean; output: string; errors: string } {
  const windows = process.platform === "win32"; // a .cmd file needs a shell, and that needs quotes
  const [file, ...first] = windows ? command.map((part) => `"${part}"`) : command;
  const rest = windows ? args.map((part) => `"${part}"`) : args;
  const { status, stdout, stderr, error } = spawnSync(file, [...first, ...rest], { encoding: "utf8", shell: windows });
  return { isDone: status === 0, output: stdout ?? "", errors: stderr || (error?.message ?? "") };
}
