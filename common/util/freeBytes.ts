// The free space of a disk. Does not decide how much is enough.

import { statfsSync } from "node:fs";
import path from "node:path";

/** Free bytes for this user where `dir` is or will be; undefined where the system does not tell. */
export function freeBytes(dir: string): number | undefined {
  for (let place = path.resolve(dir); ; place = path.dirname(place)) {
    try {
      const { bavail, bsize } = statfsSync(place);
      return bavail * bsize;
    } catch {
      if (place === path.dirname(place)) return undefined;
    }
  }
}
