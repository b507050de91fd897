// Who runs next, who is ended and why, who is refused: on tasks that a test steps through run by run.

import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, test } from "node:test";
import { Cancelled } from "../../../common/errors.ts";
import { Scheduler, type Task, type TaskRequest } from "../../../server/host/scheduler.ts";
import { never, Stage, settled } from "./schedulerStage.ts";

describe("scheduler", () => {
  test("one at a time; of those that wait the newest completion next", async () => {
    const stage = new Stage();
    const results = ["a", "b", "c"].map((name) => stage.start(name, {}, 2));
    await stage.stepAll();
    assert.deepEqual(await Promise.all(results), Array(3).fill({ value: 2, ended: undefined }));
    assert.deepEqual(stage.runs, ["a", "a", "c", "c", "b", "b"]);
  });

  test("a completion takes the place of an older one of its client and editor, running or waiting", async () => {
    const stage = new Stage();
    const other = { client: {} };
    const running = stage.start("a", { editor: "e" }, 3);
    const bystanders = [
      stage.start("otherEditor", { editor: "f" }),
      stage.start("none"),
      stage.start("otherClient", { editor: "e", ...other }),
      stage.start("command", { editor: "e", class: "command" }),
    ];
    await stage.step();
    const second = stage.start("b", { editor: "e" });
    assert.deepEqual(await running, { value: 1, ended: "superseded" });
    await settled();
    assert.equal(stage.runs.at(-1), "otherClient"); // its client was not served yet
    const third = stage.start("c", { editor: "e" });
    assert.deepEqual(await second, { ended: "superseded" }); // at once, though another runs
    await stage.stepAll();
    const results = await Promise.all([third, ...bystanders]);
    assert.deepEqual(results, Array(5).fill({ value: 1, ended: undefined }));
    assert.deepEqual(stage.runs.slice(2), ["otherClient", "c", "none", "otherEditor", "command"]);
  });

  test("requests without an editor, and commands, take nobody's place", async () => {
    const stage = new Stage();
    const editor = "e";
    const all = [
      stage.start("a"),
      stage.start("b"),
      stage.start("c", { editor }),
      stage.start("d", { editor, class: "command" }),
      stage.start("e", { editor, class: "command" }),
      stage.start("f", { editor, class: "warm" }),
    ];
    await stage.stepAll();
    assert.deepEqual(await Promise.all(all), Array(6).fill({ value: 1, ended: undefined }));
    assert.deepEqual(stage.runs, ["a", "c", "b", "d", "e", "f"]); // commands in the order of their arrival
  });

  test("a command lets completions go first between its runs, and goes on before newer commands", async () => {
    const stage = new Stage();
    const command = stage.start("command", { class: "command" }, 3);
    await stage.step();
    const later = [
      stage.start("command 2", { class: "command", client: {} }),
      stage.start("completion", {}, 2),
      stage.start("completion 2", { client: {} }),
    ];
    await stage.step();
    assert.equal(stage.runs.at(-1), "completion 2");
    await stage.stepAll();
    assert.deepEqual(await command, { value: 3, ended: undefined });
    await Promise.all(later);
    assert.deepEqual(stage.runs, [
      ...["command", "command", "completion 2", "completion", "completion", "command", "command 2"],
    ]);
  });

  test("a warm-up lets commands go first between its runs; any completion ends it within a run", async () => {
    const stage = new Stage();
    const warm = stage.start("warm", { class: "warm", client: {} }, 3);
    const waiting = stage.start("warm 2", { class: "warm", client: {} });
    await settled();
    const command = stage.start("command", { class: "command" });
    await stage.step();
    assert.deepEqual(stage.runs, ["warm", "command"]);
    await stage.step();
    assert.deepEqual(stage.runs, ["warm", "command", "warm"]);
    const completion = stage.start("completion");
    await settled(); // no step: its run was stopped
    assert.deepEqual(await warm, { value: 1, ended: "superseded" });
    assert.equal(stage.runs.at(-1), "completion");
    await stage.stepAll();
    assert.deepEqual(
      (await Promise.all([command, completion, waiting])).map(({ value }) => value),
      [1, 1, 1],
    );
    assert.equal(stage.runs.at(-1), "warm 2"); // one that waits only waits longer
  });

  test("a completion of the warm-up's own editor lets the run under way finish: it needs what is computed", async () => {
    const stage = new Stage();
    const warm = stage.start("warm", { class: "warm", editor: "e" }, 3);
    await settled();
    const completion = stage.start("completion", { editor: "e" });
    await settled();
    assert.deepEqual(stage.runs, ["warm"]); // still the one
    await stage.step();
    assert.deepEqual(await warm, { value: 1, ended: "superseded" });
    assert.deepEqual(stage.runs, ["warm", "completion"]);
    await stage.step();
    assert.deepEqual(await completion, { value: 1, ended: undefined });
  });

  test("a completion ends the waiting warm-up of its editor; a newer warm-up the older one", async () => {
    const stage = new Stage();
    stage.start("busy", { class: "command", client: {} }, 2);
    const [a, b] = [1, 2].map((n) => stage.start(`warm ${n}`, { class: "warm", editor: "e" }));
    const [c, d] = [stage.start("other", { class: "warm", editor: "f" }), stage.start("d", { editor: "e" })];
    assert.deepEqual(await Promise.all([a, b]), [{ ended: "superseded" }, { ended: "superseded" }]);
    await stage.stepAll();
    assert.deepEqual([(await c).value, (await d).value], [1, 1]);
  });

  test("windows are fair: the one served least recently goes first, with its newest", async () => {
    const stage = new Stage();
    const [x, y, z] = [{}, {}, {}];
    for (const [name, client] of Object.entries({ x1: x, x2: x, x3: x, y1: y, y2: y, z1: z })) {
      stage.start(name, { client });
    }
    await stage.stepAll();
    assert.deepEqual(stage.runs, ["x1", "z1", "y2", "x3", "y1", "x2"]);
  });

  test("a deadline counts from the call: in the queue, between runs, and in a run", async () => {
    const stage = new Stage();
    const running = stage.start("a", { class: "command" }, 100);
    assert.deepEqual(await stage.start("b", { deadlineMs: 0 }), { ended: "deadline" });
    const waiting = stage.start("b", { class: "command", deadlineMs: 1.5 });
    assert.deepEqual(await waiting, { ended: "deadline" });
    const inRun = stage.start("c", { deadlineMs: 20 });
    const paused = stage.start("d", { class: "warm", deadlineMs: 30 }, 2);
    await stage.step();
    assert.equal(stage.runs.at(-1), "c");
    assert.deepEqual(await inRun, { value: 0, ended: "deadline" });
    assert.deepEqual(await paused, { ended: "deadline" });
    await stage.stepAll();
    assert.deepEqual(await running, { value: 100, ended: undefined });
  });

  test("a cancel ends one that waits at once, one that runs by its signal, one that has paused where it is", async () => {
    const stage = new Stage();
    const cancels = [1, 2, 3].map(() => new AbortController());
    const paused = stage.start("paused", { class: "command", signal: cancels[0].signal }, 3);
    await settled();
    const running = stage.start("running", { signal: cancels[1].signal }, 2);
    await stage.step();
    const waiting = stage.start("waiting", { signal: cancels[2].signal });
    for (const cancel of cancels) cancel.abort();
    assert.deepEqual(await Promise.all([paused, running, waiting]), [
      { value: 1, ended: "cancelled" },
      { value: 0, ended: "cancelled" },
      { ended: "cancelled" },
    ]);
    assert.deepEqual(await stage.start("late", { signal: cancels[0].signal }), { ended: "cancelled" });
    const next = stage.start("next");
    await stage.stepAll();
    assert.deepEqual(await next, { value: 1, ended: undefined });
    assert.deepEqual(stage.runs, ["paused", "running", "next"]);
  });

  test("a cancel between the grant and the beginning is seen: the task never begins", async () => {
    const scheduler = new Scheduler();
    const cancel = new AbortController();
    const outcome = scheduler.run({ class: "completion", client: {}, signal: cancel.signal }, async () => "ran");
    cancel.abort(); // the turn is its own already
    assert.deepEqual(await outcome, { ended: "cancelled" });
    const next = scheduler.run({ class: "completion", client: {}, signal: never }, async () => "ran");
    assert.equal((await next).value, "ran");
  });

  test("a cancel at any moment around the end of another's run: nothing runs after it, no turn is lost", async () => {
    const microtasks = Array.from({ length: 25 }, (_, count) => count);
    for (const [count, ofClass] of microtasks.flatMap((count) => [
      [count, "command"] as const,
      [count, "warm"] as const,
    ])) {
      const stage = new Stage();
      const cancel = new AbortController();
      const paused = stage.start("paused", { class: ofClass, signal: cancel.signal }, 3);
      await settled();
      const other = stage.start("other", { class: "command", client: {} });
      const completion = ofClass === "command" ? stage.start("completion") : undefined;
      await stage.step(); // of "paused", which lets the others go first
      stage.finish();
      for (let i = 0; i < count; i++) await undefined;
      cancel.abort();
      const outcome = await paused;
      assert.equal(outcome.ended, "cancelled");
      assert.equal(outcome.value, 1);
      await stage.stepAll();
      assert.deepEqual([(await other).value, (await completion)?.value ?? 1], [1, 1]);
    }
  });

  test("a turn that is asked for after a cancel is Cancelled at once, though others would go first", async () => {
    const scheduler = new Scheduler();
    const cancel = new AbortController();
    const order: string[] = [];
    const command = scheduler.run({ class: "command", client: {}, signal: cancel.signal }, async (turn) => {
      await settled();
      cancel.abort(); // when its run was over already
      await assert.rejects(turn(), { name: "Cancelled" });
      order.push("command");
    });
    await undefined;
    const completion = scheduler.run({ class: "completion", client: {}, signal: never }, async () => {
      order.push("completion");
    });
    await Promise.all([command, completion]);
    assert.deepEqual(order, ["command", "completion"]);
  });

  test("the first reason counts", async () => {
    const scheduler = new Scheduler();
    const cancel = new AbortController();
    const request: TaskRequest = { class: "completion", client: {}, editor: "e", signal: cancel.signal };
    let finish = () => {};
    const slow = scheduler.run(
      request,
      () =>
        new Promise<string>((resolve) => {
          finish = () => resolve("what there is");
        }),
    );
    await settled();
    cancel.abort();
    const newer = scheduler.run({ ...request, signal: never }, async () => "newer");
    finish();
    assert.deepEqual(await slow, { value: "what there is", ended: "cancelled" });
    assert.deepEqual(await newer, { value: "newer", ended: undefined });
  });

  test("nothing is left of a task: no timer, no listener", async () => {
    const scheduler = new Scheduler();
    const { signal } = new AbortController();
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const before = timers();
    const request: TaskRequest = { class: "completion", client: {}, deadlineMs: 600_000, signal };
    const all = [scheduler.run(request, settled), scheduler.run({ ...request, editor: "e" }, settled)];
    all.push(scheduler.run({ ...request, editor: "e" }, settled));
    assert.equal(timers(), before + 3);
    await Promise.all(all);
    assert.equal(timers(), before);
    assert.equal(getEventListeners(signal, "abort").length, 0);
  });

  test("a task that throws, at once or later, frees its turn; its error is the caller's", async () => {
    const scheduler = new Scheduler();
    const request: TaskRequest = { class: "command", client: {}, signal: never };
    const failing: Task<void>[] = [
      () => {
        throw new Error("broken");
      },
      async () => {
        throw new Error("broken");
      },
      async (turn) => {
        await turn();
        await settled();
        throw new Error("broken");
      },
      async () => {
        throw new Cancelled(); // though nobody ended it: a fault, and not silent
      },
    ];
    for (const task of failing) {
      const failed = scheduler.run(request, task);
      const next = scheduler.run(request, async () => "next");
      await assert.rejects(failed, /broken|cancelled/);
      assert.deepEqual(await next, { value: "next", ended: undefined });
    }
  });

  test("a turn that is asked for after the end is a fault", async () => {
    const scheduler = new Scheduler();
    let late = async () => {};
    await scheduler.run({ class: "warm", client: {}, signal: never }, async (turn) => {
      late = turn;
    });
    await assert.rejects(late(), /while it had none/);
  });
});

describe("bounds of the scheduler", () => {
  const limits = { ofClient: 2, ofClass: 3, inAll: 4 };
  const refusals = (all: Record<string, Promise<{ refused?: string }>>) => {
    const found: Record<string, string> = {};
    for (const [name, outcome] of Object.entries(all)) {
      outcome.then(({ refused }) => {
        if (refused) found[name] = refused;
      });
    }
    return found;
  };

  test("of one client the oldest that waits is refused, and told why", async () => {
    const stage = new Stage(limits);
    const all = Object.fromEntries(["a", "b", "c", "d"].map((name) => [name, stage.start(name)]));
    const found = refusals(all);
    await settled();
    assert.deepEqual(found, { b: "The model is busy: 2 newer requests of this window are waiting." });
    await stage.stepAll();
    assert.deepEqual(stage.runs, ["a", "d", "c"]);
  });

  test("a task that has begun and lets others go first is neither counted nor refused", async () => {
    const stage = new Stage({ ...limits, ofClient: 1 });
    const paused = stage.start("paused", { class: "command" }, 2);
    await settled();
    const completion = stage.start("completion");
    await stage.step();
    assert.deepEqual(stage.runs, ["paused", "completion"]);
    const waiting = stage.start("waiting", { class: "command" });
    await stage.stepAll();
    assert.deepEqual(
      (await Promise.all([paused, completion, waiting])).map(({ value }) => value),
      [2, 1, 1],
    );
  });

  test("of a class that is full, the oldest of the client that has most is refused: no window shuts others out", async () => {
    const stage = new Stage(limits);
    const [x, y, z] = [{ client: {} }, { client: {} }, { client: {} }];
    const all = {
      running: stage.start("running", x),
      y1: stage.start("y1", y),
      x1: stage.start("x1", x),
      x2: stage.start("x2", x),
      z1: stage.start("z1", z),
    };
    const found = refusals(all);
    await settled();
    assert.deepEqual(found, { x1: "The model is busy: 3 requests are waiting." });
    await stage.stepAll();
  });

  test("of all classes together, the lowest that waits is refused, be it the newest", async () => {
    const stage = new Stage(limits);
    const [x, y] = [{ client: {} }, { client: {} }];
    const all = {
      running: stage.start("running", x),
      command: stage.start("command", { ...x, class: "command" }),
      c1: stage.start("c1", x),
      warm1: stage.start("warm1", { ...y, class: "warm" }),
      c2: stage.start("c2", y),
      warm2: stage.start("warm2", { ...x, class: "warm" }), // as many as the other client: the older of both goes
      c3: stage.start("c3", y),
      warm3: stage.start("warm3", { ...y, class: "warm" }), // the only one: itself
    };
    const found = refusals(all);
    await settled();
    const reason = "The model is busy: 4 requests are waiting.";
    assert.deepEqual(found, { warm1: reason, warm2: reason, warm3: reason });
    await stage.stepAll();
    assert.deepEqual(stage.runs, ["running", "c3", "c1", "c2", "command"]);
  });

  test("200 at once from one window: each is answered, the newest runs, and no more than the bound wait", async () => {
    for (const editor of ["e", undefined]) {
      const stage = new Stage();
      const all = Array.from({ length: 200 }, (_, i) => stage.start(`${i}`, { editor }));
      const outcomes = Promise.all(all);
      await stage.stepAll();
      const answers = await outcomes;
      assert.deepEqual(answers[199], { value: 1, ended: undefined });
      const kinds = answers.map(({ value, ended, refused }) => ended ?? (refused && "refused") ?? `${value}`);
      const count = (kind: string) => kinds.filter((other) => other === kind).length;
      assert.deepEqual(
        [count("1"), count("superseded"), count("refused")],
        editor ? [1, 199, 0] : [9, 0, 191], // the running one and eight that wait
      );
    }
  });
});
