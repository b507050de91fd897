// Next edits in the window: a name typed over by hand, marks at its other places, Alt+\ that goes there, shows and makes them; Esc, undo, the light
// bulb with its preview, a place in another file.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const NAME = "prices.py";
const BETWEEN = Array.from({ length: 80 }, (_, i) => `# line ${i + 2}`);
const CODE = [
  "def total(prices):",
  "    amount = 0",
  "    for price in prices:",
  ...BETWEEN.map((line) => `    ${line}`),
  "        amount = amount + price",
  "    return amount",
  "",
].join("\n");
const RENAMED = CODE.replaceAll("amount", "total_price");
const FOUND_MS = 20_000;
const MOST_UNDONE = 8;
const MOST_LOOKS = 40;
const EPISODE_MS = 2_000; // changes closer than 1.5 s are one edit

/** Types another name over the one at the place. */
async function rename({ window }: ScenarioContext, line: number, column: number, name: string): Promise<void> {
  await window.goTo(line, column);
  await window.page.keyboard.press("Control+Shift+ArrowRight");
  await window.page.keyboard.type(name, { delay: 30 });
  await window.page.keyboard.press("Escape"); // what may be suggested at the cursor
  await window.page.keyboard.press("Home");
}

/** A text that is drawn behind another one; the editor puts it into a style sheet. */
async function drawn({ window }: ScenarioContext, text: RegExp): Promise<void> {
  const deadlineMs = Date.now() + FOUND_MS;
  let all: string[] = [];
  for (; Date.now() < deadlineMs; await window.page.waitForTimeout(100)) {
    all = await window.page
      .locator(".monaco-editor .view-line span")
      .evaluateAll((spans) =>
        spans.map((span) => getComputedStyle(span, "::after").content.slice(1, -1).replaceAll("\\\\", "\\")),
      );
    all = all.map((one) => one.replaceAll("\u00a0", " "));
    if (all.some((one) => text.test(one))) return;
  }
  assert.fail(`${text} is not drawn, but ${JSON.stringify([...new Set(all)])}`);
}

/** Takes back whatever was changed. */
async function undoAll(context: ScenarioContext): Promise<void> {
  for (let i = 0; i < MOST_UNDONE && (await savedText(context)) !== CODE; i++) {
    await press(context, "Control+z");
    await context.window.page.waitForTimeout(200);
  }
  assert.equal(await savedText(context), CODE);
}

const icons = ({ window }: ScenarioContext) => window.page.locator(".monaco-editor .glyph-margin-widgets .cgmr");

const press = ({ window }: ScenarioContext, key: string) => window.page.keyboard.press(key);

async function savedText(context: ScenarioContext, name = NAME): Promise<string> {
  await context.window.save();
  const file = path.join(context.workspace, "src", name);
  for (let i = 0; i < MOST_LOOKS && readFileSync(file, "utf8") === ""; i++)
    await context.window.page.waitForTimeout(50); // it is being written
  return readFileSync(file, "utf8");
}

/** Saves what was changed, in whichever file. */
async function saveAll({ window }: ScenarioContext): Promise<void> {
  await window.runCommand("File: Save All");
  await window.page.locator(".tab.dirty").first().waitFor({ state: "detached" });
}

const USERS = ["fee.ts", "tax.ts"];

const textsOf = ({ workspace }: ScenarioContext) =>
  USERS.map((name) => readFileSync(path.join(workspace, "src", name), "utf8"));

/** The two files that use what `rate.ts` exports, under its name. */
const usersOf = (name: string) => [
  `import { ${name} } from "./rate.ts";\nexport const fee = ${name} * 3;\n`,
  `import { ${name} } from "./rate.ts";\nexport const tax = ${name} * 4;\n`,
];

export const scenario: Scenario = {
  name: "next edits",
  settings: { "sotto.quiet": false, "sotto.enable": { "*": true } },
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", NAME), CODE);
    writeFileSync(path.join(workspace, "src", "rate.ts"), "export const rate = 2;\n");
    writeFileSync(path.join(workspace, "src", "tsconfig.json"), "{}\n"); // all files are of one project
    for (const [i, text] of usersOf("rate").entries()) writeFileSync(path.join(workspace, "src", USERS[i]), text);
    return {};
  },
  steps: [
    {
      name: "a name is typed over: its other places are out of sight, and a hint says where the next one is",
      async run(context) {
        const { window } = context;
        await window.waitForStatus(/^Sotto: ready/, 60_000);
        await window.openFile(NAME);
        await rename(context, 2, 5, "total_price");
        await drawn(context, /^Alt\+\\ 3 more: line 84$/);
      },
    },
    {
      name: "Alt+\\ goes there and shows the new text, again makes it and goes on, until the last",
      async run(context) {
        await press(context, "Alt+Backslash");
        await drawn(context, /^total_price$/);
        await drawn(context, /makes it/);
        assert.equal((await icons(context).count()) > 0, true, "a mark in the gutter");
        for (let i = 0; i < 3; i++) {
          await press(context, "Alt+Backslash");
          await context.window.page.waitForTimeout(500);
        }
        assert.equal(await savedText(context), RENAMED);
        assert.equal(await icons(context).count(), 0);
      },
    },
    {
      name: "an undone edit takes the offer away, and it does not come again",
      async run(context) {
        await undoAll(context);
        await rename(context, 2, 5, "total_price");
        await context.window.page.waitForTimeout(3_000);
        assert.equal(await icons(context).count(), 0);
        await context.window.runCommand("Sotto: Go to Next Edit");
        const deadlineMs = Date.now() + 5_000;
        while ((await context.window.toasts()).length === 0 && Date.now() < deadlineMs)
          await context.window.page.waitForTimeout(100);
        const said = (await context.window.toasts()).join();
        context.print(said);
        assert.match(said, /^No next edit: \w+/, "a reason, in words");
      },
    },
    {
      name: "Esc takes the marks away and changes nothing",
      async run(context) {
        await press(context, "Control+z");
        assert.equal(await savedText(context), CODE);
        await context.window.page.waitForTimeout(EPISODE_MS);
        await rename(context, 2, 5, "whole");
        await drawn(context, /^Alt\+\\ 3 more: line 84$/);
        await press(context, "Escape");
        await press(context, "Control+End");
        await context.window.page.waitForTimeout(500);
        assert.equal(await icons(context).count(), 0);
        assert.equal(await savedText(context), CODE.replace("amount", "whole"));
      },
    },
    {
      name: "typing takes them away, too",
      async run(context) {
        await press(context, "Control+z");
        assert.equal(await savedText(context), CODE);
        await context.window.page.waitForTimeout(EPISODE_MS);
        await rename(context, 2, 5, "altogether");
        await drawn(context, /^Alt\+\\ 3 more: line 84$/);
        await context.window.page.keyboard.type("#");
        await context.window.goTo(84, 1);
        await context.window.page.waitForTimeout(300);
        assert.equal(await icons(context).count(), 0);
      },
    },
    {
      name: "Tab indents, as ever, also where a place is shown",
      async run(context) {
        await undoAll(context);
        await context.window.page.waitForTimeout(EPISODE_MS);
        await rename(context, 2, 5, "sum_of_all");
        await drawn(context, /^Alt\+\\ 3 more: line 84$/);
        await press(context, "Alt+Backslash");
        await drawn(context, /^sum_of_all$/);
        await press(context, "Tab");
        const indented = CODE.replace("        amount = amount", "            amount = amount");
        assert.equal(await savedText(context), indented.replace("amount", "sum_of_all"));
        assert.equal(await icons(context).count(), 0);
      },
    },
    {
      name: "the places in other files are gone to and made there",
      async run(context) {
        const { window } = context;
        await window.openFile("fee.ts"); // the compiler begins here
        await window.openFile("rate.ts");
        await window.page.waitForTimeout(8_000);
        await rename(context, 1, 14, "factor");
        await drawn(context, /^Alt\+\\ 4 more: (?:fee|tax)\.ts$/);
        await press(context, "Alt+Backslash");
        for (let i = 0; i < 4; i++) {
          await drawn(context, /makes it/);
          await press(context, "Alt+Backslash");
          await window.page.waitForTimeout(700);
        }
        await saveAll(context);
        assert.deepEqual(textsOf(context), usersOf("factor"));
      },
    },
    {
      name: "the light bulb shows the places of all files as a diff, ticked, and makes those that stay ticked",
      async run(context) {
        const { window } = context;
        await window.openFile("rate.ts");
        await window.page.waitForTimeout(EPISODE_MS);
        await rename(context, 1, 14, "share");
        await drawn(context, /^Alt\+\\ 4 more: (?:fee|tax)\.ts$/);
        await press(context, "Control+.");
        const offer = window.page.locator(".action-widget .monaco-list-row", { hasText: "(checked, Sotto)" });
        await offer.waitFor();
        context.print(await offer.innerText());
        await press(context, "Enter");
        const difference = window.page.locator(".tab.active", { hasText: "Before and after (2 files)" });
        await difference.waitFor();
        const rows = window.page.locator(".quick-input-widget .quick-input-list .monaco-list-row");
        await rows.nth(3).waitFor();
        assert.equal(await rows.count(), 4);
        for (const box of await rows.locator(".monaco-checkbox").all())
          assert.equal(await box.getAttribute("aria-checked"), "true");
        await press(context, "Enter");
        await difference.waitFor({ state: "detached" });
        await window.openFile("fee.ts");
        assert.equal(await icons(context).count(), 0, "no mark stays where all is made");
        await saveAll(context);
        assert.deepEqual(textsOf(context), usersOf("share"));
      },
    },
  ],
};
