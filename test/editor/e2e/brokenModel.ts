// A model file that was altered: the status item says what is wrong and what to do, typing goes on, nothing pops up.

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import { shadowExtension } from "../../../scripts/editor/shadowExtension.ts";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";

const models = path.join(packageRoot(import.meta.dirname), "models");

export const scenario: Scenario = {
  name: "broken model",
  prepare(scratch) {
    const extensionPath = path.join(scratch, "extension");
    const model = path.basename(embeddedModelDir());
    shadowExtension(extensionPath, [`models/${model}`]);
    const folder = path.join(extensionPath, "models", model);
    cpSync(path.join(models, model), folder, { recursive: true });
    for (const name of readdirSync(folder)) {
      if (!name.endsWith(".safetensors")) continue;
      const bytes = readFileSync(path.join(folder, name));
      bytes[bytes.length >> 1] ^= 1; // one bit
      writeFileSync(path.join(folder, name), bytes);
    }
    return { extensionPath };
  },
  steps: [
    {
      name: "the status item says what is wrong and what to do",
      async run({ window, print }) {
        await window.openFile("basket.ts");
        const label = await window.waitForStatus(/^Sotto: failed/, 60_000);
        print(label);
        assert.match(label, /safetensors is damaged: .*Reinstall Sotto/);
      },
    },
    {
      name: "a click shows what can be done",
      async run({ window }) {
        await window.page.locator(".statusbar-item a[aria-label^='Sotto: ']").click();
        const box = window.page.locator(".quick-input-widget");
        await box.waitFor({ state: "visible" });
        assert.match((await box.textContent()) ?? "", /is damaged[\s\S]*Restart the model[\s\S]*Show log/);
        await window.page.keyboard.press("Escape");
      },
    },
    {
      name: "typing goes on, without ghost text and without a pop-up",
      async run({ window, workspace }) {
        await window.openFile("stock.js");
        await window.page.keyboard.press("Control+End");
        await window.page.keyboard.type("const stock = new ", { delay: 40 });
        await window.page.keyboard.press("Alt+Backslash");
        await window.page.waitForTimeout(3000); // pop-ups come late while a window starts
        assert.equal(await window.ghostText(), "");
        assert.deepEqual(await window.toasts(), []);
        await window.save();
        assert.match(readFileSync(path.join(workspace, "src", "stock.js"), "utf8"), /const stock = new $/);
      },
    },
  ],
};
