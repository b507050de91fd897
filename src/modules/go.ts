// Resolves packages of Go: the files, except tests, of the folder that an import path names by go.mod (with its local `replace`), go.work or
// `vendor`. The standard library and the module cache lie outside of the workspace and are not found.

import path from "node:path";
import { folderOf } from "../../common/util/folders.ts";
import { filesIn } from "../workspace/workspace.ts";
import { foldersUp, insideRoot, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** The most files of a package that are used. */
const MAX_FILES = 20;

export async function resolveGo(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  for await (const folder of packageFolders(module, folderOf(fromPath), lookup)) {
    const clean = insideRoot(folder) ?? "";
    const sources = (await filesIn(lookup.workspace, clean)).filter((file) => /(?<!_test)\.go$/.test(file));
    const some = sources.slice(0, MAX_FILES);
    const files = await Promise.all(some.map((source) => lookup.firstReadable([source], refused)));
    if (files.length > 0) return files.filter((file) => file !== undefined);
  }
  return [];
}

async function* packageFolders(module: string, fromFolder: string, lookup: Lookup): AsyncGenerator<string> {
  if (module.startsWith(".")) {
    yield path.posix.join(fromFolder, module);
    return;
  }
  for (const folder of foldersUp(fromFolder)) {
    for (const each of await modulesOf(folder, lookup)) {
      const inner = below(module, each.name);
      if (inner !== undefined) yield path.posix.join(each.folder, inner);
    }
    if (module.includes(".")) yield joined(folder, "vendor", module);
  }
}

/** The modules whose folders a folder's go.mod and go.work name. */
async function modulesOf(folder: string, lookup: Lookup): Promise<{ name: string; folder: string }[]> {
  const text = (await lookup.text(joined(folder, "go.mod"))) ?? "";
  const modules = [...nameOf(text).map((name) => ({ name, folder }))];
  for (const [, name, place] of text.matchAll(
    /^[^\S\r\n\u2028\u2029]*(?:replace\s+)?(\S+)(?:\s+v\S+)?\s+=>\s+(\.{1,2}\/\S*)/gm,
  )) {
    modules.push({ name: name!, folder: path.posix.join(folder, place!) });
  }
  const work = (await lookup.text(joined(folder, "go.work"))) ?? "";
  for (const [, place] of work.matchAll(
    /^[^\S\r\n\u2028\u2029]*(?:use\s+)?(\.{1,2}(?:\/\S*)?)[^\S\r\n\u2028\u2029]*(?:\/\/.*)?$/gm,
  )) {
    const used = path.posix.join(folder, place!);
    for (const name of nameOf((await lookup.text(`${used}/go.mod`)) ?? "")) modules.push({ name, folder: used });
  }
  return modules;
}

const nameOf = (goMod: string): string[] =>
  /^[^\S\r\n\u2028\u2029]*module\s+"?([^\s"]+)/m.exec(goMod)?.slice(1, 2) ?? [];

/** The rest of an import path after the module's name; undefined where the path is not in the module. */
function below(module: string, name: string): string | undefined {
  if (module === name) return "";
  return module.startsWith(`${name}/`) ? module.slice(name.length + 1) : undefined;
}
