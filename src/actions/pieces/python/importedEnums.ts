// The enums of other files that the cases of a `match` name: found by the file's imports, as far as its workspace can be read.

import path from "node:path";
import type { SyntaxParser } from "../../../../common/syntax/syntax.ts";
import { folderOf } from "../../../../common/util/folders.ts";
import type { Workspace } from "../../../workspace/workspace.ts";
import { isEnum, membersOf } from "./annotations.ts";
import { enumsAsked } from "./missingCases.ts";
import { PythonFile } from "./pythonFile.ts";

/** How many files may pass an enum on to the next. */
const MOST_STEPS = 3;

/**
 * The members of the enums of other files that a `match` on the asked lines names, by the names that the file gives them.
 * @param at the file's path in the workspace
 */
export async function importedEnums(
  file: PythonFile,
  at: string,
  parser: SyntaxParser,
  workspace: Pick<Workspace, "read">,
): Promise<Map<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (const name of enumsAsked(file)) {
    const members = await lookedUp(name, file, at, MOST_STEPS);
    if (members) found.set(name, members);
  }
  return found;

  async function lookedUp(name: string, from: PythonFile, at: string, steps: number): Promise<string[] | undefined> {
    const own = from.classes.find((one) => one.name === name);
    if (own) return isEnum(own) ? membersOf(own) : undefined;
    const imported = from.importOf(name);
    if (!imported || steps === 0) return undefined;
    for (const candidate of pathsOf(imported.module, at)) {
      const text = await workspace.read(candidate);
      const tree = text === undefined ? undefined : parser.parse(text);
      if (text === undefined || !tree) continue;
      try {
        return await lookedUp(imported.name, new PythonFile(text, tree, { start: 0, end: 0 }), candidate, steps - 1);
      } finally {
        tree.dispose();
      }
    }
    return undefined;
  }
}

/** Where a module may stand: a relative one beside the file, others below the root, `src`, or a folder that the file is in. */
function pathsOf(module: string, at: string): string[] {
  const [, dots = "", name = ""] = /^(\.*)(.*)$/.exec(module) ?? [];
  const own = folderOf(at);
  const above = own.split("/").map((_, index, parts) => parts.slice(0, index + 1).join("/"));
  const folders = dots === "" ? ["", "src", ...above] : [path.posix.join(own, ...Array(dots.length - 1).fill(".."))];
  const inner = name.replaceAll(".", "/");
  return folders.flatMap((folder) =>
    [...(inner === "" ? [] : [`${inner}.py`]), `${inner}/__init__.py`].map((file) => path.posix.join(folder, file)),
  );
}
