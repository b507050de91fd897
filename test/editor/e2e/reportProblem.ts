// Reporting a problem as a person does: a document to read, the question about the last request apart from it, and nothing saved after a no.

import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario } from "../../../scripts/editor/scenario.ts";

const NAME = "total.ts";

export const scenario: Scenario = {
  name: "report a problem",
  prepare: (_, workspace) => {
    writeFileSync(
      path.join(workspace, NAME),
      "export function total(prices: number[]): number {\n  let sum = 0;\n  return s\n}\n",
    );
    return {};
  },
  steps: [
    {
      name: "the report is a document; the last request is asked for apart, and not saved after a no",
      async run({ window, workspace }) {
        await window.waitForStatus(/^Sotto: ready/, 60_000);
        await window.openFile(NAME);
        await window.goTo(3, 11);
        await window.runCommand("Sotto: Complete Here");
        await window.waitForGhostText(60_000);
        const before = readdirSync(workspace);
        await window.runCommand("Sotto: Report a Problem");
        const dialog = window.dialog();
        await dialog.waitFor({ timeout: 120_000 }); // sotto doctor comes first
        const asked = await dialog.innerText();
        for (const part of ["run again exactly", "code of this workspace", "Save the Request"])
          assert.ok(asked.includes(part), `${part}\n${asked}`);
        await window.pressInDialog("Cancel");
        const text = (await window.page.locator(".editor-instance .view-line").allInnerTexts()).join("\n");
        for (const part of ["What happened", "Versions", "smollm2-135m"])
          assert.ok(text.replaceAll("\u00a0", " ").includes(part), `${part}\n${text}`);
        assert.ok(!text.includes(workspace) && !text.includes("let sum"), text);
        assert.deepEqual(readdirSync(workspace), before);
      },
    },
  ],
};
