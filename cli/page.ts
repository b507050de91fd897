// The tables of docs/user/cli.md, generated from the commands' own option tables. Pure; scripts/generatePages.ts writes them.

import type { Command, OptionTable } from "./command.ts";
import { SUMMARIES } from "./overview.ts";

const cell = (text: string) => text.replaceAll("|", "\\|");

function optionsTable(options: OptionTable): string {
  const rows = Object.entries(options).map(([name, { argument, help }]) => {
    const spelt = argument ? `--${name} ${argument}` : `--${name}`;
    return `| \`${cell(spelt)}\` | ${cell(help)} |`;
  });
  return ["| option | meaning |", "| --- | --- |", ...rows].join("\n");
}

/** A table of the commands, the options common to all of them, and a section for each command with options of its own. */
export function commandLineTables(commands: readonly Command[], globalOptions: OptionTable): string {
  const overview = commands.map(({ name, positionals }) => {
    const spelt = [name, positionals].filter(Boolean).join(" ");
    return `| \`${cell(spelt)}\` | ${cell(SUMMARIES[name])} |`;
  });
  const sections = commands
    .filter(({ options }) => Object.keys(options).length > 0)
    .map(({ name, options }) => `### sotto ${name}\n\n${optionsTable(options)}`);
  return [
    ["| command | what it does |", "| --- | --- |", ...overview].join("\n"),
    `### Options of every command\n\n${optionsTable(globalOptions)}`,
    ...sections,
  ].join("\n\n");
}
