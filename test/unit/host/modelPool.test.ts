// Which models are in the memory: with several adapters, while requests run, where there is no room, and where one cannot be loaded.

import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { memoryTooSmall, modelMissing } from "../../../common/errors.ts";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import { type ModelLoader, ModelPool, type PoolLimits, type PoolTarget } from "../../../server/host/modelPool.ts";
import { withLease } from "../../../server/host/modelSlot.ts";
import { deferred, fakeLoader, fakeModel, itself, settled } from "./fakeModels.ts";

const on = (adapter: string | undefined): PoolTarget => ({ model: "m", adapter });
const prepared = (adapter: string) => ({ model: "m", adapter });

describe("model pool", () => {
  let dir: string;
  let loader: ReturnType<typeof fakeLoader>;
  let lines: string[];
  before(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), "sotto-pool-"));
  });
  after(() => rmSync(dir, { recursive: true }));
  beforeEach(() => {
    loader = fakeLoader();
    lines = [];
  });

  /** A folder with an adapter's files; what they hold is `content`. */
  function adapter(name: string, content = name): string {
    const folder = path.join(dir, name);
    mkdirSync(folder, { recursive: true });
    for (const file of Object.values(AdapterFiles)) writeFileSync(path.join(folder, file), content);
    return folder;
  }

  const opened = (limits: Partial<PoolLimits> = {}) =>
    new ModelPool([{ name: "m", id: "m", load: loader.load }], (line) => lines.push(line), {
      ...{ models: 3, idleMs: 60_000 },
      ...limits,
    });

  const names = () => loader.inMemory().map((folder) => path.basename(folder));

  /** A request that runs until it is released. */
  function running(pool: ModelPool, folder: string | undefined) {
    const { promise, resolve: release } = deferred();
    const done = withLease(pool.lease(on(folder)), async (model) => {
      await promise;
      return (await itself(model)).name;
    });
    return { done, release };
  }

  test("each request gets the model with its adapter; each is loaded once", async () => {
    const pool = opened();
    pool.start();
    const [a, b] = [adapter("a"), adapter("b")];
    const asked = [undefined, a, b, a, undefined, b];
    const got = await Promise.all(asked.map((folder) => withLease(pool.lease(on(folder)), itself)));
    assert.deepEqual(
      got.map(({ name }) => name),
      asked.map((folder) => folder ?? ""),
    );
    assert.deepEqual(loader.loads.toSorted(), ["", a, b]);
  });

  test("while one is loaded the others go on answering", async () => {
    const pool = opened();
    pool.start();
    const a = adapter("a");
    loader.hold(a);
    const waiting = withLease(pool.lease(on(a)), itself);
    while (!loader.loads.includes(a)) await settled();
    assert.equal((await withLease(pool.lease(on(undefined)), itself)).name, "");
    assert.deepEqual(
      pool.status().adapters?.map(({ name, state }) => [name, state]),
      [["a", "loading"]],
    );
    loader.release(a);
    assert.equal((await waiting).name, a);
    assert.equal(pool.status().adapters?.[0].state, "ready");
  });

  test("the same folder with other files is another adapter, other folders with the same files are the same", async () => {
    const pool = opened();
    const a = adapter("a", "same");
    const first = await withLease(pool.lease(on(a)), itself);
    const copy = path.join(dir, "copy");
    cpSync(a, copy, { recursive: true });
    assert.equal(await withLease(pool.lease(on(copy)), itself), first);
    const sha256 = await pool.prepare(prepared(a));
    adapter("a", "diff"); // as long as before
    const second = await withLease(pool.lease(on(a)), itself);
    assert.notEqual(second, first);
    assert.notEqual(await pool.prepare(prepared(a)), sha256);
    assert.equal(await withLease(pool.lease(on(copy)), itself), first);
    assert.deepEqual(loader.loads, [a, a]);
  });

  test("beyond the bound the one used longest ago leaves, never one that is in use", async () => {
    const pool = opened({ models: 2 });
    const [a, b, c] = ["a", "b", "c"].map((name) => adapter(name));
    await withLease(pool.lease(on(a)), itself);
    await withLease(pool.lease(on(b)), itself);
    await withLease(pool.lease(on(a)), itself);
    await withLease(pool.lease(on(c)), itself);
    assert.deepEqual(names(), ["a", "c"]);
    const [onA, onC] = [running(pool, a), running(pool, c)];
    await settled();
    await withLease(pool.lease(on(b)), itself); // both others are in use: for a moment there are three
    assert.deepEqual(names(), ["a", "c"]);
    const onB = running(pool, b);
    while (!names().includes("b")) await settled();
    assert.deepEqual(names(), ["a", "c", "b"]);
    onA.release();
    assert.equal(await onA.done, a);
    assert.deepEqual(names(), ["c", "b"]);
    onB.release();
    onC.release();
    assert.deepEqual(await Promise.all([onB.done, onC.done]), [b, c]);
    assert.ok(loader.isTidy());
  });

  test("what nobody has asked for in a while leaves, but for the last one; the status stays ready, and it comes back", async () => {
    const pool = opened({ idleMs: 20 });
    pool.start();
    const a = adapter("a");
    await withLease(pool.lease(on(undefined)), itself);
    await sleep(60);
    assert.deepEqual(names(), [""]); // the only one
    await withLease(pool.lease(on(a)), itself);
    await sleep(60);
    assert.deepEqual(names(), ["a"]);
    const { state, device } = pool.status();
    assert.deepEqual([state, device], ["ready", "d"]);
    assert.equal((await withLease(pool.lease(on(undefined)), itself)).name, "");
    assert.deepEqual(loader.loads, ["", a, ""]);
    assert.ok(lines.includes("model m leaves the memory: it is not used"));
  });

  test("the status follows a model that moves to another device, and one that loses it in a run", async () => {
    const later = fakeModel("later");
    const moved = deferred();
    const load: ModelLoader = async function* () {
      yield fakeModel("first");
      await moved.promise;
      later.device = "webgpu";
      yield later;
    };
    const pool = new ModelPool([{ name: "m", id: "m", load }], () => {});
    let told = 0;
    pool.onChange(() => told++);
    pool.start();
    await withLease(pool.lease(on(undefined)), itself);
    assert.equal(pool.status().device, "d");
    moved.resolve();
    await settled();
    assert.equal(pool.status().device, "webgpu");
    const before = told;
    await withLease(pool.lease(on(undefined)), async () => {});
    assert.equal(told, before);
    await withLease(pool.lease(on(undefined)), async () => {
      later.device = "cpu";
    });
    assert.equal(told, before + 1);
    assert.equal(pool.status().device, "cpu");
  });

  test("one that is in use does not leave, however long that takes", async () => {
    const pool = opened({ idleMs: 10 });
    pool.start();
    await withLease(pool.lease(on(undefined)), itself);
    const long = running(pool, adapter("a"));
    while (!names().includes("a")) await settled();
    await sleep(40);
    await withLease(pool.lease(on(undefined)), itself);
    assert.ok(names().includes("a"));
    long.release();
    assert.match(await long.done, /a$/);
  });

  test("a folder that cannot be read is told at once, and nothing is loaded", async () => {
    const pool = opened();
    const folder = adapter("broken");
    rmSync(path.join(folder, AdapterFiles.tensors));
    const told = { code: "adapterInvalid", message: /adapter_model\.safetensors cannot be used: it is missing/ };
    await assert.rejects(withLease(pool.lease(on(folder)), itself), told);
    await assert.rejects(pool.prepare(prepared(path.join(dir, "nowhere"))), { code: "adapterInvalid" });
    assert.deepEqual(loader.loads, []);
    adapter("broken"); // mended
    assert.equal((await withLease(pool.lease(on(folder)), itself)).name, folder);
  });

  test("a failed adapter fails its requests only, and is tried again when it is prepared, or after a while", async () => {
    const pool = opened({ failureMs: 30 });
    pool.start();
    const a = adapter("a");
    loader.failures.set(a, modelMissing("x"));
    await assert.rejects(pool.prepare(prepared(a)), { code: "modelMissing" });
    await assert.rejects(withLease(pool.lease(on(a)), itself), { code: "modelMissing" });
    assert.equal((await withLease(pool.lease(on(undefined)), itself)).name, "");
    assert.deepEqual([pool.status().state, pool.status().adapters?.[0].state], ["ready", "failed"]);
    assert.deepEqual(loader.loads, ["", a]);
    await assert.rejects(pool.prepare(prepared(a)), { code: "modelMissing" });
    assert.deepEqual(loader.loads, ["", a, a]);
    loader.failures.clear();
    await sleep(40);
    assert.equal((await withLease(pool.lease(on(a)), itself)).name, a);
  });

  test("where there is no memory, those that nobody uses leave, and it is tried once more", async () => {
    const pool = opened();
    const [a, b] = [adapter("a"), adapter("b")];
    await withLease(pool.lease(on(a)), itself);
    loader.failures.set(b, memoryTooSmall("m", 2, 1));
    await assert.rejects(withLease(pool.lease(on(b)), itself), { code: "memoryTooSmall" });
    assert.deepEqual(names(), []);
    assert.deepEqual(loader.loads, [a, b, b]);
    await withLease(pool.lease(on(a)), itself);
    const onA = running(pool, a);
    await settled();
    await assert.rejects(pool.prepare(prepared(b)), { code: "memoryTooSmall" }); // nobody can leave: not tried again
    assert.deepEqual(loader.loads, [a, b, b, a, b]);
    onA.release();
    assert.equal(await onA.done, a);
  });

  test("the first load's failure is the host's state, and stays", async () => {
    loader.failures.set("", modelMissing("weights"));
    const pool = opened({ failureMs: 0 });
    let told = 0;
    const stop = pool.onChange(() => told++);
    assert.equal(pool.status().state, "loading");
    pool.start();
    await assert.rejects(withLease(pool.lease(on(undefined)), itself), { code: "modelMissing" });
    assert.deepEqual([pool.status().state, pool.status().error?.code], ["failed", "modelMissing"]);
    await assert.rejects(withLease(pool.lease(on(undefined)), itself), { code: "modelMissing" });
    assert.deepEqual(loader.loads, [""]);
    assert.equal(told, 2); // that it is loaded, and that it failed
    stop();
  });

  test("200 requests for five adapters and none, with room for two: each gets its own", async () => {
    const pool = opened({ models: 2, idleMs: 1 });
    const folders = [undefined, ...["a", "b", "c", "d", "e"].map((name) => adapter(name))];
    const results = await Promise.all(
      Array.from({ length: 200 }, async (_, i) => {
        const folder = folders[(i * 7) % folders.length];
        await sleep((i * 13) % 60);
        const name = await withLease(pool.lease(on(folder)), async (model) => {
          await sleep((i * 5) % 9);
          assert.equal((await itself(model)).disposals, 0); // while it is in use
          return (await itself(model)).name;
        });
        return [name, folder ?? ""];
      }),
    );
    for (const [name, folder] of results) assert.equal(name, folder);
    assert.ok(loader.isTidy());
    assert.ok(names().length <= 2, names().join());
  });
});
