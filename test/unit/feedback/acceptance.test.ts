// What became of a suggestion, as it is inferred from the changes of its document alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { WatchedEditor } from "./watchedEditor.ts";

const only = (editor: WatchedEditor) => {
  assert.equal(editor.endings.length, 1, JSON.stringify(editor.endings));
  return editor.endings[0]!;
};

test("accepted: what is left comes at once", () => {
  const editor = new WatchedEditor("return ¦\n}").show("a + b;").wait(300).insert("a + b;").command();
  assert.deepEqual(editor.said, ["accepted: finished"]);
  assert.deepEqual(only(editor).characters, { accepted: 6, typed: 0, left: 0 });
  assert.deepEqual(editor.pieces, ["a + b;"]);
});

test("typed through in part, then accepted", () => {
  const editor = new WatchedEditor("return ¦\n}").show("a + b;").type("a +").insert(" b;");
  assert.deepEqual(only(editor).characters, { accepted: 3, typed: 3, left: 0 });
  assert.deepEqual(editor.said, ["accepted: finished"]);
});

test("typed through to the end is no accept", () => {
  const editor = new WatchedEditor("return ¦\n}").show("a + b;").type("a + b;");
  assert.deepEqual(editor.said, ["typedThrough: finished"]);
  assert.deepEqual(only(editor).characters, { accepted: 0, typed: 6, left: 0 });
});

test("the last character is typed, or accepted where the command says so", () => {
  const typed = new WatchedEditor("return ¦").show("a;").type("a;");
  assert.deepEqual(typed.said, ["typedThrough: finished"]);
  const accepted = new WatchedEditor("return ¦").show("a;").type("a").insert(";").command();
  assert.deepEqual(accepted.said, ["accepted: finished"]);
  assert.deepEqual(only(accepted).characters, { accepted: 1, typed: 1, left: 0 });
  const late = new WatchedEditor("return ¦").show("a;").type("a").insert(";").wait(5_000).command();
  assert.deepEqual(late.said, ["typedThrough: finished"]);
});

test("by words and lines: each ends where VS Code's next word or line ends", () => {
  const editor = new WatchedEditor("¦").show("const total = sum(values);\nreturn total;");
  editor
    .insert("const")
    .insert(" ")
    .insert("total")
    .insert(" ")
    .insert("= ")
    .insert("sum")
    .insert("(")
    .insert("values")
    .insert(");\n");
  assert.deepEqual(editor.pieces, ["const", "total", "= ", "sum", "values", ");\n"]);
  assert.deepEqual(editor.endings, []);
  editor.wait(1_000).type("x");
  assert.deepEqual(editor.said, ["partlyAccepted: contradicted"]);
  assert.deepEqual(only(editor).characters, { accepted: 24, typed: 3, left: 13 }); // a single character may be a key
});

test("the last word of a suggestion is the whole rest", () => {
  const editor = new WatchedEditor("return ¦").show("first\nsecond").insert("first\n").insert("second");
  assert.deepEqual(editor.said, ["accepted: finished"]);
  assert.deepEqual(only(editor).characters, { accepted: 12, typed: 0, left: 0 });
});

test("a paste that ends elsewhere is typing, one that differs a rejection", () => {
  const within = new WatchedEditor("¦").show("const total = 1;").insert("const tot");
  assert.deepEqual(within.endings, []);
  assert.deepEqual(within.pieces, []);
  const other = new WatchedEditor("¦").show("const total = 1;").wait(1_000).insert("const other");
  assert.deepEqual(other.said, ["rejected: contradicted"]);
});

test("an input method commits several characters at once, and composes by replacing", () => {
  const committed = new WatchedEditor("// ¦").show("你好，世界").insert("你好").insert("，").insert("世界");
  assert.deepEqual(committed.said, ["typedThrough: finished"]);
  const composed = new WatchedEditor("// ¦").show("née dans");
  composed
    .insert("n")
    .insert("e")
    .replace(composed.cursor - 1, composed.cursor, "ée");
  assert.deepEqual(composed.pieces, []);
  const accepted = new WatchedEditor("// ¦").show("你好，世界").insert("你好，世界");
  assert.deepEqual(accepted.said, ["accepted: finished"]);
});

test("a character outside the basic plane is one key", () => {
  const editor = new WatchedEditor("// ¦").show("😀 ok").insert("😀");
  assert.deepEqual(editor.pieces, []);
  assert.deepEqual(editor.insert(" ok").said, ["accepted: finished"]);
});

test("rejected only where it could be read", () => {
  assert.deepEqual(new WatchedEditor("¦").show("foo").wait(749).type("x").said, ["unread: contradicted"]);
  assert.deepEqual(new WatchedEditor("¦").show("foo").wait(750).type("x").said, ["rejected: contradicted"]);
});

test("typing on after the first letters of it, otherwise", () => {
  const editor = new WatchedEditor("¦").show("foobar").type("fo").wait(1_000).type("x");
  assert.deepEqual(editor.said, ["rejected: contradicted"]);
  assert.deepEqual(only(editor).characters, { accepted: 0, typed: 2, left: 4 });
});

test("the cursor's line left, the document closed, another suggestion in its place", () => {
  const left = new WatchedEditor("a¦\nb").show("foo").wait(1_000);
  assert.deepEqual(left.moveTo(0).said, [], "the same line");
  assert.deepEqual(left.moveTo(3).said, ["rejected: lineLeft"]);
  assert.deepEqual(new WatchedEditor("a¦").show("foo").wait(1_000).close().said, ["rejected: closed"]);
  const replaced = new WatchedEditor("a¦").show("foo").wait(1_000).show("bar").wait(1_000).close();
  assert.deepEqual(replaced.said, ["rejected: replaced", "rejected: closed"]);
  assert.equal(replaced.shownCount, 2);
});

test("the line left downwards while a suggestion of several lines is typed is not left", () => {
  const editor = new WatchedEditor("a {¦\n}").show("\n  b;\n  c;").insert("\n  ").wait(1_000);
  assert.deepEqual(editor.moveTo(editor.cursor).said, []);
  assert.deepEqual(editor.moveTo(0).said, ["rejected: lineLeft"]);
});

test("each key brings the rest of the same suggestion: it is shown once", () => {
  const editor = new WatchedEditor("return ¦").show("a + b;");
  editor.type("a").show(" + b;").type(" ").show("+ b;").insert("+ b;");
  assert.equal(editor.shownCount, 1);
  assert.deepEqual(only(editor).characters, { accepted: 4, typed: 2, left: 0 });
});

test("deleting and retyping stays in the same suggestion", () => {
  const editor = new WatchedEditor("return ¦").show("alpha;").type("alp").deleteBack(2).show("lpha;").type("lpha;");
  assert.equal(editor.shownCount, 1);
  assert.deepEqual(only(editor).characters, { accepted: 0, typed: 6, left: 0 });
  assert.deepEqual(new WatchedEditor("ab¦").show("cd").wait(1_000).deleteBack().said, ["rejected: contradicted"]);
});

test("undone within seconds, by undo or by deleting: no accept; later it stays one", () => {
  const undone = new WatchedEditor("return ¦;\n").show("a + b").insert("a + b").wait(4_000).undo();
  assert.deepEqual(undone.said, ["undone: finished"]);
  assert.deepEqual(only(undone).characters, { accepted: 0, typed: 0, left: 5 });
  assert.deepEqual(undone.pieces, []);
  const deleted = new WatchedEditor("return ¦;\n").show("a + b").insert("a + b").type("xy");
  assert.deepEqual(deleted.deleteBack(2).deleteBack(5).said, ["undone: finished"]);
  const late = new WatchedEditor("return ¦;\n").show("a + b").insert("a + b").wait(6_000).undo();
  assert.deepEqual(late.said, ["accepted: finished"]);
});

test("a word that was accepted and undone, before and after the suggestion has ended", () => {
  const before = new WatchedEditor("¦").show("first\nsecond\nthird").insert("first\n").insert("second\n").undo();
  assert.deepEqual(before.pieces, ["first\n"]);
  const after = new WatchedEditor("¦").show("first\nsecond\nthird").insert("first\n").insert("second\n").type("x");
  assert.deepEqual(after.said, ["partlyAccepted: contradicted"]);
  after.undo().undo();
  assert.deepEqual(only(after).characters, { accepted: 6, typed: 0, left: 12 });
  after.undo();
  assert.deepEqual(after.pieces, ["first\n"], "only the last piece is followed after the end");
});

test("the command outdoes what the change looked like", () => {
  const editor = new WatchedEditor("foo(¦)").show("bar").wait(100).replace(0, 5, "other").command();
  assert.deepEqual(editor.said, ["accepted: finished"]);
  assert.deepEqual(only(editor).characters, { accepted: 3, typed: 0, left: 0 });
  const nothing = new WatchedEditor("¦").show("foo").command();
  assert.deepEqual(nothing.endings, []);
});

test("a bracket that the editor closes by itself", () => {
  const editor = new WatchedEditor("f¦\n").show("(a, b);").insert("()", 1); // the pair, the cursor inside
  assert.deepEqual(editor.endings, []);
  editor.show("a, b);", 1).replace(editor.cursor, editor.cursor + 1, "a, b);");
  assert.deepEqual(editor.said, ["accepted: finished"]);
  assert.equal(editor.shownCount, 1);
  assert.deepEqual(only(editor).characters, { accepted: 6, typed: 1, left: 0 });
});

test("a closed bracket is typed over", () => {
  const editor = new WatchedEditor("f(¦)\n").show("a) + 1", 1).type("a");
  editor.replace(editor.cursor, editor.cursor + 1, ")").type(" + 1");
  assert.deepEqual(editor.said, ["typedThrough: finished"]);
  assert.deepEqual(only(editor).characters, { accepted: 0, typed: 6, left: 0 });
});

test("a pair that is all of the suggestion was typed, unless the command comes", () => {
  assert.deepEqual(new WatchedEditor("f¦").show("()").insert("()", 1).said, ["typedThrough: finished"]);
  assert.deepEqual(new WatchedEditor("f¦").show("()").insert("()").command().said, ["accepted: finished"]);
});

test("a word before what is replaced after the cursor", () => {
  const editor = new WatchedEditor("f(¦)").show("first, second) {", 1).insert("first").insert(", ").insert("second");
  assert.deepEqual(editor.pieces.slice(0, 2), ["first", ", "]);
  editor.cursor++; // the ghost text goes on after the bracket
  assert.deepEqual(editor.insert(" {").said, ["accepted: finished"]);
});

test("a line break with its indentation is a key, between brackets too", () => {
  const editor = new WatchedEditor("if (a) {¦}").show("\n  b();\n}", 1).insert("\n  \n", 1);
  assert.deepEqual(editor.endings, []);
  assert.deepEqual(editor.pieces, []);
  editor.insert("b();");
  assert.deepEqual(editor.said, ["accepted: finished"], "what was to be replaced stands there already");
  const indented = new WatchedEditor("if (a) {¦").show("\n    b();").insert("\n    ");
  assert.deepEqual(indented.pieces, []);
  const other = new WatchedEditor("if (a) {¦").show("\n    b();").wait(1_000).insert("\n\t");
  assert.deepEqual(other.said, ["rejected: contradicted"]);
});

test("CRLF: line ends count as one character, positions as the document has them", () => {
  const editor = new WatchedEditor("if (a) {¦\r\n}\r\n").show("\r\n  b();\r\n  c();");
  editor.insert("\r\n  ").insert("b");
  editor.insert("();\r\n");
  assert.deepEqual(editor.pieces, ["();\r\n"]);
  editor.insert("  c();");
  assert.deepEqual(editor.pieces, ["();\r\n", "  c();"]);
  assert.deepEqual(only(editor).characters, { accepted: 10, typed: 4, left: 0 });
});

test("changes elsewhere move the place", () => {
  const editor = new WatchedEditor("one\nreturn ¦\nend").show("a + b");
  const { cursor } = editor;
  editor.replace(0, 3, "import many;\n").replace(editor.text.length - 1, editor.text.length, "D");
  editor.cursor = cursor + "import many;\n".length - 3;
  editor.insert("a + b");
  assert.deepEqual(editor.said, ["accepted: finished"]);
  assert.deepEqual(editor.pieces, ["a + b"]);
});

test("the suggest widget's item, which a suggestion goes on with, is no accept of the suggestion", () => {
  const taken = new WatchedEditor("twice = alp¦").show("habet.length;", 0, 5).insert("habet");
  assert.deepEqual(taken.pieces, []);
  assert.deepEqual(taken.show(".length;").insert(".length;").said, ["accepted: finished"]);
  assert.deepEqual(only(taken).characters, { accepted: 8, typed: 5, left: 0 });
  const key = new WatchedEditor("twice = al¦").show("phabet.length;", 0, 6).type("p").show("habet.length;", 0, 5);
  assert.deepEqual(key.insert("habet").pieces, []);
  const whole = new WatchedEditor("twice = alp¦").show("habet.length;", 0, 5).insert("habet.length;").command();
  assert.deepEqual(whole.said, ["accepted: finished"]);
});
