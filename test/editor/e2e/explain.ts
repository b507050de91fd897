// "Explain This Suggestion" as a person reads it: what stands behind its buttons is asked for and told, and its folded part tells what the layers
// did only to who opens it.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import type { FrameLocator } from "playwright-core";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";

const RATES = `/** What one unit of a currency is worth in euros. */
export const RATES: Record<string, number> = { EUR: 1, USD: 0.92, GBP: 1.17 };

export function convertCurrency(amount: number, from: string, to: string): number {
  return (amount * RATES[from]) / RATES[to];
}
`;
const INVOICE = `import { convertCurrency } from "./rates";

interface Invoice {
  amount: number;
  currency: string;
}

export function inEuros(invoice: Invoice): number {
  return
}
`;
const LINE = 9; // the one with "return"
const MEASURED_MS = 90_000; // on a busy machine
const ANSWERED_MS = 60_000;

/** The page in its webview. */
const pageOf = ({ window }: ScenarioContext): FrameLocator =>
  window.page.frameLocator("iframe.webview").frameLocator("iframe");

export const scenario: Scenario = {
  name: "explain",
  prepare(_scratch, workspace) {
    writeFileSync(path.join(workspace, "src", "rates.ts"), RATES);
    writeFileSync(path.join(workspace, "src", "invoice.ts"), INVOICE);
    return {};
  },
  steps: [
    {
      name: "the page measures what the text leaned on",
      async run(context) {
        const { window } = context;
        await window.openFile("invoice.ts");
        await window.waitForStatus(/^Sotto: ready/, 60_000);
        await window.goTo(LINE, "  return".length + 1);
        await window.page.keyboard.type(" ");
        await window.runCommand("Sotto: Explain This Suggestion");
        const page = pageOf(context);
        await page.locator("h1", { hasText: /^Why (this|no) suggestion\?/ }).waitFor({ timeout: MEASURED_MS });
        await page.locator("[data-message*=whatIf]").first().waitFor({ timeout: MEASURED_MS });
      },
    },
    {
      name: "“Which lines?” tells the blocks of a part",
      async run(context) {
        const page = pageOf(context);
        const button = page.getByRole("button", { name: "Which lines?" }).first();
        const line = page.locator("li", { has: button });
        const told = (await line.first().innerText()).replace(/\s*Which lines\?$/, "");
        await button.click();
        const part = page.locator("li", { hasText: told }).filter({ has: page.locator("ul li") });
        await part.first().waitFor({ timeout: ANSWERED_MS });
        assert.match(await part.first().locator("ul li").first().innerText(), /^[+−]\d+\.\d\d/);
      },
    },
    {
      name: "“What if” writes on from another word",
      async run(context) {
        const page = pageOf(context);
        await page.locator("[data-message*=whatIf]").first().click();
        await page.getByRole("heading", { name: "What if", exact: true }).waitFor({ timeout: ANSWERED_MS });
        assert.notEqual((await page.locator("h3:text-is('What if') + pre").innerText()).trim(), "");
      },
    },
    {
      name: "the fold for experts says what it costs, can be stopped, and tells the layers when it is opened again",
      async run(context) {
        const page = pageOf(context);
        const fold = page.locator("#experts");
        const summary = fold.locator("summary").first();
        await summary.click();
        assert.match(
          await fold.getByRole("status").innerText(),
          /reads the prompt once more.* takes about \d+ seconds?/,
        );
        await fold.getByRole("button", { name: "Stop" }).click();
        await page.locator("#experts:not([open])").waitFor({ timeout: ANSWERED_MS });
        await summary.click();
        await fold
          .getByText(/was decided at layer \d+ of 30/)
          .first()
          .waitFor({ timeout: ANSWERED_MS });
        assert.match(await fold.innerText(), /Where attention goes is no reason for a word/);
        assert.equal(await fold.getAttribute("open"), "");
      },
    },
    {
      name: "another layer, and the tokens of a head, are told at once and the fold stays open",
      async run(context) {
        const fold = pageOf(context).locator("#experts");
        await fold.getByRole("group", { name: "Layers" }).getByRole("button", { name: "1", exact: true }).click();
        await fold.getByRole("heading", { name: /^Where layer 1 looked/ }).waitFor({ timeout: ANSWERED_MS });
        await fold.getByRole("group", { name: "Heads" }).getByRole("button", { name: "9", exact: true }).click();
        await fold.getByRole("heading", { name: /head 9 looked at most/ }).waitFor({ timeout: ANSWERED_MS });
        assert.ok((await fold.locator("ol li").count()) > 3);
      },
    },
  ],
};
