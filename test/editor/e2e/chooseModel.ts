// Choosing another model as a person does: the list, the question before a download, its progress, and completions by what was chosen.
// A hub on the loopback has the embedded model's files under the name of one of the catalog.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";
import { embeddedModelDir } from "../../../server/engine/models/catalog.ts";
import { catalogEntry } from "../../../server/engine/models/catalogEntries.ts";
import { openHub } from "../../support/testHub.ts";

const ENTRY = catalogEntry("mellum-4b")!;
const hub = await openHub();
hub.repository = ENTRY.repository;
const { files } = JSON.parse(readFileSync(path.join(embeddedModelDir(), "manifest.json"), "utf8"));
hub.files = Object.fromEntries(
  files
    .map((file: { path: string }) => file.path)
    .filter((name: string) => !name.includes("/"))
    .map((name: string) => [name, readFileSync(path.join(embeddedModelDir(), name))]),
);

const storeDir = (scratch: string) => path.join(scratch, "data", "models");

async function choose({ window }: ScenarioContext, name: string): Promise<void> {
  await window.runCommand("Sotto: Choose Model…");
  await window.takeRow(name);
}

const weightsFetched = () => hub.fetched.filter((one) => /\d\.safetensors$/.test(one.path)).length;

export const scenario: Scenario = {
  name: "choose a model",
  settings: { "sotto.download.mirror": hub.mirror },
  prepare: (scratch) => ({ env: { SOTTO_DATA_DIR: path.join(scratch, "data") } }),
  steps: [
    {
      name: "what a download takes is told first, and nothing comes where the answer is no",
      async run(context) {
        await context.window.waitForStatus(/^Sotto: ready\. smollm2-135m/, 60_000);
        await choose(context, ENTRY.name);
        await context.window.dialog().waitFor();
        const text = await context.window.dialog().innerText();
        for (const part of ["Download Mellum 4B?", hub.mirror, ENTRY.repository, "78 MB", "Licence: Apache-2.0"])
          assert.ok(text.includes(part), `${part}\n${text}`);
        await context.window.pressInDialog("Cancel");
        assert.equal(weightsFetched(), 0);
      },
    },
    {
      name: "a model is downloaded, and the host runs it without a new window",
      async run(context) {
        const { window, scratch, print } = context;
        await choose(context, ENTRY.name);
        await context.window.dialog().waitFor();
        await context.window.pressInDialog("Download");
        print(await window.waitForStatus(/^Sotto: ready\. mellum-4b/, 60_000));
        assert.equal(weightsFetched(), 2);
        for (const [name, bytes] of Object.entries(hub.files)) {
          const file = path.join(storeDir(scratch), ENTRY.id, name);
          if (existsSync(file)) assert.ok(readFileSync(file).equals(bytes), name);
          else assert.equal(name, "calibration.safetensors"); // no model of a hub has one
        }
        await window.openFile("stock.js");
      },
    },
    {
      name: "and back again",
      async run(context) {
        await choose(context, "SmolLM2");
        await context.window.waitForStatus(/^Sotto: ready\. smollm2-135m/, 60_000);
        hub.close();
      },
    },
  ],
};
