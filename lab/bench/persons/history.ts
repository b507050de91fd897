// Places at which the authors of a repository typed, out of its commits in the order of time: each with the file as it was there and then, what was
// written next, and the files that it could be seen with. Reads git's history; writes nothing.

import { execFileSync } from "node:child_process";
import path from "node:path";
import type { EvaluationCase } from "../../../cli/evaluation/cases.ts";
import { languageOfPath } from "../../../common/syntax/languages.ts";
import { remembered } from "../../../common/util/remembered.ts";
import type { SeededRandom } from "../../../finetune/data/seededRandom.ts";
import type { Workspace } from "../../../src/workspace/workspace.ts";
import { chosen, groupsOf } from "../replay/change.ts";
import { type HunkLimits, isTyped, parseDiff } from "../replay/hunks.ts";

/** A place, with what its author wrote from there to the end of the hunk. */
export interface HistoryPlace {
  value: EvaluationCase;
  hunk: string; // id of the lines that were written together
  commit: number; // index in the order of time, from 0
  written: string;
}

const LIMITS: HunkLimits = { minLines: 1, maxLines: 30, minUnits: 30, maxUnits: 2_000, maxRemovedLines: 8 };
const HUNKS_PER_COMMIT = 2; // each of another file
const LINES_PER_HUNK = 3;
const LEAST_LINE_CHARS = 6;
const LEAST_EXPECTED_CHARS = 2;
const MOST_TEXTS = 20_000;
const MOST_DIFF_BYTES = 200_000_000;
const SOURCES = ["ts", "tsx", "mts", "js", "jsx", "mjs", "py", "go", "rs", "java", "cs"].map((end) => `*.${end}`);

export class History {
  readonly name: string;
  readonly #root: string;
  readonly #texts = new Map<string, string | undefined>(); // by blob

  constructor(root: string) {
    this.#root = root;
    this.name = path.basename(path.resolve(root));
  }

  /** The commits that change code, the oldest first. @throws Error where there is no history */
  commits(): string[] {
    const log = this.#git("log", "--reverse", "--no-merges", "--min-parents=1", "--format=%H", "--", ...SOURCES);
    return log.split("\n").filter((hash) => hash !== "");
  }

  /** The places drawn from a commit; none where nothing was typed. */
  places(commit: string, index: number, random: SeededRandom): HistoryPlace[] {
    const diff = this.#git("diff", "-U0", "--no-color", "--no-renames", `${commit}^`, commit, "--", ...SOURCES);
    const typed = parseDiff(diff).filter((hunk) => isTyped(hunk, LIMITS));
    const files = groupsOf(typed, ({ path }) => path);
    return chosen(files, HUNKS_PER_COMMIT, random).flatMap(([file, hunks]) => {
      const hunk = random.pick(hunks);
      const old = this.#git("show", `${commit}^:${file}`).split("\n");
      if (old.some((line) => line.endsWith("\r"))) return [];
      const above = old.slice(0, hunk.line);
      const below = old.slice(hunk.line + hunk.removed);
      const rows = hunk.added.flatMap((line, row) => (isWorthwhile(line) ? [row] : []));
      const drawn = new Set(Array.from({ length: LINES_PER_HUNK }, () => rows.length && random.pick(rows)));
      const id = `${this.name}@${commit.slice(0, 9)}/${file}:${hunk.line + 1}`;
      return rows
        .filter((row) => drawn.has(row))
        .flatMap((row) =>
          cuts(hunk.added[row], random).map((at): HistoryPlace => {
            const line = hunk.added[row];
            const value: EvaluationCase = {
              id: `${id}+${row}:${at}`,
              source: this.name,
              licence: "",
              language: languageOf(file),
              kind: "single",
              path: file,
              prefix: [...above, ...hunk.added.slice(0, row), line.slice(0, at)].join("\n"),
              suffix: ["", ...below].join("\n"),
              expected: line.slice(at),
            };
            const written = [line.slice(at), ...hunk.added.slice(row + 1)].join("\n");
            return { value, hunk: id, commit: index, written };
          }),
        );
    });
  }

  /** The files before a commit, as a workspace. @param without a file that it lacks: the open one */
  before(commit: string, without?: string): Workspace {
    const blobs = new Map<string, string>(); // by path
    for (const entry of this.#git("ls-tree", "-r", "-z", `${commit}^`).split("\0")) {
      const [, blob, file] = /^\S+ blob (\S+)\t(.*)$/s.exec(entry) ?? [];
      if (blob && file && file !== without && languageOfPath(file)) blobs.set(file, blob);
    }
    return {
      list: async () => [...blobs.keys()],
      read: async (file) => {
        const blob = blobs.get(file);
        return blob && remembered(this.#texts, blob, MOST_TEXTS, () => this.#textOf(blob));
      },
    };
  }

  /** Undefined where it is not in this clone: a clone may lack its large files. */
  #textOf(blob: string): string | undefined {
    try {
      return this.#git("cat-file", "blob", blob);
    } catch {
      return undefined;
    }
  }

  #git(...args: string[]): string {
    return execFileSync("git", args, {
      cwd: this.#root,
      encoding: "utf8",
      maxBuffer: MOST_DIFF_BYTES,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

const languageOf = (file: string) =>
  languageOfPath(file)!.replace(/script(react)$/, "script") as EvaluationCase["language"];

const isWorthwhile = (line: string): boolean =>
  line.trim().length >= LEAST_LINE_CHARS && /\w\w/.test(line) && !/^\s*(\/\/|\/?\*|#)/.test(line);

/** Columns of a line at which a person may pause: where its text begins, and borders of its words. */
function cuts(line: string, random: SeededRandom): number[] {
  const indent = /^\s*/.exec(line)![0].length;
  const end = line.trimEnd().length;
  const borders = [...line.matchAll(/(?<=\W)(?=.)|(?<=\w)(?=\W)/g)]
    .map(({ index }) => index)
    .filter((at) => at > indent && at <= end - LEAST_EXPECTED_CHARS);
  const drawn = borders.length === 0 ? [] : [random.pick(borders), random.pick(borders)];
  return [...new Set([indent, ...drawn])].toSorted((a, b) => a - b);
}
