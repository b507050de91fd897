// What the code alone tells: under which conditions it throws, what is put into words of that, which sentences it bears out, and how a file's
// docstrings are written.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { ifAnyWords, ifWords, whetherWords } from "../../../../src/actions/docstring/facts/conditionWords.ts";
import { type Doubt, doubtOf } from "../../../../src/actions/docstring/facts/entailed.ts";
import { plainSummary } from "../../../../src/actions/docstring/facts/plainSummary.ts";
import { imperativeOf, thirdPersonOf } from "../../../../src/actions/docstring/facts/verbs.ts";
import { houseOf, inHouse } from "../../../../src/actions/docstring/house.ts";
import { styleNamed } from "../../../../src/actions/docstring/styles/styleOf.ts";
import { targetsIn } from "../../../../src/actions/docstring/target.ts";

const parsers = await createParsers();

function targetOf(text: string, languageId = "typescript") {
  const tree = parsers.for(languageId)!.parse(text)!;
  const [target] = targetsIn(text, tree, languageId);
  tree.dispose();
  assert.ok(target?.signature && target.facts, text);
  return { ...target, signature: target.signature, facts: target.facts };
}

test("a condition in words; what has no plain wording stays code, what is long or negated in part is left", () => {
  const words: [code: string, holds: boolean, words: string | undefined][] = [
    ["n < 0", true, "if `n` is negative"],
    ["(!file)", true, "if `file` is falsy"],
    ["typeof a.b !== 'string'", true, "if `a.b` is not a string"],
    ['typeof a === "object"', false, "if `a` is not an object"],
    ["!Array.isArray(list)", true, "if `list` is not an array"],
    ["x == null", true, "if `x` is null or undefined"],
    ["x === undefined", false, "if `x` is not undefined"],
    ["items.length === 0", true, "if `items` is empty"],
    ["not isinstance(value, Field)", true, "if `value` is not a `Field`"],
    ["key not in self.fields", true, "if `key` is not in `self.fields`"],
    ["a is None or len(b) == 0", true, "if `a` is None or `b` is empty"],
    ["a > b", true, "if `a > b`"],
    ["a > b", false, "if `a > b` does not hold"],
    ["a.get('b') !== 'c'", false, "if `a.get('b') === 'c'`"],
    ["a == 1", false, "if `a != 1`"],
    ["a === (b !== c)", false, "if `a === (b !== c)` does not hold"],
    ["!(a && b)", true, "if `a && b` does not hold"],
    ["text[0] === '`'", true, undefined],
    [`isLong(${"x".repeat(70)})`, true, undefined],
  ];
  for (const [code, holds, expected] of words) assert.equal(ifWords([{ code, holds }]), expected, code);
  assert.equal(whetherWords("!items.length"), "`items.length` is falsy");
});

test("what is thrown has the conditions around it; after an early return, in a loop and in a catch nothing is said", () => {
  const thrown = (body: string, languageId?: string) => {
    const python = languageId === "python";
    const code = python ? `def f(a, b):\n${body}` : `function f(a, b) {\n${body}\n}`;
    const { facts } = targetOf(code, languageId);
    return Object.fromEntries([...facts.thrownIf].map(([type, places]) => [type, ifAnyWords(places)]));
  };
  assert.deepEqual(thrown("if (a < 0) throw new RangeError();"), { RangeError: "if `a` is negative" });
  assert.deepEqual(thrown("if (a) { if (!b) { throw new E(); } }"), { E: "if `a` is truthy and `b` is falsy" });
  assert.deepEqual(thrown("if (a) { g(); } else { throw new E(); }"), { E: "if `a` is falsy" });
  assert.deepEqual(thrown("if (a === 1) throw new E(1);\nif (b === 2) throw new E(2);"), {
    E: "if `a === 1`, or if `b === 2`",
  });
  assert.deepEqual(thrown("if (a) return 1;\nthrow new E();"), { E: undefined });
  assert.deepEqual(thrown("if (a) return 1;\nif (b) throw new E();"), { E: undefined });
  assert.deepEqual(thrown("for (const x of a) { if (!x) throw new E(); }"), { E: undefined });
  assert.deepEqual(thrown("try { g(); } catch { throw new E(); }"), { E: undefined });
  assert.deepEqual(thrown("const g = () => { throw new E(); };"), {});
  assert.deepEqual(thrown("    if a is None:\n        raise ValueError('x')\n    return b", "python"), {
    ValueError: "if `a` is None",
  });
  assert.deepEqual(thrown("    if a:\n        pass\n    elif b:\n        raise KeyError(a)", "python"), {
    KeyError: "if `a` is falsy and `b` is truthy",
  });
});

test("a sentence stands where the code bears out each word of it", () => {
  const read = `function readRows(file, maxCount) {
  if (!file) return null;
  const rows = parse(file).slice(0, maxCount);
  return rows;
}`;
  const remove = "function removeRow(rows, index) {\n  rows.splice(index, 1);\n  emit('change', rows);\n}";
  const isOpen = "function isOpen(door) {\n  return door.angle > 0;\n}";
  const chained = "function on(name, listener) {\n  this.listeners.push(listener);\n  return this;\n}";
  const sentences: [code: string, sentence: string, doubt: Doubt | undefined][] = [
    [read, "Reads the rows of a file.", undefined],
    [read, "Returns the parsed rows of the file, or null if there is none.", undefined],
    [read, "This function reads rows.", "hollow"],
    [read, "Reads the rows (of a file).", "hollow"],
    [read, "Reads rows of the format 'csv'.", "unfounded"],
    [read, "Rows of a file.", "noVerb"],
    [read, "Deletes the rows of a file.", "otherVerb"],
    [read, "Reads the rows of a spreadsheet.", "unfounded"],
    [read, "Reads the sorted rows of a file.", "claimsMore"],
    [read, "Always reads the rows of a file.", "noVerb"],
    [read, "Reads the rows of a file and never fails.", "claimsMore"],
    [read, "Returns whether the file has rows.", "claimsValue"],
    [read, "Returns true if the file has rows.", "claimsValue"],
    [remove, "Removes the row at an index.", undefined],
    [remove, "Returns the removed rows.", "otherVerb"],
    [remove, "Removes every row of the rows.", "claimsMore"],
    [isOpen, "Returns whether the angle of the door is positive.", "unfounded"],
    [isOpen, "Checks whether the door is open.", undefined],
    [isOpen, "Returns `true` if the door is open.", undefined],
    [isOpen, "Opens the door if the angle fits.", "otherVerb"],
    ["function deleteRow(rows) {\n  return rows.size > 0;\n}", "Checks if the rows have a size.", "otherVerb"],
    [chained, "Adds a listener.", undefined],
    [chained, "Returns the listeners.", "otherVerb"],
  ];
  for (const [text, sentence, doubt] of sentences) {
    const { name, signature, facts } = targetOf(text);
    const evidence = { name, signature, facts, code: text, around: "src/table.ts" };
    assert.equal(doubtOf(sentence, evidence), doubt, sentence);
  }
});

test("what is returned, what holds of all, and code that writes code: each with a twin", () => {
  const close = (way: string) =>
    `function closeRows(rows) {\n  for (const row of rows) {\n    ${way}\n    row.close();\n  }\n}`;
  const degree =
    "function rootDegree(root, nodes) {\n  const count = nodes.length;\n  log(count);\n  return root.degree;\n}";
  const list = (value: string) => `function errorList(errors) {\n  log(errors);\n  return ${value};\n}`;
  const sort = "function zSort(a, b) {\n  return a.z - b.z;\n}";
  const sorts = "function zSort(rows) {\n  return rows.sort((a, b) => a.z - b.z);\n}";
  const writes = "function validateRows(gen, rows) {\n  gen.assign(rows);\n  gen.endIf();\n}";
  const steps = "function validateRows(gen, rows) {\n  gen.next(rows);\n  gen.return();\n}";
  const template = "function closeRows(rows) {\n  return `rows.forEach((row) => row.close());`;\n}";
  const calls = "function dynamicRef(rows) {\n  paint(rows);\n  log(rows);\n}";
  const listens = "function on(name, listener) {\n  this.listeners.push(listener);\n}";
  const emits = "function onName(name, listener) {\n  this.emit('listener', listener);\n}";
  const sentences: [code: string, sentence: string, doubt: Doubt | undefined][] = [
    [close("if (!row.open) break;"), "Closes all rows.", "claimsMore"],
    [close("if (!row.open) continue;"), "Closes every row.", "claimsMore"],
    [close("log(row);"), "Closes all rows.", undefined],
    [degree, "Returns the count of the nodes.", "otherResult"],
    [degree, "Returns the degree of the root.", undefined],
    [degree, "Returns `nodes.length`.", "otherResult"],
    [degree, "Returns `root.degree`.", undefined],
    [list("{ errors }"), "Returns a list of errors.", "otherResult"],
    [list("[errors]"), "Returns a list of errors.", undefined],
    [sort, "Sorts the values by z.", "otherVerb"],
    [sorts, "Sorts the rows by z.", undefined],
    [writes, "Validates the rows.", "writesCode"],
    [steps, "Validates the rows.", undefined],
    [template, "Closes the rows.", "writesCode"],
    [template.replaceAll("`", "'"), "Closes the rows.", undefined],
    [calls, "Calls `dynamicRef` with the rows.", "otherVerb"],
    [calls, "Calls `paint` with the rows.", undefined],
    [listens, "Emits the name to listeners.", "otherVerb"],
    [emits, "Emits the name to listener.", undefined],
  ];
  for (const [text, sentence, doubt] of sentences) {
    const { name, signature, facts } = targetOf(text);
    assert.equal(doubtOf(sentence, { name, signature, facts, code: text, around: "" }), doubt, `${text}\n${sentence}`);
  }
});

test("functions that make functions, several values, joined conditions, instances: each with a twin", () => {
  const cases: [text: string, languageId: string, sentence: string, doubt: Doubt | undefined][] = [
    [
      "def match(regex):\n    def inner(value):\n        return regex.match(value)\n    return inner\n",
      "python",
      "Match the value",
      "otherVerb",
    ],
    ["def match(regex):\n    inner = regex.match(1)\n    return inner\n", "python", "Match the regex", undefined],
    [
      "function keep(name: string) {\n  return (one) => one.name === name;\n}",
      "typescript",
      "Keeps the name",
      "otherVerb",
    ],
    [
      "function copy(body: Body) {\n  return [body, clone(body)];\n}",
      "typescript",
      "Returns a clone of the body",
      "otherResult",
    ],
    [
      "function copy(body: Body) {\n  return [body, clone(body)];\n}",
      "typescript",
      "Returns the body and a clone of the body",
      undefined,
    ],
    ["function copy(body: Body) {\n  return clone(body);\n}", "typescript", "Returns a clone of the body", undefined],
    [
      "function isOpen(file: File): boolean {\n  return file.handle && file.lock;\n}",
      "typescript",
      "Returns true if the file has a handle",
      "claimsMore",
    ],
    [
      "function isOpen(file: File): boolean {\n  return file.handle && file.lock;\n}",
      "typescript",
      "Returns true if the file has a handle and a lock",
      undefined,
    ],
    [
      "function isOpen(file: File): boolean {\n  return file.mark === 1;\n}",
      "typescript",
      "Returns true if the mark is an instance of file",
      "claimsMore",
    ],
    [
      "function isOpen(file: File): boolean {\n  return file.mark instanceof Mark;\n}",
      "typescript",
      "Returns true if the mark is an instance of Mark",
      undefined,
    ],
  ];
  for (const [text, languageId, sentence, doubt] of cases) {
    const { name, signature, facts } = targetOf(text, languageId);
    assert.equal(doubtOf(sentence, { name, signature, facts, code: text, around: "" }), doubt, `${text}\n${sentence}`);
  }
});

test("what a look-up gives where there is nothing: only where the code looks something up, and its type allows it", () => {
  const absent = "Returns the value for the key, or `undefined` if the key is not found";
  const cases: [text: string, doubt: Doubt | undefined][] = [
    ["function valueOf(key: string): string | undefined {\n  return this.values.get(key);\n}", undefined],
    ["function valueOf(key) {\n  return this.values.get(key);\n}", undefined],
    ["function valueOf(key: string): string {\n  return this.values.get(key);\n}", "claimsMore"],
    ["function valueOf(key: string): string | undefined {\n  return this.values[key];\n}", "claimsMore"],
  ];
  for (const [text, doubt] of cases) {
    const { name, signature, facts } = targetOf(text);
    assert.equal(doubtOf(absent, { name, signature, facts, code: text, around: "" }), doubt, text);
  }
});

test("a second verb takes the file's mood as the first one does; a noun stays", () => {
  const python = { mood: "imperative", endsWithStop: false, tagsParameters: false, isEnglish: true } as const;
  assert.equal(inHouse("Reads a file and logs its name", python, []), "Read a file and log its name");
  assert.equal(inHouse("Reads the keys and values of a file", python, []), "Read the keys and values of a file");
  assert.equal(inHouse("Read a file and logs", python, []), "Read a file and logs");
});

test("facts alone make a summary of one statement, and of no more", () => {
  const plainOf = (body: string, name = "f") => {
    const { signature, facts } = targetOf(`function ${name}(a, b) {\n${body}\n}`);
    return plainSummary(signature, facts);
  };
  assert.equal(plainOf("return a.items.length === 0;"), "Return whether `a.items` is empty");
  assert.equal(plainOf("return a.first(b);"), "Return `a.first(b)`");
  assert.equal(plainOf("a.size = b;"), "Set `a.size` to `b`");
  assert.equal(plainOf("a.draw(b);"), "Call `a.draw(b)`");
  assert.equal(plainOf("a.draw(b);", "draw"), undefined, "it says only the name");
  assert.equal(plainOf("return 1;"), undefined);
  assert.equal(plainOf("g(a);\nreturn a.first(b);"), undefined);
  assert.equal(plainOf(`return g(${"a, ".repeat(30)}b);`), undefined);
});

test("verbs in both moods", () => {
  for (const [verb, third] of [
    ["return", "returns"],
    ["parse", "parses"],
    ["match", "matches"],
    ["apply", "applies"],
    ["display", "displays"],
  ] as const)
    assert.equal(thirdPersonOf(verb), third);
  assert.equal(imperativeOf("Returns"), "return");
  assert.equal(imperativeOf("applies"), "apply");
  assert.equal(imperativeOf("matches"), "match");
  assert.equal(imperativeOf("Frobnicates", ["frobnicate", "it"]), "frobnicate");
  assert.equal(imperativeOf("Live", ["live", "query"]), undefined, "a word of the name that is no verb");
});

test("the habits of a file's docstrings; one is none", () => {
  const houseIn = (text: string, languageId: string) => {
    const tree = parsers.for(languageId)!.parse(text)!;
    const targets = targetsIn(text, tree, languageId);
    tree.dispose();
    return houseOf(targets, styleNamed(languageId === "python" ? "google" : "tsdoc"), languageId);
  };
  const usual = { endsWithStop: true, tagsParameters: false, isEnglish: true };
  assert.deepEqual(houseIn("/** Open a file */\nfunction a() {}\n", "typescript"), { ...usual, mood: "thirdPerson" });
  assert.deepEqual(houseIn("def a(): pass\n", "python"), { ...usual, mood: "imperative" });
  const two = '"""Opens a file"""\n    pass\n\n\n';
  const python = houseIn(`def a():\n    ${two}def b():\n    ${two}`, "python");
  assert.deepEqual(python, { ...usual, mood: "thirdPerson", endsWithStop: false });
  assert.equal(inHouse("return a line.", python, []), "Returns a line");
  const french =
    "/** Renvoie la liste de tous les fichiers qui ont été ouverts depuis le début du programme. */\nfunction a() {}\n";
  assert.equal(houseIn(french, "typescript").isEnglish, false);
  const example =
    "    --{boundary} Content-Type: {kind} bytes {start}-{end} max size length {more} boundary start end last kind";
  assert.equal(houseIn(`def a():\n    """Header.\n\n${example}\n    """\n`, "python").isEnglish, true);
});
