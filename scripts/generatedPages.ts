// The pages that hold tables made from the code or from another page: each as it should be now. A table stands between two marks; the text
// around it is written by hand and left alone. Writes nothing.

import { readFileSync } from "node:fs";
import path from "node:path";
import { commandLineTables } from "../cli/page.ts";
import { commands, globalOptions } from "../cli/run.ts";
import { packageRoot } from "../common/util/packageRoot.ts";
import { commandsTable, settingsTable } from "../src/config/pages.ts";

const root = packageRoot(import.meta.dirname);
const read = (page: string) => readFileSync(path.join(root, page), "utf8");

interface Marks {
  readonly begin: string;
  readonly end: string;
}

const MADE: Marks = {
  begin: "<!-- made by npm run generate: edits up to the next mark are lost -->",
  end: "<!-- end of what is made -->",
};
const HEADLINES: Marks = {
  begin: "<!-- headlines: README.md shows this table, by npm run generate -->",
  end: "<!-- end of headlines -->",
};

const tables: Readonly<Record<string, () => string>> = {
  "docs/user/settings.md": settingsTable,
  "docs/user/commands.md": commandsTable,
  "docs/user/cli.md": () => commandLineTables(commands, globalOptions),
  "README.md": () => partsOf(read("docs/results.md"), HEADLINES).table.trim(),
};

/** @throws Error where the page has not exactly one pair of the marks */
function partsOf(page: string, { begin, end }: Marks): { before: string; table: string; after: string } {
  const [before, rest, ...moreBegins] = page.split(begin);
  const [table, after, ...moreEnds] = rest?.split(end) ?? [];
  if (after === undefined || moreBegins.length > 0 || moreEnds.length > 0)
    throw new Error(`a page needs the line "${begin}" once and after it "${end}" once`);
  return { before, table, after };
}

/** @throws Error where the page has not exactly one pair of marks */
export function withTable(page: string, table: string): string {
  const { before, after } = partsOf(page, MADE);
  return `${before}${MADE.begin}\n\n${table}\n\n${MADE.end}${after}`;
}

export interface GeneratedPage {
  readonly page: string; // its path in the repository
  readonly now: string; // what the file holds
  readonly fresh: string; // what it should hold
}

export function generatedPages(): GeneratedPage[] {
  return Object.entries(tables).map(([page, table]) => {
    const now = read(page);
    return { page, now, fresh: withTable(now, table()) };
  });
}
