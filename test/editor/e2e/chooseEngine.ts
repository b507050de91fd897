// Choosing a server that writes, as a person does: its address, its key, the question before code goes to another machine, ghost text by it, the
// local model when it fails, and the way back. A server on the loopback answers as vLLM does, with the same words at every place.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";
import { type EngineAsked, type EngineReply, engineServer } from "../../support/engineServer.ts";
import { listOf, streamOf, VERSION } from "../../support/writingServer.ts";

const MODEL = "qwen2.5-coder-7b";
const KEY = "a key for this test";
const WRITTEN = "* b;"; // the local model writes "+ b;" there

let isBroken = false;

const withKey =
  (reply: () => EngineReply) =>
  ({ authorization }: EngineAsked): EngineReply =>
    authorization === `Bearer ${KEY}` ? reply() : { status: 401, body: { error: "Unauthorized" } };

const engine = await engineServer({
  "/version": VERSION,
  "/v1/models": withKey(() => listOf({ id: MODEL, tokens: 4096 })),
  "/v1/completions": withKey(() => (isBroken ? { status: 503, body: { error: "loading" } } : streamOf(WRITTEN))),
});

/** The same server by an address that is not known to be this machine: Linux reaches its own loopback by it. */
const elsewhere = engine.url.replace("127.0.0.1", "0.0.0.0");
/** Requests with a prompt that came to this address. */
const promptsTo = (url: string) =>
  engine.asked.filter(({ path: asked, host }) => asked === "/v1/completions" && url.endsWith(`//${host}`)).length;

async function chooseAddress({ window }: ScenarioContext, address: string): Promise<void> {
  await window.runCommand("Sotto: Choose Engine…");
  await window.takeRow("Another server…");
  await window.answer(address);
}

/** Files with one place to write at: each is written in once, so that no answer of before is shown. */
const HEAD = "export function combined(a: number, b: number): number {\n";
const TEXTS: Readonly<Record<string, string>> = {
  "first.ts": `${HEAD}  return a \n}\n`,
  "second.ts": `${HEAD}  return a \n}\n`,
  "third.ts": `${HEAD}  return a \n}\n`,
  "fourth.ts": "export function total(prices: number[]): number {\n  let sum = 0;\n  return s\n}\n",
};

async function ghostTextIn({ window }: ScenarioContext, name: string): Promise<string> {
  await window.openFile(name);
  const lines = TEXTS[name].slice(0, TEXTS[name].indexOf("\n}")).split("\n");
  await window.goTo(lines.length, lines.at(-1)!.length + 1);
  await window.runCommand("Sotto: Complete Here");
  return window.waitForGhostText(60_000);
}

export const scenario: Scenario = {
  name: "choose an engine",
  prepare: (_, workspace) => {
    for (const [name, text] of Object.entries(TEXTS)) writeFileSync(path.join(workspace, name), text);
    return {};
  },
  steps: [
    {
      name: "a server that asks for a key gets the one that is given, and its model writes",
      async run(context) {
        const { window, print } = context;
        await window.waitForStatus(/^Sotto: ready\. smollm2-135m/, 60_000);
        await chooseAddress(context, engine.url);
        await window.pressInToast("Set Its Key…");
        await window.answer(KEY);
        print(await window.waitForStatus(new RegExp(MODEL), 30_000));
        assert.equal(await ghostTextIn(context, "first.ts"), WRITTEN);
        assert.ok(promptsTo(engine.url) > 0);
      },
    },
    {
      name: "before code goes to another machine the address is named, and nothing is sent where the answer is no",
      async run(context) {
        const { window } = context;
        await chooseAddress(context, elsewhere);
        await window.pressInToast("Set Its Key…"); // each address has its own
        await window.answer(KEY);
        await context.window.dialog().waitFor();
        const text = await context.window.dialog().innerText();
        for (const part of [`Send code to ${elsewhere}?`, "Secrets that it recognises", "everyone on the way can read"])
          assert.ok(text.includes(part), `${part}\n${text}`);
        await context.window.pressInDialog("Cancel");
        assert.equal(promptsTo(elsewhere), 0);
        assert.equal(await ghostTextIn(context, "second.ts"), WRITTEN); // what was chosen before stays
      },
    },
    {
      name: "after a yes its model writes there",
      async run(context) {
        const { window, print } = context;
        await chooseAddress(context, elsewhere);
        await context.window.dialog().waitFor();
        await context.window.pressInDialog("Send Code There");
        print(await window.waitForStatus(new RegExp(elsewhere), 30_000));
        assert.equal(await ghostTextIn(context, "third.ts"), WRITTEN);
        assert.ok(promptsTo(elsewhere) > 0);
      },
    },
    {
      name: "the local model writes where the server fails, and the status says so",
      async run(context) {
        const { window, print } = context;
        isBroken = true;
        assert.match(await ghostTextIn(context, "fourth.ts"), /^um/);
        print(await window.waitForStatus(/503|busy|failed/i, 30_000));
      },
    },
    {
      name: "and back to this machine",
      async run(context) {
        const { window } = context;
        await window.runCommand("Sotto: Choose Engine…");
        await window.takeRow("This machine: Sotto's own model");
        await window.waitForStatus(/^Sotto: ready\. smollm2-135m/, 60_000);
        engine.close();
      },
    },
  ],
};
