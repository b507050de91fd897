// The settings of editors that know none of ours: `workspace/configuration` of the section "sotto" before what a changed configuration brings,
// before `initializationOptions`. A value that does not fit is named once in the log.

import { setTimeout as sleep } from "node:timers/promises";
import { type Connection, DidChangeConfigurationNotification } from "vscode-languageserver/node";
import { loggable } from "../../../common/util/loggable.ts";
import { isRecord } from "../../../common/util/parsedJson.ts";
import { defaultSettings, readSettings, type SettingKey } from "../../config/settings.ts";
import type { AgentConfiguration } from "../../protocol/messages.ts";
import type { Feature } from "../feature.ts";
import type { Session } from "../session.ts";

const SECTION = "sotto";

/** How long a window waits for its settings, in milliseconds. A later answer still counts. */
const PATIENCE_MS = 1_000;

export class EditorSettings {
  #initial: unknown;
  #told: unknown; // the latest from the editor since
  readonly #problems = new Set<string>();

  begin(initializationOptions: unknown): Read {
    this.#initial = sectionOf(initializationOptions);
    return this.#read();
  }

  /** Asks the editor for its settings, where it can be asked. */
  async ask({ workspace, console }: Connection, session: Session): Promise<void> {
    this.#use(session, console);
    if (!session.client.workspace?.configuration) return;
    const answered = workspace.getConfiguration(SECTION).then(
      (section: unknown) => {
        this.#told = section;
        this.#use(session, console);
      },
      (error: unknown) => console.warn(`settings: ${loggable(error)}`),
    );
    await Promise.race([answered, sleep(PATIENCE_MS, undefined, { ref: false })]);
  }

  readonly serve: Feature = (connection, session) => {
    const { workspace } = session.client;
    session.events.on("initialized", () => {
      if (!workspace?.didChangeConfiguration?.dynamicRegistration) return;
      const registered = connection.client.register(DidChangeConfigurationNotification.type, { section: SECTION });
      registered.catch(() => {}); // the settings stay as they were at the start
    });
    connection.onDidChangeConfiguration(({ settings }) => {
      if (workspace?.configuration) return void this.ask(connection, session);
      this.#told = sectionOf(settings);
      this.#use(session, connection.console);
    });
  };

  #use(session: Session, log: Connection["console"]): void {
    const { configuration, problems } = this.#read();
    for (const problem of problems) if (!this.#problems.has(problem)) log.warn(problem);
    for (const problem of problems) this.#problems.add(problem);
    if (JSON.stringify(configuration) !== JSON.stringify(session.configuration)) session.configure(configuration);
  }

  #read(): Read {
    return configurationOf([this.#told, this.#initial]);
  }
}

interface Read {
  configuration: AgentConfiguration;
  problems: string[];
}

/** @param sections objects of settings, the foremost first; anything else in their places says nothing */
export function configurationOf(sections: readonly unknown[]): Read {
  const raw = (key: SettingKey | "trusted"): unknown =>
    sections.map((section) => valueAt(section, key)).find((value) => value !== undefined);
  const languages = raw("enable");
  const enable = isRecord(languages) ? { ...defaultSettings.enable, ...languages } : languages; // as VS Code does
  const { settings, problems } = readSettings((key) => (key === "enable" ? enable : raw(key)));
  const trusted = raw("trusted");
  if (trusted !== undefined && typeof trusted !== "boolean")
    problems.push("The setting sotto.trusted must be true or false; the workspace is not trusted.");
  const engineConsents = process.env.SOTTO_ENGINE_CONSENT?.split(",").map((origin) => origin.trim());
  const window = { snoozedUntilMs: 0, trusted: trusted === true, ...(engineConsents && { engineConsents }) };
  return { configuration: { ...settings, ...window }, problems };
}

/** "docstring.style" by its name, or as a member of a member. */
function valueAt(section: unknown, key: string): unknown {
  if (!isRecord(section)) return undefined;
  const nested = key
    .split(".")
    .reduce<unknown>((at, name) => (isRecord(at) && Object.hasOwn(at, name) ? at[name] : undefined), section);
  return (Object.hasOwn(section, key) ? section[key] : nested) ?? undefined; // null sets nothing
}

/** The settings themselves, where an object has them under our name. */
const sectionOf = (given: unknown): unknown => (isRecord(given) && isRecord(given[SECTION]) ? given[SECTION] : given);
