// The process that keeps the index of a window's folder: there by default, gone when the setting or the window is.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

async function untilRunning({ server }: ScenarioContext, script: string, count: number): Promise<void> {
  const deadlineMs = Date.now() + 15_000;
  while (server.processes(script).length !== count) {
    assert.ok(Date.now() < deadlineMs, `${script}: ${server.processes(script).length} processes, not ${count}`);
    await sleep(50);
  }
}

function setIndex({ workspace }: ScenarioContext, index: boolean): void {
  mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
  writeFileSync(path.join(workspace, ".vscode", "settings.json"), JSON.stringify({ "sotto.index": index }));
}

export const scenario: Scenario = {
  name: "indexer",
  steps: [
    {
      name: "one for a trusted folder, without asking",
      async run(context) {
        await context.window.waitForStatus(/^Sotto: ready/, 60_000);
        await untilRunning(context, "indexer.cjs", 1);
      },
    },
    {
      name: "none where the setting is off, and one again where it is on",
      async run(context) {
        setIndex(context, false);
        await untilRunning(context, "indexer.cjs", 0);
        setIndex(context, true);
        await untilRunning(context, "indexer.cjs", 1);
      },
    },
    {
      name: "it ends with the window",
      async run(context) {
        await context.window.page.close({ runBeforeUnload: false });
        await untilRunning(context, "agent.cjs", 0);
        await untilRunning(context, "indexer.cjs", 0);
      },
    },
  ],
};
