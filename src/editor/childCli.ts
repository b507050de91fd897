// A command of Sotto's command line in a process of its own, on the agent's Node: for what a person asks for and waits for. Must not import `vscode`.

import { execFile } from "node:child_process";
import path from "node:path";

const MOST_BYTES = 1_000_000;

export interface ChildCli {
  extensionPath: string;
  node: string; // the executable; the editor's own runs as Node
  limitMs: number;
  signal: AbortSignal;
}

export interface ChildEnd {
  stdout: string;
  stderr: string;
  failure: string | undefined; // why it did not end well: a status, or that it took too long
}

/** @param args of the command line, the command first */
export function runChildCli({ extensionPath, node, limitMs, signal }: ChildCli, args: string[]): Promise<ChildEnd> {
  const script = path.join(extensionPath, "dist", "cli.cjs");
  const options = {
    timeout: limitMs,
    killSignal: "SIGINT" as const, // as Ctrl+C: it ends what it has started
    maxBuffer: MOST_BYTES,
    windowsHide: true,
    signal,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  };
  return new Promise((resolve) => {
    execFile(node, ["--disable-warning=ExperimentalWarning", script, ...args], options, (error, stdout, stderr) => {
      const failure = error ? (error.killed ? "it took too long" : String(error.code ?? "stopped")) : undefined;
      resolve({ stdout, stderr, failure });
    });
  });
}

/** What the command line said where it gave no result. */
export const failureOf = ({ stderr, failure }: ChildEnd): string =>
  stderr.trim().replace(/^sotto: /, "") || `the command line did not end well (${failure ?? "no result"}).`;
