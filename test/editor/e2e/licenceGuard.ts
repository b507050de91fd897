// The licence guard as a person meets it: a suggestion that repeats a vendored package is marked in the status bar, which names the place and the
// licence and opens it; what repeats nothing has no mark; where copies are hidden, the status says so. A server on the loopback writes the copy.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";
import { writingServer } from "../../support/writingServer.ts";

const MODEL = "qwen2.5-coder-7b";
const MARKED_MS = 3_000;

/** A vendored file, the body of its function from line 4 on. */
const HEAD = "export function mixed(first, second) {\n";
const BODY = `  const shorter = first.length < second.length ? first : second;
  const longer = shorter === first ? second : first;
  return longer.map((one, at) => (one + shorter[at % shorter.length]) / 2);`;
const VENDORED = `// Mixes two lists of numbers.\n\n${HEAD}${BODY}\n}\n`;
const LICENCE = `MIT License

Copyright (c) 2024 The Authors of mixer

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

/** Files with one place to write at. The index is made after the window opens, and what was judged before it stays as it was: so there are some. */
const COPIES = Array.from({ length: 10 }, (_, i) => `copied${i}.js`);
const HIDDEN = COPIES.map((name) => `hidden-${name}`); // a setting is read a moment after its file is written
const OTHER = "own.js";

let written = BODY;
const engine = await writingServer(() => written, { id: MODEL, tokens: 4096 });

async function askIn({ window }: ScenarioContext, name: string): Promise<void> {
  await window.openFile(name);
  await window.goTo(2, 1);
  await window.runCommand("Sotto: Complete Here");
}

export const scenario: Scenario = {
  name: "licence guard",
  settings: { "sotto.engine.url": engine.url, "sotto.multiLine": "always" },
  prepare: (_, workspace) => {
    const vendored = path.join(workspace, "vendor", "mixer");
    mkdirSync(vendored, { recursive: true });
    writeFileSync(path.join(vendored, "mixer.js"), VENDORED);
    writeFileSync(path.join(vendored, "package.json"), JSON.stringify({ name: "mixer", license: "MIT" }));
    writeFileSync(path.join(vendored, "LICENSE"), LICENCE);
    for (const name of [...COPIES, ...HIDDEN]) writeFileSync(path.join(workspace, name), `${HEAD}\n}\n`);
    writeFileSync(path.join(workspace, OTHER), "export function total(first, second) {\n\n}\n");
    return {};
  },
  steps: [
    {
      name: "a suggestion that repeats a vendored file is shown, and the status says where and under which licence",
      async run(context) {
        const { window, print } = context;
        await window.waitForStatus(new RegExp(MODEL), 60_000);
        let marked: string | undefined;
        for (const name of COPIES) {
          await askIn(context, name);
          const ghost = await window.waitForGhostText(60_000);
          assert.ok(ghost.includes("shorter"), ghost);
          marked = await window.waitForStatus(/Licence guard/, MARKED_MS).catch(() => undefined);
          if (marked !== undefined) break;
        }
        print(marked ?? "no mark");
        assert.match(marked ?? "", /repeats vendor\/mixer\/mixer\.js, line 4 \(MIT\)/);
        assert.match(
          await window.page.locator(".statusbar-item", { hasText: "Sotto" }).first().innerText(),
          /repeats other code/,
        );
      },
    },
    {
      name: "a click on the status opens the place",
      async run({ window }) {
        await window.page.keyboard.press("Escape");
        await window.runCommand("Sotto: Show Status");
        await window.takeRow("The last suggestion repeats");
        await window.page.locator(".tab.active", { hasText: "mixer.js" }).waitFor();
        await window.page.locator(".statusbar-item", { hasText: "Ln 4, Col 1" }).waitFor();
      },
    },
    {
      name: "what repeats nothing has no mark",
      async run(context) {
        const { window } = context;
        written = "  return first + second;";
        await askIn(context, OTHER);
        assert.match(await window.waitForGhostText(60_000), /first \+ second/);
        await window.waitForStatus(/^(?![\s\S]*Licence guard)/);
      },
    },
    {
      name: "hidden, it is not shown, and the status says why",
      async run(context) {
        const { window, workspace, print } = context;
        mkdirSync(path.join(workspace, ".vscode"), { recursive: true });
        writeFileSync(
          path.join(workspace, ".vscode", "settings.json"),
          JSON.stringify({ "sotto.licenceGuard": "hide" }),
        );
        written = BODY;
        let told: string | undefined;
        for (const name of HIDDEN) {
          await askIn(context, name);
          told = await window.waitForStatus(/Nothing shown here/, MARKED_MS).catch(() => undefined);
          if (told !== undefined) break;
        }
        print(told ?? "shown");
        assert.match(told ?? "", /repeats vendor\/mixer\/mixer\.js, line 4 \(MIT\)/);
        await window.waitForNoGhostText();
        engine.close();
      },
    },
  ],
};
