// What a change does to a file's symbols: which are added, removed, renamed or changed inside, by the definitions before and after. Top level and
// members; never what lies in a function. Must not know how a message is worded.

import type { Definition } from "../../../common/syntax/definitions.ts";

export interface SymbolChanges {
  added: string[]; // with their container: "Query.where"
  removed: string[];
  renamed: { from: string; to: string }[]; // the same code but for the name, and the only pair with that code
  changed: string[]; // other code by the same name; the one with the most other lines first
}

/** A version of a file. */
export interface Version {
  text: string;
  definitions: readonly Definition[];
}

interface CodeOfSymbol {
  code: string;
  shape: string; // its kind and code, in which every occurrence of its own name is left out
}

type Symbols = ReadonlyMap<string, CodeOfSymbol>;

/** @param before undefined for a new file @param after undefined for a deleted file */
export function symbolChanges(before: Version | undefined, after: Version | undefined): SymbolChanges {
  const [was, is] = [symbolsOf(before), symbolsOf(after)];
  const gone = [...was].filter(([path]) => !is.has(path));
  const come = [...is].filter(([path]) => !was.has(path));
  const renamed: SymbolChanges["renamed"] = [];
  for (const [from, { shape }] of gone) {
    const [to, ...others] = come.filter(([, other]) => other.shape === shape);
    const isOnly = others.length === 0 && gone.filter(([, other]) => other.shape === shape).length === 1;
    if (to && isOnly) renamed.push({ from, to: to[0] });
  }
  const [left, right] = [new Set(renamed.map(({ from }) => from)), new Set(renamed.map(({ to }) => to))];
  const pathsOf = (found: typeof gone, told: ReadonlySet<string>) =>
    found.map(([path]) => path).filter((path) => !told.has(path) && !isPartOf(path, found));
  const moved = [...gone, ...come].map(([path]) => path);
  return { added: pathsOf(come, right), removed: pathsOf(gone, left), renamed, changed: changedIn(was, is, moved) };
}

/** Whether what it lies in is told already. */
const isPartOf = (path: string, found: readonly (readonly [string, unknown])[]) =>
  found.some(([outer]) => path.startsWith(`${outer}.`));

/** The innermost symbols with other code; none that changed because of a member alone. */
function changedIn(was: Symbols, is: Symbols, told: readonly string[]): string[] {
  const differing = [...is].flatMap(([path, { code }]) => {
    const before = was.get(path)?.code;
    const lines = before === undefined ? 0 : otherLines(before, code);
    return lines === 0 ? [] : [{ path, lines }];
  });
  const inner = [...told, ...differing.map(({ path }) => path)];
  return differing
    .filter(({ path }) => !inner.some((other) => other.startsWith(`${path}.`)))
    .sort((a, b) => b.lines - a.lines)
    .map(({ path }) => path);
}

/** How many lines only one of two texts has, blanks aside. */
function otherLines(before: string, after: string): number {
  const left = new Map<string, number>();
  const add = (text: string, by: number) => {
    for (const line of text.split("\n")) {
      const bare = line.replace(/\s+/g, "");
      if (bare !== "") left.set(bare, (left.get(bare) ?? 0) + by);
    }
  };
  add(before, 1);
  add(after, -1);
  return [...left.values()].reduce((sum, count) => sum + Math.abs(count), 0);
}

/** Each symbol's code, by its path. */
function symbolsOf(version: Version | undefined): Symbols {
  const symbols = new Map<string, CodeOfSymbol>();
  let functionEnd = 0; // of the function that was met last: what lies in it is no symbol of the file
  for (const { name, kind, container, startIndex, endIndex } of version?.definitions ?? []) {
    if (kind === "field" || endIndex <= functionEnd) continue;
    if (kind === "function" || kind === "method") functionEnd = endIndex;
    const code = version!.text.slice(startIndex, endIndex);
    const shape = code.replace(/[\p{L}_$][\p{L}\p{N}_$]*/gu, (word) => (word === name ? "\0" : word));
    symbols.set(container === "" ? name : `${container}.${name}`, {
      code,
      shape: `${kind} ${container}\0${shape.trim()}`,
    });
  }
  return symbols;
}
