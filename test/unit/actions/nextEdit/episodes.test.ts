import assert from "node:assert/strict";
import { test } from "node:test";
import { Episodes } from "../../../../src/actions/nextEdit/episodes.ts";

/** A window with one document that is typed into. */
class Typing {
  readonly episodes = new Episodes();
  readonly texts = new Map<string, string>();
  nowMs = 0;

  type(line: number, text: string, afterMs = 100, uri = "file:///a.ts") {
    this.nowMs += afterMs;
    const before = this.texts.get(uri) ?? "";
    const rows = before.split("\n");
    rows[line] = text;
    const change = { startLine: line, endLine: line, addedLines: text.split("\n").length - 1 };
    const document = { uri, languageId: "typescript", text: before };
    const ended = this.episodes.changed(document, change, this.nowMs, (of) => this.texts.get(of));
    this.texts.set(uri, rows.join("\n"));
    return ended;
  }

  settle() {
    return this.episodes.settle((uri) => this.texts.get(uri));
  }
}

const opened = (lines = 40) => {
  const typing = new Typing();
  typing.texts.set("file:///a.ts", "x\n".repeat(lines));
  typing.texts.set("file:///b.ts", "x\n");
  return typing;
};

test("keys that follow each other closely are one episode", () => {
  const typing = opened();
  for (const text of ["a", "ab", "abc"]) assert.equal(typing.type(5, text), undefined);
  assert.equal(typing.type(7, "d"), undefined);
  const episode = typing.settle();
  assert.equal(episode?.before, "x\n".repeat(40));
  assert.equal(episode?.after.slice(10, 20), "abc\nx\nd\nx\n");
});

test("a far line, a pause and another document each end it", () => {
  const far = opened();
  far.type(5, "a");
  assert.match(far.type(20, "b")!.after, /^(x\n){5}a\nx/);
  const late = opened();
  late.type(5, "a");
  assert.ok(late.type(5, "ab", 1_501));
  const other = opened();
  other.type(5, "a");
  assert.equal(other.type(0, "b", 10, "file:///b.ts")?.uri, "file:///a.ts");
});

test("what ends as it began is no episode", () => {
  const typing = opened();
  typing.type(5, "a");
  typing.type(5, "x");
  assert.equal(typing.settle(), undefined);
});

test("the episodes before one are told, the latest first, and only the last fifty", () => {
  const typing = opened(400);
  for (let i = 0; i < 60; i++) typing.type(i * 6, `v${i}`);
  const last = typing.settle()!;
  const before = typing.episodes.before(last);
  assert.equal(before.length, 49);
  assert.match(before[0].after, /v58/);
  assert.doesNotMatch(before[0].after, /v59/);
});

test("a key costs next to nothing", () => {
  const typing = opened(10_000);
  typing.type(5_000, "a");
  const text = typing.texts.get("file:///a.ts")!;
  const startMs = performance.now();
  for (let i = 0; i < 1_000; i++) {
    const change = { startLine: 5_000, endLine: 5_000, addedLines: 0 };
    typing.episodes.changed({ uri: "file:///a.ts", languageId: "typescript", text }, change, typing.nowMs, () => text);
  }
  assert.ok((performance.now() - startMs) / 1_000 < 0.2);
});
