// Resolves modules of Rust: `mod a;` and paths from `crate`, `self`, `super`, the file's own module, and crates whose path a Cargo.toml above it
// names. A module that is declared with a `path` attribute or by a macro is not found.

import path from "node:path";
import { folderOf } from "../../common/util/folders.ts";
import { foldersUp, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** A module's folder, and the files that hold the module itself. */
interface ModuleFolder {
  folder: string;
  own: readonly string[];
}

/** @param names the imported names; each may be a module of its own */
export async function resolveRust(
  module: string,
  fromPath: string,
  names: readonly string[],
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  const parts = module
    .replace(/^::|(::)?(\{.*|\*)$/gs, "")
    .split("::")
    .map((part) => part.replace(/^r#/, ""));
  for (const { place, inner } of await placesOf(parts, fromPath, lookup)) {
    const files: ResolvedFile[] = [];
    for (const name of names) {
      const file = await lookup.firstReadable(moduleFiles(joined(place.folder, ...inner, name)), refused);
      if (file) files.push({ ...file, submodule: name });
    }
    const own = await longestPath(place, inner, lookup, refused);
    if (own) files.push(own);
    if (files.length > 0) return files;
  }
  return [];
}

const moduleFiles = (target: string) => [`${target}.rs`, `${target}/mod.rs`];
const crateFiles = (folder: string) => [joined(folder, "lib.rs"), joined(folder, "main.rs")];

/** The file of the longest part of the path that is a module; the parts after it name an item in the module. */
async function longestPath({ folder, own }: ModuleFolder, inner: readonly string[], lookup: Lookup, refused: Refused) {
  for (let length = inner.length; length > 0; length--) {
    const file = await lookup.firstReadable(moduleFiles(joined(folder, ...inner.slice(0, length))), refused);
    if (file) return file;
  }
  return lookup.firstReadable(own, refused);
}

/** The folders that the first parts of a path lead to, best first, and the remaining parts. */
async function placesOf(parts: readonly string[], fromPath: string, lookup: Lookup) {
  const root = await crateFolder(fromPath, lookup);
  if (parts[0] === "crate") return [{ place: { folder: root, own: crateFiles(root) }, inner: parts.slice(1) }];
  let folder = moduleFolder(fromPath);
  let at = parts[0] === "self" ? 1 : 0;
  for (; parts[at] === "super"; at++) folder = folderOf(folder);
  if (at > 0) {
    const own = folder === root ? crateFiles(folder) : moduleFiles(folder);
    return [{ place: { folder, own: parts[at - 1] === "self" ? [] : own }, inner: parts.slice(at) }];
  }
  const near = [folder, folderOf(fromPath), root];
  const places = [...new Set(near)].map((each) => ({ place: { folder: each, own: [] as string[] }, inner: parts }));
  for (const source of await crateSources(parts[0]!, folderOf(fromPath), lookup)) {
    places.push({ place: { folder: source, own: crateFiles(source) }, inner: parts.slice(1) });
  }
  return places;
}

/** The folder of a file's submodules. */
function moduleFolder(file: string): string {
  return /(^|\/)(mod|lib|main)\.rs$/.test(file) ? folderOf(file) : file.replace(/\.rs$/, "");
}

/** The nearest folder with a crate's root file; the file's own folder where there is none. */
async function crateFolder(fromPath: string, { workspace }: Lookup): Promise<string> {
  for (const folder of foldersUp(folderOf(fromPath))) {
    for (const file of crateFiles(folder)) if ((await workspace.read(file)) !== undefined) return folder;
  }
  return folderOf(fromPath);
}

/** Source folders of a crate by its name: the crate around the file, and `path` dependencies of a Cargo.toml. */
async function crateSources(crate: string, fromFolder: string, lookup: Lookup): Promise<string[]> {
  const named = (name: string | undefined) => name?.replaceAll("-", "_") === crate;
  const sources: string[] = [];
  for (const folder of foldersUp(fromFolder)) {
    const manifest = (await lookup.text(joined(folder, "Cargo.toml"))) ?? "";
    if (named(/^\[package\][^[]*?^name\s*=\s*"([^"]+)"/ms.exec(manifest)?.[1])) sources.push(joined(folder, "src"));
    for (const [, name, place] of manifest.matchAll(
      /^[^\S\r\n\u2028\u2029]*([\w-]+)\s*=\s*\{[^}\r\n\u2028\u2029]*\bpath\s*=\s*"([^"\n]+)"/gm,
    )) {
      if (named(name)) sources.push(path.posix.join(folder, place!, "src"));
    }
  }
  return sources;
}
