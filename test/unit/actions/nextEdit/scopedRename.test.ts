import assert from "node:assert/strict";
import { test } from "node:test";
import { EditedFile } from "./session.ts";

const python = (text: string) => new EditedFile("python", text, "rename");

const TWO = `def first(count):
    total = count + 1
    return total * count

def second(count):
    return count
`;

test("the uses of a renamed parameter follow, and those of another function's do not", async () => {
  const file = python(TWO);
  const found = await file.replace("count", "size");
  assert.equal(
    file.with(found),
    TWO.replace("(count)", "(size)").replace("count + 1", "size + 1").replace("* count", "* size"),
  );
});

test("a use that gets another name says nothing about the others", async () => {
  const file = python(TWO);
  assert.deepEqual(await file.replace("total", "sum_", 2), { reason: "notThisKind" });
});

test("a name that is taken is not given again", async () => {
  const file = python(TWO);
  assert.deepEqual(await file.replace("count", "total"), { reason: "nameTaken" });
});

test("a name in a string, a comment or after a dot stays", async () => {
  const text = 'row_list = 1\n# row_list\nprint("row_list", x.row_list, row_list)\n';
  const file = python(text);
  assert.equal(
    file.with(await file.replace("row_list", "rows")),
    'rows = 1\n# row_list\nprint("row_list", x.row_list, rows)\n',
  );
});

test("a name that comes from elsewhere is left to who declares it", async () => {
  const file = python("print(len(a), len(b))\n");
  assert.deepEqual(await file.replace("len", "size"), { reason: "notThisKind" });
});

test("a name that gets its old name back is an undone rename", async () => {
  const file = python(TWO);
  await file.replace("total", "sum_");
  assert.deepEqual(await file.replace("sum_", "total"), { reason: "undone" });
});

test("more than a name is no rename", async () => {
  const file = python(TWO);
  assert.deepEqual(await file.replace("count + 1", "size + 2"), { reason: "notThisKind" });
});

test("TypeScript is left to its compiler", async () => {
  const file = new EditedFile("typescript", "function f(count: number) {\n  return count;\n}\n", "rename");
  assert.deepEqual(await file.replace("count", "size"), { reason: "notThisKind" });
});

test("a function that is defined twice keeps its name elsewhere", async () => {
  const text = "def load():\n    pass\n\ndef load():\n    pass\n\nload()\n";
  assert.deepEqual(await python(text).replace("load", "load_all"), { reason: "unclear" });
  const once = python("def load():\n    pass\n\nload()\n");
  assert.equal(once.with(await once.replace("load", "load_all")), "def load_all():\n    pass\n\nload_all()\n");
});

test("a value that is given later may get a name of its own", async () => {
  const text = "def read(header):\n    header = header.strip()\n    return header\n";
  assert.deepEqual(await python(text).replace("header", "line", 2), { reason: "unclear" });
  const first = python(text);
  assert.equal(first.with(await first.replace("header", "line")), text.replaceAll("header", "line"));
});

test("a global name that becomes another altogether may get a successor", async () => {
  const text = "def quote(s):\n    return s\n\nquote('')\n";
  assert.deepEqual(await python(text).replace("quote", "percent_encoded"), { reason: "unclear" });
  const kept = python(text);
  assert.equal(kept.with(await kept.replace("quote", "quoted")), text.replaceAll("quote", "quoted"));
});
