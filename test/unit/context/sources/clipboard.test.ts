// The clipboard is used only where it is allowed, and never with a secret in it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { EditorClipboard } from "../../../../src/context/sources/clipboard.ts";

function clipboard(content: { text: string | undefined | Error }, settings = { enabled: true }) {
  const clock = { nowMs: 0, reads: 0 };
  const source = new EditorClipboard({
    enabled: () => settings.enabled,
    read: async () => {
      clock.reads++;
      if (content.text instanceof Error) throw content.text;
      return content.text;
    },
    nowMs: () => clock.nowMs,
  });
  return { source, clock };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("switched off, the editor is not asked", async () => {
  const { source, clock } = clipboard({ text: "const a = 1;" }, { enabled: false });
  assert.equal(source.text(), undefined);
  await settled();
  assert.equal(source.text(), undefined);
  assert.equal(clock.reads, 0);
});

test("known after it was asked for, and asked for at most every two seconds", async () => {
  const content = { text: "const a = 1;" };
  const { source, clock } = clipboard(content);
  assert.equal(source.text(), undefined);
  await settled();
  content.text = "const b = 2;";
  for (let i = 0; i < 5; i++) assert.equal(source.text(), "const a = 1;");
  await settled();
  assert.equal(clock.reads, 1);
  clock.nowMs = 2_000;
  source.text();
  await settled();
  assert.equal(source.text(), "const b = 2;");
  assert.equal(clock.reads, 2);
});

test("not used: a secret, a long text, white space, binary, none, an error", async () => {
  for (const text of [
    `AWS_KEY=AKIA${"Q3EG7RLZ5XW2MTPB"}`,
    `const password = "${"hunter2-kX9fQ2"}";`,
    "x ".repeat(1_001),
    " \n\t",
    "a\0b",
    undefined,
    new Error("no access"),
  ]) {
    const { source } = clipboard({ text });
    source.text();
    await settled();
    assert.equal(source.text(), undefined, String(text));
  }
});

test("switched off again, what was known is forgotten; also what was on its way", async () => {
  const settings = { enabled: true };
  const { source } = clipboard({ text: "const a = 1;" }, settings);
  source.text();
  await settled();
  settings.enabled = false;
  assert.equal(source.text(), undefined);
  settings.enabled = true;
  assert.equal(source.text(), undefined);
  settings.enabled = false;
  await settled();
  settings.enabled = true;
  assert.equal(source.text(), undefined);
});
