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
    {
      name: "the menu of actions offers it once, for the definition around the cursor, and opens the same page",
      async run(context) {
        const { window } = context;
        await window.openFile("basket.ts");
        await window.goTo(8, "  price: M".length);
        await window.openActions();
        const entries = window.page.locator(".context-view .action-widget .monaco-list-row", { hasText: "Explain " });
        await entries.first().waitFor();
        const titles = await entries.allInnerTexts();
        await window.page.keyboard.press("Escape");
        context.print(titles.join("; "));
        assert.equal(titles.length, 1);
        const [title] = titles;
        await window.takeAction(title!);
        const page = pageOf(context);
        await page.getByRole("heading", { name: "The name at the cursor" }).waitFor();
        assert.match(title!, new RegExp(`^Explain ${await page.getByRole("heading", { level: 1 }).innerText()} `));
      },
    },
    {
      name: "it is not offered where nothing would be told",
      async run({ window }) {
        await window.openFile("basket.ts");
        await window.goTo(1, 1);
        await window.openActions();
        const offered = window.page.locator(".action-widget .monaco-list-row", { hasText: "Explain " });
        await window.page.waitForTimeout(3_000); // longer than the name may take
        assert.equal(await offered.count(), 0);
        await window.page.keyboard.press("Escape");
      },
    },
  ],
};
