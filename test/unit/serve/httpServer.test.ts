// The server around its endpoints, over real HTTP: what there is, limits, the queue, clients that go away, errors, and its end.

import assert from "node:assert/strict";
import { once } from "node:events";
import http from "node:http";
import { test } from "node:test";
import { badInput, hostBusy, runtimeFailed } from "../../../common/errors.ts";
import { ask, eventsIn, recordingModel, send, serving } from "./serving.ts";

const body = { prompt: "a" };
const errorIn = (text: string) => JSON.parse(text).error;

/** Resolves when its signal fires. */
const untilGone = (signal: AbortSignal) =>
  signal.aborted ? Promise.resolve() : once(signal, "abort").then(() => undefined);

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
}

test("a server whose model is still being loaded says so, and then what it has", async () => {
  const server = await serving(undefined);
  for (const path of ["/health", "/v1/models", "/props"]) {
    const { status, headers, text } = await ask(`${server.url}${path}`);
    assert.deepEqual([status, headers["retry-after"], errorIn(text).type], [503, "1", "unavailable_error"], path);
  }
  assert.equal((await ask(`${server.url}/infill`, { body: {} })).status, 503);
  server.serve(recordingModel(["b"]));
  const told = async (path: string) => JSON.parse((await ask(`${server.url}${path}`)).text);
  assert.deepEqual(await told("/health"), { status: "ok" });
  assert.deepEqual(await told("/v1/models"), {
    object: "list",
    data: [{ id: "fake", object: "model", owned_by: "sotto", max_model_len: 2048 }],
  });
  assert.deepEqual(await told("/props?model=x"), {
    default_generation_settings: { n_ctx: 2048 },
    total_slots: 1,
    model_path: "fake",
    build_info: "sotto 1.2.3",
  });
  assert.equal((await ask(`${server.url}/health`, { method: "HEAD" })).status, 200);
  await server.close();
});

test("another path is 404 and says what there is; another method is 405 and says which", async () => {
  const server = await serving(recordingModel(["b"]));
  const chat = await ask(`${server.url}/v1/chat/completions`, { body });
  assert.equal(chat.status, 404);
  assert.match(errorIn(chat.text).message, /There is no \/v1\/chat\/completions here.*\/v1\/completions, .*\/infill/);
  for (const path of ["/", "//", "/toString", "/__proto__", "/v1/completions/"])
    assert.equal((await ask(`${server.url}${path}`)).status, 404, path);
  const got = await ask(`${server.url}/infill`);
  assert.deepEqual([got.status, got.headers.allow], [405, "POST"]);
  const posted = await ask(`${server.url}/health`, { body });
  assert.deepEqual([posted.status, posted.headers.allow], [405, "GET, HEAD"]);
  await server.close();
});

test("a body that is no JSON, no UTF-8 or too long is refused, and the server goes on", async () => {
  const server = await serving(recordingModel(["b"]));
  const url = `${server.url}/v1/completions`;
  for (const bad of ["", "{", '{"prompt": undefined}', Buffer.from([0x22, 0xff, 0x22])]) {
    const { status, text } = await ask(url, { body: bad });
    assert.deepEqual([status, errorIn(text).message], [400, "The body is not JSON in UTF-8."]);
  }
  const long = await ask(url, { body: Buffer.alloc(4 * 1024 * 1024 + 1, 0x20) });
  assert.equal(long.status, 413);
  assert.match(errorIn(long.text).message, /at most 4194304 bytes/);
  const fits = Buffer.concat([Buffer.alloc(4 * 1024 * 1024 - 20, 0x20), Buffer.from(JSON.stringify(body))]);
  assert.equal((await ask(url, { body: fits })).status, 200);
  assert.equal((await ask(url, { body, headers: { "x-long": "x".repeat(20_000) } })).status, 431);
  await server.close();
  assert.deepEqual(server.lines, []);
});

test("one request runs and 16 wait; one more is 429, and is taken when one has ended", async () => {
  const ends: (() => void)[] = [];
  const model = recordingModel(["b"], {}, () => new Promise<void>((resolve) => ends.push(resolve)));
  const server = await serving(model);
  const url = `${server.url}/v1/completions`;
  const open = Array.from({ length: 17 }, () => ask(url, { body }));
  await until(() => ends.length === 17);
  const refused = await ask(url, { body });
  assert.deepEqual(
    [refused.status, refused.headers["retry-after"], errorIn(refused.text).type],
    [429, "1", "rate_limit_error"],
  );
  assert.equal((await ask(`${server.url}/health`)).status, 200);
  ends[0]();
  await Promise.race(open);
  const taken = ask(url, { body });
  await until(() => ends.length === 18);
  for (const end of ends) end();
  assert.deepEqual([...new Set((await Promise.all([...open, taken])).map(({ status }) => status))], [200]);
  await server.close();
});

test("each connection is a client of its own", async () => {
  const model = recordingModel(["b"]);
  const server = await serving(model);
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (let times = 0; times < 2; times++) await ask(`${server.url}/v1/completions`, { body, agent });
  await ask(`${server.url}/v1/completions`, { body });
  agent.destroy();
  await server.close();
  const [first, second, other] = model.clients;
  assert.ok(typeof first === "object" && first !== null);
  assert.equal(first, second);
  assert.notEqual(first, other);
});

test("a client that goes away cancels, in a stream or not, and frees its place", async () => {
  const model = recordingModel(["b", "c"], {}, (index, signal) => (index === 1 ? untilGone(signal) : undefined));
  const server = await serving(model);
  for (const stream of [true, false]) {
    const request = send(`${server.url}/v1/completions`, { body: { ...body, stream } });
    request.on("error", () => {}); // it is cut off
    if (stream) await once(request, "response");
    else await until(() => model.signals.length === 2);
    assert.equal(model.signals.at(-1)!.aborted, false);
    request.destroy();
    await untilGone(model.signals.at(-1)!);
  }
  const cut = http.request(`${server.url}/infill`, { method: "POST", headers: { "content-length": 100 } });
  cut.on("error", () => {});
  await new Promise((resolve) => cut.write('{"input_', resolve));
  cut.destroy();
  await server.close();
  assert.deepEqual(server.lines, []);
});

test("an error of the model has its status, and a bug is logged without the request's text", async () => {
  const failing = (error: Error, parts: string[] = ["b"]) =>
    recordingModel(parts, {}, (index) => {
      if (index === parts.length - 1) throw error;
    });
  const marked = { prompt: "MARKED TEXT" };
  for (const [error, status, message] of [
    [hostBusy("16 requests are waiting"), 429, "The model is busy: 16 requests are waiting. Try again in a moment."],
    [badInput("Too much.", "Ask for less."), 400, "Too much. Ask for less."],
    [runtimeFailed("no memory"), 500, /no memory/],
    [new TypeError("oops"), 500, /a bug/],
  ] as const) {
    const server = await serving(failing(error));
    for (const stream of [false, true]) {
      const answer = await ask(`${server.url}/v1/completions`, { body: { ...marked, stream } });
      assert.equal(answer.status, status);
      if (typeof message === "string") assert.equal(errorIn(answer.text).message, message);
      else assert.match(errorIn(answer.text).message, message);
    }
    await server.close();
    assert.equal(server.lines.length, error instanceof TypeError ? 2 : 0);
    assert.doesNotMatch(server.lines.join(), /MARKED TEXT/);
  }
  const server = await serving(failing(runtimeFailed("no memory"), ["b", "c"]));
  const { status, text } = await ask(`${server.url}/v1/completions`, { body: { ...marked, stream: true } });
  await server.close();
  const [first, last] = eventsIn(text).map((event) => JSON.parse(event));
  assert.deepEqual([status, first.choices[0].text, last.error.code], [200, "b", 500]);
});

test("a request that never got its turn in time is 503", async () => {
  const model = recordingModel([], { stop: "deadline" });
  const server = await serving(model);
  const { status, headers, text } = await ask(`${server.url}/v1/completions`, { body });
  await server.close();
  assert.deepEqual([status, headers["retry-after"]], [503, "1"]);
  assert.match(errorIn(text).message, /within 60 seconds/);
});

test("the end of the server ends what runs, and resolves when the model is free", async () => {
  let isFree = false;
  const model = recordingModel(["b"], {}, async (_index, signal) => {
    await untilGone(signal);
    await new Promise((resolve) => setTimeout(resolve, 20));
    isFree = true;
  });
  const server = await serving(model);
  const request = send(`${server.url}/v1/completions`, { body });
  const failed = once(request, "error");
  await until(() => model.signals.length === 1);
  await server.close();
  assert.ok(isFree);
  await failed;
  await assert.rejects(ask(server.url), /ECONNREFUSED/);
});
