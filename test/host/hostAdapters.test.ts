// Adapters of workspaces over the socket, on the tiny model: each request gets the text of its own adapter, as that model alone writes it, while
// others are loaded, replaced, broken, or the host is killed.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { AdapterFiles } from "../../server/engine/adapters/adapter.ts";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import type { GenerateParams } from "../../server/host/protocol/messages.ts";
import type { ModelClient } from "../../src/model/modelClient.ts";
import { WorkspaceAdapters } from "../../src/model/workspaceAdapters.ts";
import { request, Sandbox, until, untilGone, untilState } from "../support/hostProcess.ts";
import { tinyLocalModel } from "../support/tinyLocalModel.ts";
import { tinyModel } from "../support/tinyModel.ts";
import { sampleAdapter } from "../unit/adapters/sampleAdapter.ts";

const never = new AbortController().signal;
const params = (change: Partial<GenerateParams> = {}) => request({ sampling: { temperature: 0 }, ...change });

/** Longer than any test: what is still loaded then was not waited for. */
const LONG_LOAD = { SOTTO_TEST_ADAPTER_LOAD_MS: "60000" };

describe("adapters on the host", () => {
  let dir: string;
  let box: Sandbox;
  const adapters: string[] = []; // two folders
  const texts = new Map<string | undefined, string>(); // what each model writes when it is alone

  const text = async (client: ModelClient, change: Partial<GenerateParams> = {}) =>
    (await client.generate(params(change), () => {}, never)).text;

  function written(name: string, alpha: number): string {
    const folder = path.join(dir, name);
    writeAdapter(folder, { ...sampleAdapter(tinyModel()), alpha }, tinyModel(), {});
    return folder;
  }

  async function aloneWith(adapter: string | undefined): Promise<string> {
    const model = await tinyLocalModel({ cacheDir: path.join(dir, "cache"), adapter });
    const { text } = await model.generate(params(), () => {}, never);
    model.dispose();
    return text;
  }

  before(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), "sotto-adapters-"));
    adapters.push(written("a", 9), written("b", 2));
    for (const adapter of [undefined, ...adapters]) texts.set(adapter, await aloneWith(adapter));
    assert.equal(new Set(texts.values()).size, 3);
  });
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.dispose());
  after(() => rmSync(dir, { recursive: true }));

  test("two windows with an adapter each, and files with none: each gets the text of its own model", async () => {
    const [one, other] = [box.client(), box.client()];
    const asked = Array.from({ length: 12 }, (_, i) => [undefined, ...adapters][i % 3]);
    const got = await Promise.all(asked.map((adapter, i) => text(i % 2 ? one : other, { adapter })));
    assert.deepEqual(
      got,
      asked.map((adapter) => texts.get(adapter)),
    );
    assert.equal(one.status().pid, other.status().pid);
    const { adapters: loaded, model, state } = one.status().host!;
    assert.deepEqual([model, state], ["tiny", "ready"]);
    assert.ok(loaded!.length > 0 && loaded!.every(({ name, state }) => state === "ready" && /^[ab]$/.test(name)));
  });

  test("under load: every request is answered with the adapter that it names, before, during and after the switch", async () => {
    const client = box.client({ env: { SOTTO_TEST_ADAPTER_LOAD_MS: "150" } });
    client.wake();
    await untilState(client, "ready");
    let adapter: string | undefined;
    let isOver = false;
    const asked: (string | undefined)[] = [];
    const load = Array.from({ length: 3 }, async (_, i) => {
      while (!isOver) {
        const named = adapter;
        asked.push(named);
        assert.equal(await text(client, { adapter: named, editor: `e${i}` }), texts.get(named));
      }
    });
    for (const next of [adapters[0], adapters[1], undefined, adapters[0]]) {
      if (next) await client.prepareAdapter({ adapter: next }, never);
      adapter = next;
      const switched = asked.length;
      await until("requests name it", () => asked.length > switched + 6 || undefined);
    }
    isOver = true;
    await Promise.all(load);
    assert.deepEqual(new Set(asked), new Set([undefined, ...adapters]));
  });

  test("other adapters and none go on answering while one is loaded; its requests wait until their deadline", async () => {
    const client = box.client({ env: LONG_LOAD });
    const [a] = adapters;
    const preparing = new AbortController();
    const prepared = client.prepareAdapter({ adapter: a }, preparing.signal);
    prepared.catch(() => {});
    assert.equal(await text(client), texts.get(undefined));
    await until("it is being loaded", () => client.status().host?.adapters?.[0].state === "loading" || undefined);
    await assert.rejects(text(client, { adapter: a, deadlineMs: 60 }), { code: "modelLoading" });
    preparing.abort();
    await assert.rejects(prepared, { name: "Cancelled" });
    const cancel = new AbortController();
    const waiting = client.generate(params({ adapter: a }), () => {}, cancel.signal);
    cancel.abort();
    assert.equal((await waiting).stop, "cancelled");
    assert.doesNotMatch(box.hostLog(), /failed/);
  });

  test("the same folder with other values is another adapter", async () => {
    const client = box.client();
    const folder = written("changing", 9);
    const first = await client.prepareAdapter({ adapter: folder }, never);
    assert.equal(await text(client, { adapter: folder }), texts.get(adapters[0]));
    written("changing", 2);
    assert.equal(await text(client, { adapter: folder }), texts.get(adapters[1]));
    assert.notEqual((await client.prepareAdapter({ adapter: folder }, never)).sha256, first.sha256);
  });

  test("an adapter that is missing, damaged or of another model is refused with its reason, and hurts nobody", async () => {
    const client = box.client();
    const missing = path.join(dir, "nowhere");
    await assert.rejects(client.prepareAdapter({ adapter: missing }, never), { code: "adapterInvalid" });
    await assert.rejects(text(client, { adapter: missing }), { code: "adapterInvalid", message: /it is missing/ });
    const damaged = written("damaged", 9);
    writeFileSync(path.join(damaged, AdapterFiles.tensors), "no tensors");
    await assert.rejects(client.prepareAdapter({ adapter: damaged }, never), { code: "adapterInvalid" });
    await assert.rejects(text(client, { adapter: damaged }), { code: "adapterInvalid" });
    const foreign = path.join(dir, "foreign");
    writeAdapter(foreign, sampleAdapter(tinyModel()), tinyModel(2), {});
    await assert.rejects(client.prepareAdapter({ adapter: foreign }, never), { code: "adapterOfOtherBase" });
    await assert.rejects(text(client, { adapter: "relative/folder" }), { code: "badInput", message: /adapter/ });
    assert.equal(await text(client), texts.get(undefined));
    assert.equal(await text(client, { adapter: adapters[0] }), texts.get(adapters[0]));
    writeAdapter(damaged, { ...sampleAdapter(tinyModel()), alpha: 9 }, tinyModel(), {}); // mended
    assert.equal(await text(client, { adapter: damaged }), texts.get(adapters[0]));
  });

  test("a prompt that was read with one adapter is in the cache of that one only", async () => {
    const client = box.client();
    const { prompt } = request();
    const [a, b] = adapters;
    await client.prepareAdapter({ adapter: a }, never);
    await untilState(client, "ready"); // with the base, too: nothing is read ahead before
    assert.equal((await client.warm({ prompt, adapter: a }, never)).stop, "done");
    const cached = async (adapter: string | undefined) =>
      (await client.generate(params({ adapter }), () => {}, never)).tokens.cached;
    assert.equal(await cached(undefined), 0);
    assert.ok((await cached(a)) > 0);
    assert.equal(await cached(b), 0);
  });

  test("a newer completion of an editor takes the place of its older one across a switch", async () => {
    const client = box.client({ env: { SOTTO_TEST_TOKEN_MS: "30" } });
    await client.prepareAdapter({ adapter: adapters[0] }, never);
    let runs = () => {};
    const running = new Promise<void>((resolve) => {
      runs = resolve;
    });
    const older = client.generate(params({ editor: "e", maxTokens: 400 }), () => runs(), never);
    await running;
    const newer = await client.generate(params({ editor: "e", adapter: adapters[0] }), () => {}, never);
    assert.equal(newer.text, texts.get(adapters[0]));
    assert.equal((await older).stop, "superseded");
  });

  test("the host is killed while it loads an adapter: the next one serves it, and nothing is half done", async () => {
    const client = box.client({ env: { SOTTO_TEST_ADAPTER_LOAD_MS: "1000" } });
    client.wake();
    await untilState(client, "ready");
    const pid = client.status().pid!;
    const prepared = client.prepareAdapter({ adapter: adapters[0] }, never);
    await until("it is being loaded", () => client.status().host?.adapters?.[0].state === "loading" || undefined);
    process.kill(pid, "SIGKILL");
    await assert.rejects(prepared, { code: "hostUnavailable" });
    await untilGone(pid);
    assert.equal(await text(client, { adapter: adapters[0] }), texts.get(adapters[0]));
    assert.notEqual(client.status().pid, pid);
  });

  test("a folder's model writes with the folder's adapter once that is in use; files of no folder go without", async () => {
    const client = box.client();
    const [a] = adapters;
    const window = new WorkspaceAdapters([dir], {
      active: () => ({ id: "a", dir: a }),
      watch: () => () => {},
      model: client,
      onChange: () => {},
      log: () => {},
    });
    client.onStatus(() => window.hostChanged());
    client.wake();
    await until("it is in use", () => window.status()[0].state === "inUse" || undefined);
    const [model, other] = [window.modelFor(dir), window.modelFor(undefined)];
    assert.deepEqual([model.key, other.key], [a, ""]);
    assert.equal((await model.generate(params(), () => {}, never)).text, texts.get(a));
    assert.equal((await other.generate(params(), () => {}, never)).text, texts.get(undefined));
    window.dispose();
  });

  test("an adapter with which the host ends each time: the window goes on without it", async () => {
    const client = box.client({ env: { SOTTO_TEST_ADAPTER_LOAD: "crash" } });
    const [a] = adapters;
    const window = new WorkspaceAdapters([dir], {
      active: () => ({ id: "a", dir: a }),
      watch: () => () => {},
      model: client,
      onChange: () => {},
      log: () => {},
    });
    client.onStatus(() => window.hostChanged());
    client.wake();
    await until("it is given up", () => window.status()[0].state === "quarantined" || undefined);
    assert.equal(window.modelFor(dir), client);
    await untilState(client, "ready");
    const { text: written } = await window.modelFor(dir).generate(params(), () => {}, never);
    assert.equal(written, texts.get(undefined));
  });
});
