// Reports on fine-tunings: progress as a notification in the window that started one, one message when a job ends or stops unexpectedly,
// and which commands make sense now. Starts nothing by itself.

import * as vscode from "vscode";
import type { CommandId } from "../../config/commands.ts";
import { type ControlParams, type FineTuneJob, FineTuneMethod } from "../../protocol/fineTune.ts";
import { ask, tellError } from "../asking.ts";
import type { AgentClient } from "../languageClient.ts";
import { type Ending, ending, progressLine, rests, works } from "./fineTuneText.ts";
import { folderName } from "./folders.ts";
import { showReport } from "./reportPanel.ts";

const TOLD = "sotto.fineTune.told"; // in the workspace's memory: which ending was told last, by root

const OFFERS: Record<Ending["offers"][number], string> = {
  report: "Show Report",
  adapters: "Adapters…",
  goOn: "Go On",
  discard: "Discard",
  log: "Show Log",
};

export class JobNews implements vscode.Disposable {
  readonly #agent: AgentClient;
  readonly #memory: vscode.Memento;
  readonly #listener: vscode.Disposable;
  readonly #followed = new Map<string, AbortController>(); // by root whose progress is shown: takes it away
  readonly #context = new Map<string, boolean>(); // what `when` clauses see
  readonly #changed = new vscode.EventEmitter<void>();

  constructor(agent: AgentClient, memory: vscode.Memento) {
    this.#agent = agent;
    this.#memory = memory;
    this.#listener = agent.onDidChange(() => this.#update());
  }

  job(root: string): FineTuneJob | undefined {
    return this.#agent.jobs.find((job) => job.root === root);
  }

  /** Shows the progress of a folder's job until it ends or rests; what is cancelled there is asked about once more. One that was hidden is shown again. */
  follow(root: string): void {
    this.#followed.get(root)?.abort();
    const away = new AbortController();
    this.#followed.set(root, away);
    const { Notification } = vscode.ProgressLocation;
    const title = `Fine-tuning on ${folderName(root)}`;
    void vscode.window.withProgress({ location: Notification, title, cancellable: true }, (progress, token) => {
      return new Promise<void>((resolve) => {
        let told = 0; // percent
        let hasWorked = false; // one that is to go on may still say that it is paused
        const update = () => {
          const job = this.job(root);
          if (!job || !(works(job) || (job.progress.state === "paused" && !hasWorked))) return end();
          hasWorked ||= works(job);
          const { share } = job.progress;
          progress.report({ message: progressLine(job.progress), increment: Math.max(0, share * 100 - told) });
          told = Math.max(told, share * 100);
        };
        const listeners = [
          this.#changed.event(update),
          token.onCancellationRequested(() => {
            end();
            void this.cancel(root);
          }),
        ];
        const end = () => {
          for (const listener of listeners) listener.dispose();
          if (this.#followed.get(root) === away) this.#followed.delete(root);
          resolve();
        };
        away.signal.addEventListener("abort", end);
        if (away.signal.aborted) end();
        else update();
      });
    });
  }

  /** Asks, and then pauses a job or ends it. */
  async cancel(root: string): Promise<void> {
    const keep = { title: "Keep Going", isCloseAffordance: true };
    const pause = { title: "Pause Instead" };
    const cancel = { title: "Cancel Fine-Tuning" };
    const job = this.job(root);
    const items = job && works(job) ? [cancel, pause, keep] : [cancel, { title: "Keep It", isCloseAffordance: true }];
    const question = `Cancel the fine-tuning on “${folderName(root)}”?`;
    const detail = "What it has learnt so far is deleted. Completions stay as they are.";
    const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, ...items);
    if (picked === cancel) await this.control(root, "cancel");
    else if (picked === pause) await this.control(root, "pause");
  }

  async control(root: string, wish: ControlParams["wish"]): Promise<void> {
    const params: ControlParams = { root, wish };
    const done = await ask<null>(this.#agent, FineTuneMethod.control, params);
    if (done !== undefined && wish === "run") this.follow(root);
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changed.dispose();
  }

  #update(): void {
    const { jobs } = this.#agent;
    this.#setContext("sotto.fineTuningWorks", jobs.some(works));
    this.#setContext("sotto.fineTuningRests", jobs.some(rests));
    this.#changed.fire();
    for (const job of jobs) this.#tellEnding(job);
  }

  #setContext(key: string, value: boolean): void {
    if ((this.#context.get(key) ?? false) === value) return;
    this.#context.set(key, value);
    void vscode.commands.executeCommand("setContext", key, value);
  }

  #tellEnding(job: FineTuneJob): void {
    const { root, progress } = job;
    const end = ending(job, folderName(root));
    const told = this.#memory.get<Record<string, string>>(TOLD, {});
    const key = `${progress.state} ${progress.pid} ${progress.updatedMs}`;
    if (!end || told[root] === key) return;
    void this.#memory.update(TOLD, { ...told, [root]: key });
    this.#tell(job, end).catch((error: Error) => tellError(`${error.message}.`));
  }

  async #tell({ root, report }: FineTuneJob, { text, severity, offers }: Ending): Promise<void> {
    const { window } = vscode;
    const show = {
      information: (...words: [string, ...string[]]) => window.showInformationMessage(...words),
      warning: (...words: [string, ...string[]]) => window.showWarningMessage(...words),
      error: (...words: [string, ...string[]]) => window.showErrorMessage(...words),
    }[severity];
    const picked = await show(text, ...offers.map((offer) => OFFERS[offer]));
    const commands: Partial<Record<string, CommandId>> = {
      [OFFERS.adapters]: "sotto.adapters",
      [OFFERS.log]: "sotto.showLog",
    };
    if (picked === undefined) return;
    if (picked === OFFERS.report) await showReport(report!, folderName(root));
    else if (picked === OFFERS.goOn) await this.control(root, "run");
    else if (picked === OFFERS.discard) await this.cancel(root);
    else await vscode.commands.executeCommand(commands[picked]!);
  }
}
