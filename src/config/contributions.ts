// What package.json says about settings, commands and workspaces, computed from the tables. Pure; scripts/generateContributions.ts writes it.

import { type CommandId, commands } from "./commands.ts";
import { GROUPS } from "./setting.ts";
import { restrictedSettings, type SettingKey, settings } from "./settings.ts";
import { walkthrough } from "./walkthrough.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** The `contributes` and `capabilities` parts of package.json. */
export function contributions(): { contributes: Json; capabilities: Json } {
  const ids = Object.keys(commands) as CommandId[];
  const keys = Object.keys(settings) as SettingKey[];
  const contributes = {
    commands: ids.map((id) => ({
      command: id,
      title: commands[id].title,
      category: "Sotto",
      icon: commands[id].button?.icon,
    })),
    menus: {
      commandPalette: ids.filter((id) => commands[id].when).map((id) => ({ command: id, when: commands[id].when })),
      "scm/title": ids.flatMap((id) => {
        const button = commands[id].button;
        return button ? [{ command: id, when: button.when, group: "navigation" }] : [];
      }),
    },
    keybindings: ids.flatMap((id) => {
      const key = commands[id].key;
      return key ? [{ command: id, key: key.chord, when: key.when }] : [];
    }),
    configuration: Object.entries(GROUPS).map(([group, title], order) => ({
      title,
      order,
      properties: Object.fromEntries(keys.filter((key) => settings[key].group === group).map(property)),
    })),
    languageModelChatProviders: [{ vendor: "sotto", displayName: "Sotto" }],
    walkthroughs: [walkthrough()],
  };
  const capabilities = {
    untrustedWorkspaces: {
      supported: "limited",
      description:
        "Suggestions are made from the open file alone; settings that name folders of this machine are ignored.",
      restrictedConfigurations: restrictedSettings().map((key) => `sotto.${key}`),
    },
    virtualWorkspaces: {
      supported: "limited",
      description: "Suggestions are made from the open file alone: other files are read from the disk only.",
    },
  };
  return JSON.parse(JSON.stringify({ contributes, capabilities }));
}

/** A setting as the editor takes it; `order` is its place under the heading. */
function property(key: SettingKey, order: number): [string, object] {
  const { scope, description, schema, default: fallback } = settings[key];
  return [`sotto.${key}`, { ...schema, default: fallback, scope, order, markdownDescription: description }];
}
