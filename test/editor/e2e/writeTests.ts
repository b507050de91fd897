// "Write Tests for This" as a person does: by the code action on an exported function, an unsaved file beside the code with its coverage said, written only
// by saving; where nothing comes, the reason.

import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const NAME = "grade.ts";
const CODE = `export function grade(points: number): "good" | "fair" | "poor" {
  if (points < 0) throw new RangeError("No negative points");
  if (points >= 90) return "good";
  return points >= 50 ? "fair" : "poor";
}

export const now = () => Date.now() + Math.random();
`;
const testFile = ({ workspace }: ScenarioContext) => path.join(workspace, "src", "grade.test.ts");

export const scenario: Scenario = {
  name: "write tests for this",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", NAME), CODE);
    return {};
  },
  steps: [
    {
      name: "the code action shows tests as an unsaved file, and says what they cover",
      async run(context) {
        const { window } = context;
        await window.openFile(NAME);
        await window.goTo(1, 18);
        await window.takeAction("Write tests for grade");
        await window.page.locator(".tab.active", { hasText: "grade.test.ts" }).waitFor({ timeout: 120_000 });
        const words = await context.window.toast(/tests for grade/).innerText();
        assert.match(words, /0 → (\d) of \1\./, "every branch");
        assert.match(words, /Nothing is written before you save src\/grade\.test\.ts/);
        assert.equal(existsSync(testFile(context)), false);
        context.print(words);
      },
    },
    {
      name: "the message's button saves it to its place",
      async run(context) {
        const { window } = context;
        await window.pressInToast("Save Tests");
        await window.page.locator(".tab:not(.dirty)", { hasText: "grade.test.ts" }).waitFor();
        const text = readFileSync(testFile(context), "utf8");
        assert.match(text, /Records what the code does now/);
        assert.match(text, /No negative points/);
      },
    },
    {
      name: "where no test is kept, the reason is told, and nothing is opened",
      async run(context) {
        const { window, workspace } = context;
        await window.runCommand("View: Close All Editors");
        await window.openFile(NAME);
        await window.goTo(7, 15);
        await window.runCommand("Sotto: Write Tests for This");
        await context.window.toast(/No test: .*differs from run to run/).waitFor({ timeout: 120_000 });
        assert.equal(await window.page.locator(".tab.active", { hasText: NAME }).count(), 1);
        assert.equal(existsSync(path.join(workspace, "src", "grade.now.test.ts")), false);
      },
    },
  ],
};
