// A copy of the built product for one run, so that a build meanwhile changes nothing of it.

import { cpSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import path from "node:path";

/** Links all but dist/. */
export function linkProduct(root: string, target: string): void {
  mkdirSync(target, { recursive: true });
  for (const name of readdirSync(root)) {
    if (name === "dist" || name.startsWith(".")) continue;
    symlinkSync(path.join(root, name), path.join(target, name));
  }
}

/** Copies dist/ and links all else. @returns the copy's root */
export function copyProduct(root: string, target: string): string {
  linkProduct(root, target);
  for (const name of readdirSync(path.join(root, "dist"))) {
    if (name.endsWith(".cjs")) cpSync(path.join(root, "dist", name), path.join(target, "dist", name));
  }
  return target;
}
