// A script of the repository in a Node process of its own, and what comes of it. Not a test.

import { spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..", "..", "..");

export type NodeProcess = ReturnType<typeof startNode>;

/** @param script relative to the repository */
export function startNode(script: string, args: string[]) {
  const command = ["--disable-warning=ExperimentalWarning", path.join(root, script), ...args];
  return spawn(process.execPath, command, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
}

/** @param onStderr hears each piece of stderr, and all of it so far */
export async function outcomeOf(child: NodeProcess, onStderr: (piece: string, whole: string) => void = () => {}) {
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
    onStderr(text, stderr);
  });
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { status, stdout, stderr };
}
