// An absence: no code of Sotto but one folder opens a connection to another machine.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../common/util/packageRoot.ts";

const root = packageRoot(import.meta.dirname);
const OUTBOUND = path.join("server", "models", "download");
const LOCAL = [path.join("server", "rpc"), path.join("src", "model")]; // sockets of this user's host

/** What it takes to reach another machine from Node. */
const network =
  /from "(?:node:)?(?:http|https|http2|tls|dgram|dns|undici|ws)(?:\/\w+)?"|\b(?:fetch|WebSocket|EventSource)\((?!\?)/;
const sockets = /from "(?:node:)?net"/;

const files = ["common", "server", "src", "finetune", "cli"].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => path.join(folder, name)),
);

const within = (file: string, folder: string) => file.startsWith(folder + path.sep);

test("only the folder of downloads can open an outbound connection", () => {
  const outbound: string[] = [];
  for (const file of files) {
    const text = readFileSync(path.join(root, file), "utf8");
    if (within(file, OUTBOUND)) {
      if (network.test(text)) outbound.push(path.basename(file));
      continue;
    }
    assert.doesNotMatch(text, network, file);
    if (!LOCAL.some((folder) => within(file, folder))) assert.doesNotMatch(text, sockets, file);
  }
  assert.deepEqual(outbound.sort(), ["request.ts"]); // so the pattern finds what it is for
  assert.ok(files.length > 300);
});

test("the host cannot download: of what may, only the command line and the agent know the folder", () => {
  const importers = new Set<string>();
  for (const file of files) {
    if (within(file, OUTBOUND)) continue;
    if (/from "[^"]*models\/download\//.test(readFileSync(path.join(root, file), "utf8"))) importers.add(file);
  }
  assert.deepEqual([...importers].sort(), [path.join("cli", "pull.ts"), path.join("src", "modelRequests.ts")]);
});
