// What git tells of real repositories, and that whatever is wrong with one is a reason and no error.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Cancelled } from "../../../../common/errors.ts";
import { runGit } from "../../../../finetune/data/git.ts";
import { changeTimes, committedLines, type HistoryGap } from "../../../../finetune/data/gitHistory.ts";
import { recentLines } from "../../../../finetune/data/recentLines.ts";
import { commitOn, fixtures, folderWith, git, removeFixtures, write } from "./workspaceFixture.ts";

after(removeFixtures);

const never = new AbortController().signal;
const dayOf = (day: number) => Date.UTC(2024, 0, 1 + day) / 1000;

function repository(files: Record<string, string> = { "a.ts": "a\n" }): string {
  const root = folderWith(files);
  git(root, "init", "-q");
  commitOn(root, 0);
  return root;
}

const gapOf = async (root: string, paths = ["a.ts"]): Promise<HistoryGap | undefined> => {
  const found = await changeTimes(root, paths, never);
  return "gap" in found ? found.gap : undefined;
};

test("when each file was changed last, also with blanks, other scripts and from a folder within the repository", async () => {
  const root = repository({ "a.ts": "a\n", "b c.ts": "b\n", "über/Ж.ts": "c\n", "sub/d.ts": "d\n" });
  write(root, { "b c.ts": "b2\n", "sub/d.ts": "d2\n" });
  commitOn(root, 5);
  write(root, { "über/Ж.ts": "c2\n", "new.ts": "n\n" });
  git(root, "add", "über");
  commitOn(root, 9);
  write(root, { "untracked.ts": "u\n" });
  const found = await changeTimes(root, ["a.ts", "b c.ts", "über/Ж.ts", "sub/d.ts", "untracked.ts", "none.ts"], never);
  assert.ok("times" in found);
  assert.deepEqual(
    new Map([...found.times].sort()),
    new Map(
      [
        ["a.ts", dayOf(0)],
        ["b c.ts", dayOf(5)],
        ["sub/d.ts", dayOf(5)],
        ["über/Ж.ts", dayOf(9)],
      ].sort() as [string, number][],
    ),
  );
  const below = await changeTimes(path.join(root, "sub"), ["d.ts", "a.ts"], never);
  assert.deepEqual("times" in below && [...below.times], [["d.ts", dayOf(5)]]);
});

test("no folder, no repository, a bare or shallow one, one without commits, a damaged one: each has its reason", async () => {
  assert.equal(await gapOf(path.join(fixtures, "nowhere")), "noFolder");
  assert.equal(await gapOf(folderWith({ "a.ts": "a\n" })), "noRepository");

  const bare = folderWith({});
  git(bare, "init", "-q", "--bare");
  assert.equal(await gapOf(bare), "bare");

  const whole = repository();
  write(whole, { "a.ts": "a2\n" });
  commitOn(whole, 3);
  const shallow = path.join(fixtures, "shallow");
  git(fixtures, "clone", "-q", "--depth", "1", pathToFileURL(whole).href, shallow);
  assert.equal(await gapOf(shallow), "shallow");

  const empty = folderWith({ "a.ts": "a\n" });
  git(empty, "init", "-q");
  assert.equal(await gapOf(empty), "noCommits");
  assert.equal(await gapOf(whole, ["other.ts"]), "noCommits");

  const head = git(whole, "rev-parse", "HEAD").trim();
  rmSync(path.join(whole, ".git/objects", head.slice(0, 2), head.slice(2)), { force: true });
  assert.equal(await gapOf(whole), "broken");
  const headless = repository();
  writeFileSync(path.join(headless, ".git/HEAD"), "no head\n");
  assert.equal(await gapOf(headless), "noRepository");
});

test("without git on the machine there is a reason", async () => {
  const root = repository();
  const before = process.env.PATH;
  process.env.PATH = path.join(fixtures, "empty");
  try {
    assert.equal(await gapOf(root), "noGit");
  } finally {
    process.env.PATH = before;
  }
});

test("what a repository's configuration names is not run", async () => {
  const root = repository({ "a.ts": "a\n", ".gitattributes": "*.ts diff=evil filter=evil\n" });
  const proof = path.join(fixtures, "ran");
  const script = path.join(fixtures, "evil.sh");
  writeFileSync(script, `#!/bin/sh\ntouch "${proof}"\ncat\n`, { mode: 0o755 });
  for (const name of [
    "diff.evil.textconv",
    "diff.evil.command",
    "diff.external",
    "core.fsmonitor",
    "core.pager",
    "gpg.program",
    "filter.evil.clean",
    "filter.evil.smudge",
  ]) {
    git(root, "config", name, `"${script}"`);
  }
  git(root, "config", "log.showSignature", "true");
  assert.equal(await gapOf(root), undefined);
  assert.equal((await committedLines(root, "a.ts", never))?.length, 1);
  assert.ok(!existsSync(proof));
});

test("a history that takes too long, and one that is cancelled, ends", async () => {
  const root = repository();
  execFileSync("mkfifo", [path.join(root, "pipe")]);
  const forever = ["hash-object", "pipe"]; // waits for somebody to write into it
  const run = { timeoutMs: 50, signal: never, onLine: () => undefined };
  assert.equal(await runGit(root, forever, run), "timedOut");
  await assert.rejects(changeTimes(root, ["a.ts"], AbortSignal.abort()), Cancelled);
  const later = new AbortController();
  const running = runGit(root, forever, { ...run, timeoutMs: 5_000, signal: later.signal });
  later.abort();
  await assert.rejects(running, Cancelled);
});

test("a file's last line is read whether or not a line break ends it", async () => {
  const root = repository({ "a.ts": "a\nb", "b.ts": "a\nb\n" });
  for (const file of ["a.ts", "b.ts"]) {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line) > 0;
    await runGit(root, ["cat-file", "blob", `HEAD:${file}`], { timeoutMs: 5_000, signal: never, onLine });
    assert.deepEqual(lines, ["a", "b"], file);
  }
});

test("lines that were added lately, or are not committed yet, are recent; old ones and the first commit's are not", async () => {
  const old = Array.from({ length: 40 }, (_, i) => `const old${i} = ${i};`);
  const root = repository({ "a.ts": `${old.join("\n")}\n`, "b.ts": `${old.join("\n")}\n` });
  appendFileSync(path.join(root, "a.ts"), "const added = 1;\n");
  commitOn(root, 30);
  const text = `// not committed\n${readFileSync(path.join(root, "a.ts"), "utf8")}`;
  const files = [
    { path: "a.ts", text },
    { path: "b.ts", text: `${old.join("\n")}\n` },
  ];
  const found = await changeTimes(root, ["a.ts", "b.ts"], never);
  assert.ok("times" in found);
  const isRecent = await recentLines(root, files, found, never);
  const recent = text.split("\n").flatMap((line, i) => (isRecent("a.ts", i) ? [line] : []));
  assert.deepEqual(recent, ["// not committed", "const added = 1;"]);
  assert.ok(old.every((_, i) => !isRecent("b.ts", i)));

  const single = repository({ "a.ts": `${old.join("\n")}\n` }); // one commit is all there is
  const times = await changeTimes(single, ["a.ts"], never);
  assert.ok("times" in times);
  const none = await recentLines(single, [{ path: "a.ts", text: `${old.join("\n")}\n` }], times, never);
  assert.ok(old.every((_, i) => !none("a.ts", i)));
});

test("files that were never committed are recent, unless most of the workspace is", async () => {
  const old = Array.from({ length: 40 }, (_, i) => `const old${i} = ${i};`).join("\n");
  const root = repository({ "a.ts": old, "b.ts": old });
  const files = [
    { path: "a.ts", text: old },
    { path: "b.ts", text: old },
    { path: "new.ts", text: "const fresh = 1;" },
    { path: "large.ts", text: old.repeat(3) },
  ];
  const isNew = async (known: typeof files) => {
    const found = await changeTimes(
      root,
      known.map(({ path: name }) => name),
      never,
    );
    assert.ok("times" in found);
    const isRecent = await recentLines(root, known, found, never);
    return known.filter(({ path: name }) => isRecent(name, 0)).map(({ path: name }) => name);
  };
  assert.deepEqual(await isNew(files.slice(0, 3)), ["new.ts"]);
  assert.deepEqual(await isNew(files), []);
});

test("an index that another git has locked, and a folder that is not there any more, do no harm", async () => {
  const root = repository();
  writeFileSync(path.join(root, ".git/index.lock"), "");
  assert.equal(await gapOf(root), undefined);
  mkdirSync(path.join(root, "gone"));
  rmSync(path.join(root, "gone"), { recursive: true });
  assert.equal(await committedLines(root, "gone/a.ts", never), undefined);
});
