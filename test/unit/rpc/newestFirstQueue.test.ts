// One at a time, the newest of those that wait first, and a named reason for what is given up.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { NewestFirstQueue } from "../../../server/rpc/newestFirstQueue.ts";

const never = new AbortController().signal;

/** A task that runs until `finish` is called, and notes when it began. */
function task(name: string, order: string[]) {
  let finish = () => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const run = async () => {
    order.push(name);
    await done;
    return name;
  };
  return { run, finish };
}

describe("newest-first queue", () => {
  test("runs one at a time and the newest next", async () => {
    const queue = new NewestFirstQueue(8);
    const order: string[] = [];
    const tasks = ["a", "b", "c"].map((name) => task(name, order));
    const results = tasks.map(({ run }) => queue.run(run, never));
    assert.deepEqual(order, ["a"]);
    tasks[0].finish();
    await results[0];
    await new Promise(setImmediate);
    assert.deepEqual(order, ["a", "c"]);
    for (const { finish } of tasks) finish();
    assert.deepEqual(await Promise.all(results), ["a", "b", "c"]);
    assert.deepEqual(order, ["a", "c", "b"]);
  });

  test("a task that comes between two others waits like any", async () => {
    const queue = new NewestFirstQueue(8);
    let running = 0;
    const work = async () => {
      assert.equal(++running, 1);
      await new Promise(setImmediate);
      running--;
    };
    const all: Promise<void>[] = [];
    for (let i = 0; i < 8; i++) {
      all.push(queue.run(work, never).then(() => queue.run(work, never)));
    }
    await Promise.all(all);
    assert.equal(running, 0);
  });

  test("refuses the oldest that waits when there are too many", async () => {
    const queue = new NewestFirstQueue(2);
    const order: string[] = [];
    const tasks = ["a", "b", "c", "d"].map((name) => task(name, order));
    const results = tasks.map(({ run }) => queue.run(run, never));
    await assert.rejects(results[1], { name: "UserError", code: "hostBusy" });
    for (const { finish } of tasks) finish();
    await Promise.all([results[0], results[2], results[3]]);
    assert.deepEqual(order, ["a", "d", "c"]);
  });

  test("a cancelled one leaves the queue at once; a finished one is not touched", async () => {
    const queue = new NewestFirstQueue(8);
    const order: string[] = [];
    const [a, b, c] = ["a", "b", "c"].map((name) => task(name, order));
    const cancelB = new AbortController();
    const first = queue.run(a.run, cancelB.signal);
    const second = queue.run(b.run, cancelB.signal);
    const third = queue.run(c.run, never);
    cancelB.abort();
    await assert.rejects(second, { name: "Cancelled" });
    await assert.rejects(queue.run(b.run, cancelB.signal), { name: "Cancelled" });
    a.finish();
    c.finish();
    assert.deepEqual(await Promise.all([first, third]), ["a", "c"]);
    assert.deepEqual(order, ["a", "c"]);
  });

  test("goes on after a task that fails", async () => {
    const queue = new NewestFirstQueue(8);
    const failing = queue.run(async () => {
      throw new Error("broken");
    }, never);
    const next = queue.run(async () => "next", never);
    await assert.rejects(failing, /broken/);
    assert.equal(await next, "next");
  });
});
