// Which Node runs the agent: the shipped one as long as it runs, and it is asked only after a start has failed.

import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { AgentNode } from "../../../src/editor/agentNode.ts";

const scratch = mkdtempSync(path.join(os.tmpdir(), "sotto-node-"));
after(() => rmSync(scratch, { recursive: true }));
let folders = 0;

/** An extension's folder whose Node `make` makes. */
function extensionWith(make: (file: string) => void): { node: AgentNode; file: string } {
  const extension = path.join(scratch, String(folders++));
  mkdirSync(path.join(extension, "node"), { recursive: true });
  const file = path.join(extension, "node", process.platform === "win32" ? "node.exe" : "node");
  make(file);
  return { node: new AgentNode(extension), file };
}

test("without a shipped Node it is the editor's own, and there is nothing to give up", async () => {
  const node = new AgentNode(scratch);
  assert.equal(node.executable, undefined);
  assert.equal(await node.giveUp(), undefined);
});

test("a shipped Node that runs is not to blame for a start that failed", {
  skip: process.platform === "win32",
}, async () => {
  const { node, file } = extensionWith((at) => symlinkSync(process.execPath, at));
  assert.equal(node.executable, file);
  assert.equal(await node.giveUp(), undefined);
  assert.equal(node.executable, file);
});

for (const [what, make, reason] of [
  ["that may not be run", (file: string) => writeFileSync(file, "", { mode: 0o644 }), /EACCES/],
  [
    "whose loader is not there",
    (file: string) => writeFileSync(file, "#!/lib/ld-absent.so\n", { mode: 0o755 }),
    /ENOENT/,
  ],
  [
    "for which the C library is too old",
    (file: string) => {
      writeFileSync(file, "#!/bin/sh\necho \"$0: version 'GLIBC_2.28' not found\" >&2\nexit 1\n");
      chmodSync(file, 0o755);
    },
    /GLIBC_2\.28/,
  ],
] as const) {
  test(`a shipped Node ${what} is given up with the reason`, { skip: process.platform === "win32" }, async () => {
    const { node, file } = extensionWith(make);
    assert.equal(node.executable, file);
    assert.match((await node.giveUp())!, reason);
    assert.equal(node.executable, undefined);
    assert.equal(await node.giveUp(), undefined, "it is given up once");
  });
}
