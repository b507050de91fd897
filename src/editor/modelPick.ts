// "Choose Model…" and "Import Model…": a quick pick of installed and downloadable models, and a file of the disk. The agent downloads and the command
// line imports; this file asks first, shows the progress, and makes the host run the chosen model.

import path from "node:path";
import * as vscode from "vscode";
import type { ActionProgress } from "../protocol/actionProgress.ts";
import { AgentMethod } from "../protocol/messages.ts";
import { type ModelEntry, ModelMethod, type ModelOffer, type ModelPlan, type ModelsState } from "../protocol/models.ts";
import { ask, askThroughFile, askWithProgress, tellError, withProgress } from "./asking.ts";
import { runForJson } from "./childOfFile.ts";
import type { Configuration } from "./configuration.ts";
import type { AgentClient } from "./languageClient.ts";
import { downloadQuestion, importedModel, importRefusal, inSize, modelRow, offerRow } from "./modelText.ts";

interface Row extends vscode.QuickPickItem {
  act?: () => Promise<void>;
}

const TOLD_MS = 8_000;
const IMPORT_LIMIT_MS = 1_800_000; // tens of gigabytes from a slow disk
const ACCEPT = "Accept the Licence and Import";

export class ModelPick {
  readonly #agent: AgentClient;
  readonly #configuration: Configuration;
  readonly #extensionPath: string;

  constructor(agent: AgentClient, configuration: Configuration, extensionPath: string) {
    this.#agent = agent;
    this.#configuration = configuration;
    this.#extensionPath = extensionPath;
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
      separator("from your disk"),
      { label: "$(folder-opened) Import Model…", description: "a .gguf file", act: () => this.import() },
    ];
    const placeHolder = "Nothing is downloaded before you have agreed.";
    await (await vscode.window.showQuickPick(rows, { title: "Choose Model", placeHolder }))?.act?.();
  }

  /** Copies a file of the person's disk to the models, and runs it. */
  async import(): Promise<void> {
    const filters = { "Model for llama.cpp": ["gguf"] };
    const [file] = (await vscode.window.showOpenDialog({ title: "Import Model", openLabel: "Import", filters })) ?? [];
    if (file) await this.#importFrom(file.fsPath, false);
  }

  async #importFrom(file: string, acceptsLicence: boolean): Promise<void> {
    const cli = { extensionPath: this.#extensionPath, node: this.#agent.node, limitMs: IMPORT_LIMIT_MS };
    const args = ["models", "import", file, ...(acceptsLicence ? ["--accept-licence"] : [])];
    const ended = await withProgress(`Importing ${path.basename(file)} …`, (token) => runForJson(cli, args, token));
    if (!ended) return;
    const model = importedModel(ended.stdout);
    if (model) return this.#use(model);
    const { text, licence } = importRefusal(ended);
    if (licence === undefined || acceptsLicence) return tellError(text);
    const detail = "Read it, and import the model only if your use is allowed.";
    if ((await vscode.window.showWarningMessage(licence, { modal: true, detail }, ACCEPT)) === ACCEPT)
      await this.#importFrom(file, true);
  }

  /** From the next request on; all windows share the host. */
  async #use({ name, setting, problem }: Pick<ModelEntry, "name" | "setting" | "problem">): Promise<void> {
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
