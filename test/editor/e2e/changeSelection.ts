// "Change Selection…" as a person does: the reason where only Sotto's own models are there, then with a server's model the instruction, the
// difference, the change and its undoing; and the reason where what it wrote does not compile. The server answers as vLLM does.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";
import { writingServer } from "../../support/writingServer.ts";

const NAME = "changed.ts";
const CODE = `export function names(users: { name: string }[]): string[] {
  const all: string[] = [];
  for (const user of users) all.push(user.name);
  return all;
}
`;
const MAPPED = "  return users.map((user) => user.name);";
const CHANGED = CODE.replace(/ {2}const all[\s\S]*return all;/, MAPPED);

let written = MAPPED;
const engine = await writingServer(
  () => `${written}
\`\`\``,
);

const difference = ({ window }: ScenarioContext) => window.page.locator(".tab.active", { hasText: "before and after" });
const line = ({ window }: ScenarioContext, hasText: RegExp) => window.page.locator(".view-line", { hasText }).first();

async function textOf({ window, workspace }: ScenarioContext): Promise<string> {
  await window.save();
  return readFileSync(path.join(workspace, "src", NAME), "utf8");
}

/** The three lines of the function's body. */
async function selectBody({ window }: ScenarioContext): Promise<void> {
  await window.openFile(NAME);
  await window.goTo(2, 1);
  for (let line = 0; line < 3; line++) await window.page.keyboard.press("Shift+ArrowDown");
}

export const scenario: Scenario = {
  name: "change a selection",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", NAME), CODE);
    return {};
  },
  steps: [
    {
      name: "Sotto's own models are not asked, and the reason is told with what helps",
      async run(context) {
        const { window, print } = context;
        await window.waitForStatus(/^Sotto: ready\. smollm2-135m/, 60_000);
        await selectBody(context);
        await window.runCommand("Sotto: Change Selection…");
        const words = context.window.toast(/5 came out as meant/);
        await words.waitFor();
        print(await words.innerText());
        await window.pressInToast("Choose Engine…");
        await window.takeRow("Another server…");
        await window.answer(engine.url);
        await window.waitForStatus(/qwen2\.5-coder-7b-instruct/, 30_000);
      },
    },
    {
      name: "a server's model changes the selected lines; the difference comes first, and an undo takes it back",
      async run(context) {
        const { window } = context;
        await selectBody(context);
        await window.takeAction("Change as I say…");
        await window.answer("use map instead of the loop");
        await difference(context).waitFor({ timeout: 60_000 });
        const box = window.page.locator(".quick-input-widget .quick-input-list .monaco-checkbox").first();
        await box.waitFor();
        assert.equal(await box.getAttribute("aria-checked"), "true");
        await window.page.keyboard.press("Enter");
        await difference(context).waitFor({ state: "detached" });
        await line(context, /users\.map/).waitFor();
        assert.equal(await textOf(context), CHANGED);
        const prompts = engine.asked
          .filter((one) => one.path === "/v1/completions")
          .map(({ body }) => JSON.stringify(body));
        assert.ok(prompts.some((body) => body.includes("use map instead of the loop")));
        await window.openFile(NAME);
        await window.page.keyboard.press("Control+Z");
        await line(context, /all\.push/).waitFor();
        assert.equal(await textOf(context), CODE);
      },
    },
    {
      name: "what does not compile is not shown, and the reason is told",
      async run(context) {
        const { window, print } = context;
        written = MAPPED.replace("user.name", "user.age");
        await selectBody(context);
        await window.runCommand("Sotto: Change Selection…");
        await window.answer("the ages");
        const words = context.window.toast(/No change: with what the model wrote, the file has a problem/);
        await words.waitFor({ timeout: 60_000 });
        print(await words.innerText());
        assert.equal(await textOf(context), CODE);
        engine.close();
      },
    },
  ],
};
