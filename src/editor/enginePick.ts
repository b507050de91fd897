// "Choose Engine…" and "Set Engine Key…": which server writes, and the person's consent before anything is sent to another machine. The agent
// asks the servers; this file asks the person, and writes the settings down.

import * as vscode from "vscode";
import { isLoopback, originOf } from "../../common/util/engineAddress.ts";
import type { FoundEngine } from "../../server/remote/types.ts";
import { LOCAL_ENGINE } from "../config/engineSettings.ts";
import { settings } from "../config/settings.ts";
import { EngineMethod, type IdentifyAnswer } from "../protocol/engines.ts";
import { ask, tellError } from "./asking.ts";
import type { Configuration } from "./configuration.ts";
import type { EngineConsents } from "./engineConsents.ts";
import type { EngineKeys } from "./engineKeys.ts";
import { consentQuestion, engineModelRow, engineRow } from "./engineText.ts";
import type { AgentClient } from "./languageClient.ts";

interface Row extends vscode.QuickPickItem {
  act?: () => Promise<void>;
}

const TOLD_MS = 8_000;

export interface EnginePickOptions {
  agent: AgentClient;
  configuration: Configuration;
  consents: EngineConsents;
  keys: EngineKeys;
}

export class EnginePick {
  readonly #options: EnginePickOptions;

  constructor(options: EnginePickOptions) {
    this.#options = options;
  }

  async show(): Promise<void> {
    const { agent, configuration, consents } = this.#options;
    const found = await ask<FoundEngine[]>(agent, EngineMethod.find, {});
    if (!found) return;
    const { "engine.url": chosen } = configuration.settings;
    const separator = (label: string): Row => ({ label, kind: vscode.QuickPickItemKind.Separator });
    const marked = (row: Row, isChosen: boolean): Row => (isChosen ? { ...row, label: `$(check) ${row.label}` } : row);
    const isElsewhere = chosen !== LOCAL_ENGINE && !found.some(({ url }) => url === chosen);
    const rows: Row[] = [
      marked({ label: "This machine: Sotto's own model", act: () => this.#useLocal() }, chosen === LOCAL_ENGINE),
      ...(isElsewhere ? [marked({ label: chosen, act: () => this.#identify(chosen) }, true)] : []),
      ...(found.length > 0 ? [separator("servers on this machine")] : []),
      ...found.map((engine) =>
        marked({ ...engineRow(engine), act: () => this.#chooseModel(engine) }, engine.url === chosen),
      ),
      separator("elsewhere"),
      { label: "Another server…", act: () => this.#askAddress() },
      ...(consents.origins.length > 0 ? [separator("consent")] : []),
      ...consents.origins.map((origin) => ({
        label: `Send nothing more to ${origin}`,
        act: () => this.#takeBack(origin),
      })),
    ];
    const placeHolder = "Nothing is sent to another machine before you have agreed.";
    await (await vscode.window.showQuickPick(rows, { title: "Choose Engine", placeHolder }))?.act?.();
  }

  /** Asks for the key of the chosen server. */
  async setKey(): Promise<void> {
    const { "engine.url": url } = this.#options.configuration.settings;
    if (url !== LOCAL_ENGINE) await this.#askKey(originOf(url));
  }

  /** @returns whether one was given */
  async #askKey(origin: string): Promise<boolean> {
    const { agent, keys } = this.#options;
    const prompt = `The key for ${origin}. It is kept in the editor's secret storage and sent there alone. Empty: none.`;
    const key = await vscode.window.showInputBox({ title: "Engine Key", prompt, password: true, ignoreFocusOut: true });
    if (key === undefined) return false;
    await keys.set(origin, key.trim());
    agent.notify(EngineMethod.tryAgain, {});
    return true;
  }

  async #askAddress(): Promise<void> {
    const setting = settings["engine.url"];
    const address = await vscode.window.showInputBox({
      title: "Address of the Server",
      placeHolder: "https://engine.example:8000",
      validateInput: (given) => {
        const checked = setting.check(given.trim());
        if ("problem" in checked) return `The address ${checked.problem}.`;
        return checked.value === LOCAL_ENGINE && given !== "" ? "Give the address of a server." : undefined;
      },
    });
    if (address?.trim()) await this.#identify(address.trim().replace(/\/$/, ""));
  }

  /** Asks the server what it is; where it wants a key, the person for that. */
  async #identify(url: string): Promise<void> {
    const progress = { location: vscode.ProgressLocation.Notification, title: `Asking ${url} …` };
    const answer = await vscode.window.withProgress(progress, () =>
      this.#options.agent.request<IdentifyAnswer>(EngineMethod.identify, { url }),
    );
    if ("value" in answer) return this.#chooseModel(answer.value);
    const { code, message, action } = answer.error;
    if (code !== "engineRefusedKey") return tellError(`${message} ${action}`);
    const key = "Set Its Key…";
    const picked = await vscode.window.showWarningMessage(message, key);
    if (picked === key && (await this.#askKey(originOf(url)))) await this.#identify(url);
  }

  async #chooseModel(engine: FoundEngine): Promise<void> {
    const { models, url } = engine;
    const rows = models.map((model) => ({ ...engineModelRow(model), id: model.id }));
    const picked = rows.length > 1 ? await vscode.window.showQuickPick(rows, { title: `Models at ${url}` }) : rows[0];
    if (rows.length > 1 && !picked) return;
    if (!(await this.#hasConsent(url))) return;
    await this.#use(url, picked?.id ?? "");
  }

  /** Whether the person agrees, or has agreed before; this machine needs no consent. */
  async #hasConsent(url: string): Promise<boolean> {
    const { consents } = this.#options;
    const origin = originOf(url);
    if (isLoopback(url) || consents.origins.includes(origin)) return true;
    const { question, detail, go } = consentQuestion(url);
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, go)) !== go) return false;
    await consents.give(origin);
    return true;
  }

  async #use(url: string, model: string): Promise<void> {
    const { agent, configuration } = this.#options;
    await configuration.useEngine(url, model);
    agent.configure(); // whenever the editor tells of the change: it counts from the next request on
    const name = url === LOCAL_ENGINE ? "Sotto's own model" : `${model || "the model"} at ${url}`;
    vscode.window.setStatusBarMessage(`Sotto: ${name} writes from now on.`, TOLD_MS);
  }

  #useLocal(): Promise<void> {
    return this.#use(LOCAL_ENGINE, "");
  }

  async #takeBack(origin: string): Promise<void> {
    const { agent, configuration, consents } = this.#options;
    await consents.takeBack(origin);
    agent.configure();
    const { "engine.url": chosen } = configuration.settings;
    if (chosen !== LOCAL_ENGINE && originOf(chosen) === origin) await this.#useLocal(); // other windows learn it by the setting
  }
}
