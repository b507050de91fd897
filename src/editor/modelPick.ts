// "Choose Model…": a quick pick of installed and downloadable models. The agent downloads; this file asks first, shows the progress, and
// makes the host run the chosen model.

import * as vscode from "vscode";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import { AgentMethod } from "../protocol/messages.ts";
import { type ModelEntry, ModelMethod, type ModelOffer, type ModelPlan, type ModelsState } from "../protocol/models.ts";
import { ask, askThroughFile, askWithProgress, tellError } from "./asking.ts";
import type { Configuration } from "./configuration.ts";
import type { AgentClient } from "./languageClient.ts";
import { downloadQuestion, inSize, modelRow, offerRow } from "./modelText.ts";

interface Row extends vscode.QuickPickItem {
  act?: () => Promise<void>;
}

const TOLD_MS = 8_000;

export class ModelPick {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;

  constructor(agent: AgentClient, configuration: Configuration) {
    this.#agent = agent;
    this.#configuration = configuration;
  }

  async show(): Promise<void> {
    const state = await ask<ModelsState>(this.#agent, ModelMethod.list, {});
    if (!state) return;
    const { model: chosen } = this.#configuration.settings;
    const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const rows: Row[] = [
      separator("installed"),
      ...state.models.map((model) => ({
        ...modelRow(model, model.setting === chosen),
        act: () => this.#use(model),
      })),
      separator("to download"),
      ...state.offers.map((offer) => ({ ...offerRow(offer, state.freeBytes), act: () => this.#download(offer) })),
    ];
    const placeHolder = "Nothing is downloaded before you have agreed.";
    await (await vscode.window.showQuickPick(rows, { title: "Choose Model", placeHolder }))?.act?.();
  }

  /** From the next request on; all windows share the host. */
  async #use({ name, setting, problem }: ModelEntry): Promise<void> {
    if (problem !== undefined) return tellError(problem);
    await this.#configuration.useModel(setting);
    this.#agent.configure(); // before the restart, whenever the editor tells of the change
    await this.#agent.request<void>(AgentMethod.restartHost);
    vscode.window.setStatusBarMessage(`Sotto: ${name} is being loaded.`, TOLD_MS);
  }

  async #download(offer: ModelOffer): Promise<void> {
    const { id, name } = offer;
    const plan = await askWithProgress<ModelPlan>(this.#agent, `Asking for ${name} …`, ModelMethod.plan, { id });
    if (!plan) return;
    const { question, detail, go } = downloadQuestion(offer, plan);
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, go)) !== go) return;
    const inWords = ({ name: file, done, total }: ActionProgress) => `${inSize(done)} of ${inSize(total)}, ${file}`;
    const title = `Downloading ${name}`;
    const accepted = { id, acceptsLicence: offer.forbidsUses }; // the button says so
    const model = await askThroughFile<ModelEntry>(this.#agent, title, ModelMethod.pull, accepted, inWords);
    if (model) await this.#use(model);
  }
}
