// "Translate to Another Language…" as a person does: the reason where only Sotto's own models are there, then with a server's model the language, and
// the translation as an untitled file with what was checked. The server answers as vLLM does.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";
import { engineServer } from "../../support/engineServer.ts";

const PYTHON = "def zero(currency):\n    return {'cents': 0, 'currency': currency}\n";

const event = (text: string, reason: string | null) =>
  `data: ${JSON.stringify({ choices: [{ text, finish_reason: reason, logprobs: { tokens: [text], token_logprobs: [-0.01] } }] })}\n\n`;

const engine = await engineServer({
  "/version": { body: { version: "0.32.0" } },
  "/v1/models": {
    body: {
      object: "list",
      data: [{ id: "qwen2.5-coder-7b-instruct", owned_by: "vllm", parent: null, max_model_len: 8192 }],
    },
  },
  "/v1/completions": () => ({
    type: "text/event-stream",
    chunks: [event(`${PYTHON}\`\`\``, null), event("", "stop"), "data: [DONE]\n\n"],
  }),
});

const toast = ({ window }: ScenarioContext, hasText: RegExp) =>
  window.page.locator(".notifications-toasts .notification-list-item-message", { hasText }).first();

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
        await toast(context, /they translate badly/).waitFor();
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
        const words = toast(context, /It parses as Python/);
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
