// Our pages in a real browser, in four themes: nothing breaks their policy, everything that can be pressed or looked at has a name, and the keyboard
// reaches each value of a chart.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { reportPage } from "../../../finetune/judge/reportPage.ts";
import { filePage } from "../../../pages/page.ts";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import { explanationPage } from "../../../src/explain/explanationPage.ts";
import { dashboardPage } from "../../../src/feedback/dashboard/dashboardPage.ts";
import { factsOf } from "../../../src/feedback/dashboard/facts.ts";
import type { Days } from "../../../src/feedback/statistics.ts";
import { sampleExplanation } from "../../support/sampleExplanation.ts";
import { sampleReport } from "../../support/sampleReport.ts";

const NOW_MS = new Date(2026, 4, 20, 12).getTime();
const counts = { shown: 100, accepted: 30, rejected: 40, typedThrough: 10, unread: 20, charactersShown: 2_000 };
const more = { charactersAccepted: 500, "withheld:improbable": 60, "latency:model:14": 40, "latency:cache:0": 60 };
const DAYS: Days = {
  "2026-05-11": { typescript: { quick: { line: { ...counts, ...more } } }, python: { quick: { line: counts } } },
  "2026-05-18": { typescript: { "quick+1a2b3c4d": { block: { ...counts, ...more } } } },
};

const THEMES = [
  { colorScheme: "light" },
  { colorScheme: "dark" },
  { colorScheme: "light", contrast: "more" },
  { forcedColors: "active", reducedMotion: "reduce" },
] as const;

/** What a person cannot tell apart: controls and pictures without a name. */
const unnamed = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const name = (element: Element) =>
      element.getAttribute("aria-label") ??
      (element.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "")
        .join("");
    const all = Array.from(
      document.querySelectorAll("button, a, summary, input, [role=img], [role=group], [tabindex]"),
    );
    return all.filter((one) => (name(one) || one.textContent || "").trim() === "").map((one) => one.outerHTML);
  });

export const scenario: Scenario = {
  name: "pages in a browser",
  steps: [
    {
      name: "no breach of the policy, no control without a name, and each value by the keyboard",
      async run({ window, scratch }) {
        const pages = {
          dashboard: filePage(dashboardPage(factsOf(DAYS, NOW_MS))),
          report: reportPage(sampleReport()),
          explanation: filePage(explanationPage(sampleExplanation(), "finished", { layers: { unfolded: true } })),
        };
        for (const [name, text] of Object.entries(pages)) {
          const file = path.join(scratch, `${name}.html`);
          writeFileSync(file, text);
          for (const theme of THEMES) {
            const page = await window.page.context().newPage();
            const complaints: string[] = [];
            page.on("console", (message) => complaints.push(message.text()));
            page.on("pageerror", (error) => complaints.push(String(error)));
            await page.emulateMedia(theme);
            await page.goto(pathToFileURL(file).href);
            assert.deepEqual(await unnamed(page), [], name);
            if (name === "dashboard") {
              const chart = page.locator("svg[role=img]").first();
              await chart.focus();
              await page.keyboard.press("End");
              assert.match(await page.locator(".live").innerText(), /\d/);
            }
            assert.deepEqual(complaints, [], `${name} ${JSON.stringify(theme)}`);
            await page.close();
          }
        }
      },
    },
  ],
};
