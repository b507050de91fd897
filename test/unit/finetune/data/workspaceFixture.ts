// Folders on disk for the tests of training data: files by their paths, with a git history where one is wanted.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileText } from "../../lab/training/fileText.ts";

export const fixtures = mkdtempSync(path.join(os.tmpdir(), "sotto data ü "));
export const removeFixtures = (): void => rmSync(fixtures, { recursive: true, force: true });

let made = 0;

/** A new folder with these files. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = path.join(fixtures, `workspace ${++made}`);
  mkdirSync(root);
  write(root, files);
  return root;
}

export function write(root: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
}

/** `count` files of about so many units, each with its own text. */
export function sources(count: number, units = 4_000, first = 1): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`src/part${i + first}.ts`, fileText(100 + i + first, units)]),
  );
}

/** Runs git in a folder, on its own: no configuration of this machine counts. */
export function git(root: string, ...args: string[]): string {
  const env = {
    PATH: process.env.PATH,
    HOME: fixtures,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@example.com",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@example.com",
  };
  return execFileSync("git", args, { cwd: root, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Commits all that has changed, at a day of 2024 counted from its first. */
export function commitOn(root: string, day: number): void {
  const date = new Date(Date.UTC(2024, 0, 1 + day)).toISOString();
  git(root, "add", "--all");
  execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "-q", "-m", "c"], {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: fixtures, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
    stdio: "ignore",
  });
}
