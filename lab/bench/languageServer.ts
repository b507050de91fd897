// Bench: what the way to another editor costs. The same request for a suggestion, of an agent on node's IPC (VS Code's way) and of one on stdin and
// stdout (`sotto language-server --stdio`), in turns, at a place whose answer both have in their cache, so that nothing but the way differs. Both
// share one host. Goal: the median of the pairs' differences ≤ 2 ms. Builds dist/. Ends with one JSON line on stdout.

import { type ChildProcess, fork, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { build } from "../../scripts/steps.ts";
import { defaultSettings } from "../../src/config/settings.ts";
import type { AgentConfiguration, Counters } from "../../src/protocol/messages.ts";
import { machine } from "./support/reporting.ts";

const GOAL_MS = 2;
const PAIRS = 1_000;
const WARM_UP = 100;
const PATIENCE_MS = 60_000;

interface Way {
  child: ChildProcess;
  connection: MessageConnection;
}

const root = packageRoot(import.meta.dirname);
const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-bench-"));
const uri = pathToFileURL(path.join(folder, "add.ts")).href;
const TEXT = "function add(a: number, b: number): number {\n  return \n}\n";
const place = { textDocument: { uri }, position: { line: 1, character: 9 }, context: { triggerKind: 1 } };
const configuration: AgentConfiguration = { ...defaultSettings, model: "quick", snoozedUntilMs: 0, trusted: false };
const env = { ...process.env, SOTTO_RUNTIME_DIR: path.join(folder, "r"), SOTTO_DATA_DIR: path.join(folder, "data") };

build();
const ways: Way[] = [];
try {
  const [ipc, stdio] = [overIpc(), overStdio()];
  ways.push(ipc, stdio);
  for (const way of ways) await open(way);
  const times: { ipc: number; stdio: number }[] = [];
  for (let pair = -WARM_UP; pair < PAIRS; pair++) {
    const isIpcFirst = pair % 2 === 0;
    const first = await ask(isIpcFirst ? ipc : stdio);
    const second = await ask(isIpcFirst ? stdio : ipc);
    if (pair >= 0) times.push(isIpcFirst ? { ipc: first, stdio: second } : { ipc: second, stdio: first });
  }
  const shown = await Promise.all(ways.map(({ connection }) => connection.sendRequest<Counters>("sotto/counters")));
  const differences = times.map((time) => time.stdio - time.ipc);
  const differenceMs = { p5: at(differences, 0.05), p50: at(differences, 0.5), p95: at(differences, 0.95) };
  const spread = (of: "ipc" | "stdio") => {
    const all = times.map((time) => time[of]);
    return { p50: at(all, 0.5), p95: at(all, 0.95) };
  };
  const document = {
    bench: "languageServer",
    ok: differenceMs.p50 <= GOAL_MS,
    goalMs: GOAL_MS,
    pairs: PAIRS,
    differenceMs,
    ipcMs: spread("ipc"),
    stdioMs: spread("stdio"),
    fromCache: shown.map((counters) => counters.shown.cache),
    machine: machine("cpu"),
  };
  process.stdout.write(`${JSON.stringify(document)}\n`);
} finally {
  for (const { connection, child } of ways) {
    connection.dispose();
    child.kill();
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function overIpc(): Way {
  const child = fork(path.join(root, "dist", "agent.cjs"), ["--node-ipc"], {
    env,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  return { child, connection: createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child)) };
}

function overStdio(): Way {
  const args = [path.join(root, "dist", "cli.cjs"), "language-server", "--stdio"];
  const child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  return { child, connection };
}

/** Opens a window with the document, and waits until the place's answer is there. */
async function open({ connection }: Way): Promise<void> {
  connection.listen();
  const workspaceFolders = [{ uri: pathToFileURL(folder).href, name: "bench" }];
  const initializationOptions = configuration;
  const capabilities = {};
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders,
    capabilities,
    initializationOptions,
  });
  await connection.sendNotification("initialized", {});
  const textDocument = { uri, languageId: "typescript", version: 1, text: TEXT };
  await connection.sendNotification("textDocument/didOpen", { textDocument });
  const untilMs = performance.now() + PATIENCE_MS;
  while ((await connection.sendRequest<unknown[]>("textDocument/inlineCompletion", place)).length === 0) {
    if (performance.now() > untilMs) throw new Error("nothing is suggested");
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** From the request to its answer, in milliseconds. */
async function ask({ connection }: Way): Promise<number> {
  const startMs = performance.now();
  const items = await connection.sendRequest<unknown[]>("textDocument/inlineCompletion", place);
  if (items.length === 0) throw new Error("nothing is suggested any more");
  return performance.now() - startMs;
}

/** The value at `fraction`, in milliseconds to a hundredth: these are too small for the other benches' tenths. */
function at(values: readonly number[], fraction: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)]! * 100) / 100;
}
