// Finds the folder of this package from wherever the running code lies (source tree or bundle), and its version.

import { readFileSync } from "node:fs";
import path from "node:path";

/**
 * The nearest folder at or above `from` whose package.json has the name "sotto".
 * @throws Error when there is none: the installation is broken
 */
export function packageRoot(from: string): string {
  for (let dir = from; ; dir = path.dirname(dir)) {
    try {
      if (JSON.parse(readFileSync(path.join(dir, "package.json"), "utf8")).name === "sotto") return dir;
    } catch {
      // no package.json here, or not one of ours
    }
    if (dir === path.dirname(dir)) throw new Error(`no package.json of sotto above ${from}`);
  }
}

/** The version of this package. @throws Error where the installation is broken */
export function sottoVersion(): string {
  const file = path.join(packageRoot(import.meta.dirname), "package.json");
  return String((JSON.parse(readFileSync(file, "utf8")) as { version?: string }).version);
}
