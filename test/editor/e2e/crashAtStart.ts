// Native tree-sitter takes the agent down before it has answered: the next one uses WebAssembly, and nobody notices.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import { shadowExtension } from "../../../scripts/editor/shadowExtension.ts";

export const scenario: Scenario = {
  name: "crash at start",
  settings: { "sotto.deadlineMs": 15_000 }, // a busy machine reads a first prompt with its pieces for longer than the default
  prepare(scratch, workspace) {
    const extensionPath = path.join(scratch, "extension");
    shadowExtension(extensionPath, ["node_modules/tree-sitter"]);
    const crashing = path.join(extensionPath, "node_modules", "tree-sitter");
    mkdirSync(crashing);
    writeFileSync(path.join(crashing, "package.json"), '{"name":"tree-sitter","main":"index.js"}');
    const note = JSON.stringify(path.join(scratch, "crashed"));
    writeFileSync(
      path.join(crashing, "index.js"),
      `require("node:fs").appendFileSync(${note}, "x"); process.kill(process.pid, "SIGSEGV");`,
    );
    writeFileSync(
      path.join(workspace, "src", "add.ts"),
      "export function add(a: number, b: number): number {\n  \n}\n",
    );
    return { extensionPath };
  },
  steps: [
    {
      name: "an agent that dies before it answers is followed by one that lives",
      async run({ window, scratch }) {
        await window.waitForStatus(/^Sotto: (ready|working)/, 60_000);
        assert.ok(existsSync(path.join(scratch, "crashed")), "the native build was not tried");
      },
    },
    {
      name: "ghost text, and no pop-up",
      async run({ window }) {
        await window.openFile("add.ts");
        await window.goTo(2, 3);
        await window.page.keyboard.type("return a ", { delay: 60 });
        assert.equal(await window.waitForGhostText(60_000), "+ b;"); // on a busy machine the first call takes long
        await window.page.waitForTimeout(3000); // pop-ups come late while a window starts
        assert.deepEqual(await window.toasts(), []);
      },
    },
  ],
};
