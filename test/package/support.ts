// For the tests of packages: the VSIX files that `npm run package` has made, and a folder as VS Code unpacks one.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { vsixName } from "../../scripts/package/pack.ts";
import type { Target } from "../../scripts/package/targets.ts";
import { readZip } from "../../scripts/package/zip.ts";
import { root } from "../../scripts/steps.ts";

export const ownTarget = `${process.platform}-${process.arch}` as Target;

/** The package for this system, or the strong model's. */
export function vsixFile(what: Target | "strong" = ownTarget): string {
  const file = path.join(root, "dist", "vsix", vsixName(what));
  assert.ok(existsSync(file), `${file} is not there: npm run package makes it`);
  return file;
}

/** Unpacks as VS Code does: what is below extension/, with its modes. */
export function unpack(vsix: string, folder: string): void {
  for (const { name, mode, read } of readZip(vsix)) {
    if (!name.startsWith("extension/")) continue;
    const file = path.join(folder, name.slice("extension/".length));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, read(), { mode });
  }
}
