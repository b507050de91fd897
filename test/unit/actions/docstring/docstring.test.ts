// The docstring of a place, with a model that says what the test wants: structure by the signature, words by the model, nothing untrue.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Cancelled } from "../../../../common/errors.ts";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { type DocstringOutcome, docstringAt } from "../../../../src/actions/docstring/docstring.ts";
import type { StyleName } from "../../../../src/actions/docstring/styles/style.ts";
import { openDocument } from "../../../../src/workspace/documents.ts";
import { writingModel } from "../writingModel.ts";

const parsers = await createParsers();
const never = new AbortController().signal;

type Says = (line: string, attempt: number) => string;

const LANGUAGES = { ts: "typescript", js: "javascript", py: "python" } as const;

async function ask(extension: keyof typeof LANGUAGES, marked: string, says: Says, style?: StyleName) {
  const offset = marked.indexOf("|");
  const text = marked.replace("|", "");
  const path = `a.${extension}`;
  const document = openDocument({ uri: `file:///${path}`, path, languageId: LANGUAGES[extension], text }, parsers);
  const model = writingModel(({ prefix }, attempt) => says(prefix.split("\n").at(-1)!.trim(), attempt));
  const outcome = await docstringAt({ document, offset, style }, { model }, never);
  return { outcome, model, text };
}

function applied({ outcome, text }: { outcome: DocstringOutcome; text: string }): string {
  assert.equal(outcome.kind, "offered", JSON.stringify(outcome));
  const { start, end, newText } = (outcome as Extract<DocstringOutcome, { kind: "offered" }>).edit;
  return text.slice(0, start) + newText + text.slice(end);
}

/** Words that the code of the examples bears out: for a summary, or what follows its first word; for a parameter. */
const fitting: Says = (line) => {
  if (/^(\*|""")$/.test(line)) return "Reads the lines of a file";
  if (/Reads?$/.test(line)) return " the lines of a file";
  return "the lines of the source file";
};

const TYPESCRIPT = `export class Reader {
  @log()
  async |read({ a, b }: Options, file: string, size = 10, ...rest: string[]): Promise<string> {
    if (!file) throw new RangeError("x");
    return lines(file);
  }
}
`;

test("TypeScript: above decorators; what is thrown is told with its guard, and nothing that name and type say", async () => {
  const done = await ask("ts", TYPESCRIPT, fitting);
  assert.equal(
    applied(done),
    `export class Reader {
  /**
   * Reads the lines of a file.
   *
   * @throws {RangeError} If \`file\` is falsy.
   */
  @log()
  async read({ a, b }: Options, file: string, size = 10, ...rest: string[]): Promise<string> {
    if (!file) throw new RangeError("x");
    return lines(file);
  }
}
`,
  );
  const { checked, style, name } = done.outcome as Extract<DocstringOutcome, { kind: "offered" }>;
  assert.deepEqual(
    { checked, style, name },
    { checked: { params: true, returns: true, throws: true }, style: "tsdoc", name: "read" },
  );
  assert.ok(
    done.model.asked.every(({ suffix }) => suffix.includes("async read(")),
    "the model sees the definition",
  );
});

test("a model that follows instructions is asked about the code; what it says of the function is taken as a summary", async () => {
  const text =
    "/** Reads. */\nfunction a() { return read(); }\n\nfunction size(lines: string[]) {\n  return lines.filter(isFull).length;\n}\n";
  const document = openDocument({ uri: "file:///a.ts", path: "a.ts", languageId: "typescript", text }, parsers);
  const answer = ({ prefix }: { prefix: string }) =>
    prefix === "" ? "The function `size` returns the number of full lines." : " the number of full lines.";
  const model = writingModel(() => "Reads", answer);
  const outcome = await docstringAt({ document, offset: text.indexOf("function size") }, { model }, never);
  assert.equal(outcome.kind === "offered" && outcome.text, "/** Returns the number of full lines. */");
  const [{ instruction = "", suffix, pieces }] = model.asked;
  assert.ok(instruction.startsWith("```typescript\nfunction size(") && instruction.includes("`size`"), instruction);
  assert.deepEqual([suffix, pieces], ["", []], "nothing else of the file is told");
});

test("Python: inside the body, in the file's style, also where the body stands on the line of `def`", async () => {
  const text = `class Reader:
    def |read(self, file, size=10):
        if not file:
            raise ValueError("x")
        return lines(file)
`;
  assert.equal(
    applied(await ask("py", text, fitting)),
    `class Reader:
    def read(self, file, size=10):
        """Read the lines of a file.

        Raises:
            ValueError: If \`file\` is falsy.
        """
        if not file:
            raise ValueError("x")
        return lines(file)
`,
  );
  assert.match(
    applied(await ask("py", text, fitting, "numpy")),
    /Raises\n {8}-{6}\n {8}ValueError\n {12}If `file` is falsy\.\n/,
  );
  const rest = 'def other(a):\n    """Says.\n\n    :param a: it\n    """\n\n\n';
  const raises = "def |read(file):\n    if not file:\n        raise ValueError()\n    return lines(file)\n";
  assert.match(applied(await ask("py", rest + raises, fitting)), /:raises ValueError: If `file` is falsy\.\n/);
  assert.equal(
    applied(await ask("py", "def |read(): lines(file)\n", fitting)),
    'def read():\n    """Read the lines of a file."""\n    lines(file)\n',
  );
});

test("parameters get entries where the file's docstrings have them, and then all or none", async () => {
  const tagged = `/**
 * Opens.
 *
 * @param a - which
 */
function open(a) {}

/**
 * Closes.
 *
 * @param b - which
 */
function close(b) {}

`;
  const text = `${tagged}function |read(file, size) {\n  const all = lines(file, source);\n  return all;\n}\n`;
  assert.match(
    applied(await ask("js", text, fitting)),
    /Reads the lines of a file\.\n \*\n \* @param file - The lines of the source file\.\n \* @param size - The lines of/,
  );
  const onlyFile: Says = (line) => (/size/.test(line) ? "the size" : fitting(line, 0));
  assert.match(applied(await ask("js", text, onlyFile)), /\n\/\*\* Reads the lines of a file\. \*\/\nfunction read/);
});

test("what cannot be said truly is cut back, or another sample is taken; otherwise facts alone", async () => {
  const text = "function |read(file, size) {\n  const all = lines(file);\n  return all;\n}\n";
  const last: Says = (line, attempt) => (attempt < 2 ? "Throws lines away" : fitting(line, 0));
  assert.match(applied(await ask("js", text, last)), /Reads the lines of a file\./);
  const more: Says = (line) => `${fitting(line, 0)}, which are sorted by their date`;
  assert.match(applied(await ask("js", text, more)), /\/\*\* Reads the lines of a file\. \*\//);
  const two: Says = (line) => `${fitting(line, 0)}.  The lines are read.`;
  assert.match(applied(await ask("js", text, two)), /\/\*\* Reads the lines of a file\. \*\//);
  const { outcome } = await ask("js", text, () => "Throws lines away");
  assert.ok(outcome.kind === "none" && outcome.reason === "noTrueSummary");
  assert.ok(outcome.faults.includes("claimsThrow"), String(outcome.faults));
  const plain = await ask(
    "js",
    "function |hasLines(file) {\n  return file.lines.length > 0;\n}\n",
    () => "Throws lines",
  );
  assert.match(applied(plain), /^\/\*\* Returns whether `file\.lines\.length > 0`\. \*\/\n/);
});

test("facts follow the model's sentence in the file's mood, once; a sentence that only says the name stands where they need a subject", async () => {
  const text =
    "function |read(file) {\n  if (!file) return null;\n  this.open = true;\n  return lines(file, this);\n}\n";
  const about = async (says: string) =>
    applied(await ask("js", text, (line) => (/Reads?$/.test(line) ? ` ${says}` : `Reads ${says}`)));
  assert.match(
    (await about("the lines of a file")).replace(/\n \* /g, " "),
    /Reads the lines of a file\. Returns `null` if `file` is falsy; otherwise sets `this\.open` to `true`\./,
  );
  assert.match(
    (await about("the file")).replace(/\n \* /g, " "),
    /Reads the file\. Returns `null` if `file` is falsy; /,
  );
  assert.doesNotMatch(await about("the lines of a file"), /@returns/, "what the sentence says already");
  const python = "def |read(file):\n    if not file:\n        return\n    file.open = True\n    lines(file)\n";
  assert.match(
    applied(await ask("py", python, fitting)).replace(/\s+/g, " "),
    /"""Read the lines of a file\. Do nothing if `file` is falsy; otherwise set `file\.open` to `True`\."""/,
  );
  const bare = "function |read(file) {\n  const all = file.slice(1);\n  all.sort();\n  return all;\n}\n";
  const { outcome } = await ask("js", bare, (line) => (/Reads?$/.test(line) ? " the file" : "Reads the file"));
  assert.ok(outcome.kind === "none" && outcome.reason === "noTrueSummary");
  assert.ok(outcome.faults.includes("saysOnlyTheName"));
});

test("a guard about a variable of the body is not told: no caller knows it", async () => {
  const text =
    "function |read(file) {\n  const size = file.size;\n  if (size > 3) throw new RangeError();\n  lines(file);\n}\n";
  assert.match(applied(await ask("js", text, fitting)), /\n \* @throws \{RangeError\}\n \*\//);
});

test("the file's mood and full stops are kept", async () => {
  const two = (a: string, b: string) => `/** ${a} */\nfunction a() {}\n\n/** ${b} */\nfunction b() {}\n\n`;
  const text = "function |read(file) {\n  const all = lines(file);\n  return all;\n}\n";
  const docOf = async (before: string) =>
    /.*\n(?=function read)/.exec(applied(await ask("js", before + text, fitting)))?.[0];
  assert.equal(await docOf(two("Open a file", "Return a line")), "/** Read the lines of a file */\n");
  assert.equal(await docOf(two("Opens a file.", "Returns a line.")), "/** Reads the lines of a file. */\n");
});

test("a docstring that is there is kept where it is true: added, removed, renamed and moved entries", async () => {
  const old = `/**
 * Takes lines.
 *
 * More of it.
 * @param size how much
 * @param gone what is no more
 * @param {string} files - all of \`files\`
 * @return twice
 * @throws {TypeError} never
 * @example
 * x(1)
 */
function |source(file, size, added) {
  lines(file);
}
`;
  const done = await ask("js", old, () => "the source of lines");
  assert.equal(
    applied(done),
    `/**
 * Takes lines.
 *
 * More of it.
 *
 * @param file - The source of lines.
 * @param size - how much
 * @param added - The source of lines.
 * @example
 * x(1)
 */
function source(file, size, added) {
  lines(file);
}
`,
  );
  const renamed =
    "/**\n * Takes lines.\n *\n * @param path - all of `path`\n * @param size - how much\n */\nfunction |source(file, size) {}\n";
  const after = await ask("js", renamed, () => assert.fail("nothing is to be written"));
  assert.match(applied(after), /@param file - all of `file`\n \* @param size - how much/);
  const true_ = "/**\n * Takes lines.\n *\n * @param file - where\n */\nfunction |source(file) {}\n";
  assert.deepEqual((await ask("js", true_, () => assert.fail())).outcome, {
    kind: "none",
    reason: "documented",
    faults: [],
  });
});

test("one that is there is found across empty lines, decorators and export: there is never a second one", async () => {
  const reasonOf = async (text: string) => {
    const { outcome } = await ask("ts", text, () => assert.fail("nothing is to be written"));
    return outcome.kind === "none" ? outcome.reason : outcome.text;
  };
  assert.equal(await reasonOf("/**\n * Reads.\n */\n\n\nfunction |read(file) {}\n"), "documented");
  assert.equal(await reasonOf("export /** Reads. */ function |read(file) {}\n"), "documented");
  assert.equal(await reasonOf("class A {\n  @log()\n  /** Reads. */\n  |read(file) {}\n}\n"), "documented");
  assert.equal(await reasonOf("/** Reads. */\n@log()\nexport class |A {}\n"), "documented");
  const ofFile = "/** @license MIT */\n\nfunction |read() {\n  lines(file);\n}\n";
  assert.match(applied(await ask("ts", ofFile, fitting)), /\*\/\n\n\/\*\* Reads the lines of a file\. \*\/\nfunction/);
});

test("classes, types and constants have a summary", async () => {
  const says: Says = () => "The lines of text";
  assert.match(
    applied(await ask("ts", "export class |Lines<T> {\n  text = 1;\n}\n", says)),
    /^\/\*\* The lines of text\. \*\/\nexport class/,
  );
  assert.match(applied(await ask("ts", "type |Lines = Text[];\n", says)), /^\/\*\* The lines of text\. \*\/\ntype/);
  assert.match(applied(await ask("ts", "const |lines = text;\n", says)), /^\/\*\* The lines of text\. \*\/\nconst/);
});

test("line ends are the document's, and the innermost definition of a line counts from its indentation on", async () => {
  const windows =
    "class A {\r\n|  read(file) {\r\n    if (!file) throw new RangeError();\r\n    lines(file);\r\n  }\r\n}\r\n";
  const text = applied(await ask("js", windows, fitting));
  assert.doesNotMatch(text, /[^\r]\n/);
  assert.match(text, /\{\r\n {2}\/\*\*\r\n {3}\* Reads the lines/);
});

const anyModel = writingModel(() => "Reads all lines of a source");

test("every other exit has its reason", async () => {
  const reasonOf = async (extension: keyof typeof LANGUAGES, text: string) => {
    const { outcome } = await ask(extension, text, fitting);
    return outcome.kind === "none" ? outcome.reason : outcome.text;
  };
  assert.equal(await reasonOf("ts", "|\nfoo();\n"), "noDefinition");
  assert.equal(await reasonOf("py", "|x = 1\n"), "noDefinition");
  assert.equal(await reasonOf("js", "// @generated by a tool\nfunction |read(file) {}\n"), "generatedFile");
  const german =
    "/** Liest alle Zeilen der Datei und gibt sie als Liste zurück, ohne die leeren Zeilen am Ende. */\nfunction a() {}\n";
  assert.equal(await reasonOf("js", `${german}function |read(file) {}\n`), "otherLanguage");
  assert.equal(await reasonOf("ts", `const |a = "${"x".repeat(2_000_000)}";`), "fileTooLarge");
  const json = openDocument({ uri: "file:///a.json", path: "a.json", languageId: "json", text: "{}" }, parsers);
  const none = await docstringAt({ document: json, offset: 0 }, { model: anyModel }, never);
  assert.deepEqual(none, { kind: "none", reason: "unsupportedLanguage", faults: [] });
  const aborted = AbortSignal.abort();
  const document = openDocument(
    { uri: "file:///a.js", path: "a.js", languageId: "javascript", text: "function a() {}" },
    parsers,
  );
  await assert.rejects(docstringAt({ document, offset: 0 }, { model: anyModel }, aborted));
});

test("a model that writes nothing in time gives no docstring, and says so; a person's cancel stays one", async () => {
  const text = "function read(file) {\n  return lines(file);\n}\n";
  const document = openDocument({ uri: "file:///a.js", path: "a.js", languageId: "javascript", text }, parsers);
  const stuck = {
    generate: (_params: object, _onText: unknown, signal: AbortSignal) =>
      new Promise<never>((_, refuse) => signal.addEventListener("abort", () => refuse(new Cancelled()))),
  };
  const patience = { enoughMs: 10, mostMs: 30 };
  const outcome = await docstringAt({ document, offset: 3 }, { model: stuck, patience }, never);
  assert.deepEqual(outcome, { kind: "none", reason: "busy", faults: [] });
  const cancel = new AbortController();
  const waiting = docstringAt({ document, offset: 3 }, { model: stuck }, cancel.signal);
  setTimeout(() => cancel.abort(), 10);
  await assert.rejects(waiting, Cancelled);
});
