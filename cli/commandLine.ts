// Runs a command line with what a process has: its streams, Ctrl+C and exit status. Nothing else.

import { openEngine } from "./engine.ts";
import { loadLocalModel } from "./model.ts";
import { runCli } from "./run.ts";

/** Never rejects. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort()); // a second Ctrl+C ends the process at once
  const stderr = (text: string) => process.stderr.write(text);
  const { signal } = interrupt;
  try {
    process.exitCode = await runCli(args, {
      stdout: (text) => process.stdout.write(text),
      stderr,
      loadModel: (options) =>
        options.engine ? openEngine(options, (line) => stderr(`${line}\n`), signal) : loadLocalModel(options),
      signal,
    });
  } catch (bug) {
    process.stderr.write(`sotto: this is a bug: ${bug instanceof Error ? bug.stack : bug}\n`);
    process.exitCode = 1;
  }
}
