// "Adapters": a quick pick of a folder's adapters, and of what can be done with each. Changes nothing itself: the agent does.

import * as vscode from "vscode";
import type { CommandId } from "../../config/commands.ts";
import {
  type AdapterChange,
  type AdapterComparison,
  type AdapterEntry,
  AdapterMethod,
  type AdaptersState,
  type ChangeAdapterParams,
  type CompareParams,
} from "../../protocol/adapters.ts";
import type { FolderParams } from "../../protocol/fineTune.ts";
import { ask } from "../asking.ts";
import type { AgentClient } from "../languageClient.ts";
import { adapterRow, comparison } from "./adapterText.ts";
import { type Folder, pickFolder } from "./folders.ts";
import type { Pages } from "./pages.ts";
import { showReport } from "./reportPanel.ts";

interface Row extends vscode.QuickPickItem {
  act?: () => Promise<unknown>;
}

const TOLD_MS = 8_000;

export class AdaptersPick {
  readonly #agent: AgentClient;
  readonly #pages: Pages;

  constructor(agent: AgentClient, pages: Pages) {
    this.#agent = agent;
    this.#pages = pages;
  }

  async show(): Promise<void> {
    const folder = await pickFolder("Adapters");
    if (!folder) return;
    const params: FolderParams = { root: folder.root };
    const state = await ask<AdaptersState>(this.#agent, AdapterMethod.list, params);
    if (state) await pickRow(this.#rows(folder, state), `Adapters of ${folder.name}`, placeholder(state));
  }

  #rows(folder: Folder, { adapters, before, problems }: AdaptersState): Row[] {
    const fineTune: CommandId = "sotto.fineTune";
    const rows: Row[] = adapters.map((adapter) => ({
      ...adapterRow(adapter),
      act: () => this.#showOne(folder, adapter, adapters),
    }));
    const active = adapters.find((adapter) => adapter.active);
    const name = adapters.find(({ id }) => id === before)?.name;
    if (rows.length > 0) rows.push({ label: "", kind: vscode.QuickPickItemKind.Separator });
    if (active) {
      rows.push({
        label: "$(circle-slash) Switch Off",
        description: "complete with the model as it is",
        act: () => this.#change(folder, { kind: "off" }),
      });
    }
    if (name !== undefined || active) {
      const description = name === undefined ? "to the model as it is" : `to ${name}`;
      rows.push({
        label: "$(discard) Roll Back",
        description,
        act: () => this.#change(folder, { kind: "rollBack" }),
      });
    }
    rows.push(
      { label: "$(folder-opened) Import…", description: "a folder in PEFT's layout", act: () => this.#import(folder) },
      {
        label: "$(mortar-board) Fine-tune on This Workspace…",
        act: async () => vscode.commands.executeCommand(fineTune),
      },
      ...problems.map((problem): Row => ({ label: `$(warning) ${problem}` })),
    );
    return rows;
  }

  async #showOne(folder: Folder, adapter: AdapterEntry, all: readonly AdapterEntry[]): Promise<void> {
    const { id, name, active, report } = adapter;
    const rows: Row[] = [
      active
        ? { label: "$(circle-slash) Switch Off", act: () => this.#change(folder, { kind: "off" }) }
        : { label: "$(check) Use", act: () => this.#change(folder, { kind: "use", id }) },
    ];
    if (report) rows.push({ label: "$(graph) Show Report", act: () => showReport(report, name) });
    if (all.length > 1) rows.push({ label: "$(diff) Compare With…", act: () => this.#compare(folder, adapter, all) });
    rows.push(
      { label: "$(edit) Rename…", act: () => this.#rename(folder, adapter) },
      { label: "$(save-as) Export…", description: "in PEFT's layout", act: () => this.#export(folder, adapter) },
      { label: "$(trash) Remove…", act: () => this.#remove(folder, adapter) },
    );
    await pickRow(rows, name, adapterRow(adapter).description);
  }

  async #compare(folder: Folder, adapter: AdapterEntry, all: readonly AdapterEntry[]): Promise<void> {
    const others = all.filter(({ id }) => id !== adapter.id);
    const show = (other: AdapterEntry) => this.#compareTwo(folder, adapter, other);
    if (others.length === 1) return show(others[0]);
    const rows = others.map((other): Row => ({ ...adapterRow(other), act: () => show(other) }));
    await pickRow(rows, `Compare ${adapter.name} with`, "");
  }

  /** What is known at once; and what both do with the same lines, where somebody wants to wait for that. */
  async #compareTwo({ root }: Folder, one: AdapterEntry, other: AdapterEntry): Promise<void> {
    const title = `${one.name} and ${other.name}.txt`;
    await this.#pages.show(title, comparison(one, other));
    const judge = "Judge Both";
    const question = `Judge ${one.name} and ${other.name} by the same held-out lines? That takes some minutes.`;
    if ((await vscode.window.showInformationMessage(question, judge)) !== judge) return;
    const params: CompareParams = { root, first: one.id, second: other.id };
    const judged = await withProgress(`Judging ${one.name} and ${other.name} …`, (token) =>
      ask<AdapterComparison>(this.#agent, AdapterMethod.compare, params, token),
    );
    if (judged) await this.#pages.show(title, comparison(one, other, judged));
  }

  async #rename(folder: Folder, { id, name: value }: AdapterEntry): Promise<void> {
    const name = await vscode.window.showInputBox({ title: "A name for this adapter", value });
    if (name !== undefined && name !== value) await this.#change(folder, { kind: "rename", id, name });
  }

  async #remove(folder: Folder, { id, name, active }: AdapterEntry): Promise<void> {
    const remove = "Remove";
    const detail = `${active ? "It is in use: completions go on without it. " : ""}It cannot be brought back.`;
    const question = `Remove the adapter “${name}”?`;
    const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, remove);
    if (picked === remove) await this.#change(folder, { kind: "remove", id });
  }

  async #export(folder: Folder, { id, name, keptExamples }: AdapterEntry): Promise<void> {
    if (keptExamples) {
      const detail = `It has also learnt from ${keptExamples} of your kept suggestions (sotto.keepExamples), and whoever gets it may get parts of them out of it.`;
      const question = `Export the adapter “${name}”?`;
      const picked = await vscode.window.showWarningMessage(question, { modal: true, detail }, "Export");
      if (picked === undefined) return;
    }
    const chosen = await chooseFolder(`Folder in which ${id} is made`, "Export Here");
    if (!chosen) return;
    const dir = vscode.Uri.joinPath(chosen, id).fsPath;
    await withProgress(`Exporting ${name} …`, (token) => this.#change(folder, { kind: "export", id, dir }, token));
  }

  async #import(folder: Folder): Promise<void> {
    const chosen = await chooseFolder("Folder of an adapter in PEFT's layout", "Import");
    if (!chosen) return;
    await withProgress("Importing …", (token) => this.#change(folder, { kind: "import", dir: chosen.fsPath }, token));
  }

  async #change({ root }: Folder, change: AdapterChange, token?: vscode.CancellationToken): Promise<void> {
    const params: ChangeAdapterParams = { root, change };
    const sentence = await ask<string>(this.#agent, AdapterMethod.change, params, token);
    if (sentence) vscode.window.setStatusBarMessage(`Sotto: ${sentence}`, TOLD_MS);
  }
}

function placeholder({ adapters }: AdaptersState): string {
  if (adapters.length === 0) return "There is none yet.";
  const active = adapters.find((adapter) => adapter.active);
  return active ? `Completions use ${active.name}.` : "Completions use none of them.";
}

async function pickRow(rows: Row[], title: string, placeHolder: string): Promise<void> {
  await (await vscode.window.showQuickPick(rows, { title, placeHolder }))?.act?.();
}

async function chooseFolder(title: string, openLabel: string): Promise<vscode.Uri | undefined> {
  const options = { canSelectFiles: false, canSelectFolders: true, canSelectMany: false, title, openLabel };
  return (await vscode.window.showOpenDialog(options))?.[0];
}

function withProgress<T>(title: string, work: (token: vscode.CancellationToken) => Promise<T>): Thenable<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, (_progress, token) => work(token));
}
