// The command line with what it writes, for commands that ask no model. Not a test.

import assert from "node:assert/strict";
import { runCli } from "../../cli/run.ts";

export async function capturedCli(args: readonly string[]) {
  let stdout = "";
  let stderr = "";
  const status = await runCli([...args], {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    loadModel: async () => assert.fail("no model is asked"),
    signal: new AbortController().signal,
  });
  return { status, stdout, stderr };
}
