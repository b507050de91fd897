// Which adapter a folder's requests name: before, while and after one is loaded, where that fails, and where the host ends with it.

import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { adapterInvalid, hostBusy, hostUnavailable, memoryTooSmall, modelLoading } from "../../../common/errors.ts";
import type { GenerateResult } from "../../../server/host/protocol/messages.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import type { FolderModel } from "../../../src/model/completionModel.ts";
import type { HostModelOptions } from "../../../src/model/hostModel.ts";
import { type ChosenAdapter, WorkspaceAdapters } from "../../../src/model/workspaceAdapters.ts";

const never = new AbortController().signal;
const ROOT = "/w";
const adapter = (id: string): ChosenAdapter => ({ id, dir: `/data/${id}` });
const answer = { text: "x" } as GenerateResult;
const prompt = { path: "a.ts", languageId: "typescript", prefix: "", suffix: "", pieces: [] };

interface Preparing {
  dir: string;
  signal: AbortSignal;
  ready: (tier?: Tier) => void;
  fail: (error: Error) => void;
}

/** What has been promised by now is done. */
const settled = () => new Promise(setImmediate);

/** A window with two folders, and a host that does what a test says. */
class Window {
  readonly chosen = new Map<string, ChosenAdapter>();
  readonly listeners = new Map<string, (chosen: ChosenAdapter | undefined) => void>();
  readonly preparing: Preparing[] = [];
  readonly asked: (string | undefined)[] = []; // adapters of requests
  readonly lines: string[] = [];
  host: { state: string; pid?: number } = { state: "starting" };
  onGenerate: () => Promise<GenerateResult> = async () => answer;
  told = 0;
  adapters!: WorkspaceAdapters;

  open(first?: ChosenAdapter): this {
    if (first) this.chosen.set(ROOT, first);
    this.adapters = new WorkspaceAdapters([ROOT, "/other"], {
      active: (root) => this.chosen.get(root),
      watch: (root, listener) => {
        this.listeners.set(root, listener);
        return () => this.listeners.delete(root);
      },
      model: {
        ...this.model(),
        status: () => this.host,
        withAdapter: ({ adapter, onFailure }) => this.model(adapter, onFailure),
        prepareAdapter: ({ adapter: dir }, signal) =>
          new Promise((resolve, reject) => {
            this.preparing.push({ dir, signal, ready: (tier) => resolve({ tier }), fail: reject });
          }),
      },
      onChange: () => this.told++,
      log: (line) => this.lines.push(line),
    });
    return this;
  }

  /** What the host runs, with an adapter or without one. */
  model(adapter?: string, onFailure: HostModelOptions["onFailure"] = () => {}): FolderModel {
    return {
      key: adapter ?? "",
      generate: async () => {
        const { pid } = this.host;
        this.asked.push(adapter);
        try {
          return await this.onGenerate();
        } catch (error) {
          onFailure(error, pid);
          throw error;
        }
      },
      inspect: () => Promise.reject(new Error("not asked for")),
    };
  }

  ready(pid: number): void {
    this.host = { state: "ready", pid };
    this.adapters.hostChanged();
  }

  choose(chosen: ChosenAdapter | undefined, root = ROOT): void {
    this.listeners.get(root)!(chosen);
  }

  /** A request of a document in the folder, with the adapter that is in use there. */
  ask(root = ROOT): Promise<GenerateResult> {
    const params = { prompt, maxTokens: 1, sampling: { temperature: 0 }, stop: [] };
    return this.adapters.modelFor(root).generate(params, () => {}, never);
  }

  /** The host ends while a request runs. */
  async dies(): Promise<void> {
    this.onGenerate = async () => {
      throw hostUnavailable("it ended while it was working");
    };
    await assert.rejects(this.ask(), { code: "hostUnavailable" });
    this.onGenerate = async () => answer;
    this.host = { state: "starting" };
    this.adapters.hostChanged();
  }

  /** Of all folders with an adapter: its state. */
  states(): string[] {
    return this.adapters.status().map(({ id, state }) => `${id} ${state}`);
  }
}

describe("a workspace's adapters", () => {
  let window: Window;
  beforeEach(() => {
    window = new Window();
  });

  test("one that was chosen before is used from the moment that the host is ready with it", async () => {
    window.open(adapter("a"));
    assert.deepEqual(window.states(), ["a loading"]);
    assert.equal(window.preparing.length, 0); // there is no host
    window.ready(1);
    await window.ask();
    window.preparing[0].ready();
    await settled();
    await window.ask();
    await window.ask("/other");
    assert.deepEqual(window.asked, [undefined, "/data/a", undefined]);
    assert.deepEqual(window.states(), ["a inUse"]);
    assert.equal(window.adapters.modelFor(undefined).key, ""); // a file of no folder
    assert.equal(window.told, 1);
  });

  test("the status says which of two models each belongs to, once the host has said so, and again when it is chosen again", async () => {
    const told = () => window.adapters.status().map(({ id, tier }) => [id, tier]);
    window.open(adapter("a")).ready(1);
    assert.deepEqual(told(), [["a", undefined]]);
    window.preparing[0].ready("quick");
    await settled();
    assert.deepEqual(told(), [["a", "quick"]]);
    window.choose(adapter("b"));
    assert.deepEqual(told(), [["b", undefined]]);
    window.choose(adapter("a"));
    assert.deepEqual(told(), [["a", "quick"]]);
    window.choose(adapter("b"));
    window.preparing.at(-1)!.ready("strong");
    await settled();
    assert.deepEqual(told(), [["b", "strong"]]);
  });

  test("while another is loaded requests go on with the one before; the last choice counts", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].ready();
    await settled();
    window.choose(adapter("b"));
    window.choose(adapter("c"));
    assert.equal(window.preparing[1].signal.aborted, true);
    await window.ask();
    window.preparing[1].ready(); // too late
    await settled();
    await window.ask();
    window.preparing[2].ready();
    await settled();
    await window.ask();
    assert.deepEqual(window.asked, ["/data/a", "/data/a", "/data/c"]);
    window.choose(undefined);
    await window.ask();
    assert.equal(window.asked.at(-1), undefined);
    assert.deepEqual(window.states(), []);
  });

  test("each folder has its own", async () => {
    window.open(adapter("a")).ready(1);
    window.choose(adapter("b"), "/other");
    for (const preparing of window.preparing) preparing.ready();
    await settled();
    await window.ask();
    await window.ask("/other");
    assert.deepEqual(window.asked, ["/data/a", "/data/b"]);
  });

  test("one that cannot be loaded is not used, is told once, and is tried again when it is chosen again", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].ready();
    await settled();
    window.choose(adapter("b"));
    window.preparing[1].fail(adapterInvalid("f", "it is missing"));
    await settled();
    await window.ask();
    assert.equal(window.asked.at(-1), undefined); // not the one before: that is not wanted any more
    const [{ state, error }] = window.adapters.status();
    assert.deepEqual([state, error?.message], ["failed", "The adapter's file f cannot be used: it is missing."]);
    assert.equal(window.lines.filter((line) => line.includes("not used")).length, 1);
    window.ready(2); // another host is not asked for it
    assert.equal(window.preparing.length, 2);
    window.choose(adapter("b"));
    window.preparing[2].ready();
    await settled();
    assert.deepEqual(window.states(), ["b inUse"]);
  });

  test("a fault of ours is told, too", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].fail(new Error("x is undefined"));
    await settled();
    assert.equal(window.adapters.status()[0].error?.message, "The adapter could not be loaded: x is undefined.");
  });

  test("what a request says of its adapter counts; what it says of the host does not", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].ready();
    await settled();
    for (const error of [hostBusy("many wait"), modelLoading()]) {
      window.onGenerate = async () => {
        throw error;
      };
      await assert.rejects(window.ask(), { code: error.code });
      assert.deepEqual(window.states(), ["a inUse"]);
    }
    window.onGenerate = async () => {
      throw memoryTooSmall("m", 2, 1);
    };
    await assert.rejects(window.ask(), { code: "memoryTooSmall" });
    assert.deepEqual(window.states(), ["a failed"]);
    window.onGenerate = async () => answer;
    await window.ask();
    assert.equal(window.asked.at(-1), undefined);
  });

  test("another host has to load it first; requests name it meanwhile", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].ready();
    await settled();
    window.host = { state: "starting", pid: 2 };
    window.adapters.hostChanged();
    assert.equal(window.preparing.length, 1);
    window.ready(2);
    window.ready(2); // its status may come many times
    assert.deepEqual(
      window.preparing.map(({ dir }) => dir),
      ["/data/a", "/data/a"],
    );
    await window.ask();
    assert.equal(window.asked.at(-1), "/data/a");
  });

  test("a host that ends while it loads is no fault of the adapter the first time; the next one is asked", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].fail(hostUnavailable("it ended while it was working"));
    await settled();
    assert.deepEqual(window.states(), ["a loading"]);
    window.ready(2);
    window.preparing[1].fail(hostUnavailable("it ended while it was working"));
    await settled();
    assert.deepEqual(window.states(), ["a quarantined"]);
    window.ready(3);
    assert.equal(window.preparing.length, 2);
  });

  test("an adapter with which the host ended twice is used no more, until it is chosen again", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].ready();
    await settled();
    await Promise.all([window.dies(), window.dies()]); // one host, two requests
    assert.deepEqual(window.states(), ["a inUse"]);
    window.ready(2);
    window.preparing[1].ready();
    await settled();
    await window.dies();
    assert.deepEqual(window.states(), ["a quarantined"]);
    assert.match(window.adapters.status()[0].error!.message, /ended 2 times/);
    window.ready(3);
    await window.ask();
    assert.equal(window.asked.at(-1), undefined);
    window.choose(adapter("a"));
    window.preparing[2].ready();
    await settled();
    await window.dies(); // counted anew
    assert.deepEqual(window.states(), ["a inUse"]);
  });

  test("hosts that end with other requests, or none, say nothing about it", async () => {
    window.open().ready(1);
    await window.dies();
    window.ready(2);
    await window.dies();
    window.ready(3);
    window.choose(adapter("a"));
    window.preparing[0].ready();
    await settled();
    assert.deepEqual(window.states(), ["a inUse"]);
  });

  test("a person who restarts the host has everything tried again", async () => {
    window.open(adapter("a")).ready(1);
    window.preparing[0].fail(memoryTooSmall("m", 2, 1));
    await settled();
    assert.deepEqual(window.states(), ["a failed"]);
    window.adapters.hostRestarted();
    window.preparing[1].ready();
    await settled();
    assert.deepEqual(window.states(), ["a inUse"]);
  });

  test("a window that closes watches nothing", () => {
    window.open(adapter("a")).ready(1);
    window.adapters.dispose();
    assert.equal(window.listeners.size, 0);
    assert.equal(window.preparing[0].signal.aborted, true);
  });
});
