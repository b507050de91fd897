// Edits of commits as places to learn: what stood before them at that time, what followed, what must not be learnt, and whose commits weigh more.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { commitEdits, type EditsOptions } from "../../../../finetune/data/commitEdits.ts";

const ME = "me@example.com";

class Repository {
  readonly root = mkdtempSync(path.join(os.tmpdir(), "sotto-edits-"));
  readonly files = new Map<string, string>();

  constructor(t: TestContext) {
    t.after(() => rmSync(this.root, { recursive: true, force: true }));
    this.#git("init", "-q");
    this.#git("config", "user.email", ME);
    this.#git("config", "user.name", "me");
  }

  commit(files: Readonly<Record<string, string>>, author = ME): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(this.root, name)), { recursive: true });
      writeFileSync(path.join(this.root, name), text);
      this.files.set(name, text);
    }
    this.#git("add", "-A");
    this.#git("-c", "commit.gpgsign=false", "commit", "-q", "-m", "change", `--author=A <${author}>`);
  }

  /** @param heldOut paths that are held out */
  edits(options: Partial<EditsOptions> = {}, heldOut: readonly string[] = []) {
    const all = [...this.files].map(([name, text]) => ({ path: name, text }));
    const isHeldOut = (name: string) => heldOut.includes(name);
    return commitEdits(this.root, {
      commits: "alike",
      train: all.filter((file) => !isHeldOut(file.path)),
      heldOut: all.filter((file) => isHeldOut(file.path)),
      seed: 1,
      signal: new AbortController().signal,
      ...options,
    });
  }

  configure(key: string, value: string): void {
    this.#git("config", key, value);
  }

  #git(...args: string[]): void {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: os.devNull, GIT_CONFIG_SYSTEM: os.devNull };
    execFileSync("git", args, { cwd: this.root, env, stdio: "pipe" });
  }
}

const OLD = "function f(a) {\n  return a;\n}\n\nconst x = f(1);\n\nfunction g() {\n  return 2;\n}\n";
const NEW = OLD.replace("f(a)", "f(a, b)").replace("f(1)", "f(1, second)").replace("return 2", "return three");

test("an edit has those above it made, those below it not yet, and is what followed", async (t) => {
  const repository = new Repository(t);
  repository.commit({ "a.js": OLD });
  repository.commit({ "a.js": NEW });
  const { lessons, dropped } = await repository.edits();
  assert.deepEqual(
    lessons.map(({ gap }) => gap),
    [
      {
        prefix: "function f(a, b) {\n  return a;\n}\n\n",
        middle: "const x = f(1, second);",
        suffix: "\n\nfunction g() {\n  return 2;\n}",
      },
      {
        prefix: "function f(a, b) {\n  return a;\n}\n\nconst x = f(1, second);\n\nfunction g() {\n  ",
        middle: "return three;",
        suffix: "\n}",
      },
    ],
  );
  assert.deepEqual(dropped, { first: 1 });
  assert.deepEqual(lessons, (await repository.edits()).lessons, "the same seed, the same places");
});

test("of a hunk of several lines a part is written already, and what follows never goes beyond it", async (t) => {
  const repository = new Repository(t);
  const added = ["one", "two", "three", "four", "five", "six"].map((name) => `  ${name}(${name});`);
  repository.commit({ "a.js": "start();\nend();\n" });
  repository.commit({ "a.js": `start();\n${added.join("\n")}\nend();\n` });
  for (let seed = 1; seed < 20; seed++) {
    const { lessons } = await repository.edits({ seed });
    const [{ gap }] = lessons as [(typeof lessons)[0]];
    assert.equal(gap.suffix, "\nend();");
    const whole = gap.prefix + gap.middle;
    assert.ok(`start();\n${added.join("\n")}`.startsWith(whole), whole);
    assert.ok(gap.prefix.startsWith("start();\n  one(one);\n"), "the first line was written before");
    assert.ok(gap.middle.split("\n").length <= 4);
  }
});

test("what is gone today, stands in held-out files or held a secret is not learnt, and each is counted", async (t) => {
  const repository = new Repository(t);
  const moved = "export const movedElsewhere = compute(1, 2, 3);";
  const token = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
  repository.commit({ "a.js": "one();\ntwo();\n", "held.js": "other();\n", "s.js": "one();\ntwo();\n" });
  repository.commit({ "a.js": `one();\n${moved}\ntwo();\nthree(moved);\n`, "held.js": "other();\nlater(1);\n" });
  repository.commit({ "s.js": `one();\nconst token = "${token}";\ntwo();\nuse(it);\n` });
  repository.commit({ "a.js": "one();\ntwo();\nthree(moved);\n", "held.js": `other();\n${moved}\n` });
  repository.commit({ "s.js": "one();\ntwo();\nuse(it);\n" });
  const { lessons, dropped } = await repository.edits({}, ["held.js"]);
  assert.deepEqual(lessons, []);
  assert.equal(dropped.otherFile, 2, JSON.stringify(dropped));
  assert.equal(dropped.heldOut, 1, JSON.stringify(dropped));
  assert.equal(dropped.secret, 1, JSON.stringify(dropped));
  repository.commit({ "a.js": "one();\ntwo();\nthree(moved);\nfour(it);\n" });
  repository.commit({ "a.js": "zero();\none();\ntwo();\nthree(moved);\nfive(it);\n" });
  const again = await repository.edits({}, ["held.js"]);
  assert.deepEqual(
    again.lessons.map(({ gap }) => gap.middle),
    ["five(it);"],
  );
});

test("own commits weigh more where that is wished", async (t) => {
  const repository = new Repository(t);
  repository.commit({ "a.js": OLD, "b.js": OLD });
  repository.commit({ "a.js": NEW });
  repository.commit({ "b.js": NEW }, "other@example.com");
  const weights = async (commits: EditsOptions["commits"]) =>
    new Map((await repository.edits({ commits })).lessons.map(({ path: name, weight }) => [name, weight]));
  assert.deepEqual([...(await weights("alike")).values()], [1, 1]);
  assert.deepEqual(Object.fromEntries(await weights("ownMore")), { "a.js": 1.5, "b.js": 1 });
});

test("programs that the repository's configuration names are not run", async (t) => {
  const repository = new Repository(t);
  const mark = path.join(repository.root, "ran");
  const program = `touch ${mark}`;
  repository.commit({ ".gitattributes": "*.js diff=evil\n", "a.js": OLD });
  repository.commit({ "a.js": NEW });
  for (const key of ["diff.external", "diff.evil.textconv", "diff.evil.command", "core.pager", "core.fsmonitor"])
    repository.configure(key, program);
  assert.ok((await repository.edits()).lessons.length > 0);
  assert.ok(!existsSync(mark));
});

test("without a repository, and with names that git would quote, there are no edits and no error", async (t) => {
  const repository = new Repository(t);
  const folder = mkdtempSync(path.join(os.tmpdir(), "sotto-edits-none-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const signal = new AbortController().signal;
  const none = await commitEdits(folder, { commits: "ownMore", train: [], heldOut: [], seed: 1, signal });
  assert.deepEqual(none, { lessons: [], dropped: {} });
  repository.commit({ "tab\tname.js": OLD, "umlaut ä.js": OLD });
  repository.commit({ "tab\tname.js": NEW, "umlaut ä.js": NEW });
  const { lessons } = await repository.edits();
  assert.ok(lessons.length > 0);
  assert.ok(lessons.every(({ path: name }) => name === "umlaut ä.js"));
});
