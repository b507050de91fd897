// Which of two models a request runs on: by what it is, by what was measured, by what can be loaded, and by the adapter that it names.

import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { adapterInvalid, adapterOfOtherBase, memoryTooSmall, modelCorrupt } from "../../../common/errors.ts";
import { AdapterFiles } from "../../../server/engine/adapters/adapter.ts";
import type { PoolLimits } from "../../../server/host/modelPool.ts";
import { ModelRouter } from "../../../server/host/modelRouter.ts";
import { withLease } from "../../../server/host/modelSlot.ts";
import { NO_ADAPTER } from "../../../server/host/protocol/adapters.ts";
import type { ModelChoice, Tier } from "../../../server/host/protocol/tiers.ts";
import type { MeasuredSpeed } from "../../../server/host/speedProcess.ts";
import { until } from "../../support/hostProcess.ts";
import { deferred, fakeLoader, itself, settled } from "./fakeModels.ts";

const times = (keyMs: number, promptMs = 1_000): MeasuredSpeed => ({
  kind: "times",
  times: { keyMs, promptMs },
  isRemembered: false,
  device: "cpu",
  form: "row8",
  threads: 2,
});
const FAST = times(100);
const SLOW = times(410);

describe("two tiers", () => {
  let dir: string;
  let loaders: Record<Tier, ReturnType<typeof fakeLoader>>;
  let log: string[];
  let measurements: number;
  before(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), "sotto-router-"));
  });
  after(() => rmSync(dir, { recursive: true }));
  beforeEach(() => {
    loaders = { quick: fakeLoader(), strong: fakeLoader() };
    log = [];
    measurements = 0;
  });

  /** A folder with an adapter's files. */
  function adapter(name: string): string {
    const folder = path.join(dir, name);
    mkdirSync(folder, { recursive: true });
    for (const file of Object.values(AdapterFiles)) writeFileSync(path.join(folder, file), name);
    return folder;
  }

  interface Case {
    choice?: ModelChoice;
    isThere?: boolean;
    measure?: () => Promise<MeasuredSpeed>;
    fitOf?: (adapter: string) => Promise<Tier | undefined>;
    limits?: Partial<PoolLimits>;
  }

  function opened({ choice = "auto", isThere = true, measure, fitOf, limits }: Case = {}): ModelRouter {
    const router = new ModelRouter(
      {
        choice,
        quick: { id: "small", load: loaders.quick.load },
        strong: { id: "large", load: loaders.strong.load, isThere },
        measure: () => {
          measurements++;
          return (measure ?? (async () => SLOW))();
        },
        fitOf: fitOf ?? (async (folder) => (/strong/.test(path.basename(folder)) ? "strong" : "quick")),
      },
      (line) => log.push(line),
      limits,
    );
    router.start();
    return router;
  }

  /** The tier that answers, and the adapter that it has. */
  async function answering(router: ModelRouter, request: { asked?: boolean; adapter?: string } = {}) {
    const model = await withLease(router.lease(request), itself);
    const isStrong = loaders.strong.models.includes(model);
    return [isStrong ? "strong" : "quick", path.basename(model.name)];
  }

  test("on a slow machine quick types and strong answers what is asked for; the status says both and why", async () => {
    const router = opened();
    await settled();
    assert.deepEqual(await answering(router), ["quick", ""]);
    assert.deepEqual(loaders.strong.loads, []); // nobody has asked for it
    assert.deepEqual(await answering(router, { asked: true }), ["strong", ""]);
    const { tiers, model, state } = router.status();
    assert.deepEqual([model, state], ["", "ready"]);
    assert.deepEqual(tiers, {
      choice: "auto",
      typing: "quick",
      typingReason: "strong takes 410 ms for a key here, more than 250",
      asked: "strong",
      states: [
        { tier: "quick", model: "small", state: "ready" },
        { tier: "strong", model: "large", state: "ready" },
      ],
    });
  });

  test("on a fast machine strong types as soon as it is loaded; quick serves until then, and leaves when nobody uses it", async () => {
    const measuring = deferred();
    loaders.strong.hold("");
    const router = opened({
      measure: async () => {
        await measuring.promise;
        return FAST;
      },
      limits: { idleMs: 20 },
    });
    assert.deepEqual(await answering(router), ["quick", ""]);
    assert.match(router.status().tiers!.typingReason, /still being measured/);
    measuring.resolve();
    await settled();
    assert.deepEqual(await answering(router), ["quick", ""]);
    assert.match(router.status().tiers!.typingReason, /being loaded/);
    let told = 0;
    router.onChange(() => told++);
    loaders.strong.release("");
    await settled();
    assert.ok(told > 0);
    assert.deepEqual(await answering(router), ["strong", ""]);
    assert.equal(router.status().tiers!.typingReason, "it takes 100 ms for a key here, and 1.0 s for a new place");
    assert.equal(measurements, 1);
    await sleep(60);
    await answering(router);
    assert.deepEqual([loaders.quick.inMemory(), loaders.strong.inMemory()], [[], [""]]);
    assert.equal(router.status().tiers!.states[0].state, "resting");
  });

  test("the tier that types is the last to leave, whichever was used last; the other one comes back when it is asked", async () => {
    const router = opened({ limits: { idleMs: 20 } });
    await settled();
    await answering(router);
    await answering(router, { asked: true });
    await until("strong has left", () => loaders.strong.inMemory().length === 0 || undefined);
    await sleep(40); // quick would leave, too
    assert.deepEqual([loaders.quick.inMemory(), loaders.strong.inMemory()], [[""], []]);
    assert.deepEqual(router.status().tiers!.states[1], { tier: "strong", model: "large", state: "resting" });
    assert.equal(router.status().tiers!.asked, "strong");
    assert.deepEqual(await answering(router, { asked: true }), ["strong", ""]);
    assert.deepEqual(loaders.strong.loads, ["", ""]);
  });

  test("what is asked for waits while strong is loaded, and gets quick where that takes most of its time; typing does not wait", async () => {
    const router = opened();
    loaders.strong.hold("");
    const asked = answering(router, { asked: true });
    const start = performance.now();
    const bySoon = router.lease({ asked: true }, undefined, 500);
    assert.ok(loaders.quick.models.includes(await withLease(bySoon, itself)));
    assert.ok(performance.now() - start > 150);
    assert.deepEqual(await answering(router), ["quick", ""]);
    loaders.strong.release("");
    assert.deepEqual(await asked, ["strong", ""]);
  });

  test("without the strong model's files quick runs alone, and nothing is measured", async () => {
    const router = opened({ isThere: false });
    await settled();
    assert.deepEqual(await answering(router, { asked: true }), ["quick", ""]);
    const { tiers } = router.status();
    assert.deepEqual([tiers!.typing, tiers!.asked, measurements], ["quick", "quick", 0]);
    assert.deepEqual(tiers!.states[1].state, "absent");
    assert.match(tiers!.typingReason, /not part of this installation/);
  });

  test("a setting that names the strong model where it is not: quick runs, and the status says why", async () => {
    const router = opened({ choice: "strong", isThere: false });
    assert.deepEqual(await answering(router), ["quick", ""]);
    const { tiers } = router.status();
    assert.deepEqual([tiers!.choice, tiers!.typing, tiers!.asked], ["strong", "quick", "quick"]);
    assert.equal(tiers!.askedReason, "strong is not part of this installation");
  });

  test("a choice decides without measuring", async () => {
    const quick = opened({ choice: "quick" });
    await settled();
    for (const asked of [true, false]) assert.deepEqual(await answering(quick, { asked }), ["quick", ""]);
    const strong = opened({ choice: "strong" });
    await settled();
    assert.equal(loaders.quick.loads.length, 1); // the first host's
    for (const asked of [true, false]) assert.deepEqual(await answering(strong, { asked }), ["strong", ""]);
    assert.deepEqual([quick.status().tiers!.asked, strong.status().tiers!.typing], ["quick", "strong"]);
    assert.equal(measurements, 0);
  });

  test("where there is no memory for strong, quick answers what is asked for and the status says so; later it is tried again", async () => {
    const router = opened({ limits: { failureMs: 20 } });
    await answering(router);
    loaders.strong.failures.set("", memoryTooSmall("large", 5e8, 1e8));
    assert.deepEqual(await answering(router, { asked: true }), ["quick", ""]);
    const { tiers } = router.status();
    assert.deepEqual([tiers!.asked, tiers!.typing], ["quick", "quick"]);
    assert.match(tiers!.askedReason!, /large needs about 500 MB of memory/);
    assert.match(tiers!.states[1].problem!, /500 MB/);
    loaders.strong.failures.clear();
    await sleep(40);
    assert.deepEqual(await answering(router), ["quick", ""]);
    assert.match(router.status().tiers!.askedReason!, /500 MB/); // nobody has asked since
    assert.deepEqual(await answering(router, { asked: true }), ["strong", ""]);
    assert.equal(router.status().tiers!.askedReason, undefined);
  });

  test("the same with the choice strong: quick is loaded, and types", async () => {
    loaders.strong.failures.set("", memoryTooSmall("large", 5e8, 1e8));
    const router = opened({ choice: "strong" });
    await settled();
    assert.deepEqual(loaders.quick.loads, [""]);
    assert.deepEqual(await answering(router), ["quick", ""]);
    assert.equal(router.status().state, "ready");
    assert.match(router.status().tiers!.typingReason, /500 MB/);
  });

  test("a damaged file of strong is named, and strong is not tried again", async () => {
    const measure = async (): Promise<MeasuredSpeed> => {
      const { code, message } = modelCorrupt("/m/w.safetensors", "its content was altered");
      return { kind: "fault", code, message };
    };
    const router = opened({ measure });
    await settled();
    assert.deepEqual(await answering(router, { asked: true }), ["quick", ""]);
    assert.deepEqual(loaders.strong.loads, []);
    assert.match(router.status().tiers!.askedReason!, /w\.safetensors is damaged/);
    assert.match(router.status().tiers!.states[1].problem!, /w\.safetensors/);
    assert.equal(router.status().tiers!.states[1].state, "failed");
  });

  test("one that is damaged later is found at its load, and not tried again", async () => {
    const router = opened({ limits: { failureMs: 0 } });
    loaders.strong.failures.set("", modelCorrupt("/m/w.safetensors", "its content was altered"));
    for (let i = 0; i < 3; i++) assert.deepEqual(await answering(router, { asked: true }), ["quick", ""]);
    assert.deepEqual(loaders.strong.loads, [""]);
    assert.match(router.status().tiers!.askedReason!, /altered/);
  });

  test("a measurement that was disturbed, or did not come about, leaves typing to quick and says so", async () => {
    const disturbed = opened({ measure: async () => ({ ...FAST, disturbance: "other programs took the processor" }) });
    const crashed = opened({ measure: async () => ({ kind: "fault", message: "the process ended with SIGILL" }) });
    await settled();
    for (const router of [disturbed, crashed]) {
      assert.deepEqual(await answering(router), ["quick", ""]);
      assert.deepEqual(await answering(router, { asked: true }), ["strong", ""]);
    }
    assert.match(disturbed.status().tiers!.typingReason, /could not be measured here yet: other programs/);
    assert.match(crashed.status().tiers!.typingReason, /could not be measured here: the process ended with SIGILL/);
  });

  test("an adapter is used on the tier that it fits, and left out on the other one", async () => {
    const router = opened();
    const [q, s] = [adapter("q"), adapter("s-strong")];
    assert.deepEqual(await answering(router, { adapter: q }), ["quick", "q"]);
    assert.deepEqual(await answering(router, { adapter: q, asked: true }), ["strong", ""]);
    const told = () => router.status().adapters!.map(({ name, tier }) => [name, tier]);
    assert.deepEqual(told(), [["q", "quick"]]);
    assert.deepEqual(await answering(router, { adapter: s }), ["quick", ""]);
    assert.deepEqual(await answering(router, { adapter: s, asked: true }), ["strong", "s-strong"]);
    assert.deepEqual(told(), [["s-strong", "strong"]]); // there is room for three models
  });

  test("without any adapter, each tier can be asked, and is told as no adapter's", async () => {
    const router = opened();
    assert.deepEqual(await answering(router, { adapter: NO_ADAPTER }), ["quick", NO_ADAPTER]);
    assert.deepEqual(await answering(router, { adapter: NO_ADAPTER, asked: true }), ["strong", NO_ADAPTER]);
    assert.equal(router.status().adapters, undefined);
  });

  test("an adapter is prepared on the tier that it fits; one that fits none gets today's error", async () => {
    const other = { id: "other", weightsSha256: "0".repeat(64) };
    const router = opened({ fitOf: async (folder) => (/strong/.test(folder) ? "strong" : undefined) });
    assert.equal((await router.prepare(adapter("s-strong"))).tier, "strong");
    assert.deepEqual(loaders.strong.loads, [adapter("s-strong")]);
    const foreign = adapter("foreign");
    loaders.quick.failures.set(foreign, adapterOfOtherBase(foreign, other, other));
    await assert.rejects(router.prepare(foreign), { code: "adapterOfOtherBase" });
    await assert.rejects(router.prepare(path.join(dir, "nowhere")), { code: "adapterInvalid" });
  });

  test("an adapter that is to blame is told, also on strong; where there is no memory quick answers without it", async () => {
    const router = opened();
    const s = adapter("s-strong");
    loaders.strong.failures.set(s, adapterInvalid(s, "it is not JSON"));
    await assert.rejects(withLease(router.lease({ asked: true, adapter: s }), itself), { code: "adapterInvalid" });
    const t = adapter("t-strong");
    loaders.strong.failures.set(t, memoryTooSmall("large", 5e8, 1e8));
    assert.deepEqual(await answering(router, { asked: true, adapter: t }), ["quick", ""]);
  });

  test("where only quick runs an adapter is quick's, and nobody looks whose it is", async () => {
    const fitOf = () => assert.fail("looked");
    for (const router of [opened({ choice: "quick", fitOf }), opened({ isThere: false, fitOf })])
      assert.deepEqual(await answering(router, { adapter: adapter("s-strong"), asked: true }), ["quick", "s-strong"]);
  });

  test("what goes wrong in the work itself is no reason to ask the other model", async () => {
    const router = opened();
    const failing = withLease(router.lease({ asked: true }), () => Promise.reject(new Error("in the work")));
    await assert.rejects(failing, /in the work/);
    assert.deepEqual(await answering(router, { asked: true }), ["strong", ""]);
  });
});

test("a model of the user's own answers everything, and there are no tiers", async () => {
  const loader = fakeLoader();
  const router = new ModelRouter({ own: { id: "mine", load: loader.load } }, () => {});
  router.start();
  for (const asked of [true, false]) assert.equal((await withLease(router.lease({ asked }), itself)).name, "");
  assert.equal(router.status().tiers, undefined);
  assert.deepEqual(loader.loads, [""]);
});
