// Docstrings and fixes by command and as code actions: a docstring of the embedded model in lines of its own, by the signature; a fix that the
// compiler passes; each one undo step.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const CODE = `export class Cache {
  readonly #values = new Map<string, number>();

  get(key: string): number {
    return this.#values.get(key) ?? 0;
  }
}
`;
const NAME = "cache.ts";
const WRONG = "const known = 1;\nexport const one = knwon + 1;\n";
const WRONG_NAME = "wrong.ts";

async function savedText(context: ScenarioContext, name = NAME): Promise<string> {
  await context.window.save();
  return readFileSync(path.join(context.workspace, "src", name), "utf8");
}

const MOST_TRIES = 6;
const WRONG_TWICE = `${WRONG}export const two = knwon + 2;\n`;
const WRONG_TWICE_NAME = "twice.ts";

/** The list in which each change is ticked, beside the difference. */
const changes = ({ window }: ScenarioContext) =>
  window.page.locator(".quick-input-widget .quick-input-list .monaco-list-row");
const difference = ({ window }: ScenarioContext) => window.page.locator(".tab.active", { hasText: "before and after" });

/** All are ticked from the beginning: Enter has them made. */
async function acceptAll(context: ScenarioContext): Promise<void> {
  await difference(context).waitFor({ timeout: 60_000 });
  const boxes = changes(context).locator(".monaco-checkbox");
  await boxes.first().waitFor();
  for (const box of await boxes.all()) assert.equal(await box.getAttribute("aria-checked"), "true");
  await context.window.page.keyboard.press("Enter");
  await difference(context).waitFor({ state: "detached" });
}

const line = ({ window }: ScenarioContext, text: RegExp) =>
  window.page.locator(".editor-instance .view-line", { hasText: text }).first();

export const scenario: Scenario = {
  name: "docstring and fix",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", NAME), CODE);
    writeFileSync(path.join(workspace, "src", WRONG_NAME), WRONG);
    writeFileSync(path.join(workspace, "src", WRONG_TWICE_NAME), WRONG_TWICE);
    return {};
  },
  steps: [
    {
      name: "a command writes a docstring above the definition around the cursor",
      async run(context) {
        const { window } = context;
        await window.waitForStatus(/^Sotto: ready/, 60_000);
        await window.openFile(NAME);
        await window.goTo(5, 9);
        await window.runCommand("Sotto: Write Docstring Here");
        await line(context, /\*\/$/).waitFor();
        const text = await savedText(context);
        const docstring = /\n {2}\/\*\*(?: .* \*\/|\n(?: {3}\* ?.*\n)+ {3}\*\/)\n(?= {2}get\(key: string\))/.exec(text);
        assert.ok(docstring, text);
        assert.equal(text.replace(docstring[0], "\n"), CODE, "nothing else is changed");
        const tags = docstring[0].match(/@\w+(?: key\b)?/g) ?? [];
        assert.ok(
          tags.every((tag) => tag === "@param key" || tag === "@returns"),
          docstring[0],
        );
        assert.match(
          docstring[0],
          /\* (?:Gets|Returns|Retrieves|Finds) .*(?:value|key).*\b0\b/,
          "a sentence about what it does, and what comes where there is no value",
        );
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
    {
      name: "what the editor's TypeScript finds wrong is fixed by command, as one undo step",
      async run(context) {
        const { window } = context;
        await window.openFile(WRONG_NAME);
        await window.page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 }); // the editor's own check
        await window.goTo(2, 22);
        await window.runCommand("Sotto: Fix Here");
        await line(context, /one.=.known/).waitFor();
        assert.equal(await savedText(context, WRONG_NAME), WRONG.replace("knwon", "known"));
        await window.page.keyboard.press("Control+z");
        await line(context, /one.=.knwon/).waitFor();
        assert.equal(await savedText(context, WRONG_NAME), WRONG);
      },
    },
    {
      name: "a quick fix offers to look for one",
      async run(context) {
        const { window } = context;
        await window.page.locator(".squiggly-error").first().waitFor();
        await window.goTo(2, 22);
        const offer = window.page.locator(".action-widget .monaco-list-row", {
          hasText: "Find a verified fix (Sotto)",
        });
        for (let tries = 0; !(await offer.isVisible()); tries++) {
          assert.ok(tries < MOST_TRIES, "it is offered");
          await window.page.keyboard.press("Escape");
          await window.page.keyboard.press("Control+."); // the editor offers nothing while its own check runs again
          await offer.waitFor({ timeout: 10_000 }).catch(() => {});
        }
        await offer.click();
        await line(context, /one.=.known/).waitFor();
      },
    },
    {
      name: "all fixes of a file are shown as a diff, and put in once they are accepted, as one undo step",
      async run(context) {
        const { window } = context;
        await window.openFile(WRONG_TWICE_NAME);
        await window.page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
        await window.runCommand("Sotto: Fix This File");
        await acceptAll(context);
        await line(context, /two.=.known/).waitFor();
        assert.equal(await savedText(context, WRONG_TWICE_NAME), WRONG_TWICE.replaceAll("knwon", "known"));
        await line(context, /two.=.known/).click();
        await window.page.keyboard.press("Control+z");
        await line(context, /two.=.knwon/).waitFor();
        assert.equal(await savedText(context, WRONG_TWICE_NAME), WRONG_TWICE);
      },
    },
    {
      name: "docstrings for what a file exports are shown as a diff; discarded, nothing is changed",
      async run(context) {
        const { window } = context;
        await window.page.locator(".tab", { hasText: NAME }).click();
        await window.page.locator(".tab.active", { hasText: NAME }).waitFor();
        await window.runCommand("Sotto: Document What Is Exported Here");
        await difference(context).waitFor({ timeout: 60_000 });
        await changes(context).first().waitFor();
        await window.page.keyboard.press("Escape");
        await difference(context).waitFor({ state: "detached" });
        assert.equal(await savedText(context), CODE);

        await window.runCommand("Sotto: Document What Is Exported Here");
        await acceptAll(context);
        await line(context, /\*\/$/).waitFor();
        const text = await savedText(context);
        assert.equal(text.replace(/^[ \t]*\/\*\*[\s\S]*?\*\/\n/gm, ""), CODE, text);
      },
    },
  ],
};
