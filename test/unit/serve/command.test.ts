// `sotto serve` as a command: its options, what it says, and its end by Ctrl+C.

import assert from "node:assert/strict";
import { test } from "node:test";
import { runCli } from "../../../cli/run.ts";
import { fakeModel } from "../../support/fakeModel.ts";
import { ask } from "./serving.ts";

delete process.env.SOTTO_SERVE_KEY;

/** Runs the command until `whileServing` has ended, if it serves. */
async function serve(args: string[], whileServing: (url: string) => Promise<void> = async () => {}) {
  const interrupt = new AbortController();
  let [stdout, stderr, disposed] = ["", "", 0];
  let used: Promise<void> | undefined;
  const status = await runCli(["serve", "--port", "0", "--json", ...args], {
    stdout: (text) => {
      stdout += text;
      used = whileServing(JSON.parse(text).url).finally(() => interrupt.abort());
    },
    stderr: (text) => {
      stderr += text;
    },
    loadModel: async () => ({ ...fakeModel(({ prefix }) => `${prefix.length} units`), dispose: () => disposed++ }),
    signal: interrupt.signal,
  });
  await used;
  return { status, stdout, stderr, disposed };
}

test("it answers until Ctrl+C, and then ends well", async () => {
  const { status, stdout, stderr, disposed } = await serve([], async (url) => {
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    const { text } = await ask(`${url}/v1/completions`, { body: { prompt: "abc" } });
    assert.equal(JSON.parse(text).choices[0].text, "3 units");
    assert.match(JSON.parse((await ask(`${url}/props`)).text).build_info, /^sotto \d+\.\d+\.\d+/);
  });
  assert.deepEqual([status, disposed], [130, 1]);
  assert.deepEqual([JSON.parse(stdout).model, JSON.parse(stdout).device], ["fake", "cpu"]);
  assert.match(stderr, /the model is being loaded/);
  assert.doesNotMatch(stderr, /TLS/);
});

test("where others can ask, a key is needed, and the risk is told", async () => {
  const refused = await serve(["--host", "0.0.0.0"]);
  assert.deepEqual([refused.status, refused.stdout, refused.disposed], [1, "", 0]);
  assert.match(
    refused.stderr,
    /Other machines can reach 0\.0\.0\.0, and there is no key\. Give one in SOTTO_SERVE_KEY/,
  );
  process.env.SOTTO_SERVE_KEY = "from-environment";
  const { stderr } = await serve(["--host", "0.0.0.0"], async (url) => {
    const own = url.replace("0.0.0.0", "127.0.0.1");
    assert.equal((await ask(`${own}/health`)).status, 401);
    assert.equal((await ask(`${own}/health`, { headers: { "x-api-key": "from-environment" } })).status, 200);
  });
  delete process.env.SOTTO_SERVE_KEY;
  assert.match(stderr, /There is no TLS/);
  assert.doesNotMatch(stderr, /from-environment/);
});

test("a port that is none is wrong usage", async () => {
  for (const port of ["70000", "http", "-1"]) assert.equal((await serve(["--port", port])).status, 2, port);
});
