// Two tiers over the socket, on two tiny models: each request gets the text of the tier that it goes to, as that model alone writes it, and the
// status says which does what. And the real host with a strong model that is damaged.

import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { writeAdapter } from "../../server/engine/adapters/writeAdapter.ts";
import { embeddedModelDir } from "../../server/engine/models/catalog.ts";
import type { GenerateParams, TierStatus } from "../../server/host/protocol/messages.ts";
import { TIERS, type Tier } from "../../server/host/protocol/tiers.ts";
import type { ModelClient } from "../../src/model/modelClient.ts";
import { request, Sandbox, until, untilState } from "../support/hostProcess.ts";
import { tinyLocalModel, tinyTier } from "../support/tinyLocalModel.ts";
import { tinyModel } from "../support/tinyModel.ts";
import { sampleAdapter } from "../unit/adapters/sampleAdapter.ts";
import { writeStoredCopy } from "../unit/engine/models/storedCopy.ts";

const never = new AbortController().signal;
const ASKED = { asked: true } as const;
const params = (change: Partial<GenerateParams> = {}) => request({ sampling: { temperature: 0 }, ...change });

/** Longer than any test. */
const LONG_MS = "60000";

describe("two tiers on the host", () => {
  let dir: string;
  let box: Sandbox;
  const adapters = {} as Record<Tier, string>; // a folder for each tier
  const alone = new Map<string, string>(); // what each model writes when it is alone; by tier, and "tier with" with its adapter

  before(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), "sotto-tiers-"));
    for (const tier of TIERS) {
      const base = tinyTier(tier);
      adapters[tier] = path.join(dir, tier);
      writeAdapter(adapters[tier], { ...sampleAdapter(base), alpha: 9 }, base, {});
      for (const adapter of [undefined, adapters[tier]]) {
        const model = await tinyLocalModel({ cacheDir: path.join(dir, "cache"), tier, adapter });
        const { text } = await model.generate(params(), () => {}, never);
        model.dispose();
        alone.set(adapter ? `${tier} with` : tier, text);
      }
    }
    assert.equal(new Set(alone.values()).size, 4);
  });
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.dispose());
  after(() => rmSync(dir, { recursive: true }));

  const opened = (choice: string, env: Record<string, string> = {}) =>
    box.client({ env: { SOTTO_TEST_TIERS: choice, ...env } });

  /** Which of `alone` has written the answer, and what the answer says of itself. */
  async function writer(client: ModelClient, change: Partial<GenerateParams> = {}) {
    const { text, tier, model } = await client.generate(params(change), () => {}, never);
    const [name] = [...alone].find(([, one]) => one === text) ?? ["nobody"];
    assert.equal(name.split(" ")[0], tier);
    assert.equal(model, tier === "strong" ? "tiny-strong" : "tiny");
    return name;
  }

  const untilTiers = (client: ModelClient, what: string, holds: (tiers: TierStatus) => boolean) =>
    until(what, () => {
      const tiers = client.status().host?.tiers;
      return tiers && holds(tiers) ? tiers : undefined;
    });

  test("where strong is slow quick types, and strong answers what is asked for", async () => {
    const client = opened("auto");
    client.wake();
    await untilTiers(client, "it is measured", ({ typingReason }) => typingReason.includes("400 ms"));
    assert.deepEqual([await writer(client), await writer(client, ASKED)], ["quick", "strong"]);
    assert.deepEqual([await writer(client), await writer(client, ASKED)], ["quick", "strong"]);
    const tiers = await untilTiers(client, "both are there", ({ states }) =>
      states.every((one) => one.state === "ready"),
    );
    assert.deepEqual([tiers.typing, tiers.asked], ["quick", "strong"]);
    assert.equal(client.status().host!.model, "tiny");
    const { prompt } = params();
    assert.equal((await client.inspect({ ...prompt, ...ASKED })).tier, "strong");
    assert.equal((await client.inspect(prompt)).tier, "quick");
    assert.equal((await client.warm({ prompt }, never)).tier, "quick");
  });

  test("where strong is fast it types as soon as it is there", async () => {
    const client = opened("auto", { SOTTO_TEST_KEY_MS: "80" });
    client.wake();
    await untilTiers(client, "strong types", ({ typing }) => typing === "strong");
    assert.deepEqual([await writer(client), await writer(client, ASKED)], ["strong", "strong"]);
    assert.equal(client.status().host!.model, "tiny-strong");
  });

  test("a choice is kept to", async () => {
    const quick = opened("quick");
    assert.deepEqual([await writer(quick), await writer(quick, ASKED)], ["quick", "quick"]);
    await box.dispose();
    box = new Sandbox();
    const strong = opened("strong");
    assert.deepEqual([await writer(strong), await writer(strong, ASKED)], ["strong", "strong"]);
  });

  test("while strong is loaded quick goes on, and answers what is asked for when a part of its time has gone", async () => {
    const client = opened("auto", { SOTTO_TEST_STRONG_LOAD_MS: LONG_MS });
    const waiting = client.generate(params(ASKED), () => {}, AbortSignal.timeout(2_000)); // no deadline: it waits on
    await untilTiers(client, "it is being loaded", ({ states }) => states[1].state === "loading");
    assert.equal(await writer(client), "quick");
    const askedAt = performance.now();
    assert.equal(await writer(client, { ...ASKED, deadlineMs: 5_000 }), "quick");
    assert.ok(performance.now() - askedAt >= 2_000, "strong has its part of the time first");
    assert.equal((await waiting).stop, "cancelled");
  });

  for (const [fault, reason] of [
    ["memory", /needs about 500 MB of memory/],
    ["corrupt", /\/models\/strong\/weights is damaged/],
  ] as const) {
    test(`strong cannot be loaded (${fault}): quick answers, and the status says why`, async () => {
      for (const choice of ["auto", "strong"]) {
        const client = opened(choice, { SOTTO_TEST_STRONG_LOAD: fault });
        assert.deepEqual([await writer(client, ASKED), await writer(client)], ["quick", "quick"]);
        const tiers = await untilTiers(client, "it says so", ({ askedReason }) => askedReason !== undefined);
        assert.match(tiers.askedReason!, reason);
        assert.match(tiers.states[1].problem!, reason);
        assert.equal((await untilState(client, "ready")).host!.model, "tiny");
        await box.dispose();
        box = new Sandbox();
      }
    });
  }

  test("an adapter is used on its own tier, and is no fault on the other", async () => {
    const client = opened("auto");
    for (const tier of TIERS)
      assert.equal((await client.prepareAdapter({ adapter: adapters[tier] }, never)).tier, tier);
    const { quick, strong } = adapters;
    assert.equal(await writer(client, { adapter: quick }), "quick with");
    assert.equal(await writer(client, { adapter: quick, ...ASKED }), "strong");
    assert.equal(await writer(client, { adapter: strong }), "quick");
    assert.equal(await writer(client, { adapter: strong, ...ASKED }), "strong with");
    const foreign = path.join(dir, "foreign");
    writeAdapter(foreign, sampleAdapter(tinyModel()), tinyModel(3), {});
    await assert.rejects(client.prepareAdapter({ adapter: foreign }, never), { code: "adapterOfOtherBase" });
  });

  test("under load each request gets the text of its own tier, whoever asks beside it", async () => {
    const clients = [opened("auto"), opened("auto")];
    const changes = [{}, ASKED, { adapter: adapters.quick }, { adapter: adapters.quick, ...ASKED }];
    const names = ["quick", "strong", "quick with", "strong"];
    const got = await Promise.all(
      Array.from({ length: 12 }, (_, i) => writer(clients[i % 2], { ...changes[i % 4], editor: `e${i}` })),
    );
    assert.deepEqual(
      got,
      got.map((_, i) => names[i % 4]),
    );
  });
});

describe("the real host", () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), "sotto-strong-"));
  const box = new Sandbox();
  after(async () => {
    await box.dispose();
    rmSync(dir, { recursive: true });
  });

  test("a strong model with a changed file is named, and quick goes on", async () => {
    const strong = path.join(dir, "strong");
    mkdirSync(strong);
    writeStoredCopy(strong, tinyModel(2, { vocabSize: 16_384 }));
    copyFileSync(path.join(embeddedModelDir(), "tokenizer.json"), path.join(strong, "tokenizer.json"));
    const config = path.join(strong, "config.json");
    writeFileSync(config, Buffer.alloc(statSync(config).size, readFileSync(config).toString().replace("1", "2")));
    const env = { SOTTO_MODEL: "auto", SOTTO_MODEL_DIR: "", SOTTO_STRONG_DIR: strong, SOTTO_DEVICE: "cpu" };
    const client = box.client({ hostScript: path.join(import.meta.dirname, "../../server/main.ts"), env });
    client.wake();
    const tiers = await until("it has looked at strong", () => {
      const found = client.status().host?.tiers;
      return found?.askedReason === undefined ? undefined : found;
    });
    assert.match(tiers.askedReason!, /config\.json is damaged: its content was altered/);
    assert.match(tiers.typingReason, /config\.json is damaged/);
    assert.equal((await client.generate(params(ASKED), () => {}, never)).model, "smollm2-135m");
  });
});
