// A workspace that is not trusted: Sotto says so, ignores the workspace's machine settings, and still completes the open file.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "../../../scripts/editor/scenario.ts";

export const scenario: Scenario = {
  name: "untrusted workspace",
  trusted: false,
  prepare(scratch, workspace) {
    mkdirSync(path.join(workspace, ".vscode"));
    const settings = { "sotto.model": path.join(scratch, "not-a-model"), "sotto.enable": { python: false } };
    writeFileSync(path.join(workspace, ".vscode", "settings.json"), JSON.stringify(settings));
    writeFileSync(
      path.join(workspace, "src", "add.ts"),
      "export function add(a: number, b: number): number {\n  \n}\n",
    );
    return {};
  },
  steps: [
    {
      name: "the status item says so, and the workspace cannot choose the model",
      async run({ window }) {
        await window.openFile("add.ts");
        const status = await window.waitForStatus(/^Sotto: (restricted|failed)/, 60_000);
        assert.match(status, /^Sotto: restricted\. This workspace is not trusted/);
      },
    },
    {
      name: "no index is kept",
      async run({ server }) {
        assert.equal(server.processes("agent.cjs").length, 1);
        assert.deepEqual(server.processes("indexer.cjs"), []);
      },
    },
    {
      name: "the open file is completed",
      async run({ window }) {
        await window.goTo(2, 3);
        await window.page.keyboard.type("return a ", { delay: 60 });
        assert.equal(await window.waitForGhostText(), "+ b;");
      },
    },
    {
      name: "fine-tuning says why it is not offered here, and what to do",
      async run({ window }) {
        await window.runCommand("Sotto: Fine-tune on this workspace");
        const toast = window.page.locator(".notifications-toasts .notification-list-item", { hasText: "not trusted" });
        await toast.locator(".monaco-button", { hasText: "Manage Workspace Trust" }).waitFor();
      },
    },
    {
      name: "what a workspace may set still holds",
      async run({ window }) {
        await window.openFile("sales.py");
        await window.waitForStatus(/^Sotto: off for python/);
      },
    },
  ],
};
