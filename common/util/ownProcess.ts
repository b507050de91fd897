// How another process of ours is started: its script, and the flags of Node. Starts nothing.

import path from "node:path";
import { packageRoot } from "./packageRoot.ts";

/** For a TypeScript file of this repository. They change nothing for a bundle. */
export const sourceFlags: readonly string[] = ["--disable-warning=ExperimentalWarning"];

/** The script: the bundle's where this is a bundle, else the source. @param source its path in the repository */
export function processEntry(bundle: string, source: string): string {
  const root = packageRoot(import.meta.dirname);
  const isBundle = path.basename(import.meta.dirname) === "dist";
  return isBundle ? path.join(root, "dist", bundle) : path.join(root, ...source.split("/"));
}
