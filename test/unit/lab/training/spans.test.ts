// Which part of a file an example leaves out: what holds for every span, and what each kind promises.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createParsers } from "../../../../common/syntax/parsers.ts";
import { SeededRandom } from "../../../../finetune/data/seededRandom.ts";
import { drawSpan, MAX_MIDDLE_CHARS, SPAN_SHARES, type SpanKind } from "../../../../finetune/data/spans.ts";
import { sampleSource } from "./sampleSource.ts";

const parsers = await createParsers();
const kinds = Object.keys(SPAN_SHARES) as SpanKind[];

/** The middles of many draws, as [prefix, middle, suffix]. */
function draw(kind: SpanKind, text: string, draws = 200): [prefix: string, middle: string, suffix: string][] {
  const tree = parsers.for("typescript")!.parse(text)!;
  const random = new SeededRandom(7);
  const found = Array.from({ length: draws }, () => drawSpan(kind, text, tree, random));
  tree.dispose();
  return found.flatMap((span) =>
    span ? [[text.slice(0, span.start), text.slice(span.start, span.end), text.slice(span.end)]] : [],
  );
}

for (const kind of kinds) {
  test(`${kind}: prefix, middle and suffix are the text; the middle is not blank, not too long, ends before the line break`, () => {
    const spans = draw(kind, sampleSource);
    assert.ok(spans.length > 50, `${spans.length} spans`);
    for (const [prefix, middle, suffix] of spans) {
      assert.equal(prefix + middle + suffix, sampleSource);
      assert.match(middle, /\S/);
      assert.ok(middle.length <= MAX_MIDDLE_CHARS);
      assert.doesNotMatch(middle, /\n[ \t]*$/);
    }
  });
}

test("cursorLine begins within a line and ends at a line's end, or before the closing brackets that an editor puts there", () => {
  const spans = draw("cursorLine", sampleSource, 500);
  const beforeClosers = spans.filter(([, , suffix]) => !suffix.startsWith("\n"));
  assert.ok(beforeClosers.every(([, , suffix]) => /^[)\]}"'`]{1,3}[;,]?\n/.test(suffix)));
  const share = beforeClosers.length / spans.length;
  assert.ok(share > 0.1 && share < 0.4, `${share}`);
  const runsOn = spans.filter(([, middle]) => middle.includes("\n")).length / spans.length;
  assert.ok(runsOn > 0.15 && runsOn < 0.4, `${runsOn}`);
  assert.ok(spans.every(([, middle]) => middle.split("\n").length <= 5));
});

test("pause begins where a line's code begins, or after what something is sure to follow", () => {
  for (const [prefix] of draw("pause", sampleSource, 500)) {
    const typed = prefix.slice(prefix.lastIndexOf("\n") + 1);
    assert.match(typed, /^\s*$|[=([{.,:<>&|?+]\s?$|\b[a-z]+\s$/, JSON.stringify(typed));
  }
});

test("a syntax node's own brackets and quotes stay outside", () => {
  const text = 'const wide = { alpha: "some text", beta: [1000, 2000], gamma: call(first, second) };\n';
  const middles = new Set(draw("syntaxNode", text, 300).map(([, middle]) => middle));
  assert.ok(middles.has("some text"));
  assert.ok(middles.has("1000, 2000"));
  assert.ok(middles.has("first, second"));
  assert.ok(
    [...middles].every((middle) => !/^[{[("]/.test(middle)),
    [...middles].join(" | "),
  );
});

test("a node that merely begins and ends with brackets is whole", () => {
  const middles = new Set(
    draw("syntaxNode", "const product = (left + right) * (above + below);\n", 300).map(([, m]) => m),
  );
  assert.ok(middles.has("(left + right) * (above + below)"));
  assert.ok(!middles.has("left + right) * (above + below"));
});

test("a block's inside leaves the closing brace and its indentation to the suffix", () => {
  const text = "function run() {\n  const first = begin();\n  return first.end();\n}\n";
  const bodies = draw("syntaxNode", text, 300).filter(
    ([, m]) => m.trim() === "const first = begin();\n  return first.end();",
  );
  assert.ok(bodies.length > 0);
  assert.ok(bodies.every(([, , suffix]) => suffix === "\n}\n"));
});

test("a statement begins where its line does, after the indentation, and has its semicolon", () => {
  for (const [prefix, middle] of draw("statement", sampleSource)) {
    assert.match(prefix, /(^|\n)[ \t]*$/);
    assert.match(middle, /[;},{]$|[\w)\]>]$/);
  }
  const middles = draw("statement", "class A {\n  #size = 1;\n  grow() {\n    this.#size++;\n  }\n}\n").map(
    ([, m]) => m,
  );
  assert.ok(middles.includes("#size = 1;") && middles.includes("this.#size++;"));
});

test("lines are 1 to 8 whole ones", () => {
  for (const [, middle, suffix] of draw("lines", sampleSource)) {
    assert.match(suffix, /^$|^\n/);
    assert.ok(middle.trimStart().split("\n").length <= 8);
  }
});

test("a doc comment is one above a definition; licence headers and comments elsewhere are none", () => {
  const text = `/** Copyright someone. */\nconst a = 1;\n\n/** Adds one. */\nexport function add() {}\n\n/** loose */\n`;
  const middles = new Set(draw("docComment", text).map(([, middle]) => middle));
  assert.deepEqual([...middles].sort(), [" Adds one. ", " Adds one. */", "/** Adds one. */"]);
});

test("no surrogate pair is split", () => {
  const text = "const faces = '😀😃😄😁😆😅🤣😂🙂🙃😉😊';\n".repeat(4);
  for (const kind of ["cursorLine", "characters"] as const) {
    for (const parts of draw(kind, text)) for (const part of parts) assert.doesNotMatch(part, /\p{Surrogate}/u);
  }
});

test("a text of blanks, and one of a single huge line, give no span but those that fit", () => {
  for (const kind of kinds) {
    assert.deepEqual(draw(kind, " \n".repeat(50), 4), []);
    for (const [, middle] of draw(kind, `const x = [${"12, ".repeat(2_000)}];\n`, 4)) {
      assert.ok(middle.length <= MAX_MIDDLE_CHARS);
    }
  }
});

/** As `draw`, of Python. */
function drawPython(kind: SpanKind, text: string, draws = 300): [prefix: string, middle: string, suffix: string][] {
  const tree = parsers.for("python")!.parse(text)!;
  const random = new SeededRandom(3);
  const found = Array.from({ length: draws }, () => drawSpan(kind, text, tree, random));
  tree.dispose();
  return found.flatMap((span) =>
    span ? [[text.slice(0, span.start), text.slice(span.start, span.end), text.slice(span.end)]] : [],
  );
}

const python = `def total(items, least=0):
    """The sum of all items that are not too small."""
    found = 0
    for item in items:
        if item < least:
            continue
        found += item
    return found


def name():
    return "total"
`;

test("a unit ends where what its line begins does, or where a neighbour after it does", () => {
  const middles = new Set(drawPython("unit", python).map(([, middle]) => middle));
  const loop = "for item in items:\n        if item < least:\n            continue\n        found += item";
  assert.ok(middles.has(loop));
  assert.ok(middles.has(`${loop}\n    return found`));
  assert.ok(middles.has("if item < least:\n            continue"));
  // never a block's first line alone
  assert.ok([...middles].every((middle) => !/:$/.test(middle)));
});

test("a block is written to its end, from its beginning or from within", () => {
  const spans = drawPython("block", python);
  assert.ok(spans.every(([, , suffix]) => /^(\n|$)/.test(suffix)));
  const bodies = new Set(spans.map(([, middle]) => middle.trim()));
  const rest = "found += item";
  assert.ok(bodies.has(`if item < least:\n            continue\n        ${rest}`));
  assert.ok(bodies.has(rest));
  assert.ok(
    spans.some(([, middle]) => middle.startsWith("\n    ")),
    "behind the line that opens it",
  );
  assert.ok(
    spans.some(([prefix]) => prefix.endsWith(":\n        ")),
    "indented below it",
  );
});

test("a documented body is all that follows the docstring; a function without one has none", () => {
  const spans = drawPython("documentedBody", `${python}\n\ndef other():\n    return "none"\n    print()\n`);
  assert.ok(spans.length > 0);
  for (const [prefix, middle] of spans) {
    assert.match(prefix, /too small\."""\n? *$/);
    assert.match(middle.trim(), /^found = 0\n[\s\S]+ {4}return found$/);
  }
  const script =
    "/** Twice. */\nexport function twice(n) {\n  const two = 2;\n  return two * n;\n}\n\nfunction none() {\n  return 0;\n}\n";
  const middles = new Set(draw("documentedBody", script).map(([, middle]) => middle.trim()));
  assert.deepEqual([...middles], ["const two = 2;\n  return two * n;"]);
});

test("what ends with a statement says so; an argument does not", () => {
  const text = "const made = make(\n  first,\n  second.of(third),\n);\n";
  const tree = parsers.for("typescript")!.parse(text)!;
  const random = new SeededRandom(5);
  const spans = Array.from({ length: 200 }, () => drawSpan("unit", text, tree, random)).filter(
    (span) => span !== undefined,
  );
  tree.dispose();
  const wholes = new Set(spans.map(({ end, isWhole }) => `${end === text.length - 1} ${isWhole}`));
  assert.deepEqual([...wholes].sort(), ["false false", "true true"]);
});
