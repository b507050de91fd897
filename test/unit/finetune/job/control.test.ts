import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { Gate, IDLE_MS, permissionFor, readWish, typedMsAgo } from "../../../../finetune/job/control.ts";
import { JobFiles, TYPING_FILE, type WhenToTrain } from "../../../../finetune/protocol/fineTune.ts";

const scratch = mkdtempSync(path.join(tmpdir(), "sotto-control-"));
after(() => rmSync(scratch, { recursive: true }));
const control = path.join(scratch, JobFiles.control);
const typing = path.join(scratch, TYPING_FILE);

test("what a person wishes comes first, then power, then whether somebody types", () => {
  const quiet = { mains: true, typedMsAgo: IDLE_MS };
  const state = (...args: Parameters<typeof permissionFor>) => permissionFor(...args).state;
  for (const when of ["always", "mains", "idle"] as const) {
    assert.equal(state("run", when, quiet), "running");
    assert.equal(state("pause", when, { mains: false, typedMsAgo: 0 }), "paused");
    assert.equal(state("cancel", when, quiet), "cancelled");
    assert.equal(state("run", when, { ...quiet, mains: false }), when === "always" ? "running" : "waiting");
    assert.equal(state("run", when, { ...quiet, typedMsAgo: IDLE_MS - 1 }), when === "idle" ? "waiting" : "running");
    assert.equal(
      state("run", when, { mains: undefined, typedMsAgo: undefined }),
      "running",
      "nobody knows, nobody has typed",
    );
  }
});

test("a control file that is missing, half or foreign wishes nothing", () => {
  for (const [text, wish] of [
    ['{"wish":"pause"}', "pause"],
    ['{"wish":"cancel"}', "cancel"],
    ['{"wish":"run"}', "run"],
    ['{"wi', "run"],
    ['{"wish":"explode"}', "run"],
    ["null", "run"],
  ]) {
    writeFileSync(control, text);
    assert.equal(readWish(scratch), wish, text);
  }
  rmSync(control);
  assert.equal(readWish(scratch), "run");
});

test("when somebody typed is the mark's time; a clock that was set back is no time before now", () => {
  assert.equal(typedMsAgo(scratch), undefined);
  writeFileSync(typing, "");
  utimesSync(typing, 1000, 1000);
  assert.equal(typedMsAgo(scratch, 1_005_000), 5000);
  assert.equal(typedMsAgo(scratch, 0), 0);
  rmSync(typing);
});

async function openGate(when: WhenToTrain, options: Partial<Parameters<typeof Gate.open>[0]> = {}) {
  const stop = new AbortController();
  const said: string[] = [];
  const gate = await Gate.open({
    jobDir: scratch,
    dataDir: scratch,
    when,
    stop: stop.signal,
    log: (line) => said.push(line),
    lookMs: 5,
    ...options,
  });
  return { gate, stop, said };
}

test("the gate sees a pause and its end, and tells the work under way", async () => {
  const { gate } = await openGate("always");
  const first = gate.whileRunning();
  writeFileSync(control, '{"wish":"pause"}');
  await gate.changed();
  assert.deepEqual([gate.permission.state, first.aborted], ["paused", true]);
  writeFileSync(control, '{"wish":"run"}');
  await gate.changed();
  assert.deepEqual([gate.permission.state, gate.whileRunning().aborted], ["running", false]);
  gate.close();
  rmSync(control);
});

test("the gate waits while somebody types, and for mains power", async () => {
  writeFileSync(typing, "");
  const { gate } = await openGate("idle", { mains: async () => true });
  assert.deepEqual(gate.permission, { state: "waiting", waitsFor: "nobody to type" });
  const longAgo = (Date.now() - IDLE_MS - 1000) / 1000;
  utimesSync(typing, longAgo, longAgo);
  await gate.changed();
  assert.equal(gate.permission.state, "running");
  gate.close();
  const battery = await openGate("mains", { mains: async () => false });
  assert.deepEqual(battery.gate.permission, { state: "waiting", waitsFor: "mains power" });
  battery.gate.close();
  rmSync(typing);
});

test("a system that does not tell about power allows training, and it is said once", async () => {
  const { gate, said } = await openGate("mains", { mains: async () => undefined });
  assert.equal(gate.permission.state, "running");
  assert.deepEqual(said, ["This system does not tell whether it runs on mains power; training is allowed."]);
  gate.close();
});

test("a process that is to end stops at once; what is cancelled as well stays cancelled", async () => {
  const { gate, stop } = await openGate("always");
  const work = gate.whileRunning();
  stop.abort();
  assert.deepEqual([gate.permission.state, work.aborted], ["stopped", true]);
  writeFileSync(control, '{"wish":"cancel"}');
  await gate.changed();
  assert.equal(gate.permission.state, "cancelled");
  gate.close();
  rmSync(control);
});
