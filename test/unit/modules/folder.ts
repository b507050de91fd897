// A folder of files for a test, removed when the tests of the file end.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import type { PathIndex } from "../../../src/modules/lookup.ts";
import { ModuleResolver } from "../../../src/modules/resolveModule.ts";
import { folderWorkspace } from "../../../src/workspace/workspace.ts";

/** @param files texts by path; an object is written as JSON, "→ path" is a link to that path of the folder */
export function folderOfFiles(files: Readonly<Record<string, string | object>>): string {
  const root = mkdtempSync(path.join(tmpdir(), "sotto-modules-"));
  after(() => rmSync(root, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (typeof content === "object") writeFileSync(file, JSON.stringify(content));
    else if (content.startsWith("→ ")) symlinkSync(path.join(root, content.slice(2)), file, "junction");
    else writeFileSync(file, content);
  }
  return root;
}

/** An index of paths alone. */
export const indexOf = (paths: readonly string[]): PathIndex => ({
  pathsEndingIn: (suffix, limit) =>
    paths.filter((each) => each === suffix || each.endsWith(`/${suffix}`)).slice(0, limit),
});

/** What module names resolve to, seen from a file: their paths, an imported submodule after a "#". */
export function resolution(files: Readonly<Record<string, string | object>>, languageId: string, indexed?: boolean) {
  const index = indexed ? indexOf(Object.keys(files)) : undefined;
  const resolver = new ModuleResolver(folderWorkspace(folderOfFiles(files)), () => index);
  return async (fromPath: string, module: string, ...names: string[]): Promise<string> => {
    const found = await resolver.resolve(module, fromPath, languageId, undefined, names);
    return found.map(({ path, submodule }) => (submodule === undefined ? path : `${path}#${submodule}`)).join(" ");
  };
}
