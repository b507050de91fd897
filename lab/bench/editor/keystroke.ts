// Runs inside an extension host: types into the open editor with and without Sotto, and writes what each key took to $SOTTO_TEST_RESULTS.
// Three kinds of blocks take turns: Sotto on, its agent and client taken out, and on under the sampling profiler. Judges nothing.

import { writeFileSync } from "node:fs";
import { type Profiler, Session } from "node:inspector/promises";
import os from "node:os";
import { performance } from "node:perf_hooks";
import * as vscode from "vscode";
import { counters, execute, modelReady, sleep, sotto } from "../../../test/support/editorSuite.ts";

/** What one key took of the extension host's only thread, until the next key. */
export interface KeyTimes {
  activeMs: number; // the event loop was not idle; of all extensions, and of VS Code itself
  cpuMs: number; // processor time of the thread
  oursMs?: number; // by samples with a frame of our bundle on the stack; where the profiler ran
}

export type BlockKind = "on" | "off" | "profiled";

export interface KeystrokeResults {
  keys: Record<BlockKind, KeyTimes[]>;
  requests: number; // that reached the agent while Sotto was on
  samplingIntervalUs: number;
  undisturbed: boolean; // the thread came before all other processes; false where the system does not let us
}

const PAUSE_MS = 70; // after each key: VS Code asks for a completion 50 ms after it
const SAMPLING_INTERVAL_US = 100;
const OURS = "/dist/extension.cjs";
const ORDER: readonly BlockKind[] = ["on", "off", "profiled", "off", "on", "profiled"];
const LINE = 1_002; // within a function

/** 400 keys. */
const TEXT = [
  "const subtotal = prices.reduce((sum, price) => sum + price, 0);",
  "if (subtotal > limit) return { ok: false, reason: `too much` };",
  "for (const item of items) total += item.price * item.quantity;",
  "const rounded = Math.round(subtotal * 100) / 100;",
  "items.filter((item) => item.quantity > 0).forEach(report);",
]
  .join("\n")
  .padEnd(400, "\nreturn rounded;")
  .slice(0, 400);

export async function run(): Promise<void> {
  const api = await sotto();
  const folder = vscode.workspace.workspaceFolders![0].uri;
  const editor = await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, "src/long.ts"));
  const results: KeystrokeResults = {
    keys: { on: [], off: [], profiled: [] },
    requests: 0,
    samplingIntervalUs: SAMPLING_INTERVAL_US,
    undisturbed: true,
  };
  await modelReady();
  await typeBlock(editor, TEXT.slice(0, 100)); // warm-up
  let isOn = true;
  const blocks = ORDER.length / 3;
  for (const [i, kind] of ORDER.entries()) {
    if (isOn !== (kind !== "off")) {
      isOn = !isOn;
      if (isOn) api.start();
      else await api.stop();
      if (isOn) await modelReady();
      await sleep(3_000); // the agent and its host come, or go
    }
    const part = ORDER.slice(0, i).filter((one) => one === kind).length;
    const text = TEXT.slice((part * TEXT.length) / blocks, ((part + 1) * TEXT.length) / blocks);
    const before = isOn ? (await counters()).requests : 0;
    results.undisturbed &&= setPriority(os.constants.priority.PRIORITY_HIGHEST);
    results.keys[kind].push(...(await (kind === "profiled" ? profiled : typeBlock)(editor, text)));
    setPriority(0); // what is started from here must not have it
    if (isOn) results.requests += (await counters()).requests - before;
    console.log(`[test] ${kind}: ${text.length} keys`);
  }
  writeFileSync(process.env.SOTTO_TEST_RESULTS!, JSON.stringify(results));
  await execute("workbench.action.revertAndCloseActiveEditor");
}

/** Of this thread: else it is measured how often the system gives its processor to others, such as the model. @returns whether it may be */
function setPriority(priority: number): boolean {
  try {
    os.setPriority(priority);
    return true;
  } catch {
    return false;
  }
}

interface Key extends KeyTimes {
  startUs: number; // of the monotonic clock
}

async function typeBlock(editor: vscode.TextEditor, text: string): Promise<Key[]> {
  await editor.edit((edit) => edit.insert(new vscode.Position(LINE, 0), "\n"));
  editor.selection = new vscode.Selection(LINE, 0, LINE, 0);
  await sleep(1_000);
  const keys: Key[] = [];
  for (const character of text) {
    const startUs = Number(process.hrtime.bigint() / 1_000n);
    const loop = performance.eventLoopUtilization();
    const cpu = process.threadCpuUsage();
    await execute("type", { text: character });
    await sleep(PAUSE_MS);
    const { user, system } = process.threadCpuUsage(cpu);
    keys.push({
      startUs,
      activeMs: performance.eventLoopUtilization(loop).active,
      cpuMs: (user + system) / 1_000,
    });
  }
  return keys;
}

async function profiled(editor: vscode.TextEditor, text: string): Promise<Key[]> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: SAMPLING_INTERVAL_US });
  await session.post("Profiler.start");
  const keys = await typeBlock(editor, text);
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return withOurs(keys, profile);
}

/**
 * Adds to each key the samples in our bundle, with what it calls; of the garbage collector those that interrupt it. Each counts as the mean
 * time between two samples: how long ago the one before was says more about the sampler than about the code.
 */
function withOurs(keys: Key[], { nodes, samples = [], timeDeltas = [], startTime }: Profiler.Profile): Key[] {
  const ours = new Set<number>();
  const collector = new Set<number>();
  for (const { id, callFrame, children = [] } of nodes) {
    // parents come before their children
    if (callFrame.url.endsWith(OURS)) ours.add(id);
    if (callFrame.functionName === "(garbage collector)") collector.add(id);
    if (ours.has(id)) for (const child of children) ours.add(child);
  }
  const times = keys.map((key) => ({ ...key, oursMs: 0 }));
  const sampleMs = timeDeltas.reduce((sum, deltaUs) => sum + deltaUs, 0) / samples.length / 1_000;
  let atUs = startTime;
  let key = -1;
  let wasOurs = false;
  for (const [i, sample] of samples.entries()) {
    atUs += timeDeltas[i];
    while (key + 1 < times.length && times[key + 1].startUs <= atUs) key++;
    wasOurs = ours.has(sample) || (wasOurs && collector.has(sample));
    if (wasOurs && key >= 0) times[key].oursMs += sampleMs;
  }
  return times;
}
