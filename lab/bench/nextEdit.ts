// Bench: next edits on real commits. The hunks of a commit are typed in the order of its files, each as an episode; what is offered after it is
// compared with the hunks that follow. Goals: precision ≥ 0.90, recall of repeatable hunks ≥ 0.6, offers in at most 1 of 100 commits with
// one hunk, no reversals, p95 ≤ 200 ms. Ends with one JSON line on stdout.
//
// node lab/bench/nextEdit.ts --folder REPOSITORY,REPOSITORY… [--commits N] [--trace FILE]

import { appendFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { lineEndOf, lineStartOf } from "../../common/syntax/lines.ts";
import { createParsers } from "../../common/syntax/parsers.ts";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { NextEditFinder } from "../../src/actions/nextEdit/nextEdits.ts";
import { sameEdit } from "../../src/actions/nextEdit/sources/sameEdit.ts";
import { scopedRename } from "../../src/actions/nextEdit/sources/scopedRename.ts";
import { changedPart, differences } from "../../src/actions/nextEdit/tokens.ts";
import { RecentTrees } from "../../src/actions/nextEdit/trees.ts";
import type { Episode, NextEditFile, NextEditKind, Place } from "../../src/actions/nextEdit/types.ts";
import { identicalLines, replacedWord } from "./nextEdit/baselines.ts";
import { type Commit, type CommitFile, sessionsOf } from "./nextEdit/commits.ts";
import { type FileState, isWhole, judge, textOf, wordsOf } from "./nextEdit/judge.ts";
import { Omissions } from "./nextEdit/omissions.ts";
import { machine, quantile } from "./support/reporting.ts";

const MAX_PAST = 50;
const KINDS: ReadonlySet<string> = new Set<NextEditKind>(["sameEdit", "rename"]);
const MAX_REPEATED_TOKENS = 40; // a longer change was written, not repeated

const { values } = parseArgs({
  options: {
    folder: { type: "string" },
    commits: { type: "string", default: "100" },
    trace: { type: "string" },
  },
});
if (!values.folder) throw new Error("--folder is needed: clones with their history, separated by commas");

type Offer = (
  episode: Episode,
  past: readonly Episode[],
  edited: readonly NextEditFile[],
) => Promise<{ kind: string; places: Place[]; examples?: number }>;

/** What came of one way to offer. */
interface Tally {
  offered: number; // places, each once
  right: number;
  madeLater?: number; // of the wrong ones: made within the next 20 commits, so its author had left it out; absent where nobody looks
  kinds: Record<string, { offered: number; right: number }>;
  recalled: number; // of the repeatable hunks
  missed: Record<string, number>; // of the others, by cause
  reversals: number;
  falseCommits: number; // of those with one hunk
  ms: number[];
}

const tally = (): Tally => ({
  offered: 0,
  right: 0,
  kinds: {},
  recalled: 0,
  missed: {},
  reversals: 0,
  falseCommits: 0,
  ms: [],
});
const totals = { commits: 0, hunks: 0, repeatable: 0, singleCommits: 0 };
const parsers = await createParsers();
const never = new AbortController().signal;

const ways: Record<string, { make: () => Offer; tally: Tally }> = {
  sotto: { make: product, tally: { ...tally(), madeLater: 0 } },
  identicalLines: {
    make: () => async (episode) => ({ kind: "line", places: identicalLines(episode) }),
    tally: tally(),
  },
  replacedWord: { make: () => async (episode) => ({ kind: "word", places: replacedWord(episode) }), tally: tally() },
};

function product(): Offer {
  const trees = new RecentTrees(parsers);
  const finder = new NextEditFinder([scopedRename(trees), sameEdit(trees)]);
  return async (episode, past, edited) => {
    const found = await finder.find(episode, { parsers, past, edited: () => edited }, never);
    return "reason" in found ? { kind: found.reason, places: [] } : { ...found, examples: found.proof.examples };
  };
}

const byRepository: Record<string, object> = {};
for (const repository of values.folder.split(",")) {
  const before = structuredClone({ totals, sotto: ways.sotto.tally });
  const many = Number(values.commits);
  const sessions = sessionsOf(repository, { many, single: Math.ceil((many * 5) / 3) }, defaultCacheDir());
  const omissions = new Omissions(repository);
  for (const commit of sessions.many) {
    totals.commits++;
    totals.hunks += commit.files.reduce((sum, { hunks }) => sum + hunks.length, 0);
    totals.repeatable += repeatable(commit).size;
    for (const way of Object.values(ways)) await play(commit, omissions, way.make(), way.tally);
  }
  totals.singleCommits += sessions.single.length;
  for (const commit of sessions.single)
    for (const way of Object.values(ways)) await play(commit, "single", way.make(), way.tally);
  const name = path.basename(repository.replace(/\/repo$/, ""));
  const { offered, right, falseCommits, recalled } = ways.sotto.tally;
  byRepository[name] = {
    commits: totals.commits - before.totals.commits,
    offered: offered - before.sotto.offered,
    right: right - before.sotto.right,
    repeatable: totals.repeatable - before.totals.repeatable,
    recalled: recalled - before.sotto.recalled,
    singleCommits: totals.singleCommits - before.totals.singleCommits,
    falseCommits: falseCommits - before.sotto.falseCommits,
  };
  console.error(`${name} ${JSON.stringify(byRepository[name])}`);
}

const { sotto, ...baselines } = Object.fromEntries(
  Object.entries(ways).map(([name, way]) => [name, figures(way.tally)]),
);
process.stdout.write(
  `${JSON.stringify({ name: "nextEdit", totals, sotto, baselines, byRepository, machine: machine("cpu") })}\n`,
);

/** Types one commit from its first hunk to its last. */
async function play(commit: Commit, omissions: Omissions | "single", offer: Offer, into: Tally): Promise<void> {
  const isSingle = omissions === "single";
  const states: FileState[] = commit.files.map((file) => ({ file, done: 0 }));
  const again = repeatable(commit);
  const past: Episode[] = [];
  const seen = new Set<string>();
  const rightPlaces = new Map<string, Place[]>(); // by hunk, in offsets of the text before
  const recalled = new Set<string>();
  const answers = new Map<string, string>(); // by hunk: what came after it, a kind or a reason
  let hasOffer = false;
  for (const state of states) {
    const { file } = state;
    for (const [index] of file.hunks.entries()) {
      const before = textOf(state);
      state.done = index + 1;
      const after = textOf(state);
      const changed = changedPart(before, after);
      if (!changed) continue;
      const episode = { uri: uriOf(file), languageId: file.languageId, before, after, changed };
      const edited = states.flatMap((one): NextEditFile[] =>
        one === state ? [] : [{ uri: uriOf(one.file), languageId: one.file.languageId, text: textOf(one) }],
      );
      const startMs = performance.now();
      const { kind, places, examples } = await offer(episode, past, edited);
      into.ms.push(performance.now() - startMs);
      answers.set(`${file.path} ${index}`, kind);
      past.unshift(episode);
      past.length = Math.min(past.length, MAX_PAST);
      for (const place of places) {
        hasOffer = true;
        const where = states.find((one) => uriOf(one.file) === place.uri)!;
        const verdict = judge(where, place);
        if (seen.has(verdict.key)) continue;
        seen.add(verdict.key);
        if (isSingle) continue;
        count(into, kind, verdict.right, verdict.reversal);
        trace(commit, where, index, { kind, examples }, place, verdict.right);
        const isUntouched = !verdict.right && verdict.hunks.length === 0;
        if (into.madeLater !== undefined && isUntouched && omissions.isOne(commit, where, place)) into.madeLater++;
        if (!verdict.right) continue;
        const last = where.file.hunks[where.done - 1];
        const shift = last ? last.before.end - last.after.end : 0;
        const range = { start: place.range.start + shift, end: place.range.end + shift };
        for (const hunk of verdict.hunks) {
          const key = `${where.file.path} ${hunk}`;
          const all = [...(rightPlaces.get(key) ?? []), { ...place, range }];
          rightPlaces.set(key, all);
          if (again.has(key) && isWhole(where.file, where.file.hunks[hunk], all)) recalled.add(key);
        }
      }
    }
  }
  if (!isSingle)
    for (const [key, earlier] of again) {
      if (recalled.has(key)) continue;
      const cause = rightPlaces.has(key) ? "onlyAPart" : missedBecause(key, earlier, answers);
      into.missed[cause] = (into.missed[cause] ?? 0) + 1;
      if (values.trace && into === ways.sotto.tally) traceMissed(commit, key, cause);
    }
  into.recalled += isSingle ? 0 : recalled.size;
  if (isSingle && hasOffer) into.falseCommits++;
}

function count(into: Tally, kind: string, right: boolean, reversal: boolean): void {
  const ofKind = (into.kinds[kind] ??= { offered: 0, right: 0 });
  into.offered++;
  ofKind.offered++;
  into.reversals += Number(reversal);
  into.right += Number(right);
  ofKind.right += Number(right);
}

function uriOf({ path }: CommitFile): string {
  return `file:///${path}`;
}

/** Why nobody was offered a repeatable hunk: what came after the last hunk of its file with the same edit. */
function missedBecause(key: string, earlier: readonly string[], answers: ReadonlyMap<string, string>): string {
  const fileOf = (one: string) => one.slice(0, one.lastIndexOf(" "));
  const here = earlier.filter((one) => fileOf(one) === fileOf(key));
  if (here.length === 0) return "otherFile";
  const answer = answers.get(here.at(-1)!)!;
  return KINDS.has(answer) ? "otherPlace" : answer;
}

/** The hunks whose differences are those of earlier hunks of the commit, with these. */
function repeatable({ files }: Commit): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const known = new Map<string, string[]>();
  for (const file of files) {
    for (const [index, hunk] of file.hunks.entries()) {
      const was = wordsOf(file.before.slice(hunk.before.start, hunk.before.end));
      const is = wordsOf(file.after.slice(hunk.after.start, hunk.after.end));
      const spans = differences(was, is);
      if (spans.length === 0 || was.length === 0) continue; // white space, or lines that stand for themselves
      if (spans.some(({ start, end, newStart, newEnd }) => end - start + newEnd - newStart > MAX_REPEATED_TOKENS))
        continue;
      const edits = spans.map(({ start, end, newStart, newEnd }) => [
        was.slice(start, end),
        is.slice(newStart, newEnd),
      ]);
      const key = JSON.stringify([...new Set(edits.map((edit) => JSON.stringify(edit)))].sort());
      const earlier = known.get(key) ?? [];
      if (earlier.length > 0) found.set(`${file.path} ${index}`, earlier);
      known.set(key, [...earlier, `${file.path} ${index}`]);
    }
  }
  return found;
}

function figures({ offered, right, madeLater, kinds, recalled, missed, reversals, falseCommits, ms }: Tally) {
  const share = (part: number, whole: number) => (whole === 0 ? null : Number((part / whole).toFixed(4)));
  return {
    ...{ offered, right, precision: share(right, offered), kinds },
    ...(madeLater !== undefined && { madeLater, precisionWithLater: share(right + madeLater, offered) }),
    ...{ recalled, recall: share(recalled, totals.repeatable), missed, reversals },
    ...{ falseCommits, falseShare: share(falseCommits, totals.singleCommits) },
    ...{ p50Ms: quantile([...ms, 0], 0.5), p95Ms: quantile([...ms, 0], 0.95), mostMs: quantile([...ms, 0], 1) },
  };
}

function trace(
  { hash }: Commit,
  state: FileState,
  hunk: number,
  { kind, examples }: { kind: string; examples: number | undefined },
  place: Place,
  right: boolean,
): void {
  if (!values.trace || kind === "line" || kind === "word") return;
  const text = textOf(state);
  const line = text.slice(lineStartOf(text, place.range.start), lineEndOf(text, place.range.end));
  const told = { right, hash: hash.slice(0, 9), path: state.file.path, hunk, kind, examples, ...place, line };
  appendFileSync(values.trace, `${JSON.stringify(told)}\n`);
}

function traceMissed({ hash, files }: Commit, key: string, cause: string): void {
  const file = files.find(({ path }) => key.startsWith(`${path} `))!;
  const hunk = file.hunks[Number(key.split(" ").at(-1))];
  const [was, is] = [
    file.before.slice(hunk.before.start, hunk.before.end),
    file.after.slice(hunk.after.start, hunk.after.end),
  ];
  appendFileSync(values.trace!, `${JSON.stringify({ missed: key, cause, hash: hash.slice(0, 9), was, is })}\n`);
}
