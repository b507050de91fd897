// Each style of docstring: read, laid out, and read again to the same parts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { type DocText, emptyDoc } from "../../../../src/actions/docstring/docText.ts";
import { googleStyle } from "../../../../src/actions/docstring/styles/google.ts";
import { jsDocStyle } from "../../../../src/actions/docstring/styles/jsDoc.ts";
import { numpyStyle } from "../../../../src/actions/docstring/styles/numpy.ts";
import { reStructuredStyle } from "../../../../src/actions/docstring/styles/reStructured.ts";

const [tsdoc, jsdoc] = [jsDocStyle("tsdoc"), jsDocStyle("jsdoc")];

const full: DocText = {
  lead: "Reads a file.\n\nIt is read whole, and `kept`.",
  typeParameters: [],
  parameters: [
    { name: "file", words: "Its path, relative\nto the root." },
    { name: "size", type: "int", words: "" },
  ],
  returns: { name: "", words: "What stands in it." },
  yields: { name: "", words: "Each line." },
  throws: [{ name: "ValueError", words: "If it is empty." }],
  others: [],
};

test("what is laid out in a style is read again as the same parts, at any indentation", () => {
  for (const style of [tsdoc, jsdoc, googleStyle, numpyStyle, reStructuredStyle])
    for (const indent of ["", "    ", "\t\t"])
      for (const doc of [
        full,
        { ...emptyDoc(), lead: "Short." },
        { ...full, lead: "" },
        { ...full, returns: { name: "", type: "str", words: "It." }, yields: undefined },
        { ...emptyDoc(), lead: 'Says "no"', parameters: [{ name: "a", words: "Ends with a backslash \\" }] },
      ]) {
        const { returns, yields, ...rest } = doc as DocText;
        const expected = { ...rest, ...(returns ? { returns } : {}), ...(yields ? { yields } : {}) };
        if (style.name === "rest") expected.parameters = expected.parameters.map((entry) => ({ ...entry }));
        const text = style.render(expected, indent);
        assert.deepEqual(style.parse(text), expected, `${style.name}: ${text}`);
      }
});

test("TSDoc and JSDoc as people write them", () => {
  const doc = {
    ...emptyDoc(),
    lead: "Reads a file.",
    typeParameters: [{ name: "T", words: "What it holds." }],
    parameters: [
      { name: "file", words: "Its path." },
      { name: "size", label: "[size=1]", type: "number", words: "How much." },
    ],
    returns: { name: "", words: "What stands in it." },
    throws: [{ name: "RangeError", words: "If it is empty." }],
    others: ["@example\n```ts\nread('@a');\n```"],
  };
  const text = `/**
   * Reads a file.
   *
   * @typeParam T - What it holds.
   * @param file - Its path.
   * @param {number} [size=1] - How much.
   * @returns What stands in it.
   * @throws {RangeError} If it is empty.
   * @example
   * \`\`\`ts
   * read('@a');
   * \`\`\`
   */`;
  assert.equal(tsdoc.render(doc, "  "), text);
  assert.deepEqual(tsdoc.parse(text), doc);
  assert.match(jsdoc.render(doc, ""), /@template T - What it holds\./);
  assert.equal(tsdoc.render({ ...emptyDoc(), lead: "Reads a file." }, ""), "/** Reads a file. */");
  assert.match(tsdoc.render({ ...emptyDoc(), lead: "x".repeat(100) }, ""), /^\/\*\*\n \* x+\n \*\/$/);
});

test("JSDoc in other people's ways is understood", () => {
  const read = tsdoc.parse(
    "/** Adds.\n * @param {Object<string, {a: number}>} options the options\n * @param {string} [options.a='x'] - first\n * @arg ...rest: others\n" +
      " * @return {Promise<number>} the sum\n * @exception TypeError when not\n * @throws {@link errors.Gone} later\n * @deprecated since\n * two\n * @return twice\n * @template A, B */",
  );
  assert.deepEqual(read, {
    lead: "Adds.",
    typeParameters: [],
    parameters: [
      { name: "options", type: "Object<string, {a: number}>", words: "the options" },
      { name: "options.a", label: "[options.a='x']", type: "string", words: "first" },
      { name: "rest", label: "...rest:", words: "others" },
    ],
    returns: { name: "", type: "Promise<number>", words: "the sum" },
    throws: [
      { name: "TypeError", words: "when not" },
      { name: "errors.Gone", words: "later" },
    ],
    others: ["@deprecated since\ntwo", "@return twice", "@template A, B"],
  });
});

test("Google, NumPy and reStructuredText as their guides show them", () => {
  const doc: DocText = {
    ...emptyDoc(),
    lead: "Reads a file.\n\nWhole.",
    parameters: [
      { name: "file", words: "Its path,\nrelative." },
      { name: "rest", label: "*rest", type: "int", words: "Others." },
    ],
    returns: { name: "", words: "What stands in it." },
    throws: [{ name: "ValueError", words: "If empty." }],
  };
  assert.equal(
    googleStyle.render({ ...doc, others: ["Note:\n    Slow."] }, "    "),
    `"""Reads a file.

    Whole.

    Args:
        file: Its path,
            relative.
        *rest (int): Others.

    Returns:
        What stands in it.

    Raises:
        ValueError: If empty.

    Note:
        Slow.
    """`,
  );
  assert.equal(
    numpyStyle.render(doc, ""),
    `"""Reads a file.

Whole.

Parameters
----------
file
    Its path,
    relative.
*rest : int
    Others.

Returns
-------
What stands in it.

Raises
------
ValueError
    If empty.
"""`,
  );
  assert.equal(
    reStructuredStyle.render(doc, ""),
    `"""Reads a file.

Whole.

:param file: Its path,
    relative.
:param *rest: Others.
:type rest: int
:returns: What stands in it.
:raises ValueError: If empty.
"""`,
  );
  assert.equal(googleStyle.render({ ...emptyDoc(), lead: "Reads a file." }, "    "), '"""Reads a file."""');
  assert.equal(googleStyle.render({ ...emptyDoc(), lead: "Splits at \\n." }, ""), 'r"""Splits at \\n."""');
});

test("Google's sections with types, other headings and a colon in the text", () => {
  const read = googleStyle.parse(`"""Adds: a to b.

    Like this:

    Arguments:
        a (int, optional): first: it
            goes on
        **kw: others
    Returns:
        dict[str, int]: the sum
    Example:
        >>> add(1)
    """`);
  assert.deepEqual(read, {
    lead: "Adds: a to b.\n\nLike this:",
    typeParameters: [],
    parameters: [
      { name: "a", type: "int, optional", words: "first: it\ngoes on" },
      { name: "kw", label: "**kw", words: "others" },
    ],
    returns: { name: "", type: "dict[str, int]", words: "the sum" },
    throws: [],
    others: ["Example:\n    >>> add(1)"],
  });
  const words = '"""A.\n\nReturns:\n    This and that: of it.\n"""';
  assert.deepEqual(googleStyle.parse(words).returns, { name: "", words: "This and that: of it." });
});

test("any text is read without an error, no word of it is lost, and what is laid out stays as it is", () => {
  const marks = [
    "/**",
    "*/",
    "@param",
    " {",
    "}",
    "[=",
    "@returns",
    " * ",
    "Args:",
    "    ",
    "---",
    "Parameters",
    ":param ",
    ":",
    '"""',
    "`",
    "```",
    "\\",
  ];
  let seed = 1;
  const next = (below: number) => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  for (let round = 0; round < 3_000; round++) {
    let words = 0;
    const scrap = () => (next(3) === 0 ? `word${words++}` : marks[next(marks.length)]);
    const text = Array.from({ length: next(14) }, () => scrap() + (next(2) ? "\n" : " ")).join("");
    for (const style of [tsdoc, googleStyle, numpyStyle, reStructuredStyle]) {
      const laidOut = style.render(style.parse(text), "");
      for (let word = 0; word < words; word++)
        assert.ok(laidOut.includes(`word${word}`), `${style.name} loses word${word}: ${text}\n=>\n${laidOut}`);
    }
  }
});
