// Whether an engine elsewhere may be asked at all, and that a change of the configuration counts at once.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isLoopback, isReadableOnTheWay } from "../../common/util/engineAddress.ts";
import { engineUse } from "../../src/agent/engineUse.ts";
import { WindowEngine } from "../../src/agent/windowEngine.ts";
import { readSettings } from "../../src/config/settings.ts";
import type { AgentConfiguration } from "../../src/protocol/messages.ts";
import { settled } from "./completion/editorWindow.ts";
import { fakeEngine, localModel, written } from "./model/fakeEngine.ts";

const configured = (url: string, more: Partial<AgentConfiguration> = {}): AgentConfiguration => ({
  ...readSettings((key) => (key === "engine.url" ? url : undefined)).settings,
  snoozedUntilMs: 0,
  trusted: true,
  ...more,
});

test("which address is this machine", () => {
  const own = [
    "http://127.0.0.1:8080",
    "http://localhost",
    "https://[::1]:1",
    "http://127.1.2.3",
    "http://127.1",
    "http://2130706433",
  ];
  const others = [
    "http://10.0.0.5:11434",
    "https://engine.example",
    "http://127.evil.example",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://0.0.0.0:80",
    "http://[::ffff:127.0.0.1]",
    "http://engine.example/127.0.0.1",
  ];
  for (const url of own) assert.ok(isLoopback(url), url);
  for (const url of others) assert.ok(!isLoopback(url), url);
  assert.deepEqual(others.map(isReadableOnTheWay), [true, false, true, true, true, true, true, true]);
  assert.ok(!own.some(isReadableOnTheWay));
});

test("another machine needs consent for its origin, an untrusted workspace has the local model, this machine needs nothing", () => {
  const far = "https://engine.example:8000/v2/";
  const origin = "https://engine.example:8000";
  const table: [string, Partial<AgentConfiguration>, string][] = [
    ["local", {}, "local"],
    ["http://127.0.0.1:8080", {}, "remote"],
    ["http://127.0.0.1:8080", { trusted: false }, "untrusted"],
    [far, {}, "needsConsent"],
    [far, { engineConsents: ["https://engine.example", "http://engine.example:8000"] }, "needsConsent"],
    [far, { engineConsents: [origin] }, "remote"],
    [far, { engineConsents: [origin], trusted: false }, "untrusted"],
  ];
  for (const [url, more, kind] of table)
    assert.equal(engineUse(configured(url, more)).kind, kind, url + JSON.stringify(more));
  const use = engineUse(configured(far, { engineConsents: [origin], "engine.model": "coder", "engine.shape": "fim" }));
  assert.deepEqual(use, {
    kind: "remote",
    choice: { url: "https://engine.example:8000/v2", model: "coder", shape: "fim" },
  });
});

function windowEngine() {
  const clients = new Map<string, ReturnType<typeof fakeEngine>>();
  const log: string[] = [];
  const told: ReturnType<WindowEngine["status"]>[] = []; // at each change, as the agent asks for it
  const engine: WindowEngine = new WindowEngine({
    async open({ url }) {
      const client = fakeEngine(async () => written(url));
      clients.set(url, client);
      return client;
    },
    key: async () => undefined,
    slowAfterMs: () => 3_000,
    onChange: () => told.push(engine.status()),
    log: (line) => log.push(line),
  });
  return { engine, clients, log, told };
}

test("a change counts from the next request on, without a restart; what was sent is summed up", async () => {
  const { engine, clients } = windowEngine();
  const local = localModel();
  const [a, b] = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
  const ask = async () => {
    const { prompt } = { prompt: { path: "a.ts", languageId: "typescript", prefix: "", suffix: "", pieces: [] } };
    const params = { prompt, maxTokens: 1, sampling: { temperature: 0 }, stop: [] };
    return (await engine.modelFor(local).generate(params, () => {}, new AbortController().signal)).text;
  };
  assert.equal(await ask(), "local");
  assert.equal(engine.status(), undefined);
  engine.configure(configured(a));
  await settled();
  assert.equal(await ask(), a);
  engine.configure(configured(a, { delayMs: 100 })); // says nothing of the engine
  assert.equal(clients.get(a)!.isDisposed, false);
  const keyOfA = engine.modelFor(local).key;
  engine.configure(configured(b));
  await settled();
  assert.equal(await ask(), b);
  assert.notEqual(engine.modelFor(local).key, keyOfA);
  assert.equal(clients.get(a)!.isDisposed, true);
  assert.deepEqual([engine.status()!.requests, engine.status()!.bytesSent], [2, 200]);
  engine.configure(configured(b, { trusted: false }));
  assert.equal(await ask(), "local");
  assert.equal(engine.status()!.state, "untrusted");
  engine.configure(configured("local"));
  assert.equal(await ask(), "local");
  assert.deepEqual([engine.modelFor(local).key, engine.writing], [local.key, undefined]);
});

test("two windows with different engines: each has its own, and what happens to one says nothing of the other", async () => {
  const windows = [windowEngine(), windowEngine()] as const;
  const urls = ["http://127.0.0.1:1", "http://127.0.0.1:2"];
  for (const [i, { engine }] of windows.entries()) engine.configure(configured(urls[i]!));
  await settled();
  windows[0].engine.configure(configured(urls[0]!, { trusted: false }));
  assert.deepEqual(
    windows.map(({ engine }) => [engine.status()!.url, engine.status()!.state]),
    [
      [urls[0], "untrusted"],
      [urls[1], "inUse"],
    ],
  );
});

test("consent that is taken back ends what is sent at once", async () => {
  const { engine, clients, log } = windowEngine();
  const url = "https://engine.example";
  engine.configure(configured(url));
  await settled();
  assert.equal(clients.size, 0); // not even opened
  assert.equal(engine.status()!.state, "needsConsent");
  assert.match(log.join(), /nothing is sent to it before you agree/);
  engine.configure(configured(url, { engineConsents: [url] }));
  await settled();
  assert.equal(engine.status()!.state, "inUse");
  engine.configure(configured(url));
  assert.equal(clients.get(url)!.isDisposed, true);
  assert.equal(engine.modelFor(localModel()).key, "own");
});

test("an engine that has just been chosen is told as opening, then as in use", async () => {
  const { engine, told } = windowEngine();
  engine.configure(configured("http://127.0.0.1:8080"));
  await settled();
  const states = told.map((status) => `${status?.state} ${status?.url}`);
  assert.equal(states[0], "opening http://127.0.0.1:8080");
  assert.equal(states.at(-1), "inUse http://127.0.0.1:8080");
  assert.ok(told.every((status) => status?.problem === undefined));
  engine.dispose();
});
