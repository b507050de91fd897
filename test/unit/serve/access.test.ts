// Who may ask the server, over real HTTP: with and without a key, from web pages, and by names that are not this machine's.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { UserError } from "../../../common/errors.ts";
import { isLoopbackHost } from "../../../common/util/engineAddress.ts";
import { startServer } from "../../../server/serve/httpServer.ts";
import { ask, recordingModel, type Serving, serving } from "./serving.ts";

const body = { prompt: "a" };

describe("without a key", () => {
  let server: Serving;
  const model = recordingModel(["b"]);
  before(async () => (server = await serving(model)));
  after(() => server.close());

  const status = async (headers: Record<string, string>) =>
    [
      (await ask(`${server.url}/v1/completions`, { body, headers })).status,
      (await ask(`${server.url}/v1/models`, { headers })).status,
    ] as const;

  test("programs of this machine may ask, whatever key they send", async () => {
    const { port } = new URL(server.url);
    for (const host of [
      "127.0.0.1",
      `127.0.0.1:${port}`,
      "localhost",
      `LOCALHOST:${port}`,
      `[::1]:${port}`,
      "127.1.2.3:1",
    ])
      assert.deepEqual(await status({ host }), [200, 200], host);
    assert.deepEqual(await status({ authorization: "Bearer anything" }), [200, 200]);
  });

  test("no web page may, and none that has pointed its own name at this machine", async () => {
    const asked = model.asked.length;
    for (const origin of ["https://example.com", "http://localhost:3000", "null", ""])
      assert.deepEqual(await status({ origin }), [403, 403], origin);
    for (const host of [
      "example.com",
      "127.0.0.1.example.com",
      "localhost.example.com",
      "0.0.0.0",
      "[::]",
      "192.168.1.2:8017",
      "a b",
    ])
      assert.deepEqual(await status({ host }), [403, 403], host);
    const { text } = await ask(`${server.url}/health`, { headers: { origin: "https://example.com" } });
    const { message, type, code } = JSON.parse(text).error;
    assert.deepEqual([type, code], ["permission_error", 403]);
    assert.match(message, /Start the server with a key/);
    assert.equal(model.asked.length, asked);
  });
});

test("with a key only who sends it is answered, in either header, and a page may have it", async () => {
  const server = await serving(recordingModel(["b"]), "s3cret");
  const status = async (headers: Record<string, string>) =>
    (await ask(`${server.url}/v1/completions`, { body, headers })).status;
  const right: Record<string, string>[] = [
    { authorization: "Bearer s3cret" },
    { authorization: "bearer  s3cret " },
    { "x-api-key": "s3cret" },
    { authorization: "Bearer s3cret", origin: "https://example.com", host: "example.com" },
  ];
  for (const headers of right) assert.equal(await status(headers), 200, JSON.stringify(headers));
  const wrong: Record<string, string>[] = [
    {},
    { authorization: "Bearer s3cre" },
    { authorization: "Bearer s3cret2" },
    { authorization: "Bearer " },
    { authorization: "s3cret" },
    { "x-api-key": "" },
    { authorization: "Bearer wrong", "x-api-key": "s3cret" },
  ];
  for (const headers of wrong) assert.equal(await status(headers), 401, JSON.stringify(headers));
  const refused = await ask(`${server.url}/health`);
  await server.close();
  assert.deepEqual([refused.status, refused.headers["www-authenticate"]], [401, "Bearer"]);
  assert.equal(JSON.parse(refused.text).error.type, "authentication_error");
  assert.doesNotMatch(refused.text, /s3cret/);
});

test("addresses of this machine alone are the loopback's", () => {
  for (const host of ["127.0.0.1", "127.255.0.9", "localhost", "::1"]) assert.ok(isLoopbackHost(host), host);
  for (const host of [
    "0.0.0.0",
    "::",
    "",
    "10.0.0.1",
    "127.0.0.1.example.com",
    "my.localhost.example",
    "1127.0.0.1",
    "127.0.0.256",
    "127.1",
  ])
    assert.ok(!isLoopbackHost(host), host);
});

test("where others could ask, there is no server without a key; nor on a port that is taken", async () => {
  const options = { port: 0, version: "1", log() {} };
  for (const host of ["0.0.0.0", "::"])
    await assert.rejects(startServer({ ...options, host }), (error: UserError) => {
      assert.ok(error instanceof UserError);
      assert.match(`${error.message} ${error.action}`, /no key.*SOTTO_SERVE_KEY/);
      return true;
    });
  const server = await serving(undefined);
  const port = Number(new URL(server.url).port);
  await assert.rejects(startServer({ ...options, host: "127.0.0.1", port }), /another program uses it/);
  await server.close();
});
