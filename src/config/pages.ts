// The tables of docs/user that tell settings and commands, computed from src/config's tables. Pure; scripts/generatePages.ts writes them.

import { type CommandId, commands } from "./commands.ts";
import { type SettingKey, settings } from "./settings.ts";

/** The keys of a JSON schema (setting.ts) that a reader of the page sees. */
interface Shown {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly enumDescriptions?: readonly string[];
  readonly properties?: Readonly<Record<string, { description: string }>>;
}

/** A text in a cell of a table: a backslash of its own would be taken for Markdown's. */
const cell = (text: string) => text.replaceAll(/[\\|]/g, "\\$&");

/** Values or names with what each means, as a list within a cell. */
const explained = (entries: readonly (readonly [string, string])[]) =>
  entries.map(([name, meaning]) => `<br>• \`${name}\`: ${cell(meaning)}`).join("");

/** A description, which is Markdown, in a cell of a page: what is a link in the editor's settings is a name there. */
const onPage = (description: string): string =>
  description
    .replaceAll("|", "\\|")
    .replaceAll(/`#([\w.]+)#`/g, "`$1`")
    .replaceAll(/\[([^[\]]+)\]\(command:[\w.]+\)/g, "**$1**");

/** A row for each setting: its name, its default, what it means and which values it takes. */
export function settingsTable(): string {
  const rows = (Object.keys(settings) as SettingKey[]).map((key) => {
    const { description, default: fallback, scope } = settings[key];
    const shown: Shown = settings[key].schema;
    const values = shown.enum?.map((value, index) => [value, shown.enumDescriptions?.[index] ?? ""] as const) ?? [];
    const switched = Object.entries(shown.properties ?? {}).map(([name, entry]) => [name, entry.description] as const);
    const range = shown.minimum === undefined ? "" : ` (${shown.minimum} to ${shown.maximum})`;
    const meaning = `${onPage(description)}${range}${explained([...values, ...switched])}`;
    // a table of switches that are all on needs no list of them
    const isAllOn = switched.length > 0 && Object.values(fallback).every((on) => on === true);
    const standard = isAllOn ? "all on" : `\`${JSON.stringify(fallback)}\``;
    return `| \`sotto.${key}\` | ${cell(standard)} | ${scope} | ${meaning} |`;
  });
  return ["| setting | default | scope | meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** A row for each command: its title in the palette, its key and what it does. */
export function commandsTable(): string {
  const rows = (Object.keys(commands) as CommandId[]).map((id) => {
    const { title, does, key } = commands[id];
    return `| ${cell(title)} | ${key ? `\`${key.chord}\`` : ""} | ${cell(does)} | \`${id}\` |`;
  });
  return ["| command | key | what it does | id |", "| --- | --- | --- | --- |", ...rows].join("\n");
}
