// Fetches npm packages of a locked list, checks them against it, and unpacks them. Nothing of a package is ever run.
// Must not know what the packages are for: the vocabulary is counted on them, the training data is cut from them.

import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { badInput } from "../../common/errors.ts";

/** A package of a locked list: one version, and the hash of its tarball. */
export interface LockedPackage {
  name: string;
  version: string;
  integrity: string; // "sha512-" and base64
}

const PARALLEL_FETCHES = 4;

/**
 * Brings the tarballs that `cacheDir` lacks there, some at a time. What they hold is checked when they are unpacked.
 * @throws UserError badInput where npm cannot fetch one
 */
export async function fetchPackages(packages: readonly LockedPackage[], cacheDir: string): Promise<void> {
  mkdirSync(cacheDir, { recursive: true });
  const missing = packages.filter((entry) => !existsSync(tarballOf(entry, cacheDir)));
  const fetchNext = async (): Promise<void> => {
    for (let entry = missing.shift(); entry; entry = missing.shift()) await fetchPackage(entry, cacheDir);
  };
  await Promise.all(Array.from({ length: PARALLEL_FETCHES }, fetchNext));
}

async function fetchPackage({ name, version }: LockedPackage, cacheDir: string): Promise<void> {
  const spec = `${name}@${version}`;
  console.error(`fetching ${spec}`);
  try {
    const options = ["--silent", "--ignore-scripts", "--pack-destination", cacheDir];
    await promisify(execFile)("npm", ["pack", ...options, spec]);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw badInput(`npm could not fetch ${spec}: ${reason}.`, "Run it again when the registry can be reached.");
  }
}

/**
 * Unpacks a fetched package once and gives its folder.
 * @throws UserError badInput where the tarball is not the one of the list
 */
export function unpackPackage(entry: LockedPackage, cacheDir: string): string {
  const folder = path.join(cacheDir, plainName(entry));
  if (existsSync(folder)) return topFolder(folder);
  const tarball = tarballOf(entry, cacheDir);
  const found = `sha512-${createHash("sha512").update(readFileSync(tarball)).digest("base64")}`;
  if (found !== entry.integrity) {
    throw badInput(
      `${tarball} is not the package of the list: its hash is ${found}.`,
      "Delete the file and run it again.",
    );
  }
  const unfinished = `${folder}.unfinished`; // so that an interrupted run leaves no half package behind
  mkdirSync(unfinished, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", unfinished, "--no-same-owner"]);
  renameSync(unfinished, folder);
  return topFolder(folder);
}

/** Paths of all plain files below `root`, sorted, relative, with forward slashes. */
export function filesBelow(root: string, below = ""): string[] {
  const out: string[] = [];
  for (const entry of readdirSync(path.join(root, below), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const relative = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) out.push(...filesBelow(root, relative));
    else if (entry.isFile()) out.push(relative);
  }
  return out;
}

function plainName({ name, version }: LockedPackage): string {
  return `${name.replace("@", "").replace("/", "-")}-${version}`;
}

function tarballOf(entry: LockedPackage, cacheDir: string): string {
  return path.join(cacheDir, `${plainName(entry)}.tgz`);
}

/** A package's own folder in its tarball; most, not all, call it "package". */
function topFolder(folder: string): string {
  return path.join(folder, readdirSync(folder)[0]);
}
