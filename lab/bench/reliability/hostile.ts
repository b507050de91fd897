// A window on each hostile folder: completions are asked for in it, and every one must come to an end. Afterwards nothing of the folder may have
// run, and no process may outlive its window.

import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { memoryOf } from "../support/processMemory.ts";
import { HOSTILE_FOLDERS, MARK } from "./hostileFolders.ts";
import { megabytes, type PartResult } from "./partResult.ts";
import { processesOf, signal } from "./processes.ts";
import { prepareProduct, productEnv, TINY_HOST } from "./product.ts";
import { until } from "./until.ts";
import { ANSWER_MS, EditorWindow } from "./window.ts";

export interface HostileOptions {
  root: string;
  folder: string;
  requests: number; // in each folder
  slack: number; // how much longer than the goal anything may take
}

const OWN = 'import { odd } from "./file1";\n\nexport function add(first: number, second: number): number {\n  return ';
const READY_MS = 60_000;
const ENDED_MS = 5_000;
const MOST_BYTES = 1e9; // of the agent or the indexer

export async function hostile({ root, folder, requests, slack }: HostileOptions): Promise<PartResult> {
  const product = path.join(folder, "product");
  const runtimeDir = path.join(folder, "r");
  mkdirSync(runtimeDir, { mode: 0o700 });
  prepareProduct(root, product, TINY_HOST);
  const folders = {
    runtimeDir,
    cacheDir: path.join(folder, "cache"),
    dataDir: path.join(folder, "data"),
    meddleFile: path.join(folder, "meddle.json"),
  };
  const failures: string[] = [];
  const outcomes: Record<string, number> = {};
  const memory: Record<string, number> = {};
  let [attempts, worstMs, slowest] = [0, 0, ""];
  try {
    for (const [name, make] of Object.entries(HOSTILE_FOLDERS)) await visit(name, make);
  } finally {
    for (const { pid } of processesOf(runtimeDir)) signal(pid, "SIGKILL");
  }
  return {
    part: "hostile",
    attempts,
    failures,
    lost: [],
    worstMs,
    memory,
    details: { folders: Object.keys(HOSTILE_FOLDERS).length, outcomes, slowest },
    skipped: [],
  };

  async function visit(name: string, make: (typeof HOSTILE_FOLDERS)[string]): Promise<void> {
    const dir = path.join(folder, "workspace");
    mkdirSync(dir);
    const write = (file: string, text: string | Buffer) => writeFileSync(path.join(dir, file), text);
    write("a.ts", OWN);
    make(dir, write);
    const window = new EditorWindow({
      productRoot: product,
      workspaceFolder: dir,
      env: productEnv(folders),
      onLog: () => {},
      answerMs: ANSWER_MS * slack,
    });
    try {
      await window.open();
      const agent = window.agent!;
      await until("the model is ready", () => window.isReady, READY_MS * slack);
      const uri = pathToFileURL(path.join(dir, "a.ts")).href;
      window.openFile(uri, "typescript", OWN);
      for (let i = 0; i < requests; i++) {
        const at = window.text(uri).length;
        window.edit(uri, at, at, "first "[i % 6]);
        const outcome = await window.ask(uri, at + 1, i % 2 === 0, new AbortController().signal);
        attempts++;
        outcomes[outcome.kind] = (outcomes[outcome.kind] ?? 0) + 1;
        if (outcome.ms > worstMs) [worstMs, slowest] = [outcome.ms, name];
        if (outcome.kind === "failed") failures.push(`${name}: ${outcome.why}`);
        if (outcome.kind === "agentGone" || agent.hasEnded) failures.push(`${name}: the agent ended`);
      }
      for (const { pid, what } of processesOf(runtimeDir)) {
        const bytes = memoryOf(pid)?.peakBytes ?? 0;
        memory[`${what}Most`] = Math.max(memory[`${what}Most`] ?? 0, megabytes(bytes));
        if (bytes > MOST_BYTES) failures.push(`${name}: the ${what} took ${megabytes(bytes)} MB`);
      }
      window.abandon();
      const stays = () => processesOf(runtimeDir).filter(({ what }) => what !== "host");
      await until("all but the host have ended", () => stays().length === 0, ENDED_MS * slack).catch(() => {
        failures.push(`${name}: ${stays().map(({ what }) => what)} outlive the window by ${ENDED_MS * slack} ms`);
      });
    } catch (error) {
      failures.push(`${name}: ${(error as Error).message}`);
    } finally {
      await window.close().catch(() => {}); // what does not end is killed
      for (const { pid, what } of processesOf(runtimeDir)) if (what !== "host") signal(pid, "SIGKILL");
    }
    if (existsSync(path.join(dir, MARK)) || existsSync(path.join(dir, "run")))
      failures.push(`${name}: something of the folder was run`);
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
