// Fifty modules that do what a tested function must not do, each when it is loaded or called. MARK is a path outside of the sandbox's folder, PORT a port
// of this machine that is listened on, PID a process of this user's.

const withFs = [
  'import fs from "node:fs"; export const f = () => fs.writeFileSync("MARK", "x");',
  'import { appendFileSync } from "fs"; export const f = () => appendFileSync("MARK", "x");',
  'import * as fs from "node:fs/promises"; export const f = () => fs.writeFile("MARK", "x");',
  'import { mkdirSync } from "node:fs"; mkdirSync("MARK"); export const f = () => 1;',
  'import { symlinkSync } from "node:fs"; export const f = () => symlinkSync("/etc/hosts", "MARK");',
  'import { rmSync } from "node:fs"; export const f = () => rmSync("KEPT");',
  'import { renameSync } from "node:fs"; export const f = () => renameSync("KEPT", "MARK");',
  'import { truncateSync } from "node:fs"; export const f = () => truncateSync("KEPT");',
  'import { chmodSync } from "node:fs"; export const f = () => chmodSync("KEPT", 0o777);',
  'import { createWriteStream } from "node:fs"; export const f = () => createWriteStream("MARK").end("x");',
  'import { openSync } from "node:fs"; export const f = () => openSync("MARK", "w");',
  'import { cpSync } from "node:fs"; export const f = () => cpSync("KEPT", "MARK");',
  'const fs = require("fs"); exports.f = () => fs.writeFileSync("MARK", "x");',
  'const load = require; exports.f = () => load("fs").writeFileSync("MARK", "x");',
  'exports.f = () => module.constructor._load("fs").writeFileSync("MARK", "x");',
  'exports.f = () => module["constructor"]["_lo" + "ad"]("fs").writeFileSync("MARK", "x");',
  'export const f = async () => (await import("node:fs")).writeFileSync("MARK", "x");',
  'export const f = async () => (await import("node:" + "fs")).writeFileSync("MARK", "x");',
  'import { createRequire } from "node:module"; export const f = () => createRequire(import.meta.url)("fs").writeFileSync("MARK", "x");',
  'export const f = () => process.getBuiltinModule("fs").writeFileSync("MARK", "x");',
  'export const f = () => globalThis["pro" + "cess"].getBuiltinModule("fs").writeFileSync("MARK", "x");',
  'export const f = () => process.binding("fs").open("MARK", 65, 438);',
  'import { DatabaseSync } from "node:sqlite"; export const f = () => new DatabaseSync("MARK").exec("create table a (b)");',
];

const withProcesses = [
  'import { execSync } from "node:child_process"; export const f = () => execSync("touch MARK");',
  'import { spawn } from "child_process"; export const f = () => { spawn("touch", ["MARK"]); };',
  'import { fork } from "node:child_process"; fork("MARK"); export const f = () => 1;',
  'const { exec } = require("child_process"); exports.f = () => exec("touch MARK");',
  'import cluster from "node:cluster"; export const f = () => { cluster.fork(); };',
  `import { Worker } from "node:worker_threads"; export const f = () => new Worker('require("fs").writeFileSync("MARK", "x")', { eval: true });`,
  "export const f = () => process.kill(PID);",
  "export const f = () => process._kill(PID, 9);",
  "process.exit(0); export const f = () => 1;",
  "export const f = () => process.abort();",
  'export const f = () => process.dlopen({ exports: {} }, "MARK.node");',
  'require("./MARK.node"); exports.f = () => 1;',
  'import { Session } from "node:inspector"; export const f = () => new Session().connect();',
  'import { writeHeapSnapshot } from "node:v8"; export const f = () => writeHeapSnapshot("MARK");',
  'export const f = () => process.report.writeReport("MARK");',
  'import { WASI } from "node:wasi"; export const f = () => new WASI({ version: "preview1", preopens: { "/": "/" } });',
];

const withNetwork = [
  'export const f = () => fetch("http://127.0.0.1:PORT");',
  'import http from "node:http"; export const f = () => { http.get("http://127.0.0.1:PORT"); };',
  'import { connect } from "node:net"; export const f = () => { connect(PORT, "127.0.0.1"); };',
  'import { createSocket } from "node:dgram"; export const f = () => createSocket("udp4").send("x", PORT, "127.0.0.1");',
  'export const f = () => { new WebSocket("ws://127.0.0.1:PORT"); };',
  'import { lookup } from "node:dns"; export const f = () => lookup("example.org", () => {});',
];

const asText = [
  `export const f = () => eval('process.getBuiltinModule("fs").writeFileSync("MARK", "x")');`,
  `export const f = () => new Function('process.getBuiltinModule("fs").writeFileSync("MARK", "x")')();`,
  `export const f = () => (() => {}).constructor('process.getBuiltinModule("fs").writeFileSync("MARK", "x")')();`,
  `import vm from "node:vm"; export const f = () => vm.runInThisContext('process.getBuiltinModule("fs").writeFileSync("MARK", "x")');`,
];

/** Each ends the sandbox by its time or memory, and does nothing else. The look has nothing against them. */
export const ENDLESS: readonly string[] = ["for (;;); export const f = () => 1;"];

export const DANGEROUS: readonly string[] = [...withFs, ...withProcesses, ...withNetwork, ...asText];
