// "Explain Here" as a person does, at a name that another file defines: what the name is comes from the language's own extension.

import assert from "node:assert/strict";
import type { FrameLocator } from "playwright-core";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const pageOf = ({ window }: ScenarioContext): FrameLocator =>
  window.page.frameLocator("iframe.webview").frameLocator("iframe");

export const scenario: Scenario = {
  name: "explain here",
  steps: [
    {
      name: "the page tells the type of the name, where it is defined, and the definition around it",
      async run(context) {
        const { window } = context;
        await window.openFile("basket.ts");
        await window.waitForStatus(/^Sotto: ready/, 60_000);
        await window.goTo(8, "  price: M".length); // of `price: Money;`
        const page = pageOf(context);
        const name = page.getByRole("heading", { name: "The name at the cursor" });
        for (let asked = 0; asked < 10 && !(await name.isVisible().catch(() => false)); asked++) {
          await window.runCommand("Sotto: Explain Here"); // TypeScript's extension may still be starting
          await name.waitFor({ timeout: 6_000 }).catch(() => {});
        }
        const told = await page.locator("main").innerText();
        context.print(told);
        assert.match(told, /Money/);
        assert.match(told, /is defined at src\/money\.ts:\d+/);
      },
    },
  ],
};
