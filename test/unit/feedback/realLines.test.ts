// Real lines of this repository as suggestions that are right, written by an editor that closes brackets and indents by itself: what is typed is never
// taken for an accept, Tab is known without its command, and most of what is accepted word by word is.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { packageRoot } from "../../../common/util/packageRoot.ts";
import { partialAcceptEnds } from "../../../src/feedback/insertion.ts";
import { WatchedEditor } from "./watchedEditor.ts";

const folder = path.join(packageRoot(import.meta.dirname), "src", "completion");
const PAIRS: Record<string, string> = { "(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`" };

/** Places in real files: what stands before a line's end or two lines', and the rest of it. */
function* places(): Generator<{ before: string; rest: string }> {
  for (const name of readdirSync(folder).filter((one) => one.endsWith(".ts"))) {
    const lines = readFileSync(path.join(folder, name), "utf8").split("\n");
    for (const [i, line] of lines.entries()) {
      const from = line.length - line.trimStart().length + (i % 7);
      const rest = line.slice(from) + (i % 5 === 0 ? `\n${lines[i + 1] ?? ""}` : "");
      if (rest.trim().length > 3 && rest === rest.trim())
        yield { before: `${lines[i - 1] ?? ""}\n${line.slice(0, from)}`, rest };
    }
  }
}

/** Types a text as VS Code does with its defaults: pairs are closed, closed ones typed over, a new line comes with its indentation. */
function typed(editor: WatchedEditor, text: string): void {
  let closed = "";
  for (let at = 0; at < text.length; at++) {
    const key = text[at]!;
    if (closed !== "" && key === closed[0]) {
      editor.replace(editor.cursor, editor.cursor + 1, key);
      closed = closed.slice(1);
    } else if (key === "\n") {
      const indentation = /^\n[ \t]*/.exec(text.slice(at))![0];
      editor.insert(indentation);
      closed = "";
      at += indentation.length - 1;
    } else if (PAIRS[key] !== undefined && !/\w/.test(text[at + 1] ?? "")) {
      editor.insert(key + PAIRS[key], 1);
      closed = PAIRS[key] + closed;
    } else editor.insert(key);
    if (editor.endings.length > 0) return;
  }
}

test("typed by hand: never an accept", () => {
  let count = 0;
  for (const { before, rest } of places()) {
    const editor = new WatchedEditor(`${before}¦\n}\n`).show(rest);
    typed(editor, rest);
    editor.close();
    const [ended] = editor.endings;
    assert.equal(ended!.characters.accepted, 0, JSON.stringify({ rest, ended }));
    assert.deepEqual(editor.pieces, []);
    count++;
  }
  assert.ok(count > 500, `${count} places`);
});

test("Tab, after no key or some: accepted without the command", () => {
  let i = 0;
  for (const { before, rest } of places()) {
    const editor = new WatchedEditor(`${before}¦\n}\n`).show(rest);
    const keys = i++ % 4;
    for (const key of rest.slice(0, keys)) editor.insert(key);
    const left = rest.slice(keys);
    editor.insert(left);
    const byOneKey = left.length < 2 || /^(\(\)|\[\]|\{\}|\s*)$/.test(left);
    assert.deepEqual(editor.said, [byOneKey ? "typedThrough: finished" : "accepted: finished"], rest);
    assert.equal(editor.endings[0]!.characters.typed, byOneKey ? rest.length : keys);
  }
});

test("word by word: all but what a single key may have written", () => {
  let [accepted, total] = [0, 0];
  for (const { before, rest } of places()) {
    const editor = new WatchedEditor(`${before}¦\n}\n`).show(rest);
    for (let left = rest; left !== ""; ) {
      const [word] = partialAcceptEnds(left);
      editor.insert(left.slice(0, word));
      left = left.slice(word);
    }
    editor.close();
    accepted += editor.endings[0]!.characters.accepted;
    total += rest.length;
  }
  assert.ok(accepted / total > 0.8, `${accepted} of ${total} characters`);
});
