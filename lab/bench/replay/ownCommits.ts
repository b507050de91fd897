// Hunks of this repository's own commits, each with the tree before its commit. Reads git's history; writes only where it is told to.

import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync } from "node:fs";
import path from "node:path";
import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { type Change, chosen, groupsOf } from "./change.ts";
import { isTyped, parseDiff, TYPED_AT_ONCE } from "./hunks.ts";

const SOURCES = ["*.ts", ":(exclude)test/support"];
const MAX_DIFF_BYTES = 200_000_000;
const DECLARATION = /(\.d\.[cm]?ts|\/package\.json)$/;
const HUNKS_PER_COMMIT = 3; // each of another file: a commit costs a checkout and an index

/**
 * Draws hunks of the commits up to `until`; none where there is no history.
 * @param count the most hunks
 */
export function ownChanges(root: string, until: string, count: number, random: SeededRandom): Change[] {
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: root, encoding: "utf8", maxBuffer: MAX_DIFF_BYTES, stdio: "pipe" });
  const commits = commitsUntil(git, until);
  const changes: Change[] = [];
  while (changes.length < count && commits.length > 0) {
    const [commit] = commits.splice(random.between(0, commits.length - 1), 1);
    const before = `${commit}^`;
    const hunks = parseDiff(git("diff", "-U0", "--no-color", "--no-renames", before, commit, "--", ...SOURCES));
    const typed = hunks.filter((hunk) => isTyped(hunk, TYPED_AT_ONCE));
    for (const [file, ofFile] of chosen(
      groupsOf(typed, (hunk) => hunk.path),
      HUNKS_PER_COMMIT,
      random,
    )) {
      if (changes.length === count) break;
      const hunk = random.pick(ofFile);
      const text = git("show", `${before}:${file}`);
      if (text.includes("\r")) continue;
      changes.push({
        source: `sotto@${commit.slice(0, 7)}`,
        folder: `sotto-${commit.slice(0, 12)}`,
        layOut: (folder) => layOut(root, before, folder),
        hunk,
        text,
      });
    }
  }
  return changes;
}

function commitsUntil(git: (...args: string[]) => string, until: string): string[] {
  try {
    return git("log", "--format=%H", "--no-merges", "--min-parents=1", until, "--", ...SOURCES)
      .split("\n")
      .filter((hash) => hash !== "");
  } catch {
    return [];
  }
}

/** The tree without the model's weights, and what its dependencies declare. @throws Error where git or tar fails */
function layOut(root: string, revision: string, folder: string): void {
  const archive = spawnSync("git", ["archive", revision, "--", ".", ":(exclude)models"], {
    cwd: root,
    maxBuffer: MAX_DIFF_BYTES,
  });
  if (archive.status !== 0) throw new Error(`git archive ${revision}: ${archive.stderr}`);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-x", "-C", folder], { input: archive.stdout });
  const dependencies = path.join(root, "node_modules");
  if (!existsSync(dependencies)) return;
  cpSync(dependencies, path.join(folder, "node_modules"), {
    recursive: true,
    filter: (file) => lstatSync(file).isDirectory() || DECLARATION.test(file),
  });
}
