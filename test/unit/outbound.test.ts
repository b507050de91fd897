// An absence: no code of Sotto but two files opens a connection to another machine. Held by the syntax tree of every file and by a list of what
// is allowed, with reasons; that the tree's reading finds what it is for is tested with planted doors.

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { productSources } from "../support/productSources.ts";
import { ALLOWED_DOORS, ALLOWED_PACKAGES } from "./outbound/allowed.ts";
import { doorsOf } from "./outbound/doors.ts";

const sources = productSources();
const found = new Map(sources.map(({ file, text }) => [file, doorsOf(text, file)]));

test("only downloads and servers that a person has chosen are connected to; every other way out is listed with its reason", () => {
  assert.ok(sources.length > 300);
  const doors = [...found].flatMap(([file, one]) => one.doors.map((door) => `${file}: ${door}`));
  const allowed = Object.entries(ALLOWED_DOORS).flatMap(([file, one]) =>
    Object.keys(one).map((door) => `${file}: ${door}`),
  );
  assert.deepEqual(doors.sort(), allowed.sort());
  const network = doors.filter((door) => /module node:(?:https?|tls)/.test(door));
  const files = new Set(network.map((door) => door.slice(0, door.indexOf(":"))));
  assert.deepEqual([...files].sort(), ["server/download/request.ts", "server/remote/connection.ts"]);
});

test("no package is loaded that nobody has looked at", () => {
  const packages = new Set([...found.values()].flatMap((one) => one.packages));
  assert.deepEqual([...packages].sort(), Object.keys(ALLOWED_PACKAGES).sort());
  const downloading = [...found].filter(([, one]) => one.packages.includes("undici")).map(([file]) => file);
  assert.deepEqual(downloading, ["server/download/request.ts"]);
});

test("the host cannot download: of what may, only the command line and the agent know the folder", () => {
  const importers = [...found].filter(([file, { relative }]) => {
    const targets = relative.map((one) => path.posix.join(path.posix.dirname(file), one));
    return !file.startsWith("server/download/") && targets.some((one) => one.startsWith("server/download/"));
  });
  assert.deepEqual(importers.map(([file]) => file).sort(), ["cli/pull.ts", "src/agent/models.ts"]);
});

test("the host asks no server: of what may, only the folder of servers knows the connection", () => {
  const importers = [...found].filter(([file, { relative }]) => {
    const targets = relative.map((one) => path.posix.join(path.posix.dirname(file), one));
    return !file.startsWith("server/remote/") && targets.includes("server/remote/connection.ts");
  });
  assert.deepEqual(importers, []);
  const inHost = [...found].filter(([file, { relative }]) =>
    relative.some(
      (one) =>
        file.startsWith("server/host/") && path.posix.join(path.posix.dirname(file), one).startsWith("server/remote/"),
    ),
  );
  assert.deepEqual(inHost, []);
});

test("a way out is found however it is written", () => {
  for (const [code, ...doors] of [
    ['import http from "node:http";', "module node:http"],
    ['import "node:https";', "module node:https"],
    ['import { createServer, type Server } from "node:http";', "createServer of node:http"],
    ['import { createServer as make, request } from "node:http";', "module node:http"],
    ['import http, { createServer } from "http";', "module node:http"],
    ['import * as dns from "dns/promises";', "module node:dns/promises"],
    ['export { request } from "https";', "module node:https"],
    ['export * from "node:http2";', "module node:http2"],
    ['import http = require("http");', "module node:http"],
    ['const { request } = await import("node:https");', "module node:https"],
    ["await import(`node:dgram`);", "module node:dgram"],
    ['await import("node:" + "https");', 'loads "node:" + "https"'],
    ["await import(name);", "loads name"],
    ['require("tls");', "module node:tls"],
    ["require(name);", "loads name"],
    ["const load = require;", "require as a value"],
    ['import { createRequire } from "node:module"; createRequire(import.meta.url)("https");', "module node:https"],
    ['import { createRequire as make } from "module"; const r = make("/"); r("http");', "module node:http"],
    ['import { createRequire } from "node:module"; const r = createRequire("/"); r(name);', "loads name"],
    ['import { createRequire } from "node:module"; const r = createRequire("/"); other(r);', "r as a value"],
    ['import { createRequire } from "node:module"; other(createRequire);', "createRequire as a value"],
    ['import { createRequire } from "node:module"; other(createRequire("/"));', "createRequire as a value"],
    ['import { Module } from "node:module";', "module node:module"],
    ['process.getBuiltinModule("https");', "getBuiltinModule"],
    ['process["getBuiltinModule"]("https");', "process by a computed name"],
    ['process.binding("tcp_wrap");', "process.binding"],
    ['import net from "node:net"; net.connect(443, "example.com");', 'connect(443, "example.com")'],
    ['import { connect } from "node:net"; connect({ port, host });', "connect({ port, host })"],
    ['import { createConnection as open } from "net"; open(443);', "open(443)"],
    ['import * as net from "node:net"; new net.Socket().connect(443, host);', "connect(443, host)", "new Socket()"],
    ['import { connect } from "node:net"; const open = connect;', "connect as a value"],
    ['import { createServer } from "node:net"; createServer(() => {}).listen(80);', "createServer(…)", "listen(80)"],
    ['import { spawn } from "node:child_process"; spawn("curl", [url]);', 'spawn("curl")', "names curl"],
    ['import cp from "child_process"; cp.execSync("wget " + url);', 'execSync("wget " + url)'],
    [
      'import { execFile } from "node:child_process"; promisify(execFile)("/usr/bin/wget");',
      'execFile("/usr/bin/wget")',
      "names /usr/bin/wget",
    ],
    ['import { exec } from "node:child_process"; const run = exec;', "exec as a value"],
    ['const programs = ["curl", "Invoke-WebRequest x"];', "names Invoke-WebRequest x", "names curl"],
    ['import { Worker } from "node:worker_threads"; new Worker(code, { eval: true });', "new Worker(code)"],
    ["await fetch(url);", "fetch"],
    ["const get = fetch;", "fetch"],
    ["globalThis.fetch(url);", "fetch"],
    ['globalThis["fetch"](url);', "globalThis as a value"],
    ["const { fetch } = globalThis;", "globalThis as a value"],
    ['new WebSocket("wss://example.com");', "WebSocket"],
    ["new EventSource(url);", "EventSource"],
    ["eval(text);", "eval"],
    ["new Function(text)();", "Function"],
    ['import vm from "node:vm";', "module node:vm"],
    ['import { Session } from "node:inspector";', "module node:inspector"],
    ["vscode.env.openExternal(uri);", "openExternal"],
  ])
    assert.deepEqual(doorsOf(code!).doors, doors.sort(), code);
  for (const [code, ...packages] of [
    ['import axios from "axios";', "axios"],
    ['await import("@scope/got/x.js");', "@scope/got"],
    ['require("undici");', "undici"],
  ])
    assert.deepEqual(doorsOf(code!).packages, packages, code);
  assert.deepEqual(doorsOf('await import("../download/pullModel.ts");').relative, ["../download/pullModel.ts"]);
});

test("what opens nothing is no door", () => {
  for (const code of [
    'import type { Socket } from "node:net"; const s: Socket | undefined = undefined;',
    'import { type Socket, isIP } from "node:net"; isIP(host);',
    'import { readFileSync } from "node:fs"; readFileSync("https");',
    'type Runtime = typeof import("https"); let f: typeof fetch;',
    'const text = "fetch(url)"; // fetch(url), require("https")',
    "const options = { fetch: true, connect: 1 }; options.fetch; cache.fetch(key); this.connect(1, 2);",
    "function run(global: boolean, fetch: () => void) { fetch(); return global; }",
    'import { createRequire } from "node:module"; createRequire(import.meta.url).resolve("zod");',
  ])
    assert.deepEqual(doorsOf(code).doors, [], code);
});
