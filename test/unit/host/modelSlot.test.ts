// The states of one of the host's models: requests wait while it loads, get its failure when there is one, and keep it while they run.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { modelMissing } from "../../../common/errors.ts";
import type { LocalModel } from "../../../server/host/localModel.ts";
import { ModelSlot, withLease } from "../../../server/host/modelSlot.ts";
import { deferred, fakeModel, itself, settled } from "./fakeModels.ts";

/** A slot whose load gives `ready` when `finish` is called, another model when `replace` is, and ends or fails. */
function loading() {
  const { promise, resolve: finish, reject: fail } = deferred();
  const { promise: replaced, resolve: replace, reject: failLater } = deferred();
  const [ready, better] = [fakeModel("ready"), fakeModel("better")];
  const lines: string[] = [];
  let told = 0;
  const slot = new ModelSlot(
    "m",
    (line) => lines.push(line),
    () => told++,
  );
  async function* models(): AsyncGenerator<LocalModel> {
    await promise;
    yield ready;
    await replaced;
    yield better;
  }
  const loaded = slot.load(models());
  return { slot, lines, loaded, finish, fail, replace, failLater, ready, better, told: () => told };
}

describe("model slot", () => {
  test("requests wait for the model", async () => {
    const { slot, finish, ready, told } = loading();
    assert.equal(slot.state, "loading");
    assert.equal(slot.isIdle, false);
    const [a, b] = [withLease(slot.lease(), itself), withLease(slot.lease(undefined, 60_000), itself)];
    finish();
    assert.deepEqual(await Promise.all([a, b]), [ready, ready]);
    assert.equal(slot.state, "ready");
    assert.equal(await withLease(slot.lease(AbortSignal.abort(), 0), itself), ready); // nothing to wait for
    assert.equal(told(), 1);
    assert.equal(slot.isIdle, true);
  });

  test("of more than 64 that wait, the oldest is refused; the others get the model", async () => {
    const { slot, finish, ready } = loading();
    const all = Array.from({ length: 66 }, () => withLease(slot.lease(), itself));
    await Promise.all(all.slice(0, 2).map((waiting) => assert.rejects(waiting, { code: "hostBusy" })));
    finish();
    assert.deepEqual(await Promise.all(all.slice(2)), Array(64).fill(ready));
  });

  test("a failure is told to those that wait and to those that come later", async () => {
    const { slot, lines, loaded, fail } = loading();
    const waiting = withLease(slot.lease(), itself);
    fail(modelMissing("weights"));
    await assert.rejects(waiting, { name: "UserError", code: "modelMissing" });
    await assert.rejects(withLease(slot.lease(), itself), { code: "modelMissing" });
    await loaded;
    assert.equal(slot.state, "failed");
    assert.equal(slot.failure?.code, "modelMissing");
    assert.equal(lines.length, 1);
  });

  test("a bug in the load has its stack in the log and one sentence for a person", async () => {
    const { slot, lines, loaded, fail } = loading();
    fail(new TypeError("x is undefined"));
    await loaded;
    assert.equal(slot.failure?.message, "The model could not be loaded: x is undefined.");
    assert.match(lines[0], /TypeError: x is undefined\n {4}at /);
  });

  test("a loader that gives nothing is a bug", async () => {
    const slot = new ModelSlot("m", () => {});
    await slot.load((async function* (): AsyncGenerator<LocalModel> {})());
    assert.equal(slot.failure?.message, "The model could not be loaded: the loader gave no model.");
  });

  test("a deadline while it loads is modelLoading, a cancel is Cancelled; both stop waiting", async () => {
    const { slot, finish } = loading();
    await assert.rejects(withLease(slot.lease(undefined, 5), itself), { name: "UserError", code: "modelLoading" });
    await assert.rejects(withLease(slot.lease(AbortSignal.abort()), itself), { name: "Cancelled" });
    const cancel = new AbortController();
    const waiting = withLease(slot.lease(cancel.signal), itself);
    cancel.abort();
    await assert.rejects(waiting, { name: "Cancelled" });
    finish();
    await settled();
    assert.equal(slot.state, "ready");
    assert.equal(slot.isIdle, true);
  });

  test("a model that another takes the place of answers what it has begun, and then leaves the memory", async () => {
    const { slot, finish, replace, loaded, ready, better } = loading();
    finish();
    const { promise: held, resolve: release } = deferred();
    const running = withLease(slot.lease(), async (model) => {
      await held;
      return model;
    });
    await settled();
    replace();
    await loaded;
    assert.equal(await withLease(slot.lease(), itself), better);
    assert.equal(ready.disposals, 0);
    release();
    assert.equal(await running, ready);
    assert.deepEqual([ready.disposals, better.disposals], [1, 0]);
    slot.dispose();
    assert.deepEqual([ready.disposals, better.disposals], [1, 1]);
  });

  test("nobody uses it: it leaves at once when another takes its place; a fault of that leaves the first", async () => {
    const first = loading();
    first.finish();
    first.replace();
    await first.loaded;
    assert.deepEqual([first.ready.disposals, first.better.disposals], [1, 0]);
    const second = loading();
    second.finish();
    await settled();
    second.failLater(new Error("no better one"));
    await second.loaded;
    assert.equal(await withLease(second.slot.lease(), itself), second.ready);
    assert.equal(second.ready.disposals, 0);
    assert.match(second.lines.at(-1)!, /no better one/);
  });

  test("a model that comes when the slot is gone leaves at once", async () => {
    const { slot, finish, replace, loaded, ready, better } = loading();
    finish();
    await withLease(slot.lease(), itself);
    slot.dispose();
    replace();
    await loaded;
    assert.deepEqual([ready.disposals, better.disposals], [1, 1]);
    assert.equal(slot.loaded, undefined);
  });

  test("what is in use cannot be taken away; a request that fails is none any more", async () => {
    const { slot, finish, ready } = loading();
    assert.throws(() => slot.dispose(), /in use/);
    finish();
    const { promise, reject } = deferred();
    const running = withLease(slot.lease(), () => promise);
    await settled();
    assert.throws(() => slot.dispose(), /in use/);
    reject(new Error("a fault in the request"));
    await assert.rejects(running, /a fault in the request/);
    slot.dispose();
    assert.equal(ready.disposals, 1);
  });
});
