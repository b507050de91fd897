// "Turn into TypeScript" as a person does: by the refactoring on a JavaScript file, the difference shown, nothing changed before it is accepted, and
// taken back by undo; where it cannot be done, the reason.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const NAME = "shelf.js";
const CODE = `/** @param {number} size how much fits */
export function shelf(size, name) {
  return { size: size * 2, name: name.trim() };
}
`;
const BROKEN = "broken.js";
const at = ({ workspace }: ScenarioContext, name: string) => path.join(workspace, "src", name);

export const scenario: Scenario = {
  name: "turn into TypeScript",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", NAME), CODE);
    writeFileSync(path.join(workspace, "src", BROKEN), "export const = 1;\n");
    return {};
  },
  steps: [
    {
      name: "the refactoring shows the difference, and nothing is changed",
      async run(context) {
        const { window } = context;
        await window.openFile(NAME);
        await window.goTo(2, 18);
        await window.takeAction("Turn this file into TypeScript");
        await window.page
          .locator(".tab.active", { hasText: "shelf.ts: before and after" })
          .waitFor({ timeout: 120_000 });
        const words = await context.window.toast(/have a type/).innerText();
        assert.match(words, /2 of 2 parameters have a type\./);
        assert.equal(readFileSync(at(context, NAME), "utf8"), CODE);
        assert.equal(existsSync(at(context, "shelf.ts")), false);
        context.print(words);
      },
    },
    {
      name: "the message's button renames and changes it",
      async run(context) {
        const { window } = context;
        await window.pressInToast("Turn It");
        await window.page.locator(".tab.active:not(.dirty)", { hasText: /^shelf\.ts$/ }).waitFor();
        const saved = () => readFileSync(at(context, "shelf.ts"), "utf8");
        for (let waited = 0; saved() === CODE && waited < 50; waited++) await window.page.waitForTimeout(100); // renamed, then saved
        assert.match(saved(), /shelf\(size: number, name: string\)/);
        assert.equal(existsSync(at(context, NAME)), false);
      },
    },
    {
      name: "where it cannot be turned, the reason is told",
      async run(context) {
        const { window } = context;
        await window.openFile(BROKEN);
        await window.runCommand("Sotto: Turn into TypeScript");
        await context.window.toast(/Not turned: it has a syntax error/).waitFor({ timeout: 120_000 });
        assert.ok(existsSync(at(context, BROKEN)));
      },
    },
  ],
};
