// The docstring of a place, with a model that says what the test wants: structure by the signature, words by the model, nothing untrue.

import assert from "node:assert/strict";
import { test } from "node:test";
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

/** Fitting words for every place of the examples below. */
const fitting: Says = (line) => {
  if (/^(\*|""")$/.test(line)) return "Reads all lines of a source";
  if (/file/.test(line)) return "where the source lies";
  if (/size/.test(line)) return "how much is taken at once";
  if (/returns|^$/i.test(line)) return "what was found there";
  return "when nothing was found";
};

const TYPESCRIPT = `export class Reader {
  @log()
  async |read({ a, b }: Options, file: string, size = 10, ...rest: string[]): Promise<string> {
    if (!file) throw new RangeError("x");
    return lines(file);
  }
}
`;

test("TypeScript: above decorators, one entry for each fact, in the signature's order", async () => {
  const done = await ask("ts", TYPESCRIPT, fitting);
  assert.equal(
    applied(done),
    `export class Reader {
  /**
   * Reads all lines of a source.
   *
   * @param options - When nothing was found.
   * @param file - Where the source lies.
   * @param size - How much is taken at once.
   * @param rest - When nothing was found.
   * @returns What was found there.
   * @throws {RangeError} When nothing was found.
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
        """Reads all lines of a source.

        Args:
            file: Where the source lies.
            size: How much is taken at once.

        Returns:
            What was found there.

        Raises:
            ValueError: When nothing was found.
        """
        if not file:
            raise ValueError("x")
        return lines(file)
`,
  );
  assert.match(
    applied(await ask("py", text, fitting, "numpy")),
    /Parameters\n {8}-{10}\n {8}file\n {12}What was found there\.\n/,
  );
  const rest = 'def other(a):\n    """Says.\n\n    :param a: it\n    """\n\n\n';
  assert.match(
    applied(await ask("py", `${rest}def |read(file): return lines(file)\n`, fitting)),
    /:param file: Where the source lies\.\n/,
  );
  assert.equal(
    applied(await ask("py", "def |source(): all(lines)\n", fitting)),
    'def source():\n    """Reads all lines of a source."""\n    all(lines)\n',
  );
});

test("what cannot be said truly is asked again, then left out; a list of bare names is no list", async () => {
  const text = "function |source(file, size) {\n  return lines(file);\n}\n";
  const second: Says = (line, attempt) => (attempt === 0 ? "Throws lines away" : fitting(line, 0));
  assert.match(applied(await ask("js", text, second)), /Reads all lines of a source\./);
  const onlyFile: Says = (line) => (/size|returns/.test(line) ? "the size" : fitting(line, 0));
  const some = await ask("js", text, (line, attempt) => (/returns/.test(line) ? "" : onlyFile(line, attempt)));
  assert.match(applied(some), /@param file - Where the source lies\.\n \* @param size\n \*\//);
  const leadOnly: Says = (line) => (line === "*" ? fitting(line, 0) : "");
  assert.equal(applied(await ask("js", text, leadOnly)).split("\n")[0], "/** Reads all lines of a source. */");
  const begun: Says = (line) =>
    line === "* This" ? "function reads all lines of a source" : line === "*" ? "@internal" : "";
  assert.match(applied(await ask("js", text, begun)), /^\/\*\* This function reads all lines of a source\. \*\/\n/);
  const { outcome } = await ask("js", text, () => "Throws lines away");
  assert.deepEqual(outcome, {
    kind: "none",
    reason: "noTrueSummary",
    faults: ["claimsThrow", "claimsThrow", "claimsThrow", "claimsThrow"],
  });
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
  const done = await ask("js", old, () => "is new here and there");
  assert.equal(
    applied(done),
    `/**
 * Takes lines.
 *
 * More of it.
 *
 * @param file - Is new here and there.
 * @param size - how much
 * @param added - Is new here and there.
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
    reason: "upToDate",
    faults: [],
  });
});

test("classes, types and constants have a summary, and type parameters words of their own", async () => {
  const says: Says = (line) => (line === "*" ? "Keeps lines of a source" : "what is kept");
  assert.match(
    applied(await ask("ts", "export class |Lines<T> {}\n", says)),
    /^\/\*\*\n \* Keeps lines of a source\.\n \*\n \* @typeParam T - What is kept\.\n \*\/\nexport class/,
  );
  assert.match(
    applied(await ask("ts", "type |Lines = string[];\n", says)),
    /^\/\*\* Keeps lines of a source\. \*\/\ntype/,
  );
  assert.match(applied(await ask("ts", "const |lines = 1;\n", says)), /^\/\*\* Keeps lines of a source\. \*\/\nconst/);
});

test("line ends are the document's, and the innermost definition of a line counts from its indentation on", async () => {
  const windows = "class A {\r\n|  source(file) {\r\n    lines(file);\r\n  }\r\n}\r\n";
  const text = applied(await ask("js", windows, fitting));
  assert.doesNotMatch(text, /[^\r]\n/);
  assert.match(text, /\{\r\n {2}\/\*\*\r\n {3}\* Reads all lines/);
});

const anyModel = writingModel(() => "Reads all lines of a source");

test("every other exit has its reason", async () => {
  const reasonOf = async (extension: keyof typeof LANGUAGES, text: string) => {
    const { outcome } = await ask(extension, text, fitting);
    return outcome.kind === "none" ? outcome.reason : outcome.text;
  };
  assert.equal(await reasonOf("ts", "|\nfoo();\n"), "noDefinition");
  assert.equal(await reasonOf("py", "|x = 1\n"), "noDefinition");
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
