// Hunks of a diff without context lines (`git diff -U0`), and which of them a person would have typed. Pure.

/** Lines that were added to a file, or that took the place of others. */
export interface Hunk {
  path: string; // of the old file, with forward slashes
  line: number; // lines of the old file before the hunk
  removed: number; // lines
  added: string[]; // without line ends
}

/** What is typed in one go; smaller changes say little, larger ones were pasted or written in several goes. */
export interface HunkLimits {
  minLines: number;
  maxLines: number;
  minUnits: number; // UTF-16 units
  maxUnits: number;
  maxRemovedLines: number;
}

export const TYPED_AT_ONCE: HunkLimits = { minLines: 2, maxLines: 12, minUnits: 60, maxUnits: 200, maxRemovedLines: 3 };

const FILE_HEADER = /^--- (?:a\/(.*)|\/dev\/null)$/;
const HUNK_HEADER = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,\d+)? @@/;

/** The hunks of changed files; new files have none. */
export function parseDiff(diff: string): Hunk[] {
  const hunks: Hunk[] = [];
  let path: string | undefined;
  let hunk: Hunk | undefined;
  for (const line of diff.split("\n")) {
    const file = hunk === undefined || line.startsWith("--- a/") ? FILE_HEADER.exec(line) : null;
    const header = HUNK_HEADER.exec(line);
    if (line.startsWith("diff ")) {
      path = hunk = undefined;
    } else if (file) {
      path = file[1];
      hunk = undefined;
    } else if (header && path !== undefined) {
      const removed = header[2] === undefined ? 1 : Number(header[2]);
      // where nothing is removed, the number names the line before
      hunk = { path, line: Number(header[1]) - (removed > 0 ? 1 : 0), removed, added: [] };
      hunks.push(hunk);
    } else if (line.startsWith("+")) {
      hunk?.added.push(line.slice(1));
    }
  }
  return hunks;
}

/** Whether a person would have typed the hunk in one go. What begins a file has no line to begin at. */
export function isTyped({ line, removed, added }: Hunk, limits: HunkLimits): boolean {
  const text = added.join("\n");
  return (
    line > 0 &&
    removed <= limits.maxRemovedLines &&
    2 * removed <= added.length && // else the old lines would rather be changed here and there
    added.length >= limits.minLines &&
    added.length <= limits.maxLines &&
    text.length >= limits.minUnits &&
    text.length <= limits.maxUnits &&
    added[0].trim() !== "" &&
    added.at(-1)!.trim() !== "" &&
    /^[\t\n\x20-\x7e]*$/.test(text)
  );
}
