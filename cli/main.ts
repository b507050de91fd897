// Entry of the command line `sotto` (bundled to dist/cli.cjs): the process's streams, Ctrl+C and exit status. Nothing else.

import { loadLocalModel } from "./model.ts";
import { runCli } from "./run.ts";

const interrupt = new AbortController();
process.once("SIGINT", () => interrupt.abort()); // a second Ctrl+C ends the process at once

const run = runCli(process.argv.slice(2), {
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  loadModel: loadLocalModel,
  signal: interrupt.signal,
});
run.then(
  (status) => {
    process.exitCode = status;
  },
  (bug: unknown) => {
    process.stderr.write(`sotto: this is a bug: ${bug instanceof Error ? bug.stack : bug}\n`);
    process.exitCode = 1;
  },
);
