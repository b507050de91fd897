// A copy of the built extension for tests that break a part of it: everything is linked but dist/ and what the test makes itself.

import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../common/util/packageRoot.ts";

/**
 * Makes the copy in `folder` (which must not exist).
 * @param left paths relative to the package, with forward slashes, that the caller makes; the folders above them exist then
 */
export function shadowExtension(folder: string, left: readonly string[]): void {
  const root = packageRoot(import.meta.dirname);
  const copied = ["dist", "package.json"]; // not linked: running code finds its package from where it lies
  linkChildren(root, folder, [...copied, ...left]);
  for (const name of copied) cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
}

function linkChildren(from: string, to: string, left: readonly string[]): void {
  mkdirSync(to);
  for (const name of readdirSync(from)) {
    if (left.includes(name)) continue;
    const below = left.filter((entry) => entry.startsWith(`${name}/`)).map((entry) => entry.slice(name.length + 1));
    if (below.length === 0) symlinkSync(path.join(from, name), path.join(to, name));
    else linkChildren(path.join(from, name), path.join(to, name), below);
  }
}
