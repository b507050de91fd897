// A docstring by command and as a code action, with the embedded model: in lines of its own, by the signature, and one undo step.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const CODE = `export class Cache {
  readonly #map = new Map<string, number>();

  get(key: string): number | undefined {
    return this.#map.get(key);
  }
}
`;
const NAME = "cache.ts";

const file = ({ workspace }: ScenarioContext) => path.join(workspace, "src", NAME);

async function savedText(context: ScenarioContext): Promise<string> {
  await context.window.save();
  return readFileSync(file(context), "utf8");
}

const line = ({ window }: ScenarioContext, text: RegExp) =>
  window.page.locator(".editor-instance .view-line", { hasText: text }).first();

export const scenario: Scenario = {
  name: "docstring",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", NAME), CODE);
    return {};
  },
  steps: [
    {
      name: "a command writes it above the definition around the cursor",
      async run(context) {
        const { window } = context;
        await window.waitForStatus(/^Sotto: ready/, 60_000);
        await window.openFile(NAME);
        await window.goTo(5, 9);
        await window.runCommand("Sotto: Write Docstring Here");
        await line(context, /\*\/$/).waitFor();
        const text = await savedText(context);
        const docstring = /\n {2}\/\*\*\n(?: {3}\* ?.*\n)+ {3}\*\/\n(?= {2}get\(key: string\))/.exec(text);
        assert.ok(docstring, text);
        assert.equal(text.replace(docstring[0], "\n"), CODE, "nothing else is changed");
        const tags = docstring[0].match(/@\w+(?: key\b)?/g) ?? [];
        assert.ok(tags.every((tag) => tag === "@param key" || tag === "@returns") && tags.length > 0, docstring[0]);
        context.print(docstring[0].trim());
      },
    },
    {
      name: "one undo takes it away",
      async run(context) {
        await context.window.page.keyboard.press("Control+z");
        await line(context, /\*\/$/).waitFor({ state: "detached" });
        assert.equal(await savedText(context), CODE);
      },
    },
    {
      name: "a code action offers it by the definition's name",
      async run(context) {
        const { window } = context;
        const menu = window.page.locator(".action-widget .monaco-list-row", { hasText: "docstring of get (Sotto)" });
        await window.goTo(4, 4);
        await window.page.keyboard.press("Control+.");
        await menu.waitFor();
        await window.page.keyboard.press("Escape");
        assert.deepEqual(await window.toasts(), []);
      },
    },
    {
      name: "where there is nothing to document it says so",
      async run(context) {
        const { window } = context;
        await window.goTo(8, 1);
        await window.runCommand("Sotto: Write Docstring Here");
        const said = window.page.locator(".notifications-toasts .notification-list-item", {
          hasText: "No docstring: no definition stands there.",
        });
        await said.waitFor();
      },
    },
  ],
};
