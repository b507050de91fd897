// How the product talks with a trainer in another language, with a small script in Python's place: messages, a stop, an error, an end without a word.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type UserError, userErrorData } from "../../../../common/errors.ts";
import { runTrainer } from "../../../../finetune/torch/torchTrainer.ts";

async function run(program: string, stop = new AbortController()) {
  const log: string[] = [];
  const steps: number[] = [];
  const events = {
    log: (line: string) => log.push(line),
    progress({ step }: { step: number }) {
      steps.push(step);
      if (step === 2) stop.abort();
    },
  };
  const command = {
    file: process.execPath,
    args: ["-e", `const say = (value) => console.log(JSON.stringify(value));\n${program}`],
  };
  const outcome = await runTrainer(command, [], events, stop.signal).catch((error: Error) => error);
  return { outcome, log, steps };
}

test("log and progress arrive as they are written, and the report is the result", async () => {
  const { outcome, log, steps } = await run(`
    say({ log: "loading" });
    console.log("a warning of a library");
    say({ progress: { step: 1 } });
    say({ report: { ending: "done" }, peakRssBytes: 7 });
    process.exit(0);`);
  assert.deepEqual(outcome, { report: { ending: "done" }, peakRssBytes: 7 });
  assert.deepEqual(log, ["loading", "a warning of a library"]);
  assert.deepEqual(steps, [1]);
});

test("a stop ends stdin, and the trainer reports what it has done", async () => {
  const { outcome } = await run(`
    process.stdin.on("end", () => say({ report: { ending: "stopped" }, peakRssBytes: 1 })).resume();
    say({ progress: { step: 2 } });`);
  assert.deepEqual(outcome, { report: { ending: "stopped" }, peakRssBytes: 1 });
});

test("its error is the error; one that says nothing is told by the last line that it wrote", async () => {
  const told = await run(`
    say({ error: { code: "datasetInvalid", message: "It is empty.", action: "Fill it." } });
    process.exit(1);`);
  assert.deepEqual(userErrorData(told.outcome as UserError), {
    code: "datasetInvalid",
    message: "It is empty.",
    action: "Fill it.",
  });
  const silent = await run('console.error("Traceback\\nImportError: no torch"); process.exit(1);');
  assert.match((silent.outcome as Error).message, /ended with status 1 \(ImportError: no torch\)/);
  const absent = await runTrainer(
    { file: "/nowhere/python", args: [] },
    [],
    { log() {} },
    new AbortController().signal,
  ).catch((error: Error) => error);
  assert.match((absent as Error).message, /\/nowhere\/python cannot be started/);
});
