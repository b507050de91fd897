// The product as built now in a folder of its own, on the real model or a tiny one, with what meddles with its clock and its disk. Starts nothing.

import { copyFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "../../../scripts/steps.ts";
import { linkProduct } from "../replay/product.ts";

export const TINY_HOST = path.join("test", "support", "tinyHost.ts");

const meddleUrl = pathToFileURL(path.join(import.meta.dirname, "meddle.ts")).href;

export interface ProductFolders {
  runtimeDir: string;
  cacheDir: string;
  dataDir: string;
  meddleFile: string;
}

/** @param host a script of the repository in place of the product's host */
export function prepareProduct(root: string, target: string, host?: string): void {
  linkProduct(root, target);
  build(path.join(target, "dist"));
  const entry = path.join(target, "dist", "host.cjs");
  const real = path.join(target, "dist", "realHost.cjs");
  copyFileSync(entry, real);
  const loads =
    host === undefined
      ? `require(${JSON.stringify(real)})`
      : `import(${JSON.stringify(pathToFileURL(path.join(root, host)).href)})`;
  writeFileSync(entry, `import(${JSON.stringify(meddleUrl)}).then(() => ${loads});\n`); // it is started without NODE_OPTIONS
}

/** The environment of the product's agent, and so of all that it starts. */
export const productEnv = ({ runtimeDir, cacheDir, dataDir, meddleFile }: ProductFolders): Record<string, string> => ({
  SOTTO_RUNTIME_DIR: runtimeDir,
  SOTTO_CACHE_DIR: cacheDir,
  SOTTO_DATA_DIR: dataDir,
  SOTTO_HOST_IDLE_MS: "15000",
  SOTTO_LAB_MEDDLE: meddleFile,
  NODE_OPTIONS: `--import=${meddleUrl}`,
});
