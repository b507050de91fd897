// Counts on real commits which share of hunks each source of next edits could have foreseen from the hunks before it. Approximate, by tokens: an
// upper limit, since it asks whether something earlier in the commit names the change, not whether it says where.
//
// node lab/evaluate/nextEditShares.ts [--commits N] REPOSITORY…

import path from "node:path";
import { parseArgs } from "node:util";
import { defaultCacheDir } from "../../common/util/cacheDir.ts";
import { differences, isWord, tokensOf } from "../../src/actions/nextEdit/tokens.ts";
import { type CommitFile, type CommitHunk, sessionsOf } from "../bench/nextEdit/commits.ts";

/** What changed in a hunk, as words and signs. */
interface Change {
  path: string;
  removed: string[]; // all tokens of the lines before
  added: string[];
  spans: { removed: string[]; added: string[] }[]; // what differs
  isImport: boolean;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { commits: { type: "string", default: "400" } },
});

const IMPORT = /^\s*(import\b|from\s+\S+\s+import\b|(const|let|var)\s.*=\s*require\(|use\s|"[^"]+"\s*$|\}\s*from\b)/;
const MAX_SPAN = 40; // tokens; longer ones were not changed but written

const DECLARING = new Set([
  "function",
  "def",
  "func",
  "fn",
  "class",
  "const",
  "let",
  "var",
  "interface",
  "type",
  "enum",
  "struct",
]);

for (const repository of positionals) {
  const counts = {
    commits: 0,
    hunks: 0,
    inMany: 0,
    brokenCaller: 0,
    rename: 0,
    sameEdit: 0,
    import: 0,
    parameters: 0,
    any: 0,
  };
  let repeatable = 0;
  const { many, single } = sessionsOf(
    repository,
    { many: Number(values.commits), single: Math.ceil((Number(values.commits) * 5) / 3) },
    defaultCacheDir(),
  );
  for (const commit of [...many, ...single]) {
    counts.commits++;
    const changes = commit.files.flatMap((file) => file.hunks.map((hunk) => changeOf(file, hunk)));
    counts.hunks += changes.length;
    if (changes.length > 1) counts.inMany += changes.length;
    for (const [index, change] of changes.entries()) {
      const earlier = changes.slice(0, index);
      const others = changes.filter((one) => one !== change);
      const same = earlier.some((one) => isSame(one, change));
      const foreseen = {
        brokenCaller: !change.isImport && isCaller(earlier, change),
        rename: isRename(earlier, change),
        sameEdit: same,
        import: isFollowingImport(others, change),
        parameters: isCall(earlier, change),
      };
      for (const [name, is] of Object.entries(foreseen)) if (is) counts[name as keyof typeof foreseen]++;
      if (Object.values(foreseen).some(Boolean)) counts.any++;
      if (same && change.spans.some(({ removed }) => removed.length > 0)) repeatable++;
    }
  }
  const share = (count: number) => Number((count / counts.hunks).toFixed(4));
  const { commits, hunks, ...sources } = counts;
  const shares = Object.fromEntries(Object.entries(sources).map(([name, count]) => [name, share(count)]));
  console.log(
    JSON.stringify({
      repository: path.basename(repository.replace(/\/repo$/, "")),
      commits,
      hunks,
      shares,
      repeatable,
    }),
  );
}

function changeOf({ path, before, after }: CommitFile, hunk: CommitHunk): Change {
  const removed = tokensOf(before, hunk.before.start, hunk.before.end).map(({ text }) => text);
  const added = tokensOf(after, hunk.after.start, hunk.after.end).map(({ text }) => text);
  const spans = differences(removed, added).map(({ start, end, newStart, newEnd }) => ({
    removed: removed.slice(start, end),
    added: added.slice(newStart, newEnd),
  }));
  const lines = after
    .slice(hunk.after.start, hunk.after.end)
    .split("\n")
    .filter((line) => line.trim() !== "");
  return { path, removed, added, spans, isImport: lines.length > 0 && lines.every((line) => IMPORT.test(line)) };
}

/** Every span is one of the earlier change's, and the other way round. */
function isSame(earlier: Change, change: Change): boolean {
  const keys = (of: Change) => new Set(of.spans.map(({ removed, added }) => JSON.stringify([removed, added])));
  const [a, b] = [keys(earlier), keys(change)];
  const short = change.spans.every(({ removed, added }) => removed.length <= MAX_SPAN && added.length <= MAX_SPAN);
  return b.size > 0 && short && a.size === b.size && [...b].every((key) => a.has(key));
}

function renamesOf({ spans }: Change): [string, string][] {
  return spans.flatMap(({ removed, added }): [string, string][] => {
    const isName = removed.length === 1 && added.length === 1 && isWord(removed[0]) && isWord(added[0]);
    return isName ? [[removed[0], added[0]]] : [];
  });
}

/** Nothing but names were replaced, each as an earlier change did. */
function isRename(earlier: readonly Change[], change: Change): boolean {
  const names = renamesOf(change);
  if (names.length === 0 || names.length !== change.spans.length) return false;
  return names.every(([from, to]) => earlier.some((one) => renamesOf(one).some(([a, b]) => a === from && b === to)));
}

/** It only imports, and a name that it adds is new elsewhere in the file: who types writes the use first. */
function isFollowingImport(others: readonly Change[], change: Change): boolean {
  if (!change.isImport) return false;
  const names = change.spans.flatMap(({ added }) => added).filter((name) => isWord(name) && name.length > 2);
  const used = new Set(
    others.filter((one) => one.path === change.path).flatMap(({ spans }) => spans.flatMap(({ added }) => added)),
  );
  return names.some((name) => used.has(name) && !change.removed.includes(name));
}

/** Names whose declaration an earlier change took away or gave another type. */
function declaredIn(tokens: readonly string[]): string[] {
  return tokens.flatMap((name, at) =>
    at > 0 && DECLARING.has(tokens[at - 1]) && isWord(name) && name.length > 2 ? [name] : [],
  );
}

function isCaller(earlier: readonly Change[], change: Change): boolean {
  const lost = new Set(earlier.flatMap((one) => declaredIn(one.removed)));
  return change.removed.some((name) => lost.has(name)) && !declaredIn(change.removed).some((name) => lost.has(name));
}

/** Names of functions whose list of parameters differs in an earlier change, and then their calls' arguments do. */
function isCall(earlier: readonly Change[], change: Change): boolean {
  for (const one of earlier) {
    for (const name of declaredIn(one.removed)) {
      const [was, is] = [listAfter(one.removed, name), listAfter(one.added, name)];
      if (was === undefined || is === undefined || was === is) continue;
      const [call, called] = [listAfter(change.removed, name), listAfter(change.added, name)];
      if (call !== undefined && called !== undefined && call !== called) return true;
    }
  }
  return false;
}

function listAfter(tokens: readonly string[], name: string): string | undefined {
  const at = tokens.findIndex((token, index) => token === name && tokens[index + 1] === "(");
  if (at === -1) return undefined;
  let depth = 0;
  for (let end = at + 1; end < tokens.length; end++) {
    if (tokens[end] === "(") depth++;
    if (tokens[end] === ")" && --depth === 0) return tokens.slice(at + 1, end).join(" ");
  }
  return undefined;
}
