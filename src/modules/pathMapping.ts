// Path mappings of the nearest tsconfig.json or jsconfig.json: `paths` and `baseUrl`, through `extends` and, for a file that only refers to
// others, `references`. Must not follow cycles, nor throw over a broken file: that counts as empty.

import path from "node:path";
import { folderOf } from "../../common/util/folders.ts";
import { isRecord } from "../../common/util/parsedJson.ts";
import { foldersUp, joined, type Lookup } from "./lookup.ts";
import { matchPattern } from "./packageExports.ts";
import { packageFolders } from "./packages.ts";
import { memberOf, stringOf, stringsOf } from "./parseJson.ts";

/** Folders are relative to the root. */
interface PathMapping {
  baseUrl?: string;
  paths?: Readonly<Record<string, unknown>>;
  pathsFolder?: string; // the folder that the paths are relative to without a baseUrl
  configFolder?: string; // value of "${configDir}"
}

/** The most files of one configuration. */
const MAX_FILES = 20;

/** The paths that a module name maps to by the configuration of a file, best first; they may lack an extension. */
export async function mappedPaths(module: string, fromPath: string, lookup: Lookup): Promise<string[]> {
  const mapping = await mappingFor(folderOf(fromPath), lookup);
  if (!mapping) return [];
  const { baseUrl, paths = {}, pathsFolder = "", configFolder = "" } = mapping;
  const matched = matchPattern(Object.keys(paths), module);
  const targets = matched ? stringsOf(paths[matched.pattern]) : [];
  const mapped = targets.map((target) =>
    placed(
      target.replace("*", () => matched!.star),
      baseUrl ?? pathsFolder,
      configFolder,
    ),
  );
  return baseUrl === undefined ? mapped : [...mapped, path.posix.join(baseUrl, module)];
}

async function mappingFor(folder: string, lookup: Lookup): Promise<PathMapping | undefined> {
  for (const each of foldersUp(folder)) {
    for (const name of ["tsconfig.json", "jsconfig.json"]) {
      const file = joined(each, name);
      const config = await lookup.json(file);
      if (config === undefined) continue;
      const seen = new Set<string>();
      const own = await mappingOf(file, each, lookup, seen);
      if (own.paths || own.baseUrl !== undefined) return own;
      for (const reference of arrayOf(memberOf(config, "references"))) {
        const target = path.posix.join(each, stringOf(memberOf(reference, "path")) ?? "");
        const referred = target.endsWith(".json") ? target : `${target}/tsconfig.json`;
        const mapping = await mappingOf(referred, folderOf(referred), lookup, seen);
        if (mapping.paths) return mapping;
      }
      return undefined;
    }
  }
  return undefined;
}

/** @param configFolder of the outermost configuration, also while the configurations that it extends are read */
async function mappingOf(file: string, configFolder: string, lookup: Lookup, seen: Set<string>): Promise<PathMapping> {
  if (seen.has(file) || seen.size >= MAX_FILES) return {};
  seen.add(file);
  const config = await lookup.json(file);
  const mapping: PathMapping = { configFolder };
  const parents = memberOf(config, "extends");
  for (const parent of typeof parents === "string" ? [parents] : stringsOf(parents)) {
    const parentFile = await extendedFile(parent, file, lookup);
    if (parentFile !== undefined) Object.assign(mapping, await mappingOf(parentFile, configFolder, lookup, seen));
  }
  const options = memberOf(config, "compilerOptions");
  const folder = folderOf(file);
  const baseUrl = stringOf(memberOf(options, "baseUrl"));
  if (baseUrl !== undefined) mapping.baseUrl = placed(baseUrl, folder, configFolder);
  const paths = memberOf(options, "paths");
  if (isRecord(paths)) Object.assign(mapping, { paths, pathsFolder: folder });
  return mapping;
}

function placed(target: string, folder: string, configFolder: string): string {
  const [, ofConfig] = /^\$\{configDir\}\/?(.*)$/s.exec(target) ?? [];
  return ofConfig === undefined ? path.posix.join(folder, target) : path.posix.join(configFolder, ofConfig);
}

/** The file that `extends` names: a path, or a file of a package (its tsconfig.json unless named). */
async function extendedFile(name: string, fromFile: string, lookup: Lookup): Promise<string | undefined> {
  const withEnding = (file: string) => (file.endsWith(".json") ? file : `${file}.json`);
  if (name.startsWith(".")) return withEnding(path.posix.join(folderOf(fromFile), name));
  const [, packageName = "", sub] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/s.exec(name) ?? [];
  for await (const folder of packageFolders(packageName, folderOf(fromFile), lookup)) {
    return joined(folder, withEnding(sub || "tsconfig.json"));
  }
  return undefined;
}

const arrayOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
