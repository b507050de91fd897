// Fine-tuning as a person sees it: the plan, the one question, progress, pause, cancel, the end and its report; a closed window, a second
// one's job, what fails. A process that keeps to the contract and learns nothing stands for the training.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { JobFiles, type JobProgress } from "../../../finetune/protocol/fineTune.ts";
import type { Scenario, ScenarioContext } from "../../../scripts/editor/scenario.ts";
import { shadowExtension } from "../../../scripts/editor/shadowExtension.ts";
import { readProgress } from "../../../src/actions/fineTune/jobFolder.ts";
import { activeAdapter, addAdapter, listAdapters } from "../../../src/adapters/adapterStore.ts";
import { type AdapterAbout, AdapterFolderFiles } from "../../../src/adapters/storedAdapter.ts";
import { jobFolder } from "../../../src/adapters/workspaceFolder.ts";
import type { FakeJob } from "../../support/fakeFineTune.ts";

const COMMAND = "Sotto: Fine-tune on this workspace";
const STATUS = ".statusbar-item a[aria-label^='Sotto: ']";
const fakeScript = path.resolve(import.meta.dirname, "../../support/fakeFineTune.ts");

const dataDir = (scratch: string) => path.join(scratch, "data");
const fakeFile = (scratch: string) => path.join(scratch, "fake.json");

/** How the next job goes. */
function goes(scratch: string, fake: Partial<FakeJob>): void {
  const whole: FakeJob = { steps: 100, stepMs: 100, ending: "accepted", ...fake };
  writeFileSync(fakeFile(scratch), JSON.stringify(whole));
}

function progressOf({ workspace, scratch }: ScenarioContext): JobProgress | undefined {
  return readProgress(jobFolder(workspace, dataDir(scratch)));
}

async function until(context: ScenarioContext, what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadlineMs = Date.now() + 20_000; !(await probe()); await context.window.page.waitForTimeout(50)) {
    if (Date.now() > deadlineMs)
      throw new Error(`timed out: ${what}; the status item says ${await context.window.statusLabel()}`);
  }
}

const toast = ({ window }: ScenarioContext, text: string | RegExp) =>
  window.page.locator(".notifications-toasts .notification-list-item", { hasText: text });

async function pressInToast(context: ScenarioContext, text: string | RegExp, button: string): Promise<void> {
  await toast(context, text).locator(".monaco-button", { hasText: button }).click();
}

/** For a person to look at, where $SOTTO_SCREENSHOTS names a folder. */
async function screenshot({ window }: ScenarioContext, name: string): Promise<void> {
  const folder = process.env.SOTTO_SCREENSHOTS;
  if (folder) await window.page.screenshot({ path: path.join(folder, `${name}.png`) });
}

/** VS Code leaves out toasts that come too fast one after the other (three in 800 ms), as no person brings them about. */
const TOAST_PAUSE_MS = 1_500;

/** An adapter that can be listed and chosen; no model can be run with it. */
function storeAdapter({ workspace, scratch }: ScenarioContext, gain: number): string {
  const facts = { gain, interval: null, forgetting: null, tokens: null, rate: null, rank: null, cases: 400 };
  const base = { id: "smollm2-135m", weightsSha256: "0" };
  const fill = (draft: string, id: string) => {
    const about: AdapterAbout = {
      ...{ id, name: id, createdMs: Date.now(), root: workspace, base, facts },
      ...{ origin: "trained", sizeBytes: 4_900_000 },
    };
    for (const name of [AdapterFolderFiles.config, AdapterFolderFiles.tensors, AdapterFolderFiles.base])
      writeFileSync(path.join(draft, name), "{}");
    writeFileSync(path.join(draft, AdapterFolderFiles.about), JSON.stringify(about));
  };
  return addAdapter(workspace, fill, false, dataDir(scratch));
}

/** A row of the list that is open, by its label, without the dots at its end. */
const listRow = ({ window }: ScenarioContext, label: string) =>
  window.page
    .locator(".quick-input-list .monaco-list-row")
    .filter({ has: window.page.locator(".label-name", { hasText: new RegExp(`^\\s*${label}…?\\s*$`) }) });

/** Runs "Adapters" and picks rows, one list after the other. */
async function pickAdapter(context: ScenarioContext, ...rows: string[]): Promise<void> {
  await context.window.runCommand("Sotto: Manage Fine-Tuned Versions");
  for (const row of rows) await listRow(context, row).first().click();
}

async function start(context: ScenarioContext): Promise<void> {
  await context.window.runCommand(COMMAND);
  await context.window.dialog().waitFor();
  await context.window.page.waitForTimeout(TOAST_PAUSE_MS);
  await context.window.pressInDialog("Start");
  await toast(context, /Fine-tuning on samples/).waitFor();
}

export const scenario: Scenario = {
  name: "fine-tuning",
  settings: { "sotto.fineTune.when": "always", "sotto.model": "quick" },
  prepare(scratch) {
    const extensionPath = path.join(scratch, "extension");
    shadowExtension(extensionPath, []);
    const stub = `import(${JSON.stringify(pathToFileURL(fakeScript).href)});\n`;
    writeFileSync(path.join(extensionPath, "dist", "finetune.cjs"), stub);
    goes(scratch, {});
    mkdirSync(dataDir(scratch));
    return { env: { SOTTO_DATA_DIR: dataDir(scratch), SOTTO_FAKE_FINETUNE: fakeFile(scratch) }, extensionPath };
  },
  steps: [
    {
      name: "the plan is shown in one question; nothing is started where the answer is no",
      async run(context) {
        const { window } = context;
        await window.waitForStatus(/^Sotto: (ready|loading model)/, 60_000); // no model is needed
        await window.runCommand(COMMAND);
        await context.window.dialog().waitFor();
        await screenshot(context, "dialog");
        const text = await context.window.dialog().innerText();
        for (const part of [
          "Fine-tune Sotto on “samples”?",
          "214 files",
          "402,000 tokens",
          "Left out: 118 files. Ignored (80)",
          "38 minutes",
          "1.4 GB of memory",
          "350 MB of disk",
        ])
          assert.ok(text.includes(part), `${part}\n${text}`);
        await context.window.pressInDialog("Cancel");
        assert.equal(progressOf(context), undefined);
      },
    },
    {
      name: "what was left out is a page to read, and it can be started from there",
      async run(context) {
        const { window } = context;
        await window.runCommand(COMMAND);
        await context.window.dialog().waitFor();
        await context.window.pressInDialog("Show What Was Left Out");
        await window.page.locator(".tab.active", { hasText: "Left out in samples.md" }).waitFor();
        await window.page.locator(".view-line", { hasText: "src/schema.gen.ts" }).waitFor();
        await screenshot(context, "left-out");
        await pressInToast(context, "Fine-tune Sotto on “samples”?", "Start");
        await until(context, "the job works", () => (progressOf(context)?.training?.step ?? 0) > 10);
      },
    },
    {
      name: "progress as a notification and in the status item",
      async run(context) {
        const { window } = context;
        await toast(context, /Training, step \d+ of 100, held-out loss 1.920 → 1\.\d+, 274 tokens\/s/).waitFor();
        await window.waitForStatus(/\nFine-tuning on samples: training, step \d+ of 100/);
        assert.match(await window.page.locator(STATUS).first().innerText(), /Sotto[\s\S]*\d+ %/);
        await screenshot(context, "progress");
      },
    },
    {
      name: "paused, and resumed, by commands",
      async run(context) {
        const { window } = context;
        await window.runCommand("Sotto: Pause Fine-Tuning");
        await window.waitForStatus(/Fine-tuning on samples: paused, \d+ % done/);
        await toast(context, /Fine-tuning on samples/).waitFor({ state: "detached" });
        await screenshot(context, "paused");
        await window.runCommand("Sotto: Resume Fine-Tuning");
        await window.waitForStatus(/Fine-tuning on samples: training/);
        await toast(context, /Training, step/).waitFor();
      },
    },
    {
      name: "the end is one message, with its report, which can run no script",
      async run(context) {
        const { window } = context;
        await toast(context, /Sotto has learnt from samples: \+7\.5 points of exact match/).waitFor({
          timeout: 30_000,
        });
        await screenshot(context, "accepted");
        await pressInToast(context, /has learnt/, "Show Report");
        const page = window.page.frameLocator("iframe.webview").frameLocator("iframe");
        await page.locator("h1").waitFor();
        assert.equal(await page.locator("h1").innerText(), "Sotto: fine-tuning of query-builder"); // no script has run
        await screenshot(context, "report");
        assert.doesNotMatch(await window.statusLabel(), /Fine-tuning/);
        await window.page.keyboard.press("Control+KeyW");
      },
    },
    {
      name: "a cancelled one asks once more, and leaves nothing",
      async run(context) {
        const { window } = context;
        await start(context);
        await until(context, "the job works", () => progressOf(context)?.state === "running");
        await pressInToast(context, /Fine-tuning on samples/, "Cancel");
        await context.window.dialog().waitFor();
        await screenshot(context, "cancel");
        await context.window.pressInDialog("Keep Going");
        await window.waitForStatus(/Fine-tuning on samples: /);
        await window.runCommand(COMMAND); // brings its progress back
        await toast(context, /Fine-tuning on samples/).waitFor();
        await pressInToast(context, /Fine-tuning on samples/, "Cancel");
        await context.window.dialog().waitFor();
        await context.window.pressInDialog("Cancel Fine-Tuning");
        await toast(context, "The fine-tuning on samples was cancelled.").waitFor();
        assert.equal(progressOf(context)?.state, "cancelled");
      },
    },
    {
      name: "a closed window stops it, and it goes on when the folder is opened again",
      async run(context) {
        const { window, server } = context;
        await start(context);
        await until(context, "the job works", () => (progressOf(context)?.training?.step ?? 0) > 5);
        await window.page.goto("about:blank");
        await until(context, "it has stopped", () => progressOf(context)?.state === "interrupted");
        const { step } = progressOf(context)!.training!;
        await window.open(server.url());
        await window.waitForStatus(/Fine-tuning on samples: /, 60_000);
        await until(context, "it goes on", () => progressOf(context)!.training!.step > step);
        await window.runCommand("Sotto: Cancel Fine-Tuning…");
        await context.window.dialog().waitFor();
        await context.window.pressInDialog("Cancel Fine-Tuning");
        await until(context, "it is cancelled", () => progressOf(context)?.state === "cancelled");
      },
    },
    {
      name: "a job of another window is shown instead of a second one",
      async run(context) {
        const { window, workspace, scratch, server } = context;
        const request = { root: workspace, modelDir: "", minutes: 5, when: "always", seed: 1, endsWithParent: false };
        const env = { ...process.env, SOTTO_DATA_DIR: dataDir(scratch), SOTTO_FAKE_FINETUNE: fakeFile(scratch) };
        const other: ChildProcess = spawn(process.execPath, [fakeScript, "run", JSON.stringify(request)], {
          env,
          stdio: "ignore",
        });
        try {
          await until(context, "it works", () => progressOf(context)?.pid === other.pid);
          await window.runCommand(COMMAND);
          await toast(context, /Fine-tuning on samples/).waitFor();
          assert.equal(await context.window.dialog().count(), 0);
          assert.deepEqual(server.processes("finetune.cjs"), []);
          await window.page.keyboard.press("Escape"); // hides it
          await toast(context, /Fine-tuning on samples/).waitFor({ state: "detached" });
          await window.runCommand(COMMAND); // what was hidden is shown again
          await toast(context, /Fine-tuning on samples/).waitFor();
        } finally {
          other.kill("SIGKILL");
        }
      },
    },
    {
      name: "a killed job loses nothing: it is offered to go on with",
      async run(context) {
        goes(context.scratch, { steps: 200, stepMs: 20 });
        await toast(context, /was interrupted with \d+ % done/).waitFor({ timeout: 20_000 });
        await screenshot(context, "interrupted");
        await pressInToast(context, /was interrupted/, "Go On");
        await toast(context, /Sotto has learnt from samples/).waitFor({ timeout: 30_000 });
      },
    },
    {
      name: "what fails says why, and what to do",
      async run(context) {
        const { window, scratch } = context;
        goes(scratch, { plan: "tooLittle" });
        await window.runCommand(COMMAND);
        await toast(context, "There is too little to learn from. Write some more code.").waitFor();
        goes(scratch, { ending: "failed", stepMs: 20 });
        await start(context);
        const failed = /Fine-tuning on samples: The disk is full\. Make room there, and resume\./;
        await toast(context, failed).waitFor({ timeout: 20_000 });
        await screenshot(context, "failed");
        goes(scratch, { ending: "discarded", stepMs: 20 });
        await pressInToast(context, failed, "Go On");
        await toast(context, /was discarded, and completions are as before\. The gain in exact match/).waitFor({
          timeout: 20_000,
        });
        const result = readFileSync(path.join(jobFolder(context.workspace, dataDir(scratch)), JobFiles.result), "utf8");
        assert.equal(JSON.parse(result).accepted, false);
      },
    },
    {
      name: "adapters are listed with their gain, used, switched off, rolled back, compared and removed",
      async run(context) {
        const { window, workspace, scratch } = context;
        const [first, second] = [storeAdapter(context, 0.031), storeAdapter(context, 0.075)];
        const active = () => activeAdapter(workspace, dataDir(scratch))?.id;
        await window.runCommand("Sotto: Manage Fine-Tuned Versions");
        const row = listRow(context, second);
        await row.waitFor();
        assert.match(await row.innerText(), /\+7\.5 points/);
        await screenshot(context, "adapters");
        await row.click();
        await listRow(context, "Rename").waitFor();
        await screenshot(context, "adapter");
        await listRow(context, "Use").click();
        await until(context, "it is used", () => active() === second);
        await pickAdapter(context, first, "Use");
        await until(context, "the other one is used", () => active() === first);
        await pickAdapter(context, "Roll Back");
        await until(context, "the one before is used", () => active() === second);
        await pickAdapter(context, "Switch Off");
        await until(context, "none is used", () => active() === undefined);
        await pickAdapter(context, first, "Compare With");
        await window.page.locator(".view-line", { hasText: /Gain.of.exact.match/ }).waitFor();
        await screenshot(context, "compare");
        await pickAdapter(context, first, "Remove");
        await context.window.dialog().waitFor();
        await context.window.pressInDialog("Remove");
        await until(context, "one is left", () => listAdapters(workspace, dataDir(scratch)).length === 1);
      },
    },
  ],
};
