// Modules of Python: relative ones by their dots, absolute ones from the root, from `src` folders and from the folders above the file.
// Packages that are installed elsewhere are not found.

import { folderOf, foldersUp, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** @param names what is imported from the module: each may be a module of its own */
export async function resolvePython(
  module: string,
  fromPath: string,
  names: readonly string[],
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  const [, dots, dotted] = /^(\.*)(.*)$/s.exec(module)!;
  if (module === "") return [];
  const parts = dotted === "" ? [] : dotted!.split(".");
  for (const base of basesOf(dots!.length, folderOf(fromPath))) {
    const target = joined(base, ...parts);
    const files: ResolvedFile[] = [];
    for (const name of names) {
      const file = await lookup.firstReadable(moduleFiles(joined(target, name)), refused);
      if (file) files.push({ ...file, submodule: name });
    }
    const own = await lookup.firstReadable(parts.length > 0 ? moduleFiles(target) : packageFiles(target), refused);
    if (own) files.push(own);
    if (files.length > 0) return files;
  }
  return [];
}

/** Folders that the module's name may be relative to, best first. */
function basesOf(dots: number, folder: string): readonly string[] {
  const up = foldersUp(folder);
  if (dots > 0) return up.slice(dots - 1, dots);
  return [...new Set(up.reverse().flatMap((each) => [each, joined(each, "src")]))];
}

const packageFiles = (target: string) => [joined(target, "__init__.py"), joined(target, "__init__.pyi")];
const moduleFiles = (target: string) => [`${target}.py`, ...packageFiles(target), `${target}.pyi`];
