// Where the script of another process of ours lies. Starts nothing.

import path from "node:path";
import { packageRoot } from "./packageRoot.ts";

/** Of the bundle where this is a bundle, else the source. @param source its path in the repository */
export function processEntry(bundle: string, source: string): string {
  const root = packageRoot(import.meta.dirname);
  const isBundle = path.basename(import.meta.dirname) === "dist";
  return isBundle ? path.join(root, "dist", bundle) : path.join(root, ...source.split("/"));
}
