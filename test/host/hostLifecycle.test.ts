// The host's process from election to end: one of many wins, a dead one's socket is taken over, nothing is left behind.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { readSecret } from "../../server/host/protocol/endpoint.ts";
import { type HostStatus, Method } from "../../server/host/protocol/messages.ts";
import { exitOf, isRunning, Sandbox, TINY_HOST, until, untilGone } from "../support/hostProcess.ts";

const CANDIDATE = path.join(import.meta.dirname, "../support/electionCandidate.ts");
const posix = process.platform !== "win32";

describe("host process", () => {
  let box: Sandbox;
  beforeEach(() => {
    box = new Sandbox();
  });
  afterEach(() => box.dispose());

  /** Starts `count` processes at once and waits until all but one have ended; that one. */
  async function onlyOneOf(count: number, script?: string, env: Record<string, string> = {}) {
    const hosts = Array.from({ length: count }, () => box.spawnHost(env, script));
    const living = () => hosts.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
    await until("all but one have ended", () => (living().length <= 1 ? true : undefined));
    const winner = living()[0];
    assert.ok(winner, "nobody was elected");
    for (const host of hosts) if (host !== winner) assert.equal(host.exitCode, 0);
    assert.equal(readSecret(box.endpoint(script))?.pid, winner.pid);
    assert.equal(box.files().length, env.SOTTO_TEST_NO_LINKS ? 3 : 2); // the socket (by both names without links) and its secret
    return winner;
  }

  for (let round = 1; round <= 3; round++) {
    test(`ten candidates at once: exactly one is elected, with no socket and with a dead one's (round ${round})`, async () => {
      const first = await onlyOneOf(10, CANDIDATE);
      first.kill("SIGKILL");
      await exitOf(first);
      assert.equal(box.files().length, 2); // the dead one's
      const second = await onlyOneOf(10, CANDIDATE);
      assert.notEqual(second.pid, first.pid);
      second.kill("SIGKILL");
      await exitOf(second);
    });
  }

  test("where there are no hard links, symbolic ones elect", { skip: !posix }, async () => {
    const env = { SOTTO_TEST_NO_LINKS: "1" };
    const first = await onlyOneOf(6, CANDIDATE, env);
    first.kill("SIGKILL");
    await exitOf(first);
    await onlyOneOf(6, CANDIDATE, env);
  });

  test("four hosts at once: one serves, on a dead one's socket too", async () => {
    const first = await onlyOneOf(4);
    await box.welcome();
    first.kill("SIGKILL");
    await exitOf(first);
    await onlyOneOf(4);
    await box.welcome();
  });

  test("socket and secret are 0600, the folder 0700", { skip: !posix }, async () => {
    await box.host();
    const mode = (file: string) => statSync(path.join(box.runtimeDir, file)).mode & 0o777;
    assert.equal(statSync(box.runtimeDir).mode & 0o777, 0o700);
    assert.deepEqual(box.files().map(mode), [0o600, 0o600]);
    const { logPath } = box.endpoint(); // its first line may come after the secret
    const log = await until("it has a log", () => statSync(logPath, { throwIfNoEntry: false }));
    assert.equal(log.mode & 0o777, 0o600);
  });

  test("ends by itself without a client and removes its files", async () => {
    const host = await box.host({ SOTTO_HOST_IDLE_MS: "300" });
    assert.equal(await exitOf(host), 0);
    assert.deepEqual(box.files(), []);
    assert.match(box.hostLog(), /ends: no client/);
  });

  test("stays while a client is there, ends after the last one", async () => {
    const host = await box.host({ SOTTO_HOST_IDLE_MS: "300" });
    const [a, b] = [await box.welcome(), await box.welcome()];
    a.dispose();
    await sleep(600);
    assert.ok(isRunning(host.pid!));
    await b.sendRequest(Method.ping, {});
    b.dispose();
    assert.equal(await exitOf(host), 0);
    assert.deepEqual(box.files(), []);
  });

  test("SIGTERM ends it cleanly", { skip: !posix }, async () => {
    const host = await box.host();
    await box.welcome();
    host.kill("SIGTERM");
    assert.equal(await exitOf(host), 0);
    assert.deepEqual(box.files(), []);
  });

  test("a killed client leaves no orphan: the host ends after its idle time", async (t) => {
    const script = path.join(box.dir, "client.ts");
    const modelClient = path.join(import.meta.dirname, "../../src/model/modelClient.ts");
    writeFileSync(
      script,
      `import { ModelClient } from ${JSON.stringify(modelClient)};
      const client = new ModelClient({ hostScript: ${JSON.stringify(TINY_HOST)}, runtimeDir: ${JSON.stringify(box.runtimeDir)},
        env: { SOTTO_HOST_IDLE_MS: "300", SOTTO_CACHE_DIR: ${JSON.stringify(box.dir)} }, log: () => {} });
      client.onStatus(({ state, pid }) => { if (state === "ready") process.stdout.write(String(pid)); });
      client.wake();
      setInterval(() => {}, 1000);`,
    );
    const client = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
    t.after(() => client.kill("SIGKILL"));
    const pid = Number(await new Promise((resolve) => client.stdout.once("data", resolve)));
    assert.ok(isRunning(pid));
    client.kill("SIGKILL");
    await untilGone(pid);
    assert.deepEqual(box.files(), []);
  });

  test("hello and status are answered while the model loads; clients are told when it is ready", async () => {
    await box.host({ SOTTO_TEST_LOAD_MS: "700" });
    const connection = await box.connection();
    const told: HostStatus[] = [];
    connection.onNotification(Method.statusChanged, (status: HostStatus) => {
      told.push(status);
    });
    await connection.sendRequest(Method.hello, box.helloParams());
    const before = await connection.sendRequest<HostStatus>(Method.status, {});
    assert.equal(before.state, "loading");
    assert.equal(before.model, "tiny");
    const after = await until("the host tells its state", () => told[0]);
    assert.equal(after.state, "ready");
    assert.equal(after.device, "cpu");
    assert.ok(after.rssBytes > 0 && after.loadMs! > 0 && after.runtime.length > 0);
  });

  test("an idle host with a client sleeps: no timer wakes it", { skip: process.platform !== "linux" }, async () => {
    const host = await box.host();
    await box.welcome();
    const wakes = () =>
      Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(readFileSync(`/proc/${host.pid}/status`, "utf8"))![1]);
    await sleep(1200); // the check after the election is over
    const before = wakes();
    await sleep(1000);
    assert.ok(wakes() - before < 20, `${wakes() - before} wake-ups in a second`);
  });

  const failures: [name: string, env: () => Record<string, string>, code: string, message: RegExp][] = [
    [
      "a missing model",
      () => ({ SOTTO_TEST_MODEL_DIR: path.join(box.dir, "nowhere") }),
      "modelMissing",
      /nowhere.* is missing/,
    ],
    ["a damaged model", () => ({ SOTTO_TEST_MODEL_DIR: damagedModel(box.dir) }), "modelCorrupt", /is damaged/],
    [
      "a bug in the loader",
      () => ({ SOTTO_TEST_LOAD: "bug" }),
      "runtimeFailed",
      /could not be loaded: a bug in the loader/,
    ],
  ];
  for (const [name, env, code, message] of failures) {
    test(`${name}: the host stays up and says so`, async () => {
      const host = await box.host(env());
      const connection = await box.connection();
      await connection.sendRequest(Method.hello, box.helloParams());
      const status = await until("the load has failed", async () => {
        const status = await connection.sendRequest<HostStatus>(Method.status, {});
        return status.state === "loading" ? undefined : status;
      });
      assert.equal(status.state, "failed");
      assert.equal(status.error?.code, code);
      assert.match(status.error!.message, message);
      assert.ok(status.error!.action.length > 0);
      assert.ok(isRunning(host.pid!));
      assert.match(box.hostLog(), /model tiny failed: /);
    });
  }

  test("a runtime folder that others may enter is refused with one message", { skip: !posix }, async () => {
    mkdirSync(box.runtimeDir, { mode: 0o755 });
    const host = box.spawnHost();
    let stderr = "";
    host.stderr!.on("data", (data) => {
      stderr += data;
    });
    assert.equal(await exitOf(host), 1);
    assert.match(stderr, /cannot hold the model host's socket: other users may enter it/);
    assert.deepEqual(box.files(), []);
    chmodSync(box.runtimeDir, 0o700);
  });
});

/** A model folder whose manifest is not whole. */
function damagedModel(dir: string): string {
  const modelDir = path.join(dir, "damaged");
  mkdirSync(modelDir);
  writeFileSync(path.join(modelDir, "manifest.json"), '{"files": [');
  return modelDir;
}
