// An engine elsewhere with the local model behind it: who answers when, and what goes out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError, type UserErrorCode } from "../../../common/errors.ts";
import type { ModelCall } from "../../../src/model/completionModel.ts";
import { Engine, type EngineClient } from "../../../src/model/engine/engine.ts";
import { EngineModel } from "../../../src/model/engine/engineModel.ts";
import { settled } from "../completion/editorWindow.ts";
import { type HandClock, handClock } from "../completion/handClock.ts";
import { call, type FakeEngine, fakeEngine, localModel, written } from "./fakeEngine.ts";

const never = new AbortController().signal;
const failing = (code: UserErrorCode) => async () => {
  throw new UserError(code, "It failed.", "Do something.");
};

interface Stage {
  engine: Engine;
  client: FakeEngine;
  local: ReturnType<typeof localModel>;
  clock: HandClock;
  log: string[];
  opened: number;
  /** The text that a request gets. */
  ask(change?: Partial<ModelCall>): Promise<string>;
}

async function stage(
  client = fakeEngine(async () => written("theirs")),
  { slowAfterMs = 3_000, open }: { slowAfterMs?: number; open?: () => Promise<EngineClient> } = {},
): Promise<Stage> {
  const [clock, local, log] = [handClock(), localModel(), [] as string[]];
  const engine = new Engine({
    choice: { url: "http://127.0.0.1:8080" },
    async open(choice, options) {
      one.opened++;
      options.log?.(choice.url);
      return open ? open() : client;
    },
    key: async () => "SECRET-KEY",
    slowAfterMs: () => slowAfterMs,
    onChange: () => {},
    log: (line) => log.push(line),
    clock,
  });
  const one: Stage = {
    ...{ engine, client, local, clock, log, opened: 0 },
    async ask(change = {}) {
      const model = new EngineModel({ engine, local, slowAfterMs: () => slowAfterMs });
      return (await model.generate({ ...call, ...change }, () => {}, never)).text;
    },
  };
  await settled();
  return one;
}

test("the engine writes, and the result names it", async () => {
  const { engine, local } = await stage();
  const model = new EngineModel({ engine, local, slowAfterMs: () => 3_000 });
  const result = await model.generate(call, () => {}, never);
  assert.deepEqual([result.text, result.model], ["theirs", "coder:7b at http://127.0.0.1:8080"]);
  assert.deepEqual(engine.report().traffic, { requests: 1, bytesSent: 100, bytesReceived: 10 });
  assert.equal(local.calls.length, 0);
  assert.notEqual(model.key, local.key);
  assert.ok(model.key.includes(engine.name) && model.key.includes(local.key));
  assert.equal((await model.inspect(call.prompt)).prompt, "theirs");
});

test("what only the local model understands is not sent", async () => {
  const { client, ask } = await stage();
  const more = { lookup: ["const key = 1"], memory: "w", branches: 12, editor: "file:///w/a.ts", asked: true as const };
  await ask(more);
  await ask({ maxTokens: 3_000 }); // more than half of its context
  assert.deepEqual(client.calls, [
    { ...call, asked: true, editor: more.editor },
    { ...call, maxTokens: 2_048 },
  ]);
});

test("a text that must begin with given tokens or words is not asked of a server, and is empty", async () => {
  const { client, local, ask } = await stage();
  assert.equal(await ask({ words: ["length"] }), "");
  assert.equal(await ask({ forced: [1, 2] }), "");
  assert.deepEqual([client.calls.length, local.calls.length], [0, 0]);
});

const CODES: [UserErrorCode, isLasting: boolean][] = [
  ["engineUnreachable", false],
  ["engineBusy", false],
  ["engineFailed", false],
  ["promptTooLong", false],
  ["engineRefusedKey", true],
  ["engineHasNoModel", true],
  ["engineRedirected", true],
  ["engineUnfit", true],
];

test("each failure: the local model answers the same request, and the engine rests at once or after the third", async () => {
  for (const [code, isLasting] of CODES) {
    const { client, engine, local, log, ask } = await stage(fakeEngine(failing(code)));
    for (let i = 1; i <= 4; i++) {
      assert.equal(await ask(), "local", code);
      const { state, problem } = engine.report();
      assert.equal(state, isLasting || i >= 3 ? "resting" : "inUse", `${code}, failure ${i}`);
      assert.deepEqual(problem, { message: "It failed.", action: "Do something." });
    }
    assert.equal(client.calls.length, isLasting ? 1 : 3, code);
    assert.equal(local.calls.length, 4);
    assert.ok(log.some((line) => line.includes("It failed. Do something. The local model answers.")));
  }
});

test("once a text is given out the local model does not write another one", async () => {
  const { local, ask } = await stage(
    fakeEngine(async (_params, onText) => {
      onText("half");
      throw new UserError("engineFailed", "It failed.", "Do something.");
    }),
  );
  await assert.rejects(ask(), { code: "engineFailed" });
  assert.equal(local.calls.length, 0);
});

test("after the pause the server is opened again, one request goes through, and its success ends the rest", async () => {
  const { client, engine, clock, log, ask, ...one } = await stage(fakeEngine(failing("engineHasNoModel")));
  await ask();
  assert.equal(engine.isUsable, false);
  clock.pass(14_999);
  await settled();
  assert.equal(engine.isUsable, false);
  clock.pass(1);
  await settled();
  assert.equal(engine.isUsable, true);
  let answer = (_: string) => {};
  client.answer = () => new Promise((resolve) => (answer = (text) => resolve(written(text))));
  const probe = ask();
  assert.equal(await ask(), "local"); // beside the probe
  answer("theirs");
  assert.equal(await probe, "theirs");
  client.answer = async () => written("more");
  assert.deepEqual(await Promise.all([ask(), ask()]), ["more", "more"]);
  assert.equal(engine.report().problem, undefined);
  assert.ok(log.some((line) => line.endsWith("answers again")));
  assert.equal(one.local.calls.length, 2);
});

test("a probe that fails doubles the pause; a person's wish ends it at once", async () => {
  const { client, engine, clock, ask } = await stage(fakeEngine(failing("engineHasNoModel")));
  await ask();
  clock.pass(15_000);
  await settled();
  await ask();
  assert.equal(engine.report().retryAtMs, clock.nowMs() + 30_000);
  client.answer = async () => written("theirs");
  engine.tryAgain();
  await settled();
  assert.equal(await ask(), "theirs");
  assert.equal(engine.report().state, "inUse");
});

test("a server that cannot be opened: nobody waits for it, and it is opened again after the pause", async () => {
  let isThere = false;
  const client = fakeEngine(async () => written("theirs"));
  const open = async () => (isThere ? client : await failing("engineUnreachable")());
  const one = await stage(client, { open });
  assert.equal(await one.ask(), "local");
  assert.equal(one.engine.report().state, "resting");
  isThere = true;
  one.clock.pass(15_000);
  await settled();
  assert.equal(await one.ask(), "theirs");
});

test("a server that loads its model when it is first asked is warmed with an empty prompt before anybody types with it", async () => {
  const { client, ask } = await stage(fakeEngine(async () => written("theirs"), "ollama"));
  assert.equal(client.warmed, 1);
  assert.equal(await ask(), "theirs");
  assert.equal((await stage()).client.warmed, 0);
});

test("typed, and no text in time: the local model writes, and the server's call is ended", async () => {
  const isEnded: boolean[] = [];
  const hanging = fakeEngine(async (_params, _onText, signal) => {
    await sleep(60_000, undefined, { signal, ref: false }).catch(() => {});
    isEnded.push(signal.aborted);
    return written("", { stop: "cancelled" });
  });
  const { engine, ask } = await stage(hanging, { slowAfterMs: 20 });
  for (let i = 0; i < 3; i++) assert.equal(await ask(), "local");
  assert.deepEqual(isEnded, [true, true, true]);
  assert.equal(engine.report().state, "resting");
  assert.match(engine.report().problem!.message, /took more than 0\.02 s/);
});

test("answers that come, but too late for typing: after twenty of them the engine rests", async () => {
  const late = fakeEngine(async (_params, onText) => {
    onText("th");
    await sleep(15);
    return written("theirs");
  });
  const { engine, ask } = await stage(late, { slowAfterMs: 5 });
  for (let i = 0; i < 19; i++) assert.equal(await ask(), "theirs");
  for (let i = 0; i < 3; i++) await ask({ asked: true }); // who asks waits: that says nothing of typing
  assert.equal(engine.report().state, "inUse");
  await ask();
  assert.equal(engine.report().state, "resting");
});

test("a request that the person gave up says nothing of the engine, and is not asked again", async () => {
  const hanging = fakeEngine(async (_params, _onText, signal) => {
    await sleep(60_000, undefined, { signal, ref: false }).catch(() => {});
    return written("", { stop: "cancelled" });
  });
  const { engine, local } = await stage(hanging);
  for (let i = 0; i < 5; i++) {
    const leaving = new AbortController();
    const asked = new EngineModel({ engine, local, slowAfterMs: () => 3_000 }).generate(call, () => {}, leaving.signal);
    leaving.abort();
    assert.equal((await asked).stop, "cancelled");
  }
  assert.deepEqual([engine.report().state, local.calls.length], ["inUse", 0]);
});

test("an engine that was given up is asked nothing more", async () => {
  const { engine, client, ask } = await stage();
  engine.dispose();
  assert.equal(await ask(), "local");
  assert.deepEqual([client.isDisposed, client.calls.length], [true, 0]);
  engine.tryAgain();
  await settled();
  assert.equal(await ask(), "local");
});

test("the key is in no report and no line of the log", async () => {
  const { engine, log, ask } = await stage(fakeEngine(failing("engineRefusedKey")));
  await ask();
  assert.doesNotMatch(JSON.stringify([engine.report(), engine.name, log]), /SECRET-KEY/);
});
