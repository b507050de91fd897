// The ignore files of a folder tree: `.gitignore` and `.sottoignore` wherever they lie, `.git/info/exclude`, and patterns of a setting.
// Patterns are matched by the package `ignore`; nesting, precedence and noticing changes are ours. Never looks above the root, nor at git's
// global file. An ignore file that cannot be read as rules may have excluded anything, so everything below it is refused.

import { stat } from "node:fs/promises";
import path from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import ignore, { type Ignore } from "ignore";
import { readCapped } from "../util/cappedRead.ts";
import type { Refusal } from "./refusal.ts";

/** How often an ignore file is checked for changes, in milliseconds; so a change takes effect within a second. */
const RECHECK_MS = 500;

/** Maximum size of an ignore file; a larger one was not written by a person. */
const MAX_IGNORE_FILE_BYTES = 1_000_000;

/** Of all that holds in a folder: so many patterns cost half a millisecond for each path, and 0.1 s once, in parts. */
const MAX_PATTERNS = 5_000;

/** How many are compiled before others have their turn. */
const COMPILED_AT_ONCE = 500;
const NO_PATH = "\u0001";

/** In UTF-16 units: longer ones are no paths that anybody has. */
const MAX_PATTERN_UNITS = 1_024;

/** Each one multiplies the ways to try a deep path: with three, 39 folders take under 0.1 s, 80 take seconds. */
const MAX_DOUBLE_STARS = 3;
const MAX_STARRED_DEPTH = 40;

const IGNORES_CASE = process.platform === "win32" || process.platform === "darwin"; // as git does there

type Source = Extract<Refusal, "gitignore" | "sottoignore" | "excluded" | "ignoreFileUnread">;

interface Rule {
  pattern: string; // relative to the root
  mark: Source;
}

/** One ignore file as it was read last. */
interface Stored {
  stamp: string; // of the file's state; "" where there is none, or it is to be looked at anew
  rules: readonly Rule[] | "unread";
}

/** All rules that hold in a folder; undefined where nobody knows them. Folders without ignore files of their own share their parent's. */
type Level = Rules | undefined;

interface Rules {
  git: readonly Rule[];
  sotto: readonly Rule[];
  maxDepth: number; // of a path that may be matched
  matcher: Ignore;
}

interface Folder {
  checkedMs: number;
  checking: Promise<void> | undefined;
  git: Stored;
  sotto: Stored;
  from?: { parent: Rules; git: Stored; sotto: Stored; level: Promise<Level> }; // what `level` was made of
}

const nothingStored: Stored = { stamp: "", rules: [] };

export class IgnoreFiles {
  readonly #root: string;
  readonly #extra: () => readonly string[];
  readonly #nowMs: () => number;
  readonly #useGit: boolean;
  readonly #folders = new Map<string, Folder>();
  #exclude: Stored = nothingStored; // .git/info/exclude
  #topFrom: { exclude: Stored["rules"]; extra: readonly Rule[]; level: Promise<Level> } | undefined;
  #extraRules: { patterns: readonly string[]; rules: readonly Rule[] } = { patterns: [], rules: [] };

  /**
   * @param extra the setting's patterns, asked for at each look; they stand above all files
   * @param useGit false where only `.sottoignore` and the setting count
   */
  constructor(
    root: string,
    extra: () => readonly string[] = () => [],
    nowMs: () => number = Date.now,
    useGit: boolean = true,
  ) {
    this.#useGit = useGit;
    this.#root = root;
    this.#extra = extra;
    this.#nowMs = nowMs;
  }

  /**
   * What ignores a path, or undefined.
   * @param given relative to the root, with forward slashes, and with one at its end where it is a folder's
   */
  async refusal(given: string): Promise<Source | undefined> {
    const relative = path.posix.normalize(given); // "a//b" and "a/./b" would have the rules of `a` once for each slash
    if (given === "" || !ignore.isPathValid(relative)) return undefined;
    const extra = this.#currentExtra(); // one and the same list for all folders of this look
    const parts = relative.replace(/\/$/, "").split("/").slice(0, -1);
    let level = await this.#levelOf("", undefined, extra);
    for (let depth = 1; depth <= parts.length && level; depth++) {
      level = await this.#levelOf(parts.slice(0, depth).join("/"), level, extra);
    }
    if (!level || parts.length >= level.maxDepth) return "ignoreFileUnread";
    const { ignored, rule } = level.matcher.test(relative);
    return ignored ? ((rule?.mark as Source | undefined) ?? "gitignore") : undefined;
  }

  #currentExtra(): readonly Rule[] {
    const patterns = this.#extra();
    const known = this.#extraRules.patterns;
    if (patterns.length !== known.length || patterns.some((pattern, i) => pattern !== known[i])) {
      this.#extraRules = { patterns: [...patterns], rules: rulesOf(patterns, "", "excluded") }; // a person's own: no limit
    }
    return this.#extraRules.rules;
  }

  /** @param parent of a folder that is not the root */
  async #levelOf(folderPath: string, parent: Rules | undefined, extra: readonly Rule[]): Promise<Level> {
    let folder = this.#folders.get(folderPath);
    if (!folder) {
      folder = { checkedMs: Number.NEGATIVE_INFINITY, checking: undefined, git: nothingStored, sotto: nothingStored };
      this.#folders.set(folderPath, folder);
    }
    if (this.#nowMs() - folder.checkedMs >= RECHECK_MS) {
      folder.checking ??= this.#check(folderPath, folder);
      await folder.checking;
    }
    const { from, git, sotto } = folder;
    const above = parent ?? (await this.#top(extra));
    if (!above) return undefined;
    if (from?.parent === above && from.git === git && from.sotto === sotto) return from.level;
    const level =
      git.rules.length + sotto.rules.length === 0
        ? Promise.resolve(above)
        : levelBelow(above, git.rules, sotto.rules, extra);
    folder.from = { parent: above, git, sotto, level };
    return level;
  }

  /** What holds before any ignore file of the tree: git's own list of exclusions, and the setting. */
  #top(extra: readonly Rule[]): Promise<Level> {
    const { rules } = this.#exclude;
    if (this.#topFrom?.exclude !== rules || this.#topFrom.extra !== extra) {
      const empty = { git: [], sotto: [] };
      this.#topFrom = { exclude: rules, extra, level: levelBelow(empty, rules, [], extra) };
    }
    return this.#topFrom.level;
  }

  async #check(folderPath: string, folder: Folder): Promise<void> {
    try {
      const file = (name: string) => path.join(this.#root, folderPath, name);
      const [git, sotto, exclude] = await Promise.all([
        this.#useGit ? stored(file(".gitignore"), folder.git, folderPath, "gitignore") : nothingStored,
        stored(file(".sottoignore"), folder.sotto, folderPath, "sottoignore"),
        this.#useGit && folderPath === ""
          ? stored(file(".git/info/exclude"), this.#exclude, "", "gitignore")
          : this.#exclude,
      ]);
      folder.git = git;
      folder.sotto = sotto;
      if (folderPath === "") this.#exclude = exclude;
      folder.checkedMs = this.#nowMs();
    } finally {
      folder.checking = undefined;
    }
  }
}

/** Within one list the last match decides: files further down stand above those further up, `.sottoignore` above git's, the setting above all. */
async function levelBelow(
  above: { git: readonly Rule[]; sotto: readonly Rule[] },
  ownGit: Stored["rules"],
  ownSotto: Stored["rules"],
  extra: readonly Rule[],
): Promise<Level> {
  if (ownGit === "unread" || ownSotto === "unread") return undefined;
  const git = [...above.git, ...ownGit];
  const sotto = [...above.sotto, ...ownSotto];
  if (git.length + sotto.length > MAX_PATTERNS) return undefined;
  const isStarred = [...git, ...sotto].some(({ pattern }) => doubleStars(pattern) > 1);
  const maxDepth = isStarred ? MAX_STARRED_DEPTH : Number.POSITIVE_INFINITY;
  const matcher = ignore({ ignorecase: IGNORES_CASE });
  const all = [...git, ...sotto, ...extra];
  for (let at = 0; at < all.length; at += COMPILED_AT_ONCE) {
    if (at > 0) await nextTurn();
    matcher.add(all.slice(at, at + COMPILED_AT_ONCE)).test(NO_PATH); // the package compiles a pattern at its first test
  }
  return { git, sotto, maxDepth, matcher };
}

/** The file as it is now; `before` itself where nothing has changed. What is no regular file holds no rules, for git neither. */
async function stored(file: string, before: Stored, folder: string, mark: Source): Promise<Stored> {
  const stamp = await stampOf(file);
  if (stamp === undefined) return before.stamp === "" && before.rules !== "unread" ? before : nothingStored;
  if (stamp === before.stamp && stamp !== "") return before;
  const read = await readCapped(file, MAX_IGNORE_FILE_BYTES);
  if ("bytes" in read) return { stamp, rules: rulesOfFile(read.bytes.toString("utf8"), folder, mark) };
  if (read.unread === "missing" || read.unread === "notFile") return { stamp, rules: [] };
  return { stamp: read.unread === "tookTooLong" ? "" : stamp, rules: "unread" };
}

/** What changes with a file; undefined where there is none, "" where nobody may know. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { mtimeMs, ctimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${ctimeMs} ${size} ${ino}`;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return ["ENOENT", "ENOTDIR", "ELOOP"].includes(code) ? undefined : "";
  }
}

/** "unread" where matching them could take more time than anybody waits. */
function rulesOfFile(text: string, folder: string, mark: Source): Stored["rules"] {
  const rules = rulesOf(text.split(/\r?\n/), folder, mark);
  return rules.length > MAX_PATTERNS || rules.some(isTooCostly) ? "unread" : rules;
}

const isTooCostly = ({ pattern }: Rule): boolean =>
  pattern.length > MAX_PATTERN_UNITS || doubleStars(pattern) > MAX_DOUBLE_STARS;

const doubleStars = (pattern: string): number => pattern.split("**").length - 1;

function rulesOf(lines: readonly string[], folder: string, mark: Source): Rule[] {
  return lines.flatMap((line) => {
    const pattern = fromRoot(line.replace(/^\ufeff/, ""), folder);
    return pattern === undefined ? [] : [{ pattern, mark }];
  });
}

/** A pattern of an ignore file in `folder`, as the file at the root would have to write it. */
function fromRoot(line: string, folder: string): string | undefined {
  if (line.startsWith("#") || line.trim() === "") return undefined;
  if (folder === "") return line;
  const negation = line.startsWith("!") ? "!" : "";
  const body = line.slice(negation.length);
  const anchored = body.trimEnd().slice(0, -1).includes("/"); // a slash at the end says "folders" and nothing about where
  const place = folder.replace(/[\\*?[]/g, "\\$&");
  return `${negation}/${place}${anchored ? "" : "/**"}${body.startsWith("/") ? "" : "/"}${body}`;
}
