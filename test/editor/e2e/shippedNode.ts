// The package's own Node cannot be run (here: its permission is lost): the editor's takes over, and nobody notices.

import assert from "node:assert/strict";
import { mkdirSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import { setUpCodeServer } from "../../../scripts/editor/setupCodeServer.ts";
import { shadowExtension } from "../../../scripts/editor/shadowExtension.ts";

export const scenario: Scenario = {
  name: "shipped Node",
  prepare(scratch) {
    const extensionPath = path.join(scratch, "extension");
    shadowExtension(extensionPath, []);
    mkdirSync(path.join(extensionPath, "node"));
    writeFileSync(path.join(extensionPath, "node", "node"), "not to be run", { mode: 0o644 });
    return { extensionPath };
  },
  steps: [
    {
      name: "an agent that the shipped Node cannot run is followed by one on the editor's own",
      async run({ window, server }) {
        await window.waitForStatus(/^Sotto: (ready|working)/, 60_000);
        const [agent, ...others] = server.processes("agent.cjs");
        assert.deepEqual(others, []);
        if (process.platform === "linux") assert.equal(readlinkSync(`/proc/${agent}/exe`), setUpCodeServer().node);
      },
    },
    {
      name: "no pop-up",
      async run({ window }) {
        await window.page.waitForTimeout(3000); // pop-ups come late while a window starts
        assert.deepEqual(await window.toasts(), []);
      },
    },
  ],
};
