// What the window tells of a fine-tuning that it has not started, and the adapters as the agent lists and changes them. The whole flow,
// with its dialog, is test/editor/e2e/fineTune.ts: dialogs are suppressed here.

import assert from "node:assert/strict";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import { type FineTuneResult, JobFiles, type JobProgress } from "../../../finetune/protocol/fineTune.ts";
import { jobFolder } from "../../../src/adapters/workspaceFolder.ts";
import { AdapterMethod, type AdaptersAnswer, type ChangeAdapterAnswer } from "../../../src/protocol/adapters.ts";
import { FineTuneMethod, type FineTuneStatus } from "../../../src/protocol/fineTune.ts";
import { closeEditors, open, sotto, type, until } from "../../support/editorSuite.ts";

function root(): string {
  const folder = vscode.workspace.workspaceFolders?.[0].uri.fsPath;
  assert.ok(folder);
  return folder;
}

function say(change: Partial<JobProgress>): void {
  const dir = jobFolder(root());
  mkdirSync(dir, { recursive: true });
  const progress: JobProgress = {
    pid: process.pid,
    updatedMs: Date.now(),
    state: "running",
    stage: "training",
    share: 0.43,
    training: { rate: 0.0003, step: 120, steps: 400, firstHeldOutLoss: 1.92, heldOutLoss: 1.71, tokensPerSecond: 274 },
    ...change,
  };
  writeFileSync(path.join(dir, JobFiles.progress), JSON.stringify(progress));
}

suite("fine-tuning", () => {
  teardown(async () => {
    rmSync(jobFolder(root()), { recursive: true, force: true });
    await (await sotto()).request(FineTuneMethod.look);
    await closeEditors();
  });

  test("a job that something else has started is told of once somebody works here, and each state of it", async () => {
    const api = await sotto();
    await until("the agent answers", () => api.request<FineTuneStatus>(FineTuneMethod.look).then(({ jobs }) => jobs));
    assert.doesNotMatch(api.statusText(), /Fine-tuning/);
    say({});
    const working =
      /\nFine-tuning on samples: training, step 120 of 400, held-out loss 1\.920 → 1\.710, 274 tokens\/s\./;
    await open("const answer = ¦\n");
    await until(
      "typing brings it",
      async () => {
        await type("4", 100);
        if (working.test(api.statusText())) return true;
        say({}); // still at work
      },
      30_000,
    );
    say({ state: "paused" });
    await until("paused", () => /\nFine-tuning on samples: paused, 43 % done\./.test(api.statusText()));
    const result: Partial<FineTuneResult> = { accepted: false, reason: "It is no better." };
    writeFileSync(path.join(jobFolder(root()), JobFiles.result), JSON.stringify(result));
    say({ state: "done" });
    await until("it is over", () => !api.statusText().includes("Fine-tuning"));
    const { jobs } = await api.request<FineTuneStatus>(FineTuneMethod.look);
    assert.equal(jobs[0].result?.reason, "It is no better.");
  });

  test("adapters: none at first, and a change that cannot be says why (fine-tuning)", async () => {
    const api = await sotto();
    const list = await api.request<AdaptersAnswer>(AdapterMethod.list, { root: root() });
    assert.deepEqual(list, { value: { adapters: [], before: null, problems: [] } });
    const change = { kind: "use", id: "samples-1" };
    const answer = await api.request<ChangeAdapterAnswer>(AdapterMethod.change, { root: root(), change });
    assert.ok("error" in answer && /no adapter/.test(answer.error.message), JSON.stringify(answer));
  });
});
