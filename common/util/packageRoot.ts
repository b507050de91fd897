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

/** What this package says of itself. @throws Error where the installation is broken */
export function packageFacts(): { version: string; bugs?: string } {
  const file = path.join(packageRoot(import.meta.dirname), "package.json");
  const { version, bugs, repository } = JSON.parse(readFileSync(file, "utf8"));
  return { version: String(version), bugs: bugs?.url ?? repository?.url };
}

export const sottoVersion = (): string => packageFacts().version;
