// The reasons for not learning from a file of a workspace: a closed list of names, each with the words shown to the user, and a count of each.

import { REFUSALS } from "../../common/rules/refusal.ts";

export const DROPS = {
  ...REFUSALS,
  notCode: "not source code in a language that is learnt",
  secret: "holds what looks like a key, a token or a password",
  licence: "under a licence of its own that forbids it",
  vendored: "in a folder for code from elsewhere",
  testData: "data of tests: fixtures, snapshots, baselines",
  translations: "translations",
  short: "shorter than 200 characters",
  longLine: "a line of more than 1,000 characters, or 90 on average",
  fewLetters: "hardly any words",
  blob: "holds data written as text",
  transpiled: "written by a compiler or bundler",
  exactDuplicate: "the same as another file",
  nearDuplicate: "nearly the same as another file",
  tests: "tests beyond a quarter of the code",
  sizeCap: "beyond 6 MB of code; what was changed last is kept",
  unreadable: "gone, or not readable",
} as const;
export type Drop = keyof typeof DROPS;

const MAX_EXAMPLES = 20; // how many paths are kept for each reason

/** Counts the files left out by reason, and keeps some paths for each. */
export class DropCount {
  readonly dropped: Partial<Record<Drop, number>> = {};
  readonly files: { path: string; reason: Drop }[] = [];

  add(path: string, reason: Drop): void {
    const count = (this.dropped[reason] ?? 0) + 1;
    this.dropped[reason] = count;
    if (count <= MAX_EXAMPLES) this.files.push({ path, reason });
  }

  /** The counts as text for a message: "3 binary, 12 not source code …". */
  inWords(): string {
    const counts = (Object.entries(this.dropped) as [Drop, number][]).sort(([, a], [, b]) => b - a);
    return counts.map(([reason, count]) => `${count.toLocaleString("en")} ${DROPS[reason]}`).join("; ");
  }
}
