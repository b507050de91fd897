// Resolves modules of Python: relative ones by their dots, absolute ones from the folders above the file that are not packages, and from their
// `src`. Packages that are installed elsewhere are not found.

import { folderOf } from "../../common/util/folders.ts";
import { filesIn } from "../workspace/workspace.ts";
import { foldersUp, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** @param names the imported names; each may be a module of its own */
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
  const folder = folderOf(fromPath);
  for (const base of dots === ""
    ? await rootsAbove(folder, lookup)
    : foldersUp(folder).slice(dots!.length - 1, dots!.length)) {
    const target = joined(base, ...parts);
    const own = await lookup.firstReadable(parts.length > 0 ? moduleFiles(target) : packageFiles(target), refused);
    const isFile = own !== undefined && !/(^|\/)__init__\.pyi?$/.test(own.path);
    const files = isFile ? [] : await submodules(target, names, own !== undefined, lookup, refused);
    if (own) files.push(own);
    if (files.length > 0) return files;
  }
  return [];
}

/** The names that are modules in a folder. A folder without `__init__.py` counts as a package if it holds files. */
async function submodules(
  folder: string,
  names: readonly string[],
  isPackage: boolean,
  lookup: Lookup,
  refused: Refused,
) {
  const files: ResolvedFile[] = [];
  if (names.length === 0 || (!isPackage && (await filesIn(lookup.workspace, folder)).length === 0)) return files;
  for (const name of names) {
    const file = await lookup.firstReadable(moduleFiles(joined(folder, name)), refused);
    if (file) files.push({ ...file, submodule: name });
  }
  return files;
}

/** Folders that an absolute name may be relative to, the outermost first: those above the file and their `src`, without packages. */
async function rootsAbove(folder: string, lookup: Lookup): Promise<string[]> {
  const roots: string[] = [];
  for (const each of foldersUp(folder).reverse()) {
    if (each !== "" && (await lookup.firstReadable(packageFiles(each)))) continue;
    roots.push(each);
    if (!each.endsWith("src")) roots.push(joined(each, "src"));
  }
  return [...new Set(roots)];
}

const packageFiles = (target: string) => [joined(target, "__init__.py"), joined(target, "__init__.pyi")];
const moduleFiles = (target: string) => [`${target}.py`, ...packageFiles(target), `${target}.pyi`];
