// A change that is typed again: where it comes from, and the folder that it is typed in. Lays folders out once, for all runs.

import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import type { Hunk } from "./hunks.ts";

export interface Change {
  source: string; // such as "name@1.2.3"
  folder: string; // name of its workspace's folder; the same for changes of the same tree
  layOut(folder: string): void; // writes the tree before the change
  hunk: Hunk;
  text: string; // of the file before the change
}

/** The workspace folder of a change, made where it is missing. */
export function workspaceOf({ folder, layOut }: Change, cacheDir: string): string {
  const target = path.join(cacheDir, "workspaces", folder);
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  layOut(unfinished);
  if (existsSync(target)) rmSync(unfinished, { recursive: true });
  else renameSync(unfinished, target); // whole, or not there
  return target;
}

/** Groups in the order in which they first occur. */
export function groupsOf<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}

/** At most `count` of the groups, each as likely. */
export function chosen<T>(groups: ReadonlyMap<string, T[]>, count: number, random: SeededRandom): [string, T[]][] {
  const left = [...groups];
  const out: [string, T[]][] = [];
  while (out.length < count && left.length > 0) out.push(...left.splice(random.between(0, left.length - 1), 1));
  return out;
}
