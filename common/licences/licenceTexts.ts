// Which licence the text of a LICENSE file is, by the words that it shares with the known texts (`texts/`, named by their SPDX identifiers).
// A label may be wrong: this looks at the text alone.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../util/packageRoot.ts";

/** So much of a known text has to stand in a file: names, quotes and bullets differ, clauses do not. */
const LEAST_SHARE = 0.9;
const WORDS_IN_A_ROW = 3;

/** What takes back, in a text of its own, what a licence gives. */
const TAKEN_BACK = /\bnon-?commercial|\bnon-?production|\bCommons Clause\b/i;

interface KnownText {
  id: string; // SPDX
  runs: ReadonlySet<string>;
}

let known: readonly KnownText[] | undefined;

/** Read when a text is first asked about. @throws Error where the files are missing: the installation is broken */
function knownTexts(): readonly KnownText[] {
  if (known) return known;
  const folder = path.join(packageRoot(import.meta.dirname), "common", "licences", "texts");
  known = readdirSync(folder).map((file) => ({
    id: file.replace(/(\.notice)?\.txt$/, ""), // a notice names the licence in its own set words, as Apache-2.0 asks
    runs: runsOf(readFileSync(path.join(folder, file), "utf8")),
  }));
  return known;
}

/** Identifiers of the known licences whose text stands in `text`. None: it is another licence, only names one, or takes back what one gives. */
export function licencesOfText(text: string): string[] {
  if (TAKEN_BACK.test(text)) return [];
  const runs = runsOf(text);
  const found = knownTexts().filter((one) => shareOf(one.runs, runs) >= LEAST_SHARE);
  // BSD-3-Clause holds BSD-2-Clause, and ISC 0BSD: a text is the longer one.
  const whole = found.filter((one) => !found.some((other) => isWithin(one, other)));
  return [...new Set(whole.map(({ id }) => id))];
}

/** Whether LICENSE files are what a label says: each licence of an AND, one of an OR. */
export function isLabelTrue(label: string, texts: readonly string[]): boolean {
  const found = new Set(texts.flatMap(licencesOfText));
  return label
    .replace(/[()]/g, "")
    .split(" AND ")
    .every((either) => either.split(" OR ").some((id) => found.has(id)));
}

const isWithin = (one: KnownText, other: KnownText) =>
  one.id !== other.id && other.runs.size > one.runs.size && shareOf(one.runs, other.runs) >= LEAST_SHARE;

/** How much of `wanted` is in `runs`. */
const shareOf = (wanted: ReadonlySet<string>, runs: ReadonlySet<string>): number =>
  [...wanted].filter((run) => runs.has(run)).length / wanted.size;

/** Each three words in a row; case, punctuation, line breaks, numbers and addresses aside. */
function runsOf(text: string): Set<string> {
  const words =
    text
      .toLowerCase()
      .replace(/https?:\S+/g, " ")
      .match(/[a-z]+/g) ?? [];
  return new Set(words.slice(WORDS_IN_A_ROW - 1).map((_, i) => words.slice(i, i + WORDS_IN_A_ROW).join(" ")));
}
