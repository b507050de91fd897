// Sotto's two models as they are used unless a person chooses: the status item tells which writes what, what is asked for is answered, "Choose
// Model…" offers what there is. Where the strong one is not there the same steps hold that quick does everything; their names say which it was.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import { isTierThere } from "../../../server/engine/models/tiers.ts";
import { STRONG_IS_ABSENT } from "../../../server/host/protocol/tiers.ts";

const hasStrong = isTierThere("strong");
const where = hasStrong ? "both are there" : STRONG_IS_ABSENT;
const MOST_TRIES = 6; // the strong model is loaded when it is first asked for, and its form is derived once on a machine

const quickAlone = /^Sotto: ready\. smollm2-135m [^\n]*/;
const bothWrite = /^Sotto: ready\. [^\n]*[Aa]sked for: strong/;

export const scenario: Scenario = {
  name: "two models",
  settings: { "sotto.model": "auto", "sotto.deadlineMs": 15_000 },
  prepare(_scratch, workspace) {
    const text = "export function add(a: number, b: number): number {\n  return \n}\n";
    writeFileSync(path.join(workspace, "src", "add.ts"), text);
    return {};
  },
  steps: [
    {
      name: `the status item tells which writes what (${where})`,
      async run({ window, print }) {
        const label = await window.waitForStatus(hasStrong ? bothWrite : quickAlone, 60_000);
        print(label);
        if (!hasStrong) assert.doesNotMatch(label, /strong/);
      },
    },
    {
      name: `what is asked for is answered by ${hasStrong ? "strong" : "quick"}`,
      async run({ window }) {
        await window.openFile("add.ts");
        await window.goTo(2, "  return ".length + 1);
        for (let tries = 1; (await window.ghostText()) === ""; tries++) {
          await window.page.keyboard.press("Alt+Backslash");
          const shown = window.waitForGhostText(20_000);
          await (tries < MOST_TRIES ? shown.catch(() => {}) : shown);
        }
        assert.match(await window.ghostText(), /\S/);
        // Where the strong model had failed, the status would tell that quick answers, and why.
        await window.waitForStatus(hasStrong ? bothWrite : quickAlone);
        await window.page.keyboard.press("Escape");
      },
    },
    {
      name: `the list of models offers ${hasStrong ? "both, and the strong one runs when it is chosen" : "no strong one"}`,
      async run({ window, print }) {
        const rows = window.page.locator(".quick-input-list .monaco-list-row");
        await window.runCommand("Sotto: Choose Model…");
        for (const name of ["Automatic", "Quick: SmolLM2"]) await rows.filter({ hasText: name }).waitFor();
        assert.equal(await rows.filter({ hasText: "Strong: Qwen2.5" }).count(), hasStrong ? 1 : 0);
        if (!hasStrong) {
          await rows.filter({ hasText: STRONG_IS_ABSENT }).waitFor();
          return window.page.keyboard.press("Escape");
        }
        await window.takeRow("Strong: Qwen2.5");
        print(await window.waitForStatus(/^Sotto: ready\. qwen2\.5-coder-0\.5b /, 120_000));
      },
    },
    {
      name: "no pop-up in all that time",
      async run({ window }) {
        assert.deepEqual(await window.toasts(), []);
      },
    },
  ],
};
