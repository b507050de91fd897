// The client's side: it finds or starts the host, survives its death in any form, and gives up with one message.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readSecret, secretPath, socketInode } from "../../server/host/protocol/endpoint.ts";
import { REQUEST_LIMITS } from "../../server/host/protocol/limits.ts";
import type { GenerateParams } from "../../server/host/protocol/messages.ts";
import type { ModelClient } from "../../src/model/modelClient.ts";
import {
  exitOf,
  isRunning,
  request,
  Sandbox,
  TINY_HOST,
  until,
  untilGone,
  untilState,
} from "../support/hostProcess.ts";

const posix = process.platform !== "win32";
const never = new AbortController().signal;
const FEW_STARTS = { maxStarts: 3, windowMs: 60_000, firstPauseMs: 20, maxPauseMs: 100 };

const text = async (client: ModelClient, change: Partial<GenerateParams> = {}) =>
  (await client.generate(request(change), () => {}, never)).text;

describe("model client", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.dispose());

  test("starts the host at the first call, streams, and tells its states", async () => {
    const client = box.client();
    const states: string[] = [];
    client.onStatus(({ state }) => states.push(state));
    assert.deepEqual(client.status(), { state: "stopped" });
    let streamed = "";
    const result = await client.generate(request(), (piece) => (streamed += piece), never);
    assert.equal(streamed, result.text);
    assert.ok(result.text.length > 0 && result.tokens.prompt > 0);
    const { state, pid, host } = client.status();
    assert.equal(state, "ready");
    assert.ok(isRunning(pid!));
    assert.equal(host?.model, "tiny");
    assert.deepEqual([...new Set(states)], ["starting", "ready"]);
    const inspected = await client.inspect(request().prompt);
    assert.equal(inspected.prompt, "<file_sep>a.ts\nlet x = ");
  });

  test("a known text is scored token by token, with the prompt that a generation would have", async () => {
    const client = box.client();
    const { prompt } = request();
    const { logProb, tokens, promptTokens } = await client.score({ prompt, text: "compute(1);" }, never);
    assert.equal(tokens.map((token) => token.text).join(""), "compute(1);");
    assert.equal(
      logProb,
      tokens.reduce((sum, token) => sum + token.logProb, 0),
    );
    assert.equal(promptTokens, (await client.inspect(prompt)).tokens);
    await assert.rejects(client.score({ prompt, text: "" }, never), { code: "badInput" });
    await assert.rejects(client.score({ prompt, text: "x" }, AbortSignal.abort()), { name: "Cancelled" });
  });

  test("the layers tell of each token of a text what they did, in the numbers of its score", async () => {
    const client = box.client();
    const { prompt } = request();
    const text = "compute(1);";
    const scored = await client.score({ prompt, text }, never);
    const layers = await client.layers({ prompt, text, attentionOf: 3 }, never);
    const { promptTokens } = scored;
    assert.deepEqual(
      layers.tokens.map((token) => [token.id, token.text]),
      scored.tokens.map((token) => [token.id, token.text]),
    );
    for (const [index, { lens }] of layers.tokens.entries()) {
      assert.equal(lens.at(-1)!.rank, scored.tokens[index].rank);
      assert.ok(Math.abs(lens.at(-1)!.logProb - scored.tokens[index].logProb) < 1e-3);
    }
    assert.equal(layers.text.slice(layers.ends[promptTokens - 1]), text);
    const weights = Buffer.from(layers.attention!, "base64"); // two layers of four heads
    assert.equal(weights.length, 2 * 2 * 4 * (promptTokens + 3));
    await assert.rejects(client.layers({ prompt, text: "x", attentionOf: 9 }, never), { code: "badInput" });
    await assert.rejects(client.layers({ prompt, text, attentionOf: 0 }, AbortSignal.abort()), { name: "Cancelled" });
  });

  test("a prompt that was read ahead is in the cache; no host is started or waited for to read", async () => {
    const client = box.client();
    const { prompt } = request();
    await assert.rejects(client.warm({ prompt }, never), { name: "UserError", code: "modelLoading" });
    assert.deepEqual(client.status(), { state: "stopped" });
    client.wake();
    await untilState(client, "ready");
    const { stop, tokens } = await client.warm({ prompt, editor: "a" }, never);
    assert.deepEqual([stop, tokens.cached], ["done", 0]);
    const result = await client.generate(request(), () => {}, never);
    assert.equal(result.tokens.prompt, tokens.prompt);
    assert.ok(result.tokens.cached >= tokens.prompt - 1, `${result.tokens.cached} of ${tokens.prompt}`);
    assert.equal((await client.warm({ prompt, editor: "a" }, AbortSignal.abort())).stop, "cancelled");
    const oversized = { ...prompt, prefix: "x".repeat(REQUEST_LIMITS.prefixChars + 1) };
    await assert.rejects(client.warm({ prompt: oversized }, never), { code: "badInput" });
  });

  test("parallel clients share one host", async () => {
    const clients = [box.client(), box.client(), box.client()];
    const texts = await Promise.all(clients.map((client) => text(client)));
    assert.equal(new Set(texts).size, 1);
    assert.equal(new Set(clients.map((client) => client.status().pid)).size, 1);
    await until("those that lost the election have taken their files away", () =>
      box.files().length === 2 ? true : undefined,
    );
  });

  test("the host ends after its last client", async () => {
    const client = box.client({ env: { SOTTO_HOST_IDLE_MS: "200" } });
    await text(client);
    const { pid } = client.status();
    await sleep(500);
    assert.ok(isRunning(pid!));
    client.dispose();
    await untilGone(pid!);
    assert.deepEqual(box.files(), []);
    await assert.rejects(text(client), { code: "hostUnavailable" });
  });

  test("the host inherits nothing of the editor that started it", async (t) => {
    const editor = { NODE_OPTIONS: "--no-such-option", VSCODE_IPC_HOOK_CLI: "/tmp/x", NODE_CHANNEL_FD: "3" };
    Object.assign(process.env, editor);
    t.after(() => {
      for (const name of Object.keys(editor)) delete process.env[name];
    });
    const client = box.client();
    await text(client);
    if (process.platform !== "linux") return;
    const names = readFileSync(`/proc/${client.status().pid}/environ`, "utf8")
      .split("\0")
      .map((entry) => entry.split("=")[0]);
    assert.deepEqual(
      names.filter((name) => name in editor),
      [],
    );
    assert.ok(names.includes("ELECTRON_RUN_AS_NODE"));
  });

  test("a client that is disposed leaves its process free to end", async () => {
    const script = path.join(box.dir, "client.ts");
    const modelClient = path.join(import.meta.dirname, "../../src/model/modelClient.ts");
    writeFileSync(
      script,
      `import { ModelClient } from ${JSON.stringify(modelClient)};
      const client = new ModelClient({ hostScript: ${JSON.stringify(TINY_HOST)}, runtimeDir: ${JSON.stringify(box.runtimeDir)}, log: () => {} });
      await client.generate(${JSON.stringify(request())}, () => {}, new AbortController().signal);
      client.dispose();`,
    );
    const environment = { SOTTO_CACHE_DIR: box.dir, SOTTO_HOST_IDLE_MS: "200" };
    const client = spawn(process.execPath, [script], { env: { ...process.env, ...environment }, stdio: "ignore" });
    assert.equal(await exitOf(client), 0);
    await until("the host has ended too", () => (box.files().length === 0 ? true : undefined));
  });

  test("kill -9 of the host: what is pending is rejected, a new host answers the next request", async () => {
    const client = box.client({ env: { SOTTO_TEST_TOKEN_MS: "30" } });
    client.wake();
    const { pid } = await untilState(client, "ready");
    let pieces = 0;
    const pending = client.generate(request({ maxTokens: 500 }), () => pieces++, never);
    await until("it runs", () => (pieces > 0 ? true : undefined));
    process.kill(pid!, "SIGKILL");
    await assert.rejects(pending, { name: "UserError", code: "hostUnavailable" });
    assert.ok((await text(client, { maxTokens: 2 })).length > 0);
    assert.notEqual(client.status().pid, pid);
    assert.equal(client.status().state, "ready");
  });

  test("an idle client gets a new host too, without being asked", async () => {
    const client = box.client();
    client.wake();
    const first = await untilState(client, "ready");
    process.kill(first.pid!, "SIGKILL");
    const second = await until("a new host is ready", () => {
      const { state, pid } = client.status();
      return state === "ready" && pid !== first.pid ? pid : undefined;
    });
    assert.ok(isRunning(second));
  });

  test("a stopped host (SIGSTOP) is replaced by the heartbeat", { skip: !posix }, async () => {
    const client = box.client({ heartbeatTimeoutMs: 400 });
    client.wake();
    const { pid } = await untilState(client, "ready");
    process.kill(pid!, "SIGSTOP");
    await assert.rejects(text(client), { code: "hostUnavailable" });
    assert.ok((await text(client)).length > 0);
    assert.notEqual(client.status().pid, pid);
    await untilGone(pid!);
    assert.match(box.logLines.join("\n"), new RegExp(`model host ${pid} does not answer and is replaced`));
  });

  test("a stopped host that a new client finds is replaced", { skip: !posix }, async () => {
    const host = await box.host();
    host.kill("SIGSTOP");
    const client = box.client({ heartbeatTimeoutMs: 300 });
    assert.ok((await text(client)).length > 0);
    assert.notEqual(client.status().pid, host.pid);
    await exitOf(host);
  });

  test("a busy host that answers pings is left alone", async () => {
    const client = box.client({ heartbeatTimeoutMs: 300, env: { SOTTO_TEST_TOKEN_MS: "50" } });
    client.wake();
    const { pid } = await untilState(client, "ready");
    await text(client, { maxTokens: 30 }); // several times the heartbeat's patience
    assert.equal(client.status().pid, pid);
  });

  test("a host whose secret is lost gives its name to another", { skip: !posix }, async () => {
    const host = await box.host();
    const endpoint = box.endpoint();
    unlinkSync(secretPath(endpoint, socketInode(endpoint.address)));
    const client = box.client({ startTimeoutMs: 1500 });
    assert.ok((await text(client)).length > 0);
    assert.notEqual(client.status().pid, host.pid);
    assert.equal(readSecret(endpoint)?.pid, client.status().pid);
  });

  test("another program on the host's socket costs no time: its name is freed", { skip: !posix }, async () => {
    const foreign = createServer((socket) => socket.resume());
    await new Promise<void>((resolve) => foreign.listen(box.endpoint().address, resolve));
    const startMs = performance.now();
    assert.ok((await text(box.client())).length > 0);
    assert.ok(performance.now() - startMs < 9_000, "a start that nobody answers is given up after 10 s");
    foreign.close();
  });

  test("a host that does not start: failed after the limit, with one message; a restart tries again", async () => {
    const script = path.join(box.dir, "bad.ts");
    writeFileSync(script, 'throw new Error("this host is broken");\n');
    const client = box.client({ hostScript: script, startLimits: FEW_STARTS });
    await assert.rejects(text(client), {
      name: "UserError",
      code: "hostUnavailable",
      message: /was started several times, and it ended with status 1; see .*\.log/,
      action: /Restart Model/,
    });
    const { state, error } = client.status();
    assert.equal(state, "failed");
    assert.equal(error?.code, "hostUnavailable");
    assert.equal(box.logLines.filter((line) => line.startsWith("The model host is not available")).length, 1);
    assert.equal(
      box.logLines.filter((line) => line.startsWith("model host: it ended with status 1")).length,
      FEW_STARTS.maxStarts,
    );

    const lines = box.logLines.length;
    await assert.rejects(text(client), { code: "hostUnavailable" }); // at once, no new start
    assert.equal(box.logLines.length, lines);

    await client.restart();
    assert.equal((await untilState(client, "failed")).error?.code, "hostUnavailable");
    assert.ok(box.logLines.length > lines);
  });

  test("a host that crashes again and again stops being started", async () => {
    const client = box.client({ startLimits: FEW_STARTS, env: { SOTTO_TEST_LOAD: "crash" } });
    client.wake();
    const { error } = await untilState(client, "failed");
    assert.match(error!.message, /it ended with SIGABRT/);
  });

  test("a script that is not there is one message at once", async () => {
    const client = box.client({ hostScript: path.join(box.dir, "nowhere.cjs") });
    await assert.rejects(text(client), { code: "hostUnavailable", message: /nowhere\.cjs is missing/ });
    assert.equal(client.status().state, "failed");
    assert.equal(existsSync(path.join(box.dir, "nowhere.cjs")), false);
  });

  test("a Node that cannot be run is one message", async () => {
    const client = box.client({ nodePath: path.join(box.dir, "no-node"), startLimits: FEW_STARTS });
    await assert.rejects(text(client), { code: "hostUnavailable", message: /no-node cannot be run/ });
  });

  test("a model that is missing: failed with its message, the host stays", async () => {
    const client = box.client({ env: { SOTTO_TEST_MODEL_DIR: path.join(box.dir, "nowhere") } });
    await assert.rejects(text(client), { name: "UserError", code: "modelMissing" });
    const { state, error, pid } = client.status();
    assert.equal(state, "failed");
    assert.equal(error?.code, "modelMissing");
    assert.ok(isRunning(pid!));
  });

  test("restart replaces the host for all clients", async () => {
    const [a, b] = [box.client(), box.client()];
    await Promise.all([text(a), text(b)]);
    const { pid } = a.status();
    await a.restart();
    assert.ok((await text(a)).length > 0);
    await until("the other client has found the new host", () =>
      b.status().pid === a.status().pid ? true : undefined,
    );
    assert.notEqual(a.status().pid, pid);
    assert.ok(!isRunning(pid!));
  });

  test("a cancel is answered with the text so far and the host's counts; the model is free again", async () => {
    const client = box.client({ env: { SOTTO_TEST_TOKEN_MS: "50" } });
    client.wake();
    await untilState(client, "ready");
    const cancel = new AbortController();
    let streamed = "";
    const pending = client.generate(request({ maxTokens: 500 }), (piece) => (streamed += piece), cancel.signal);
    await until("some text has come", () => (streamed.length > 1 ? true : undefined));
    cancel.abort();
    const result = await pending;
    const seen = streamed;
    assert.deepEqual({ stop: result.stop, text: result.text }, { stop: "cancelled", text: seen });
    assert.ok(result.tokens.prompt > 0 && result.tokens.generated > 0);
    assert.ok((await text(client, { maxTokens: 2 })).length > 0);
    assert.equal(streamed, seen);
    const before = await client.generate(request(), () => {}, AbortSignal.abort());
    assert.equal(before.stop, "cancelled");
  });

  test("a deadline that passes while the model loads is modelLoading; without one the request waits", async () => {
    const client = box.client({ env: { SOTTO_TEST_LOAD_MS: "1500" } });
    await assert.rejects(text(client, { deadlineMs: 50 }), { name: "UserError", code: "modelLoading" });
    await until("the host is connected", () => client.status().pid);
    await assert.rejects(text(client, { deadlineMs: 50 }), { code: "modelLoading" });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 20);
    assert.equal((await client.generate(request(), () => {}, cancel.signal)).stop, "cancelled");
    assert.equal(client.status().state, "starting");
    assert.ok((await text(client)).length > 0);
  });

  test("deadline and cancel hold even when the host hangs", { skip: !posix }, async () => {
    const client = box.client();
    client.wake();
    const { pid } = await untilState(client, "ready");
    process.kill(pid!, "SIGSTOP");
    const { stop, text } = await client.generate(request({ deadlineMs: 100 }), () => {}, never);
    assert.deepEqual({ stop, text }, { stop: "deadline", text: "" });
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 50);
    assert.equal((await client.generate(request(), () => {}, cancel.signal)).stop, "cancelled");
    process.kill(pid!, "SIGCONT");
  });

  test("an oversized prompt is refused and costs nothing", async () => {
    const client = box.client();
    await text(client);
    const { pid } = client.status();
    const prompt = { ...request().prompt, prefix: "x".repeat(9_000_000) };
    await assert.rejects(text(client, { prompt }), { name: "UserError", code: "badInput" });
    assert.ok((await text(client)).length > 0);
    assert.equal(client.status().pid, pid);
  });
});
