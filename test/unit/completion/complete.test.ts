// The one path, with a scripted model: what the model writes → what is shown, or the reason why nothing is.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, type Options } from "./completeAt.ts";

/** What comes of it, drawn: the suggestion between ├ and ┤, what it replaces in ⟦⟧, or the reason. */
async function shown(cursor: string, writes: string, options: Options = {}): Promise<string> {
  const [before, after] = cursor.split("│") as [string, string];
  const { kind, outcome } = await at(before + after, before.length, options, writes);
  assert.notEqual(kind, "failed");
  if (outcome.kind === "none") return outcome.reason;
  const { text, replaceAfter } = outcome.items[0]!;
  return `├${text}┤${replaceAfter > 0 ? `⟦${after.slice(0, replaceAfter)}⟧` : ""}`;
}

const table: [name: string, cursor: string, writes: string, expected: string, options?: Options][] = [
  // one line
  ["the rest of the line", "const a = │\n", "f(1);\nconst b = 2;\n", "├f(1);┤"],
  ["a space before the cursor is not doubled", "const a = │\n", " f(1);\n", "├f(1);┤"],
  ["indentation likewise", "function f() {\n  a();\n  │\n}\n", "  b();\n  c();\n}\n", "├b();┤"],
  ["a line from its start", "function f() {\n  a();\n│\n}\n", "  b();\n  c();\n}\n", "├  b();┤"],
  ["empty lines before it are passed over", "a();\n│\n", "\n\nb();\nc();\n", "├b();┤"],
  ["a line that opens a block", "f(() => 1);\n│\n  b();\n}\n", "if (a) {\n  b();\n}\n", "├if (a) {┤"],
  ["a line that opens a block that nothing closes", "f(() => 1);\n│\n", "if (a) {\n  b();\n}\n", "syntaxError"],
  ["an end before what goes on", "const a = │\n  ? b\n  : c;\n", "undefined;\n", "syntaxError"],
  ["an end before a call that goes on", "const a = │\n  .trim();\n", "b();\n", "syntaxError"],
  ["no end before what goes on", "const a = │\n  ? b\n  : c;\n", "d === e\n", "├d === e┤"],
  ["an end before a closure", "fn f() -> F {\n    let a = │\n    || a\n}\n", "1;\n", "├1;┤", { languageId: "rust" }],
  ["nothing when the line is finished", "a();│\n", "\nb();\n", "empty"],
  ["nothing when the model says nothing", "a│\n", "", "empty"],
  ["a bracket that follows anyway", "  if (a) {\n    b();\n    │\n  }\n", "};\n  c();\n", "syntaxError"],
  ["in a comment", "// wait for │\n", "the answer\nfoo();\n", "├the answer┤"],
  ["a Python line", "x = [1]\ny = │\n", "x[0]\nz = 1\n", "├x[0]┤", { languageId: "python" }],
  ["a Python header", "x = 1\n│\n", "for i in x:\n    pass\n", "├for i in x:┤", { languageId: "python" }],
  ["a Python try", "x = 1\n│\n", "try:\n    pass\n", "├try:┤", { languageId: "python" }],
  [
    "a line of JSX",
    "const a = <b>\n  │\n</b>;\n",
    "  <c d={e} />\n",
    "├<c d={e} />┤",
    { languageId: "typescriptreact" },
  ],

  // what follows on the line
  ["the editor's bracket is kept", "f(│)\n", "a, b)\ng();\n", "├a, b┤"],
  ["bracket and semicolon are kept", "f(│);\n", "a, b);\ng();\n", "├a, b┤"],
  ["text after the bracket replaces it", "f(│)\n", "a, b);\n", "├a, b);┤⟦)⟧"],
  ["a semicolon is not doubled", "a = │;\n", "bc;\nc;\n", "├bc┤"],
  ["own brackets are no one else's", "f(│)\n", "g(a)\n", "├g(a)┤"],
  ["what would swallow the bracket", "f(│)\n", "g(a\n", "unbalanced"],
  ["not in the middle of a line", "f(│a, b)\n", "c, ", "midLine"],
  ["unless asked", "f(│a, b)\n", "c, a, b)\n", "├c, ┤", { explicit: true }],
  ["the rest of the line is not written again", "x = │a;\n", "b + a;\n", "├b + ┤", { explicit: true }],

  // strings
  ["not in a string", "f('a│\n", "b');\n", "inString"],
  ["an import path", "import { a } from './│';\n", "bc';\n", "├bc┤"],
  ["an import path without its quote", "import { a } from './│\n", "b';\nfoo\n", "├b';┤"],
  ["asked in a string", "f('a │');\n", "b');\ng();\n", "├b┤", { explicit: true }],
  ["code in a template", "const a = `b${│}`;\n", "cd}`;\n", "├cd┤"],

  // several lines
  ["an empty block", "function f() {\n  │\n}\n", "  return 1;\n}\n\ng();\n", "├return 1;┤"],
  [
    "a block of several lines",
    "function f() {\n  │\n}\n",
    "  const a = 1;\n\n  return a;\n}\n\ng();\n",
    "├const a = 1;\n\n  return a;┤",
  ],
  ["a block that nothing closes", "function f() {\n  │", "  return 1;\n}\n\ng();\n", "├return 1;\n}┤"],
  ["a block with the editor's bracket on the line", "function f() {│}\n", "\n  return 1;\n}\n", "├\n  return 1;\n┤"],
  ["an inner block that nothing closes", "function f() {\n  if (a) {\n    │\n}\n", "    b();\n  }\n}\n", "├b();\n  }┤"],
  [
    "not where the block has something in it",
    "function f() {\n  │\n  return a;\n}\n",
    "  const a = 1;\n  g();\n",
    "├const a = 1;┤",
  ],
  [
    "a Python block",
    "def f(a):\n    │\n",
    "    b = a\n    return b\n\n\ndef g():\n",
    "├b = a\n    return b┤",
    { languageId: "python" },
  ],
  [
    "a Python block at the end of a line",
    "def f(a):│\n",
    "\n    b = a\n    return b\n\nx = 1\n",
    "├\n    b = a\n    return b┤",
    { languageId: "python" },
  ],
  ["an arrow function", "const f = () =>│\n", "\n  g();\nh();\n", "├\n  g();┤"],
  ["an effect and its list", "useEffect(() => {\n  │\n", "  a();\n}, [b, c]);\nreturn 1;\n", "├a();\n}, [b, c]);┤"],
  [
    "never several lines",
    "function f() {\n  │\n}\n",
    "  const a = 1;\n  return a;\n}\n",
    "├const a = 1;┤",
    { multiLine: "never" },
  ],
  ["asked for several", "a();\n│\n", "if (b) {\n  c();\n}\n", "├if (b) {\n  c();\n}┤", { explicit: true }],
  [
    "a statement ends where its line's bracket closes",
    "const a = │\n",
    "[\n  1,\n];\nconst b = 2;\n",
    "├[\n  1,\n];┤",
    { explicit: true },
  ],
  [
    "a condition is finished before its block",
    "if (a│\n",
    " && b) {\n  c();\n}\nd();\n",
    "├ && b) {\n  c();\n}┤",
    { explicit: true },
  ],
  [
    "one thing at the top level",
    "a();\n\n│\n",
    "function b() {\n  c();\n\n  d();\n}\n\nfunction e() {\n  f();\n}\n",
    "├function b() {\n  c();\n\n  d();\n}┤",
    { explicit: true },
  ],
  [
    "lines after a finished one",
    "function f() {\n  a();│\n}\n",
    "\n  if (b) {\n    c();\n  }\n}\n",
    "├\n  if (b) {\n    c();\n  }┤",
    { explicit: true },
  ],
  [
    "what the model leaves open at its end is left out",
    "function f() {\n  │\n}\n",
    "  a();\n  b(() => {\n    c();\n",
    "├a();┤",
  ],
  [
    "until the line that follows",
    "function f() {\n  a();\n  │\n  d();\n}\n",
    "  b();\n  c();\n  d();\n}\n",
    "├b();\n  c();┤",
    { explicit: true },
  ],
  [
    "whole lines when the tokens are used up",
    "function f() {\n  │\n}\n",
    "  aaaaaa();\n  bbbbbb(\n    c,\n    d,\n  );\n",
    "├aaaaaa();┤",
    { maxTokens: 10 },
  ],
  ["no half word when the tokens are used up", "const a = │\n", "bbb(ccc, ddd, eee)\n", "├bbb(ccc,┤", { maxTokens: 4 }],

  // never shown
  ["white space", "a();\n│\n", "   \n  \n", "whitespaceOnly"],
  ["the mark of a secret", "a();\n│\n", 'login("<redacted>");\n', "redacted"],
  ["the marks of a comment", "a();\n│\n", "//\n", "whitespaceOnly"],
  ["the line that follows", "a();\n│\nb();\n", "b();\n", "duplicatesSuffix"],
  ["the line before", "a(b);\n│\n", "a(b);\n", "duplicatesPrevious"],
  [
    "but brackets may repeat",
    "  if (a) {\n    b(() => {\n      c();\n    });\n  │\n",
    "  }\n",
    "├}┤",
    { explicit: true },
  ],
  [
    "a circle in a line",
    "const a = [│\n",
    "1, b, 1, b, 1, b, 1, b, 1, b, 1, b,\n",
    "repetition",
    { multiLine: "never" },
  ],
  ["a circle of lines", "function f() {\n  │\n}\n", "  a(1);\n  a(1);\n  a(1);\n  a(1);\n", "repetition"],
  ["a new error", "const a = │;\n", "b c d\n", "syntaxError"],
  ["a bracket that closes nothing", "a();\n│\nb();\n", "});\n", "syntaxError"],
  ["a Python error", "x = │\n", "1 +* 2\n", "syntaxError", { languageId: "python" }],

  // no rule at all
  ["raw", "f(│a, b)\n", "c c c\nd", "├c c c\nd┤", { filter: false }],
  ["raw in a string", "f('a│b')\n", "b');\n", "├b');\n┤", { filter: false }],
];

for (const [name, cursor, writes, expected, options] of table) {
  test(`${name}: ${JSON.stringify(cursor)}`, async () => {
    assert.equal(await shown(cursor, writes, options), expected);
  });
}
