// The states of the host's model: requests wait while it loads, and get its failure when there is one.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { modelMissing } from "../../../server/protocol/errors.ts";
import type { HostStatus } from "../../../server/protocol/messages.ts";
import type { LocalModel } from "../../../server/rpc/localModel.ts";
import { ModelSlot } from "../../../server/rpc/modelSlot.ts";

const ready = { status: () => ({ state: "ready", loadMs: 1 }) as HostStatus } as LocalModel;

/** A slot whose load ends when `finish` or `fail` is called. */
function loading() {
  let finish = () => {};
  let fail = (_error: Error) => {};
  const promise = new Promise<LocalModel>((resolve, reject) => {
    finish = () => resolve(ready);
    fail = reject;
  });
  const lines: string[] = [];
  const slot = new ModelSlot("m", (line) => lines.push(line));
  const loaded = slot.load(() => promise);
  return { slot, lines, loaded, finish, fail };
}

describe("model slot", () => {
  test("requests wait for the model", async () => {
    const { slot, finish } = loading();
    assert.deepEqual(
      { ...slot.status(), rssBytes: 0 },
      { state: "loading", model: "m", device: "", runtime: "", rssBytes: 0 },
    );
    let told = 0;
    const stop = slot.onChange(() => told++);
    const [a, b] = [slot.ready(), slot.ready(undefined, 60_000)];
    finish();
    assert.deepEqual(await Promise.all([a, b]), [ready, ready]);
    assert.equal(slot.status().state, "ready");
    assert.equal(await slot.ready(AbortSignal.abort(), 0), ready); // nothing to wait for
    assert.equal(told, 1);
    stop();
  });

  test("of more than 64 that wait, the oldest is refused; the others get the model", async () => {
    const { slot, finish } = loading();
    const all = Array.from({ length: 66 }, () => slot.ready());
    await Promise.all(all.slice(0, 2).map((waiting) => assert.rejects(waiting, { code: "hostBusy" })));
    finish();
    assert.deepEqual(await Promise.all(all.slice(2)), Array(64).fill(ready));
  });

  test("a failure is told to those that wait and to those that come later", async () => {
    const { slot, lines, loaded, fail } = loading();
    const waiting = slot.ready();
    fail(modelMissing("weights"));
    await assert.rejects(waiting, { name: "UserError", code: "modelMissing" });
    await assert.rejects(slot.ready(), { code: "modelMissing" });
    await loaded;
    const { state, error } = slot.status();
    assert.equal(state, "failed");
    assert.equal(error?.code, "modelMissing");
    assert.equal(lines.length, 1);
  });

  test("a bug in the load has its stack in the log and one sentence for a person", async () => {
    const { slot, lines, loaded, fail } = loading();
    fail(new TypeError("x is undefined"));
    await loaded;
    assert.equal(slot.status().error?.message, "The model could not be loaded: x is undefined.");
    assert.match(lines[0], /TypeError: x is undefined\n {4}at /);
  });

  test("a deadline while it loads is modelLoading, a cancel is Cancelled; both stop waiting", async () => {
    const { slot, finish, loaded } = loading();
    await assert.rejects(slot.ready(undefined, 5), { name: "UserError", code: "modelLoading" });
    await assert.rejects(slot.ready(AbortSignal.abort()), { name: "Cancelled" });
    const cancel = new AbortController();
    const waiting = slot.ready(cancel.signal);
    cancel.abort();
    await assert.rejects(waiting, { name: "Cancelled" });
    finish();
    await loaded;
    assert.equal(slot.status().state, "ready");
  });
});
