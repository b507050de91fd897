// A commit message of facts alone: what files and symbols were added, moved, renamed and removed. It tells no reason, since the code has none.

import type { SymbolChanges } from "./symbolChanges.ts";

export interface FileChange {
  path: string;
  change: "added" | "changed" | "removed" | "renamed";
  from?: string; // of a renamed one
  symbols?: SymbolChanges; // absent where the file was not read
}

/** The longest subject, in UTF-16 units, as git's own tools fold it. */
const SUBJECT_UNITS = 72;

/** How many names of one kind a line lists. */
const MOST_NAMES = 8;

/** @param files at least one */
export function messageOf(files: readonly FileChange[]): string {
  const moved = movedIn(files);
  const lines = files.map((file) => {
    const told = phrases(file, moved);
    return `- ${placeOf(file)}: ${told.length > 0 ? told.join("; ") : file.change}`;
  });
  const all = files.flatMap((file) => phrases(file, moved));
  const [only] = files;
  const whole = files.length === 1 ? `${verbOf(only.change)} ${placeOf(only)}` : `Change ${files.length} files`;
  const detailed = sentence(all.join("; "));
  const subject = all.length > 0 && detailed.length <= SUBJECT_UNITS ? detailed : whole;
  return files.length === 1 && all.length === 0 ? subject : `${subject}\n\n${lines.join("\n")}`;
}

/** Symbols that one file lost and exactly one other got: the path of the other, by file and symbol. */
function movedIn(files: readonly FileChange[]): Map<string, string> {
  const moved = new Map<string, string>();
  for (const { path, symbols } of files) {
    for (const name of symbols?.removed ?? []) {
      const losing = files.filter((file) => file.symbols?.removed.includes(name));
      const [to, ...others] = files.filter((file) => file.symbols?.added.includes(name));
      if (!to || others.length > 0 || losing.length > 1) continue;
      moved.set(`${path}\0${name}`, to.path);
      moved.set(`${to.path}\0${name}`, "");
    }
  }
  return moved;
}

function phrases({ path, symbols }: FileChange, moved: ReadonlyMap<string, string>): string[] {
  if (!symbols) return [];
  const own = (names: readonly string[]) => names.filter((name) => !moved.has(`${path}\0${name}`));
  const movedAway = symbols.removed.flatMap((name) => {
    const to = moved.get(`${path}\0${name}`);
    return to ? [`move ${name} to ${to}`] : [];
  });
  const [added, removed] = [own(symbols.added), own(symbols.removed)];
  return [
    ...(added.length > 0 ? [`add ${listed(added)}`] : []),
    ...movedAway,
    ...symbols.renamed.map(({ from, to }) => `rename ${from} to ${to}`),
    ...(removed.length > 0 ? [`remove ${listed(removed)}`] : []),
  ];
}

const placeOf = ({ path, from }: FileChange) => (from === undefined ? path : `${from} → ${path}`);
const listed = (names: readonly string[]) =>
  names.length > MOST_NAMES
    ? `${names.slice(0, MOST_NAMES).join(", ")} and ${names.length - MOST_NAMES} more`
    : names.join(", ");
const verbOf = (change: FileChange["change"]) =>
  ({ added: "Add", changed: "Change", removed: "Remove", renamed: "Rename" })[change];
const sentence = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
