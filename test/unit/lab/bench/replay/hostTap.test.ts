// The tap between agent and host changes nothing and notes all: a real client, a real host process with the tiny model.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { HostTap } from "../../../../../lab/bench/replay/hostTap.ts";
import { ModelClient } from "../../../../../src/model/modelClient.ts";
import { isRunning, request, TINY_HOST, untilState } from "../../../../support/hostProcess.ts";

test("calls go through, and are noted with what came of them", async (t) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-t-"));
  const runtimeDir = path.join(folder, "r");
  process.env.SOTTO_TEST_TOKEN_MS = "20"; // the cancel comes in time on a busy machine, too
  t.after(() => delete process.env.SOTTO_TEST_TOKEN_MS);
  const tap = await HostTap.start(TINY_HOST, runtimeDir, folder);
  t.after(() => rmSync(folder, { recursive: true }));
  t.after(() => tap.stop(runtimeDir));
  const client = new ModelClient({ hostScript: TINY_HOST, runtimeDir, log: () => {} });
  t.after(() => client.dispose());
  client.wake();
  const { pid } = await untilState(client, "ready");
  const noted: string[] = [];
  tap.onCall = ({ prefix }, what) => noted.push(`${prefix}${what}`);

  let streamed = "";
  const result = await client.generate(request(), (text) => (streamed += text), new AbortController().signal);
  const [call] = tap.calls;
  assert.deepEqual(call.result, result);
  assert.deepEqual([call.text, call.cancelled, tap.isGenerating], [streamed, false, false]);
  assert.deepEqual(noted, ["let x = begins", "let x = ended"]);

  const stop = new AbortController();
  const cancelled = await client.generate(request({ maxTokens: 500 }), () => stop.abort(), stop.signal);
  assert.equal(cancelled.stop, "cancelled");
  assert.ok(tap.calls[1].cancelled);

  await client.warm({ prompt: { ...request().prompt, prefix: "let y = " } }, new AbortController().signal);
  assert.equal(tap.warmCalls[0].result?.stop, "done");
  client.dispose();
  await tap.stop(runtimeDir);
  assert.ok(!isRunning(pid!));
});
