// A commit message of facts alone: what files and symbols were added, moved, renamed, changed and removed. It tells no reason, since the code has none.

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

/** By the names that test runners look for. */
const TESTS =
  /(?:^|\/)(?:tests?|specs?|__tests__|testdata|e2e)\/|[._-](?:test|spec)s?\.\w+$|(?:^|\/)(?:test_[^/]*|conftest)\.py$|Tests?\.(?:java|cs)$/;

/** In the order in which a subject tells them; "": moves and renames. */
const VERBS = ["add ", "", "remove ", "change "];

/** @param files at least one */
export function messageOf(files: readonly FileChange[]): string {
  const moved = movedIn(files);
  const lines = files.map((file) => {
    const told = phrases(file, moved, MOST_NAMES);
    return `- ${placeOf(file)}: ${told.length > 0 ? told.join("; ") : file.change}`;
  });
  const subject = subjectOf(files, moved);
  const isTold = files.length === 1 && phrases(files[0]!, moved, MOST_NAMES).length === 0;
  return isTold ? subject : `${subject}\n\n${lines.join("\n")}`;
}

/** The most exact of what fits: of the code that is no test, where there is any; by symbols, by fewer of them, by files, by their folder. */
function subjectOf(files: readonly FileChange[], moved: Moved): string {
  const code = files.filter(({ path }) => !TESTS.test(path));
  const told = code.length > 0 ? code : files;
  const suffix = code.length > 0 && code.length < files.length ? ", with tests" : "";
  const whole = told.flatMap((file) => phrases(file, moved, Number.POSITIVE_INFINITY));
  const short = whole.map(withoutContainers);
  const [first = "", ...more] = together(short, 1);
  const bySymbols = [
    ...[together(whole, MOST_NAMES), ...[MOST_NAMES, 3, 2, 1].map((most) => together(short, most))].map((all) =>
      all.join("; "),
    ),
    more.length > 0 ? `${first.replace(/ and \d+ more$/, "")} and more` : first,
  ].map(sentence);
  const changes = new Set(told.map(({ change }) => change));
  const verb = changes.size === 1 ? verbOf([...changes][0]!) : "Change";
  const byFiles = [told.map(placeOf), told.map((file) => fileName(placeOf(file)))].map(
    (names) => `${verb} ${names.join(", ")}`,
  );
  const fits = [...bySymbols.filter((text) => text !== ""), ...byFiles].map((text) => `${text}${suffix}`);
  const folder = commonFolder(told.map(({ path }) => path));
  const rest = `${verb} ${told.length === 1 ? fileName(told[0]!.path) : `${told.length} files`}${folder === "" || told.length === 1 ? "" : ` in ${folder}`}${suffix}`;
  return fits.find((text) => text.length <= SUBJECT_UNITS) ?? rest;
}

/** What was done to symbols of several files by one verb is told once: "change a, b". What is new comes first. */
function together(all: readonly string[], mostNames: number): string[] {
  const byVerb = new Map<string, string[]>(VERBS.map((verb) => [verb, []]));
  for (const phrase of all) {
    const verb = VERBS.find((one) => one !== "" && phrase.startsWith(one)) ?? "";
    byVerb.get(verb)!.push(...(verb === "" ? [phrase] : phrase.slice(verb.length).split(", ")));
  }
  return [...byVerb].flatMap(([verb, names]) => {
    if (names.length === 0) return [];
    return verb === "" ? names : [`${verb}${listed([...new Set(names)], mostNames)}`];
  });
}

/** "change where" for "change Query.where" */
const withoutContainers = (phrase: string): string =>
  phrase.startsWith("move ")
    ? phrase
    : phrase
        .split(" ")
        .map((word) => word.slice(word.lastIndexOf(".") + 1))
        .join(" ");

const fileName = (path: string): string => path.split("/").at(-1)!;

function commonFolder(paths: readonly string[]): string {
  const [first = [], ...others] = paths.map((path) => path.split("/").slice(0, -1));
  const length = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return first.slice(0, length === -1 ? first.length : length).join("/");
}

type Moved = ReadonlyMap<string, string>;

/** Symbols that one file lost and exactly one other got: the path of the other, by file and symbol. */
function movedIn(files: readonly FileChange[]): Moved {
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

function phrases({ path, symbols }: FileChange, moved: Moved, mostNames: number): string[] {
  if (!symbols) return [];
  const own = (names: readonly string[]) => names.filter((name) => !moved.has(`${path}\0${name}`));
  const movedAway = symbols.removed.flatMap((name) => {
    const to = moved.get(`${path}\0${name}`);
    return to ? [`move ${name} to ${to}`] : [];
  });
  const [added, removed] = [own(symbols.added), own(symbols.removed)];
  return [
    ...(added.length > 0 ? [`add ${listed(added, mostNames)}`] : []),
    ...movedAway,
    ...symbols.renamed.map(({ from, to }) => `rename ${from} to ${to}`),
    ...(removed.length > 0 ? [`remove ${listed(removed, mostNames)}`] : []),
    ...(symbols.changed.length > 0 ? [`change ${listed(symbols.changed, mostNames)}`] : []),
  ];
}

const placeOf = ({ path, from }: FileChange) => (from === undefined ? path : `${from} → ${path}`);
const listed = (names: readonly string[], most: number) =>
  names.length > most ? `${names.slice(0, most).join(", ")} and ${names.length - most} more` : names.join(", ");
const verbOf = (change: FileChange["change"]) =>
  ({ added: "Add", changed: "Change", removed: "Remove", renamed: "Rename" })[change];
const sentence = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);
