// Resolves packages by name: the package around the file, those in `node_modules`, and unlinked ones of the same repository.
// A package of the repository resolves to its source, a dependency to its declarations.

import { folderOf } from "../../common/util/folders.ts";
import { ecmaScriptCandidates, sourcesOfOutput } from "./ecmaScriptPaths.ts";
import { foldersUp, inDependency, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";
import { plainTargetsOf, targetsOf } from "./packageExports.ts";
import { memberOf, stringOf } from "./parseJson.ts";

/** The most package.json files of a repository that are searched for a name. */
const MAX_PACKAGES = 500;

/** @param module "name", "@scope/name", "name/sub/path" */
export async function resolvePackage(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile | undefined> {
  const [name, entry] = splitModule(module);
  if (name === undefined) return undefined;
  for await (const folder of packageFolders(name, folderOf(fromPath), lookup)) {
    const file = await resolveEntry(folder, entry, lookup, refused);
    if (file) return file;
  }
  return undefined;
}

/** A name of the own package's `imports`: "#internal/a". */
export async function resolveOwnImport(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile | undefined> {
  for (const folder of foldersUp(folderOf(fromPath))) {
    const manifest = await lookup.json(joined(folder, "package.json"));
    if (manifest === undefined) continue;
    for (const target of targetsOf(memberOf(manifest, "imports"), module)) {
      const file = target.startsWith(".")
        ? await resolveTarget(folder, target, lookup, refused)
        : await resolvePackage(target, fromPath, lookup, refused);
      if (file) return file;
    }
    return undefined;
  }
  return undefined;
}

/** The folders in which a package may lie, best first; for a linked package the real folder. */
export async function* packageFolders(name: string, fromFolder: string, lookup: Lookup): AsyncGenerator<string> {
  const up = foldersUp(fromFolder);
  for (const folder of up) {
    const manifest = await lookup.json(joined(folder, "package.json"));
    if (memberOf(manifest, "name") === name) yield folder;
    if (manifest !== undefined) break; // only the innermost package around the file can refer to itself by name
  }
  for (const packageName of [name, typesPackage(name)]) {
    for (const folder of up) {
      if (folder.endsWith("node_modules")) continue;
      const linked = await linkedFolder(joined(folder, "node_modules", packageName), lookup);
      if (linked !== undefined) yield linked;
    }
  }
  const folder = (await lookup.remembered("packages", () => repositoryPackages(lookup))).get(name);
  if (folder !== undefined) yield folder;
}

/** Folders of the repository's packages, by package name. */
async function repositoryPackages(lookup: Lookup): Promise<ReadonlyMap<string, string>> {
  const manifests = lookup.pathsEndingIn("package.json", MAX_PACKAGES);
  const named = manifests.map(async (manifest) => {
    const name = stringOf(memberOf(await lookup.json(manifest), "name"));
    return [name ?? "", folderOf(manifest)] as const;
  });
  return new Map(await Promise.all(named));
}

async function linkedFolder(folder: string, { workspace }: Lookup): Promise<string | undefined> {
  const manifest = `${folder}/package.json`;
  if (workspace.stat && !(await workspace.stat(manifest))) return undefined;
  const real = workspace.realPath ? await workspace.realPath(manifest) : manifest;
  return real === undefined ? undefined : folderOf(real);
}

/** "@scope/name" has its types in "@types/scope__name". */
const typesPackage = (name: string) => `@types/${name.replace(/^@([^/]+)\//, "$1__")}`;

function splitModule(module: string): [name: string | undefined, entry: string] {
  const [, name, sub] = /^((?:@[^/]+\/)?[^@./][^/]*)(?:\/(.*))?$/s.exec(module) ?? [];
  return [name, sub ? `./${sub}` : "."];
}

async function resolveEntry(folder: string, entry: string, lookup: Lookup, refused: Refused) {
  const manifest = await lookup.json(joined(folder, "package.json"));
  for (const target of [...targetsOf(memberOf(manifest, "exports"), entry), ...plainTargetsOf(manifest, entry)]) {
    const file = await resolveTarget(folder, target, lookup, refused);
    if (file) return file;
  }
  if (inDependency(`${folder}/`)) return undefined;
  const source = entry === "." ? "src/index" : `src/${entry.slice(2)}`;
  return lookup.firstReadable(ecmaScriptCandidates(joined(folder, source)), refused);
}

/** The file of a target of the package in `folder`. A target that leads out of the folder does not count. */
async function resolveTarget(folder: string, target: string, lookup: Lookup, refused: Refused) {
  if (target.split("/").includes("..")) return undefined;
  const plain = target.replace(/^(\.?\/)+|\/$/g, "");
  const sources = inDependency(`${folder}/`) ? [] : sourcesOfOutput(plain);
  const paths = [...sources, plain].map((each) => joined(folder, each));
  return lookup.firstReadable(paths.flatMap(ecmaScriptCandidates), refused);
}
