// "Translate to Another Language…" as a person does: the reason where only Sotto's own models are there, then with a server's model the language, and
// the translation as an untitled file with what was checked. The server answers as vLLM does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import { writingServer } from "../../support/writingServer.ts";

const PYTHON = "def zero(currency):\n    return {'cents': 0, 'currency': currency}\n";

const engine = await writingServer(() => `${PYTHON}\`\`\``);

export const scenario: Scenario = {
  name: "translate",
  steps: [
    {
      name: "Sotto's own models are not asked, and the reason is told with what helps",
      async run(context) {
        const { window } = context;
        await window.openFile("money.ts");
        await window.waitForStatus(/^Sotto: ready\. smollm2-135m/, 60_000);
        await window.runCommand("Sotto: Translate to Another Language…");
        await context.window.toast(/they translate badly/).waitFor();
        await window.pressInToast("Choose Engine…");
        await window.takeRow("Another server…");
        await window.answer(engine.url);
        await window.waitForStatus(/qwen2\.5-coder-7b-instruct/, 30_000);
      },
    },
    {
      name: "a server's model translates; the result is an untitled file, what was checked is told, and the code stays",
      async run(context) {
        const { window, workspace, print } = context;
        const before = readFileSync(path.join(workspace, "src", "money.ts"), "utf8");
        await window.openFile("money.ts");
        await window.runCommand("Sotto: Translate to Another Language…");
        await window.takeRow("Python");
        const words = context.window.toast(/It parses as Python/);
        await words.waitFor({ timeout: 60_000 });
        print(await words.innerText());
        await window.page.locator(".view-line", { hasText: "def zero" }).first().waitFor();
        await window.page.locator(".tab.active", { hasText: "Untitled-1" }).waitFor();
        assert.equal(readFileSync(path.join(workspace, "src", "money.ts"), "utf8"), before);
        engine.close();
      },
    },
  ],
};
