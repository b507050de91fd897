// Classes of Java by their qualified name: in the source folder of the file, else the file of the index with that end.
// Classes of the JDK and of jars are not found.

import { filesIn } from "../workspace.ts";
import { folderOf, foldersUp, joined, type Lookup, type Refused, type ResolvedFile } from "./lookup.ts";

/** Of `import a.b.*` so many files count. */
const MAX_FILES = 20;

/** @param module "a.b.C", "a.b.C.member" or "a.b.*" */
export async function resolveJava(
  module: string,
  fromPath: string,
  lookup: Lookup,
  refused: Refused,
): Promise<ResolvedFile[]> {
  const parts = module.replace(/\.\*$/, "").split(".");
  const up = foldersUp(folderOf(fromPath));
  // A nested class or a static member: the file is that of the class around it.
  for (let length = parts.length; length > 1; length--) {
    const end = `${parts.slice(0, length).join("/")}.java`;
    const file =
      (await lookup.firstReadable(
        up.map((folder) => joined(folder, end)),
        refused,
      )) ?? (await lookup.nearestEndingIn([end], fromPath, refused));
    if (file) return [file];
    if (!parts.slice(0, length - 1).some((part) => /^\p{Lu}/u.test(part))) break;
  }
  for (const folder of up) {
    const inPackage = await filesIn(lookup.workspace, joined(folder, ...parts));
    const classes = inPackage.filter((file) => file.endsWith(".java")).slice(0, MAX_FILES);
    const files: ResolvedFile[] = [];
    for (const each of classes) {
      const file = await lookup.firstReadable([each], refused);
      if (file) files.push(file);
    }
    if (files.length > 0) return files;
  }
  return [];
}
