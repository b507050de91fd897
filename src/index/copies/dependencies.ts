// The packages that are installed in a workspace: below its `node_modules` folders, and in the `site-packages` of its virtual environments.
// Lists folders and files; reads no file. Follows no link but those by which package managers place a package, and none out of the root.

import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import { isInstalled } from "../../workspace/declarationFiles.ts";

export interface Dependency {
  kind: "npm" | "python";
  name: string; // as a program imports it
  path: string; // of its folder, or of the file where it is a single one; relative to the root, with forward slashes
}

const MOST_PACKAGES = 20_000;
const MOST_FILES_OF_PACKAGE = 5_000;

/** Folders of a package that hold what nobody imports. */
const ASIDE =
  /^(?:node_modules|\..*|__pycache__|tests?|__tests__|specs?|fixtures?|examples?|docs?|bench(?:marks?)?|.*\.dist-info)$/i;
const BUNDLE = /[.-](?:min|bundle|umd|iife|production)\.|\.map$/i;

/** The packages of a workspace. @param folders that may hold a `node_modules`, relative to the root ("" is the root) */
export async function dependenciesOf(root: string, folders: readonly string[]): Promise<Dependency[]> {
  const found: Dependency[] = [];
  const base = await realpath(root);
  const seen = new Set<string>();
  const open = folders.map((folder) => joined(folder, "node_modules"));
  for (let next = open.shift(); next !== undefined && found.length < MOST_PACKAGES; next = open.shift()) {
    for (const name of await packageNames(root, next)) {
      const folder = await realInside(base, joined(next, name));
      if (folder === undefined || !isInstalled(`${folder}/`) || seen.has(folder)) continue; // a link to the workspace's own package
      seen.add(folder);
      found.push({ kind: "npm", name, path: folder });
      open.push(joined(folder, "node_modules"));
    }
    const store = joined(next, ".pnpm");
    for (const entry of await entriesOf(root, store))
      if (entry.isDirectory()) open.push(joined(store, entry.name, "node_modules"));
  }
  for (const folder of await sitePackages(root))
    for (const entry of await entriesOf(root, folder)) {
      if (found.length >= MOST_PACKAGES) break;
      if (entry.isDirectory() && !ASIDE.test(entry.name))
        found.push({ kind: "python", name: entry.name, path: joined(folder, entry.name) });
      else if (entry.isFile() && entry.name.endsWith(".py"))
        found.push({ kind: "python", name: entry.name.slice(0, -".py".length), path: joined(folder, entry.name) });
    }
  return found;
}

/** Source files of a package, those that nobody wrote by hand aside, sorted. */
export async function sourcesOfDependency(root: string, { path: start }: Dependency): Promise<string[]> {
  if (languageOfPath(start) !== undefined && (await isFile(root, start))) return [start];
  const files: string[] = [];
  const folders = [start];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await entriesOf(root, folder)) {
      if (files.length === MOST_FILES_OF_PACKAGE) return files.sort();
      const file = joined(folder, entry.name);
      if (entry.isDirectory() && !ASIDE.test(entry.name)) folders.push(file);
      else if (entry.isFile() && isCode(entry.name) && !BUNDLE.test(entry.name)) files.push(file);
    }
  }
  return files.sort();
}

/** Changes when packages come, go, or are replaced by other versions. */
export async function dependencyStamp(root: string, folders: readonly string[]): Promise<string> {
  const stamps: string[] = [];
  const note = async (file: string) => {
    const found = await stat(path.join(root, file)).catch(() => undefined);
    if (found) stamps.push(`${file} ${found.size} ${found.mtimeMs}`);
  };
  for (const folder of folders) {
    const modules = joined(folder, "node_modules");
    for (const name of ["", ".package-lock.json", ".modules.yaml", ".yarn-state.yml", ".pnpm"])
      await note(joined(modules, name));
    for (const { name } of await entriesOf(root, modules)) if (name.startsWith("@")) await note(joined(modules, name));
  }
  for (const folder of await sitePackages(root)) await note(folder);
  return stamps.join("\n");
}

export const isCode = (file: string): boolean => !["json", "jsonc", undefined].includes(languageOfPath(file));

/** Names of packages directly in a `node_modules`, with their scopes. */
async function packageNames(root: string, modules: string): Promise<string[]> {
  const names: string[] = [];
  for (const { name } of await entriesOf(root, modules)) {
    if (name.startsWith(".")) continue;
    if (!name.startsWith("@")) names.push(name);
    else for (const scoped of await entriesOf(root, joined(modules, name))) names.push(`${name}/${scoped.name}`);
  }
  return names;
}

/** The folders of packages of the virtual environments that lie directly in the root. */
async function sitePackages(root: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await entriesOf(root, "")) {
    if (!entry.isDirectory() || !(await isFile(root, joined(entry.name, "pyvenv.cfg")))) continue;
    const versions = (await entriesOf(root, joined(entry.name, "lib"))).map(({ name }) =>
      joined(entry.name, "lib", name),
    );
    for (const folder of [...versions, joined(entry.name, "Lib")]) {
      const packages = joined(folder, "site-packages");
      if (!found.includes(packages) && (await entriesOf(root, packages)).length > 0) found.push(packages);
    }
  }
  return found;
}

async function realInside(base: string, relative: string): Promise<string | undefined> {
  const real = await realpath(path.join(base, relative)).catch(() => undefined);
  return real?.startsWith(base + path.sep) ? path.relative(base, real).split(path.sep).join("/") : undefined;
}

/** Sorted, so that the same packages are found in the same order; none where there is no such folder. */
const entriesOf = async (root: string, folder: string) =>
  (await readdir(path.join(root, folder), { withFileTypes: true }).catch(() => [])).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );

const isFile = async (root: string, file: string): Promise<boolean> =>
  (await stat(path.join(root, file)).catch(() => undefined))?.isFile() ?? false;

const joined = (...parts: string[]): string => parts.filter((part) => part !== "").join("/");
