// Makes a package and holds it against the golden list and the largest size; what does not pass is removed again.

import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { type Contents, extensionContents, ownManifest, strongContents } from "./contents.ts";
import { lockedPackage, shippedNode } from "./fetchPackage.ts";
import { faultsOf, LARGEST_BYTES } from "./golden.ts";
import type { Target } from "./targets.ts";
import { writeVsix } from "./vsix.ts";
import { readZip } from "./zip.ts";

export interface PackOptions {
  out: string; // folder
  repository?: string; // the address of the source, for the shops' pages
}

export interface Packed {
  file: string;
  sizeBytes: number;
  installedBytes: number;
  files: number;
}

/** The package's name for a target, or for the strong model alone. */
export const vsixName = (what: Target | "strong"): string => `sotto-${what}-${ownManifest().version}.vsix`;

/** Packs for a target; the bundles of dist/ must be there. @throws Error that says what is wrong with it */
export function packExtension(target: Target, options: PackOptions): Packed {
  const ingredients = { node: shippedNode(target), koffi: lockedPackage(`@koromix/koffi-${target}`) };
  return pack(target, extensionContents(target, ingredients, options.repository), options);
}

/** Packs the strong model. @throws Error that says what is wrong with it */
export const packStrong = (options: PackOptions): Packed => pack("strong", strongContents(options.repository), options);

function pack(what: Target | "strong", contents: Contents, { out }: PackOptions): Packed {
  mkdirSync(out, { recursive: true });
  const file = path.join(out, vsixName(what));
  const sizeBytes = writeVsix(file, contents, what === "strong" ? undefined : what);
  const entries = readZip(file).filter(({ name }) => name.startsWith("extension/"));
  const faults = faultsOf(
    entries.map(({ name, mode }) => ({ name: name.slice("extension/".length), mode })),
    what,
  );
  const largest = LARGEST_BYTES[what === "strong" ? "strong" : "extension"];
  if (sizeBytes > largest) faults.push(`it has ${sizeBytes / 1e6} MB; ${largest / 1e6} MB is the most`);
  if (faults.length > 0) {
    rmSync(file);
    throw new Error(`${path.basename(file)} is not as it should be:\n  ${faults.join("\n  ")}`);
  }
  const installedBytes = entries.reduce((sum, entry) => sum + entry.sizeBytes, 0);
  return { file, sizeBytes, installedBytes, files: entries.length };
}
