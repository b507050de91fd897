// Our pages in a real browser, in four themes: nothing breaks their policy, everything that can be pressed or looked at has a name, each text can be
// read, and the keyboard reaches each value of a chart.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { benchPage } from "../../../cli/benchPage.ts";
import { reportPage } from "../../../finetune/judge/reportPage.ts";
import { filePage, type PageContent } from "../../../pages/page.ts";
import type { Scenario } from "../../../scripts/editor/scenario.ts";
import type { Inspection } from "../../../src/context/inspection.ts";
import { inspectionPage } from "../../../src/context/inspectionPage.ts";
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

const LEAST_CONTRAST = 4.5; // WCAG 2.2, text of usual size

/** Texts that stand out too little from what is behind them, with their contrast: each kind of element once. */
const faintTexts = (page: Page): Promise<string[]> =>
  page.evaluate((least) => {
    type Colour = [red: number, green: number, blue: number, alpha: number];
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 });
    const brush = canvas.getContext("2d", { willReadFrequently: true })!;
    const read = (colour: string): Colour => {
      brush.clearRect(0, 0, 1, 1);
      brush.fillStyle = colour;
      brush.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = brush.getImageData(0, 0, 1, 1).data;
      return [red!, green!, blue!, alpha! / 255];
    };
    const over = (above: Colour, below: Colour, opacity = 1): Colour => {
      const share = above[3] * opacity;
      const mixed = (i: 0 | 1 | 2) => above[i] * share + below[i] * (1 - share);
      return [mixed(0), mixed(1), mixed(2), 1];
    };
    const luminance = ([red, green, blue]: Colour): number => {
      const linear = [red, green, blue].map((value) =>
        value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * linear[0]! + 0.7152 * linear[1]! + 0.0722 * linear[2]!;
    };
    const faint = new Map<string, string>();
    const texts = document.createTreeWalker(document.querySelector("main")!, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement!;
      const text = texts.currentNode.textContent!.trim();
      if (text === "" || element.getClientRects().length === 0 || element.closest(".live, title, desc")) continue;
      const around: Element[] = [];
      for (let one: Element | null = element; one; one = one.parentElement) around.unshift(one);
      let behind: Colour = [255, 255, 255, 1];
      let opacity = 1;
      for (const one of around) {
        const style = getComputedStyle(one);
        if (!(one instanceof SVGElement)) behind = over(read(style.backgroundColor), behind);
        opacity *= Number(style.opacity);
      }
      const { fill, color } = getComputedStyle(element);
      const front = over(read(element instanceof SVGElement ? fill : color), behind, opacity);
      const [dark, bright] = [luminance(front), luminance(behind)].sort((a, b) => a - b) as [number, number];
      const contrast = (bright + 0.05) / (dark + 0.05);
      const kind = `${element.tagName} ${element.getAttribute("class") ?? ""}`;
      if (contrast < least) faint.set(kind, `${kind} ${contrast.toFixed(2)}: ${text.slice(0, 40)}`);
    }
    return [...faint.values()];
  }, LEAST_CONTRAST);

/** The prompt of two places, with a piece that had no room. */
function sampleInspection(): PageContent {
  const piece = (kind: string, path: string, text: string) => ({ kind, path, text, score: 0.4, tokens: 40 });
  const own = [piece("suffix", "src/a.ts", "\nb();\n"), piece("prefix", "src/a.ts", "const a = ")];
  const inspection: Inspection = {
    ...{ pieces: [piece("search", "src/b.ts", "export const b = 1;\n"), ...own], prompt: "const a = ", tokens: 120 },
    ...{
      dropped: [{ kind: "sibling", path: "src/c.ts", reason: "budget" }],
      redacted: [],
      contextMs: 30,
      index: "ready",
    },
    costs: [{ kind: "search", ms: 12, found: 3 }],
  };
  const place = { path: "src/a.ts", line: 3, column: 11 };
  return inspectionPage(inspection, {
    place,
    goesTo: "It stays on this machine",
    before: { ...inspection, pieces: own },
  });
}

const BENCH = { name: "sample", p95Ms: 12, goals: { p95Ms: 10 }, met: { p95Ms: false }, peer: { p95Ms: 14 } };

export const scenario: Scenario = {
  name: "pages in a browser",
  steps: [
    {
      name: "no breach of the policy, no control without a name, no faint text, and each value by the keyboard",
      async run({ window, scratch }) {
        const pages = {
          dashboard: filePage(dashboardPage(factsOf(DAYS, NOW_MS))),
          report: reportPage(sampleReport()),
          explanation: filePage(explanationPage(sampleExplanation(), "finished", { layers: { unfolded: true } })),
          inspector: filePage(sampleInspection()),
          bench: filePage(benchPage(BENCH)),
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
            assert.deepEqual(await faintTexts(page), [], `${name} ${JSON.stringify(theme)}`);
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
