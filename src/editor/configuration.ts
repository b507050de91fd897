// What a person has chosen in the editor: settings, snooze and workspace trust, kept as the configuration that the agent gets.
// A corrupt setting is named once in the log; its default is used. Asks nothing and shows nothing.

import path from "node:path";
import * as vscode from "vscode";
import { isRecord } from "../../common/util/parsedJson.ts";
import { engineSettings } from "../config/engineSettings.ts";
import { eagernessAfter, readSettings, type SettingKey, type Settings, settings } from "../config/settings.ts";
import { type AgentConfiguration, UNTIL_CLOSED_MS } from "../protocol/messages.ts";
import type { EngineConsents } from "./engineConsents.ts";

export class Configuration implements vscode.Disposable {
  readonly #log: vscode.LogOutputChannel;
  readonly #consents: EngineConsents;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  readonly #listeners: vscode.Disposable[];
  #settings: Settings;
  #problems: readonly string[] = [];
  #snoozedUntilMs = 0;
  #wakeTimer: NodeJS.Timeout | undefined;

  constructor(log: vscode.LogOutputChannel, consents: EngineConsents) {
    this.#log = log;
    this.#consents = consents;
    this.#settings = this.#read();
    this.#listeners = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration("sotto") && !event.affectsConfiguration("http")) return;
        this.#settings = this.#read();
        this.#changed.fire();
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => this.#changed.fire()),
    ];
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** One sentence for each setting that could not be read. */
  get problems(): readonly string[] {
    return this.#problems;
  }

  get snoozedUntilMs(): number {
    return this.#snoozedUntilMs;
  }

  /** As it goes to the agent. */
  forAgent(): AgentConfiguration {
    return {
      ...this.#settings,
      snoozedUntilMs: this.#snoozedUntilMs,
      trusted: vscode.workspace.isTrusted,
      editorCompiler: path.join(vscode.env.appRoot, "extensions", "node_modules", "typescript"),
      engineConsents: this.#consents.origins,
      editorProxy: editorProxy(),
    };
  }

  /** No automatic suggestions for this long, infinity included; 0 ends a snooze. Forgotten when the window closes. */
  snooze(durationMs: number): void {
    clearTimeout(this.#wakeTimer);
    const endless = durationMs === Number.POSITIVE_INFINITY;
    this.#snoozedUntilMs = endless ? UNTIL_CLOSED_MS : durationMs > 0 ? Date.now() + durationMs : 0;
    if (durationMs > 0 && !endless) this.#wakeTimer = setTimeout(() => this.snooze(0), durationMs);
    void vscode.commands.executeCommand("setContext", "sotto.snoozed", durationMs > 0);
    this.#changed.fire();
  }

  /** Switches a language on or off, in the settings where it is set now (the person's own where it is set nowhere). */
  async switchLanguage(languageId: string, on: boolean): Promise<void> {
    const section = vscode.workspace.getConfiguration("sotto");
    const found = section.inspect<unknown>("enable");
    const inWorkspace = isRecord(found?.workspaceValue) && languageId in found.workspaceValue;
    const current = inWorkspace ? found?.workspaceValue : found?.globalValue;
    const value = { ...(isRecord(current) ? current : {}), [languageId]: on };
    const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    await section.update("enable", value, target);
  }

  setQuiet(quiet: boolean): Promise<void> {
    return this.#update("quiet", quiet);
  }

  /** More or fewer suggestions. */
  stepEagerness(step: 1 | -1): Promise<void> {
    return this.#update("eagerness", eagernessAfter(this.#settings.eagerness, step));
  }

  /** In the settings where it is set now (the person's own where it is set nowhere). */
  async #update(key: SettingKey, value: unknown): Promise<void> {
    const section = vscode.workspace.getConfiguration("sotto");
    const inWorkspace = section.inspect<unknown>(key)?.workspaceValue !== undefined;
    const target = inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
    await section.update(key, value, target);
  }

  /** @param value of sotto.model; the default is not written down */
  async useModel(value: string): Promise<void> {
    const section = vscode.workspace.getConfiguration("sotto");
    const written = value === settings.model.default ? undefined : value;
    await section.update("model", written, vscode.ConfigurationTarget.Global); // its scope has no other
  }

  /**
   * The local model is set in between, so that no window combines an address with what was set about another server.
   * @param url of a server, or the word for the local model
   */
  async useEngine(url: string, model: string): Promise<void> {
    const local = settings["engine.url"].default;
    const isOther = url !== this.#settings["engine.url"];
    const set = async (key: SettingKey, value: string | undefined) => {
      const section = vscode.workspace.getConfiguration("sotto");
      if (value === section.inspect<unknown>(key)?.globalValue) return;
      await section.update(key, value, vscode.ConfigurationTarget.Global); // its scope has no other
    };
    if (isOther) await set("engine.url", undefined);
    for (const key of Object.keys(engineSettings) as SettingKey[])
      if (isOther && key !== "engine.url" && key !== "engine.model") await set(key, undefined);
    await set("engine.model", model === "" ? undefined : model);
    await set("engine.url", url === local ? undefined : url);
  }

  dispose(): void {
    clearTimeout(this.#wakeTimer);
    for (const listener of this.#listeners) listener.dispose();
    this.#changed.dispose();
  }

  #read(): Settings {
    const section = vscode.workspace.getConfiguration("sotto");
    const { settings, problems } = readSettings((key) => section.get(key));
    for (const problem of problems) if (!this.#problems.includes(problem)) this.#log.warn(problem);
    this.#problems = problems;
    const { enable, exclude, filters } = settings;
    return { ...settings, enable: { ...enable }, exclude: [...exclude], filters: { ...filters } }; // copies: the editor hands out read-only proxies
  }
}

/** What the editor has for itself and its extensions. */
function editorProxy(): AgentConfiguration["editorProxy"] {
  const http = vscode.workspace.getConfiguration("http");
  const isOff = http.get("proxySupport") === "off"; // for extensions
  return { address: isOff ? "" : http.get("proxy", ""), strictSsl: http.get("proxyStrictSSL", true) };
}
