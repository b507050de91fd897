// Steps that several tasks share: run a program in the package's folder, build the bundles.

import { spawnSync } from "node:child_process";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

/** Runs a program with its output passed through; returns its exit status (1 when a signal ended it). */
export function run(file: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  const result = spawnSync(file, args, { cwd: root, env, stdio: "inherit" });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

/** Runs a JavaScript program of a package in node_modules, such as "typescript/bin/tsc". */
export const runTool = (program: string, args: readonly string[]): number =>
  run(process.execPath, [path.join(root, "node_modules", program), ...args]);

/** Builds dist/, or another folder; ends the process when that fails. */
export function build(outdir = "dist"): void {
  const status = run(process.execPath, ["esbuild.mjs", outdir]);
  if (status !== 0) process.exit(status);
}
