// The one question of this folder: may this file be read as context, and if not, why? What may leave a file is `redactSecrets.ts`'s business.
// Judges paths as they are given: whoever follows links asks again about the real path.

import { IgnoreFiles } from "./ignoreFiles.ts";
import { refusalOfPath } from "./pathRules.ts";
import type { Refusal } from "./refusal.ts";
import { refusalOfText } from "./textRules.ts";

export interface ReadRules {
  /**
   * Why a file or folder may not be read; undefined where it may.
   * @param path relative to the root, with forward slashes, and with one at its end where it is a folder's
   * @param text the file's, where it is known
   */
  refusal(path: string, text?: string): Promise<Refusal | undefined>;
}

export interface ReadRulesOptions {
  /** Patterns that are left out besides those of the ignore files; asked for at each look. */
  exclude?: () => readonly string[];
  nowMs?: () => number;
  /** Whether git's ignore files count; true unless told. */
  git?: boolean;
}

/** The rules of a folder on disk. A changed ignore file holds within a second, without a watcher. */
export function readRules(root: string, { exclude, nowMs, git }: ReadRulesOptions = {}): ReadRules {
  const ignoreFiles = new IgnoreFiles(root, exclude, nowMs, git);
  return {
    async refusal(path, text) {
      const byPath = refusalOfPath(path);
      if (byPath === "secretFile") return byPath; // no pattern brings it back
      return (await ignoreFiles.refusal(path)) ?? byPath ?? (text === undefined ? undefined : refusalOfText(text));
    },
  };
}
