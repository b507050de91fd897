// The pages that people read: every relative link leads somewhere, commands name files that are there, generated tables are fresh, the README is
// short, and an entry of the log has its verdict first.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../common/util/packageRoot.ts";
import { generatedPages, withTable } from "../../scripts/generatedPages.ts";

const root = packageRoot(import.meta.dirname);
const read = (page: string) => readFileSync(path.join(root, page), "utf8");

/** Files of the repository, tracked or new, as git names them. */
const filesOf = (...patterns: string[]): string[] =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z", ...patterns], { cwd: root })
    .toString()
    .split("\0")
    .filter((file) => file !== "" && existsSync(path.join(root, file)));

const pages = filesOf("*.md");
const isOfItsDay = (page: string) => page.startsWith("docs/log/2"); // names what was there then

/** Without blocks of code, whose brackets are no links. */
const prose = (text: string) => text.replace(/^(```+)[^\n]*\n[\s\S]*?^\1[ \t]*$/gm, "");

/** What GitHub calls the headings of a page. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of prose(text).matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const words = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let times = 1; anchors.has(anchor); times++) anchor = `${slug}-${times}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** The relative links of a page that lead nowhere. */
function brokenLinks(page: string, text: string, textOf: (file: string) => string | undefined): string[] {
  const visible = prose(text).replace(/`[^`\n]*`/g, "`code`");
  const targets = [...visible.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  return targets.filter((target) => {
    if (/^[a-z]+:/.test(target)) return false;
    const [file, anchor] = target.split("#");
    const linked = file === "" ? page : path.posix.join(path.posix.dirname(page), file!);
    const content = linked === page ? text : textOf(linked);
    if (content === undefined) return true;
    return anchor !== undefined && !anchorsOf(content).has(anchor);
  });
}

const textOf = (file: string): string | undefined => {
  if (!existsSync(path.join(root, file))) return undefined;
  return file.endsWith(".md") ? read(file) : "";
};

test("every relative link of a page leads to a file, and its anchor to a heading", () => {
  assert.ok(pages.length > 20, `${pages.length} pages`);
  let links = 0;
  for (const page of pages) {
    const text = read(page);
    links += prose(text).match(/\]\(/g)?.length ?? 0;
    assert.deepEqual(brokenLinks(page, text, textOf), [], page);
  }
  assert.ok(links > 100, `${links} links`);
});

test("a link to a file, to a heading or to an anchor of its own that is not there is found", () => {
  const there = (file: string) => (file === "docs/b.md" ? "# B\n\n## Why, and `how`?\n\n## B\n" : undefined);
  const broken = (text: string) => brokenLinks("docs/a.md", text, there);
  assert.deepEqual(
    broken("# A\n[b](b.md) [why](b.md#why-and-how) [again](b.md#b-1) [a](#a) [web](https://x.test/y)"),
    [],
  );
  assert.deepEqual(broken("# A\n[c](c.md) [b](../b.md)"), ["c.md", "../b.md"]);
  assert.deepEqual(broken("# A\n[why](b.md#why) [own](#b)"), ["b.md#why", "#b"]);
  assert.deepEqual(broken("```ts\nitems[0](c.md)\n```\nand `f[0](c.md)`"), []);
});

test("scripts that a page tells to run are there", () => {
  let commands = 0;
  for (const page of pages.filter((page) => !isOfItsDay(page))) {
    for (const [, script] of read(page).matchAll(
      /\b(?:node|python3?|bash) ((?:lab|scripts|test|cli)\/[\w./-]+\.\w+)/g,
    )) {
      commands++;
      assert.ok(existsSync(path.join(root, script!)), `${page}: ${script}`);
    }
  }
  assert.ok(commands > 5, `${commands} commands`);
});

test("README.md can be read in one go: at most 120 lines", () => {
  assert.ok(read("README.md").trimEnd().split("\n").length <= 120);
});

test("tables that are made from the code are fresh (else run: npm run generate)", () => {
  for (const { page, now, fresh } of generatedPages()) assert.equal(now, fresh, page);
});

test("only what stands between the two marks of a page is replaced, and a page without them is refused", () => {
  const [{ now }] = generatedPages();
  const replaced = withTable(now!, "| a table |");
  assert.ok(replaced.includes("\n\n| a table |\n\n"));
  assert.equal(replaced.split("\n")[0], now!.split("\n")[0]);
  assert.equal(withTable(replaced, "| a table |"), replaced);
  assert.throws(() => withTable("# A page\n", "| a table |"), /needs the line/);
  assert.throws(() => withTable(now! + now!, "| a table |"), /needs the line/);
});

test("an entry of the log has its verdict first, in bold: after the heading or after the question", () => {
  const months = pages.filter(isOfItsDay);
  assert.ok(months.length > 0);
  for (const month of months) {
    for (const entry of read(month).split(/^## /m).slice(1)) {
      const [title, first, second] = entry.split("\n\n");
      assert.ok(first?.startsWith("**") || second?.startsWith("**"), `${month}: ${title}`);
    }
  }
});

test("nothing points at the place where the log was before it had a page a month", () => {
  const before = ["test", "eval", "LOG.md"].join("/");
  const texts = filesOf("*.md", "*.ts", "*.mjs", "*.py", "*.json", "*.sh");
  assert.deepEqual(
    texts.filter((file) => read(file).includes(before)),
    [],
  );
});
