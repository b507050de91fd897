// Resolves classes of Java by their qualified name: in the source folder of the file, otherwise an indexed file whose path has the same end.
// Classes of the JDK and of jars are not found.

import { folderOf } from "../../common/util/folders.ts";
import { filesIn } from "../workspace/workspace.ts";
import { foldersUp, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** The most files of `import a.b.*` that are used. */
const MAX_FILES = 20;

/**
 * @param module "a.b.C", "a.b.C.member", "a.b.*", or the part before the last dot
 * @param names the imported names, where the module is only the part before the last dot: a class, or a member of one
 */
export async function resolveJava(
  module: string,
  fromPath: string,
  names: readonly string[],
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  const parts = module.replace(/\.\*$/, "").split(".");
  if (parts[0] === "") return [];
  const up = foldersUp(folderOf(fromPath));
  const qualified = names.length > 0 ? names.map((name) => [...parts, name]) : [parts];
  const classes = await Promise.all(qualified.map((each) => classFile(each, up, fromPath, lookup, refused)));
  const found = classes.filter((file) => file !== undefined);
  if (found.length > 0) return found;
  for (const folder of up) {
    const inPackage = await filesIn(lookup.workspace, joined(folder, ...parts));
    const sources = inPackage.filter((file) => file.endsWith(".java")).slice(0, MAX_FILES);
    const files = await Promise.all(sources.map((each) => lookup.firstReadable([each], refused)));
    if (files.length > 0) return files.filter((file) => file !== undefined);
  }
  return [];
}

/** The file of a class; for a nested class or a static member, the file of the outer class. */
async function classFile(
  parts: readonly string[],
  up: readonly string[],
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile | undefined> {
  for (let length = parts.length; length > 1; length--) {
    const end = `${parts.slice(0, length).join("/")}.java`;
    const beside = up.map((folder) => joined(folder, end));
    const file =
      (await lookup.firstReadable(beside, refused)) ?? (await lookup.nearestEndingIn([end], fromPath, refused));
    if (file || !parts.slice(0, length - 1).some((part) => /^\p{Lu}/u.test(part))) return file;
  }
  return undefined;
}
