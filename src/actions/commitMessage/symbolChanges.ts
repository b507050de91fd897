// What a change does to a file's symbols: which are added, removed or renamed, by the definitions before and after. Top level and members; never what
// lies in a function. Must not know how a message is worded.

import type { Definition } from "../../../common/syntax/definitions.ts";

export interface SymbolChanges {
  added: string[]; // with their container: "Query.where"
  removed: string[];
  renamed: { from: string; to: string }[]; // the same code but for the name, and the only pair with that code
}

/** A version of a file. */
export interface Version {
  text: string;
  definitions: readonly Definition[];
}

/** @param before undefined for a new file @param after undefined for a deleted file */
export function symbolChanges(before: Version | undefined, after: Version | undefined): SymbolChanges {
  const [was, is] = [symbolsOf(before), symbolsOf(after)];
  const gone = [...was].filter(([path]) => !is.has(path));
  const come = [...is].filter(([path]) => !was.has(path));
  const renamed: SymbolChanges["renamed"] = [];
  for (const [from, shape] of gone) {
    const [to, ...others] = come.filter(([, other]) => other === shape);
    const isOnly = others.length === 0 && gone.filter(([, other]) => other === shape).length === 1;
    if (to && isOnly) renamed.push({ from, to: to[0] });
  }
  const [left, right] = [new Set(renamed.map(({ from }) => from)), new Set(renamed.map(({ to }) => to))];
  const pathsOf = (found: typeof gone, told: ReadonlySet<string>) =>
    found.map(([path]) => path).filter((path) => !told.has(path) && !isPartOf(path, found));
  return { added: pathsOf(come, right), removed: pathsOf(gone, left), renamed };
}

/** Whether what it lies in is told already. */
const isPartOf = (path: string, found: readonly (readonly [string, string])[]) =>
  found.some(([outer]) => path.startsWith(`${outer}.`));

/** Each symbol's path, with its code in which every occurrence of its own name is left out. */
function symbolsOf(version: Version | undefined): Map<string, string> {
  const symbols = new Map<string, string>();
  let functionEnd = 0; // of the function that was met last: what lies in it is no symbol of the file
  for (const { name, kind, container, startIndex, endIndex } of version?.definitions ?? []) {
    if (kind === "field" || endIndex <= functionEnd) continue;
    if (kind === "function" || kind === "method") functionEnd = endIndex;
    const code = version!.text.slice(startIndex, endIndex);
    const shape = code.replace(/[\p{L}_$][\p{L}\p{N}_$]*/gu, (word) => (word === name ? "\0" : word));
    symbols.set(container === "" ? name : `${container}.${name}`, `${kind} ${container}\0${shape.trim()}`);
  }
  return symbols;
}
