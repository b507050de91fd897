// Processes are killed under a person who types: ghost text comes back, and no pop-up is ever seen.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const ready = /^Sotto: (ready|working)/;

async function until(what: string, probe: () => boolean, timeoutMs = 15_000): Promise<void> {
  for (const deadlineMs = Date.now() + timeoutMs; !probe(); await sleep(20)) {
    if (Date.now() > deadlineMs) throw new Error(`timed out: ${what}`);
  }
}

/** Types the beginning of a return statement into an empty function and waits for ghost text, as a person would go on. */
async function completes({ window }: ScenarioContext): Promise<void> {
  await window.goTo(2, 3);
  await window.page.keyboard.press("Control+Shift+ArrowRight");
  await window.page.keyboard.press("Home");
  await window.page.keyboard.press("Shift+End");
  await window.page.keyboard.press("Delete");
  await window.page.keyboard.type("  return a ", { delay: 30 });
  assert.equal(await window.waitForGhostText(20_000), "+ b;");
  await window.page.keyboard.press("Escape");
}

export const scenario: Scenario = {
  name: "recovery",
  prepare(_scratch, workspace) {
    writeFileSync(
      path.join(workspace, "src", "add.ts"),
      "export function add(a: number, b: number): number {\n  \n}\n",
    );
    return {};
  },
  steps: [
    {
      name: "ghost text to begin with",
      async run(context) {
        await context.window.waitForStatus(ready, 60_000);
        await context.window.openFile("add.ts");
        await completes(context);
      },
    },
    {
      name: "the host is killed",
      async run(context) {
        const [host] = context.server.processes("host.cjs");
        assert.ok(host);
        process.kill(host, "SIGKILL");
        await until("another host", () => context.server.processes("host.cjs").some((pid) => pid !== host));
        await context.window.waitForStatus(ready, 30_000);
        await completes(context);
      },
    },
    {
      name: "the agent is killed while someone types",
      async run(context) {
        const [agent] = context.server.processes("agent.cjs");
        assert.ok(agent);
        await context.window.goTo(3, 2);
        await Promise.all([
          context.window.page.keyboard.type("\nconst first = 1;\nconst second = 2;\n", { delay: 10 }),
          sleep(100).then(() => process.kill(agent, "SIGKILL")),
        ]);
        await until("another agent", () => context.server.processes("agent.cjs").some((pid) => pid !== agent));
        await context.window.waitForStatus(ready);
        await completes(context);
      },
    },
    {
      name: "an agent that keeps ending stays down, and says so in the status item alone",
      async run({ window, server }) {
        let last = 0;
        const deadlineMs = Date.now() + 40_000;
        while (!(await window.statusLabel()).startsWith("Sotto: failed") && Date.now() < deadlineMs) {
          const [agent] = server.processes("agent.cjs");
          if (agent !== undefined && agent !== last) {
            last = agent;
            await sleep(150);
            process.kill(agent, "SIGKILL");
          }
          await sleep(50);
        }
        assert.match(await window.statusLabel(), /failed\. The agent of this window ended too often/);
        await window.goTo(2, 1);
        await window.page.keyboard.type("// still typing", { delay: 20 });
        await sleep(1000);
        assert.deepEqual(await window.toasts(), []);
      },
    },
    {
      name: "a click on the status item offers to start it again",
      async run(context) {
        const { window } = context;
        await window.page.locator(".statusbar-item a[aria-label^='Sotto: ']").click();
        const row = window.page.locator(".quick-input-list .monaco-list-row", { hasText: "Restart the model" });
        await row.click();
        await window.waitForStatus(ready, 30_000);
        await completes(context);
        assert.deepEqual(await window.toasts(), []);
      },
    },
    {
      name: "the window closes: its agent ends, then the host",
      async run({ window, server }) {
        await window.page.close({ runBeforeUnload: false });
        await until("the agent is gone", () => server.processes("agent.cjs").length === 0, 30_000);
        await until("the host is gone", () => server.processes("host.cjs").length === 0, 30_000);
      },
    },
  ],
};
