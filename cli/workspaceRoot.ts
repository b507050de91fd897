// Finds the workspace that a file belongs to. Reads nothing but folder entries.

import { existsSync } from "node:fs";
import path from "node:path";

const MARKERS = [".git", "package.json"];

/** The nearest folder at or above `from` that holds `.git` or `package.json`; `from` itself where there is none. */
export function workspaceRoot(from: string): string {
  for (let dir = path.resolve(from); ; dir = path.dirname(dir)) {
    if (MARKERS.some((marker) => existsSync(path.join(dir, marker)))) return dir;
    if (dir === path.dirname(dir)) return path.resolve(from);
  }
}
