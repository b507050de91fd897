// Hunks between two published versions of permissive npm packages that nothing was trained on. npm fetches what the cache folder lacks; the
// list holds the hashes.

import { spawnSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import { ALLOWED_LICENCES } from "../../../finetune/data/licences.ts";
import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import { fetchPackages, unpackPackage } from "../../training/npmPackages.ts";
import { type Change, chosen, groupsOf } from "./change.ts";
import { isTyped, parseDiff, TYPED_AT_ONCE } from "./hunks.ts";

const MAX_DIFF_BYTES = 50_000_000;
const SOURCE = "src"; // a repository has the sources, and what is built from them only here and there
const SOURCE_FILE = /\.[cm]?tsx?$/;

const versionSchema = z.object({ version: z.string(), integrity: z.string().startsWith("sha512-") });
const packageSchema = z.object({
  name: z.string(),
  licence: z.string().refine((licence) => ALLOWED_LICENCES.has(licence), "is not on the list of licences"),
  old: versionSchema,
  new: versionSchema,
});
export type PackageVersions = z.infer<typeof packageSchema>;

export const listedVersions = (): PackageVersions[] =>
  z.array(packageSchema).parse(JSON.parse(readFileSync(path.join(import.meta.dirname, "packages.json"), "utf8")));

/**
 * Draws hunks, from each package about as many, each of another file.
 * @throws UserError badInput where npm cannot fetch a package, or fetched another one
 */
export async function publishedChanges(cacheDir: string, count: number, random: SeededRandom): Promise<Change[]> {
  const versions = listedVersions();
  const changes: Change[] = [];
  for (const [i, { name, old, new: next }] of versions.entries()) {
    const share = Math.round(((i + 1) * count) / versions.length) - changes.length;
    if (share === 0) continue;
    const [before, after] = [old, next].map((version) => ({ name, ...version }));
    await fetchPackages([before, after], cacheDir);
    const [oldRoot, newRoot] = [before, after].map((entry) => unpackPackage(entry, cacheDir));
    const typed = parseDiff(differences(oldRoot, newRoot)).filter((hunk) => isTyped(hunk, TYPED_AT_ONCE));
    for (const [file, hunks] of chosen(
      groupsOf(typed, ({ path }) => path),
      share,
      random,
    )) {
      const hunk = random.pick(hunks);
      const text = readFileSync(path.join(oldRoot, file), "utf8");
      if (text.includes("\r")) continue;
      changes.push({
        source: `${name}@${old.version}`,
        folder: path.basename(path.dirname(oldRoot)),
        layOut(folder) {
          for (const part of [SOURCE, "package.json"]) {
            cpSync(path.join(oldRoot, part), path.join(folder, part), { recursive: true });
          }
        },
        hunk,
        text,
      });
    }
  }
  return changes;
}

/** Of the sources of two folders; paths are relative to them. */
function differences(oldRoot: string, newRoot: string): string {
  const [before, after] = [oldRoot, newRoot].map((folder) => path.join(folder, SOURCE));
  const git = spawnSync("git", ["diff", "--no-index", "-U0", "--no-color", "--no-renames", before, after], {
    encoding: "utf8",
    maxBuffer: MAX_DIFF_BYTES,
  });
  if (git.status !== 1 && git.status !== 0) throw new Error(`git diff: ${git.stderr}`); // 1: they differ
  const prefix = `--- a${before}/`;
  return git.stdout
    .split("\n")
    .map((line) => {
      if (!line.startsWith(prefix)) return line;
      const file = line.slice(prefix.length);
      return SOURCE_FILE.test(file) ? `--- a/${SOURCE}/${file}` : "--- /dev/null";
    })
    .join("\n");
}
