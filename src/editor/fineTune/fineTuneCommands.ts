// "Fine-tune on this workspace" and the commands about a job: one plan, one question, and then it runs. jobNews.ts shows
// how it goes; fineTuneText.ts has the texts.

import * as vscode from "vscode";
import type { FineTunePlan } from "../../../finetune/protocol/fineTune.ts";
import type { Tier } from "../../../server/host/protocol/tiers.ts";
import { AdapterMethod, type AdaptersState } from "../../protocol/adapters.ts";
import {
  type FineTuneJob,
  FineTuneMethod,
  type FineTuneStatus,
  type FineTuneWishes,
  type FolderParams,
  type LearnersAnswer,
  type PlanParams,
  type StartParams,
} from "../../protocol/fineTune.ts";
import { ask, askWithProgress } from "../asking.ts";
import type { Configuration } from "../configuration.ts";
import type { AgentClient } from "../languageClient.ts";
import { leftOutPage, planDialog, progressLine, refusalDialog, rests, works } from "./fineTuneText.ts";
import { type Folder, ownFolders, pickFolder } from "./folders.ts";
import type { JobNews } from "./jobNews.ts";
import type { Pages } from "./pages.ts";
import { showReport } from "./reportPanel.ts";

const START = "Start";
const LEFT_OUT = "Show What Was Left Out";

export interface FineTuneParts {
  agent: AgentClient;
  configuration: Configuration;
  news: JobNews;
  pages: Pages;
}

export class FineTuneCommands {
  readonly #parts: FineTuneParts;

  constructor(parts: FineTuneParts) {
    this.#parts = parts;
  }

  async fineTune(): Promise<void> {
    const { agent, news } = this.#parts;
    const folder = await pickFolder("Fine-tuning");
    if (!folder) return;
    const { root } = folder;
    const job = (await this.#jobs()).find((one) => one.root === root);
    if (job && works(job)) return news.follow(root); // another window may have started it
    const anew = job && rests(job) ? await askToGoOn(job, folder) : true;
    if (anew === undefined) return;
    const wishes = anew ? await this.#askToStart(folder) : {};
    if (!wishes) return;
    const params: StartParams = { root, anew, ...wishes };
    if (await ask<string>(agent, FineTuneMethod.start, params)) news.follow(root);
  }

  pause(): Promise<void> {
    return this.#withJob("Pause fine-tuning", works, ({ root }) => this.#parts.news.control(root, "pause"));
  }

  resume(): Promise<void> {
    return this.#withJob("Resume fine-tuning", rests, ({ root }) => this.#parts.news.control(root, "run"));
  }

  cancel(): Promise<void> {
    const underWay = (job: FineTuneJob) => works(job) || rests(job);
    return this.#withJob("Cancel fine-tuning", underWay, ({ root }) => this.#parts.news.cancel(root));
  }

  /** Of the last job, or else of the adapter in use, or of the newest one. */
  async showReport(): Promise<void> {
    const folder = await pickFolder("The report");
    if (!folder) return;
    const job = (await this.#jobs()).find(({ root }) => root === folder.root);
    const file = job?.report ?? (await this.#adapterReport(folder));
    if (file) await showReport(file, folder.name);
    else vscode.window.showInformationMessage(`There is no report yet: nothing has been learnt from ${folder.name}.`);
  }

  async #adapterReport({ root }: Folder): Promise<string | undefined> {
    const params: FolderParams = { root };
    const { adapters = [] } = (await ask<AdaptersState>(this.#parts.agent, AdapterMethod.list, params)) ?? {};
    return (adapters.find((adapter) => adapter.active && adapter.report) ?? adapters.find(({ report }) => report))
      ?.report;
  }

  /** Which model, where there are two, and then the one question. @returns what to start with; undefined: nothing is to be started */
  async #askToStart(folder: Folder): Promise<FineTuneWishes | undefined> {
    const tiers = await this.#learners();
    const tier = tiers.length > 1 ? await pickLearner(tiers) : undefined;
    if (tiers.length > 1 && tier === undefined) return undefined;
    return this.#askWith(folder, { tier });
  }

  async #askWith(folder: Folder, wishes: FineTuneWishes): Promise<FineTuneWishes | undefined> {
    const { root, name } = folder;
    const { agent, configuration, pages } = this.#parts;
    const params: PlanParams = { root, ...wishes };
    const title = `Counting what there is to learn from in ${name} …`;
    const plan = await askWithProgress<FineTunePlan>(agent, title, FineTuneMethod.plan, params);
    if (!plan) return undefined;
    const { "fineTune.when": when, "fineTune.afterClose": afterClose } = configuration.settings;
    const { window } = vscode;
    const refused = refusalDialog(name, plan, wishes.minutes ?? configuration.settings["fineTune.minutes"]);
    if (refused) {
      const longer = refused.enough === undefined ? [] : [`Plan ${refused.enough} Minutes`];
      const { detail } = refused;
      const picked = await window.showWarningMessage(refused.question, { modal: true, detail }, ...longer);
      return picked === undefined ? undefined : this.#askWith(folder, { ...wishes, minutes: refused.enough });
    }
    const { question, detail } = planDialog(name, plan, { when, afterClose });
    const picked = await window.showInformationMessage(question, { modal: true, detail }, START, LEFT_OUT);
    if (picked !== LEFT_OUT) return picked === START ? wishes : undefined;
    await pages.show(`Left out in ${name}.md`, leftOutPage(name, plan.corpus));
    const isWanted = (await window.showInformationMessage(question, START)) === START; // not modal: the page is to be read
    return isWanted ? wishes : undefined;
  }

  async #learners(): Promise<Tier[]> {
    const { tiers } = await this.#parts.agent
      .request<LearnersAnswer>(FineTuneMethod.learners)
      .catch(() => ({ tiers: [] }));
    return tiers;
  }

  /** As they stand now: another window may have started one since this one heard of it. */
  async #jobs(): Promise<FineTuneJob[]> {
    const { jobs } = await this.#parts.agent.request<FineTuneStatus>(FineTuneMethod.look).catch(() => ({ jobs: [] }));
    return jobs;
  }

  async #withJob(
    what: string,
    fits: (job: FineTuneJob) => boolean,
    act: (job: FineTuneJob) => Promise<void>,
  ): Promise<void> {
    const jobs = (await this.#jobs()).filter(fits);
    const roots = new Set(jobs.map(({ root }) => root));
    if (jobs.length === 0) {
      vscode.window.showInformationMessage(
        `${what}: there is none in this window for which that would change anything.`,
      );
      return;
    }
    const among = ownFolders().filter(({ root }) => roots.has(root));
    const folder = await pickFolder(what, among);
    const job = jobs.find(({ root }) => root === folder?.root);
    if (job) await act(job);
  }
}

const LEARNERS: Record<Tier, { label: string; detail: string }> = {
  quick: { label: "The quick model", detail: "Writes while you type. Learns in the time that the setting names." },
  strong: {
    label: "The strong model",
    detail: "Writes what you ask for. Almost three times as many weights: learns more slowly, with more memory.",
  },
};

async function pickLearner(tiers: readonly Tier[]): Promise<Tier | undefined> {
  const items = tiers.map((tier) => ({ ...LEARNERS[tier], tier }));
  return (await vscode.window.showQuickPick(items, { title: "Fine-tuning: which model is to learn?" }))?.tier;
}

/** @returns whether to begin anew; undefined: neither. One that is paused is cancelled before another can begin. */
async function askToGoOn({ progress, canGoOn }: FineTuneJob, { name }: Folder): Promise<boolean | undefined> {
  const [goOn, anew] = ["Go On", "Start Anew"];
  const question = `Go on with the fine-tuning on “${name}”?`;
  const detail = `${progressLine(progress)}.${canGoOn ? " Starting anew deletes what it has learnt so far." : ""}`;
  const buttons = canGoOn ? [goOn, anew] : [goOn];
  const picked = await vscode.window.showInformationMessage(question, { modal: true, detail }, ...buttons);
  return picked === undefined ? undefined : picked === anew;
}
