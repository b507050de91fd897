// "Diagnose Chat" as a person does: the page says that no model is offered, its button imports one from the disk, and the page then says what is left.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, renameSync } from "node:fs";
import path from "node:path";
import type { FrameLocator } from "playwright-core";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const repository = path.resolve(import.meta.dirname, "../../..");
const FILE = "small-instruct.gguf";
const pageOf = ({ window }: ScenarioContext): FrameLocator =>
  window.page.frameLocator("iframe.webview").frameLocator("iframe");

/** Waits for the page's verdict. @returns all that the page says */
async function told(context: ScenarioContext, verdict: RegExp): Promise<string> {
  const page = pageOf(context);
  await page.getByRole("heading", { level: 1, name: verdict }).waitFor({ timeout: 90_000 });
  const text = await page.locator("main").innerText();
  context.print(text);
  return text;
}

export const scenario: Scenario = {
  name: "diagnose chat",
  prepare: (scratch) => {
    const cli = path.join(repository, "cli", "main.ts");
    const args = ["models", "export", path.join(scratch, "own"), "--for", "gguf", "--model", "quick"];
    execFileSync(process.execPath, [cli, ...args], { stdio: "ignore" });
    const [made] = readdirSync(path.join(scratch, "own")).filter((name) => name.endsWith(".gguf"));
    renameSync(path.join(scratch, "own", made!), path.join(scratch, "own", FILE)); // no model of one's own has the id of Sotto's
    return { env: { SOTTO_DATA_DIR: path.join(scratch, "data") } };
  },
  steps: [
    {
      name: "where no model is offered, the page says why, and that one can be imported",
      async run(context) {
        await context.window.waitForStatus(/^Sotto: ready/, 60_000);
        await context.window.runCommand("Sotto: Diagnose Chat");
        const text = await told(context, /No model of Sotto is offered/);
        assert.match(text, /answers no questions/);
        assert.match(text, /There is no model of your own on this machine/);
        assert.doesNotMatch(text, /byokUtility/);
      },
    },
    {
      name: "its button imports a file, and the page says that the model answers, and which setting is left",
      async run(context) {
        const { window, scratch } = context;
        await pageOf(context).getByRole("button", { name: "Import Model…" }).click();
        const input = window.page.locator(".quick-input-widget input").first();
        const row = (text: string) =>
          window.page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
        await row("tools").waitFor(); // the dialog has opened the workspace's folder, whose path it would write over ours
        await input.fill(path.join(scratch, "own", FILE));
        await row(FILE).waitFor();
        await window.page.locator(".quick-input-widget .monaco-button", { hasText: "Import" }).click();
        const text = await told(context, /The model is offered and answers/);
        assert.match(text, /Offered: .*, on this machine/);
        assert.match(text, /byokUtilityModelDefault is not set/);
      },
    },
    {
      name: "the setting is written by the button alone, and then nothing is left",
      async run(context) {
        await pageOf(context).getByRole("button", { name: "Let This Model Do Them" }).click();
        await told(context, /Sotto's model answers in the chat/);
      },
    },
  ],
};
