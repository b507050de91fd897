// The first minute of a person who has just installed Sotto: the walkthrough opens by itself, each of its buttons does what it says, and in a list of
// changes one can be left out.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { EditorWindow } from "../../../scripts/editor/page.ts";
import type { Scenario } from "../../../scripts/editor/scenario.ts";

const WRONG = "const known = 1;\nexport const one = knwon + 1;\nexport const two = knwon + 2;\n";
const WRONG_NAME = "twice.ts";
const OPENS_MS = 60_000; // on a busy machine

/** Unfolds a step of the walkthrough, and presses its button. */
async function press({ page }: EditorWindow, step: string, button: string): Promise<void> {
  const row = page.locator(".getting-started-step", { hasText: step });
  await row.waitFor({ timeout: OPENS_MS });
  if (!(await row.getAttribute("class"))?.includes("expanded")) await row.locator(".step-title").click();
  await row.locator(".monaco-button", { hasText: button }).click();
}

async function back({ page }: EditorWindow): Promise<void> {
  await page
    .locator(".tab", { hasText: "Welcome" })
    .or(page.locator(".tab", { hasText: "Walkthrough" }))
    .first()
    .click();
  await page.locator(".getting-started-step").first().waitFor();
}

const list = ({ page }: EditorWindow) => page.locator(".quick-input-widget .quick-input-list .monaco-list-row");

async function closeList(window: EditorWindow): Promise<void> {
  await window.page.keyboard.press("Escape");
  await window.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
}

export const scenario: Scenario = {
  name: "first minute",
  settings: { "workbench.welcomePage.walkthroughs.openOnInstall": true, "sotto.deadlineMs": 15_000 },
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", WRONG_NAME), WRONG);
    return {};
  },
  steps: [
    {
      name: "the walkthrough opens by itself, with five steps",
      async run({ window, print }) {
        print(await window.waitForStatus(/^Sotto: ready/, OPENS_MS));
        const steps = window.page.locator(".getting-started-step");
        await steps.first().waitFor({ timeout: OPENS_MS });
        assert.equal(await steps.count(), 5);
      },
    },
    {
      name: "its first button opens the menu of the status item",
      async run({ window }) {
        await press(window, "It runs here", "Show Status");
        await list(window).first().waitFor();
        await closeList(window);
      },
    },
    {
      name: "the second one opens a file in which a suggestion comes, and Tab takes it",
      async run({ window, print }) {
        await press(window, "Type, and press Tab", "Try It in a New File");
        print(await window.waitForGhostText(OPENS_MS));
        await window.page.keyboard.press("Tab");
        await window.waitForNoGhostText();
      },
    },
    {
      name: "the third one asks where the cursor stood",
      async run({ window, print }) {
        await window.page.keyboard.press("Enter");
        await back(window);
        await press(window, "Ask for one", "Suggest at the Cursor");
        print(await window.waitForGhostText(OPENS_MS));
        await window.page.keyboard.press("Escape");
      },
    },
    {
      name: "one of two changes is left out, and only the other is made",
      async run({ window, workspace }) {
        await window.openFile(WRONG_NAME);
        await window.page.locator(".squiggly-error").first().waitFor({ timeout: OPENS_MS });
        await window.runCommand("Sotto: Fix This File");
        const difference = window.page.locator(".tab.active", { hasText: "before and after" });
        await difference.waitFor({ timeout: OPENS_MS });
        const second = list(window).nth(1).locator(".monaco-checkbox");
        await second.click();
        assert.equal(await second.getAttribute("aria-checked"), "false");
        await window.page.locator(".quick-input-action .monaco-button", { hasText: "OK" }).click(); // Enter would tick it again
        await difference.waitFor({ state: "detached" });
        const made = window.page.locator(".editor-instance .view-line", { hasText: /one.=.known/ });
        await made.first().waitFor();
        await window.save();
        const text = readFileSync(path.join(workspace, "src", WRONG_NAME), "utf8");
        assert.equal(text, WRONG.replace("knwon + 1", "known + 1"));
      },
    },
    {
      name: "the fourth one shows what the model sees of the last file",
      async run({ window }) {
        await back(window);
        await press(window, "It knows your repository", "Show Context Here");
        await window.page.locator(".tab.active", { hasText: "Prompt at" }).waitFor({ timeout: OPENS_MS });
      },
    },
    {
      name: "the fifth one lists the models",
      async run({ window }) {
        await back(window);
        await press(window, "Larger models", "Choose a Model");
        await list(window).filter({ hasText: "quick" }).first().waitFor();
        await closeList(window);
      },
    },
  ],
};
