// Circles of imports, those of types included: between files, and between folders that lie side by side, each with all that lies in it. A folder
// and what lies in it may use each other. Reads sources and runs none.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

export type Imports = ReadonlyMap<string, ReadonlySet<string>>; // by path of a file or folder, with forward slashes

/** Folders that outsiders use and that use nothing of the folder around them. They count by themselves, and not as a part of it. */
const BORDERS = ["server/host/protocol", "finetune/protocol", "test/support"];

/** Circles, each from its first name by the alphabet: none only where there is none, but not all where they share names. */
export function circlesIn(imports: Imports): string[][] {
  const circles = [...imports.keys()].sort().map((name) => shortestCircle(imports, name));
  return circles.filter((circle) => circle.length > 0 && circle.every((name) => name >= circle[0]));
}

/** The names on the shortest way from `start` back to it; none where there is no such way. */
function shortestCircle(imports: Imports, start: string): string[] {
  const ways = [[start]];
  const seen = new Set<string>();
  for (const way of ways) {
    for (const next of imports.get(way.at(-1)!) ?? []) {
      if (next === start) return way;
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return [];
}

/** Imports between files as imports between the two folders that hold them and lie side by side. */
export function folderImports(files: Imports): Imports {
  const folders = new Map<string, Set<string>>();
  for (const [from, to] of [...files].flatMap(([file, imported]) => [...imported].map((other) => [file, other]))) {
    const [a, b] = [from.split("/"), to.split("/")];
    const depth = a.findIndex((part, i) => part !== b[i]) + 1; // of the two folders
    if (a.length === depth || b.length === depth) continue; // one file lies in a folder around the other's
    const [user, used] = [from, to].map((file) => {
      const side = file.split("/", depth).join("/");
      return BORDERS.find((border) => border.startsWith(`${side}/`) && file.startsWith(`${border}/`)) ?? side;
    });
    folders.set(user, (folders.get(user) ?? new Set()).add(used));
  }
  return folders;
}

/** Imports among the TypeScript files below `root` that git knows or would add. */
export function readImports(root: string): Imports {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "*.ts"];
  const listed = execFileSync("git", args, { cwd: root, encoding: "utf8" }).trim().split("\n");
  const files = new Set(listed.filter((file) => existsSync(path.join(root, file))));
  const importedBy = (file: string) => {
    const { importedFiles } = ts.preProcessFile(readFileSync(path.join(root, file), "utf8"));
    return importedFiles.map(({ fileName }) => path.posix.join(file, "..", fileName)).filter((name) => files.has(name));
  };
  return new Map([...files].map((file) => [file, new Set(importedBy(file))]));
}
