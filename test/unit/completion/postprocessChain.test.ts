// The filters together: what is left of what the model wrote. The number of lines, text that nobody can see, and bad input.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { withinLines } from "../../../src/completion/postprocess/blockSize.ts";
import { hidesCharacters, withoutHalfCharacter } from "../../../src/completion/postprocess/characters.ts";
import { drawn } from "./drawn.ts";
import { type FilterOptions, filtered } from "./filtered.ts";

/** The drawing with what is inserted, and in brackets what it replaces; or the reason for nothing. */
function shown(drawing: string, options?: FilterOptions): string {
  const { prefix, middle, suffix } = drawn(drawing);
  const answer = filtered({ prefix, text: middle, suffix }, options);
  if (typeof answer === "string") return answer;
  return answer.text + (answer.replaceAfter > 0 ? `⟦${suffix.slice(0, answer.replaceAfter)}⟧` : "");
}

function table(name: string, cases: [drawing: string, expected: string, options?: FilterOptions][]): void {
  test(name, () => {
    for (const [drawing, expected, options] of cases) {
      assert.equal(shown(drawing, options), expected, `${JSON.stringify(drawing)} ${JSON.stringify(options ?? {})}`);
    }
  });
}

const multi = (maxLines: number, options?: FilterOptions): FilterOptions => ({ mode: "multi", maxLines, ...options });
const lines = (count: number, indentation = "  ") =>
  Array.from({ length: count }, (_, i) => `${indentation}a${i}(${i});`).join("\n");

table("block size: at most so many lines, cut where the code is whole", [
  ["function f() {\n  ├a();\n  b();\n  c();┤\n}\n", "a();\n  b();", multi(2)],
  ["function f() {\n  ├a();\n  b();\n  c();┤\n}\n", "a();\n  b();\n  c();", multi(3)],
  ["function f() {\n  ├a();\n  b();\n}\n\ng();\n┤\n}\n", "a();\n  b();", multi(2)],
  ["function f() {\n  ├a();\n  if (b) {\n    c();\n  }\n  d();┤\n}\n", "a();", multi(3)],
  ["function f() {\n  ├a();\n  if (b) {\n    c();\n  }\n  d();┤\n}\n", "a();\n  if (b) {\n    c();\n  }", multi(4)],
  ["function f() {\n  ├if (b) {\n    c();\n    d();\n    e();\n  }┤\n}\n", "tooLong", multi(3)],
  ["function f() {\n  ├return g(\n    b,\n    c,\n    d,\n  );┤\n}\n", "tooLong", multi(3)],
  [
    "def f(a):\n    ├b()\n    c()\n    for d in e:\n        g()\n        h()┤\n",
    "b()\n    c()",
    multi(3, { languageId: "python" }),
  ],
  ["def f(a):\n    ├b()\n    c()\n    d()┤\n", "b()\n    c()", multi(2, { languageId: "python" })],
  ["function f() {\n  ├a();\n  b();┤\n}\n", "a();", multi(1)],
  ["function f() {├\n  a();\n  b();\n}┤\n", "\n  a();\n  b();\n}", multi(4)],
  ["f(() => {\n├${lines}┤\n});\n".replace("${lines}", lines(40)), lines(12), multi(12)],
]);

table("a text that begins below the cursor's line repeats neither that line nor the one below", [
  ["interface A {\n  a: string;├\n  b: number;┤\n  b: number;\n}\n", "duplicatesSuffix", multi(4, { explicit: true })],
  [
    "interface A {\n  a: string;├\n  a: string;┤\n  b: number;\n}\n",
    "duplicatesPrevious",
    multi(4, { explicit: true }),
  ],
  ["interface A {\n  a: string;├\n  c: string;┤\n  b: number;\n}\n", "\n  c: string;", multi(4, { explicit: true })],
]);

test("block size: without a tree whole lines stay", () => {
  assert.equal(withinLines("a\nb\nc", 2, false, undefined), "a\nb");
  assert.equal(withinLines("a\nb:\nc", 2, true, undefined), "a");
  assert.equal(withinLines("a\nb", 2, false, undefined), "a\nb");
});

const bidi = [
  "\u202a",
  "\u202b",
  "\u202c",
  "\u202d",
  "\u202e",
  "\u2066",
  "\u2067",
  "\u2068",
  "\u2069",
  "\u200e",
  "\u200f",
  "\u061c",
];
const invisible = [
  "\u200b",
  "\u2060",
  "\ufeff",
  "\u00ad",
  "\u3164",
  "\uffa0",
  "\u115f",
  "\u034f",
  "\u180e",
  "\u2028",
  "\u2029",
  "\u{e0041}",
  "\u{e0100}",
  "\ufe00",
];
const controls = [
  "\0",
  "\u0001",
  "\u0007",
  "\b",
  "\u000b",
  "\f",
  "\u001b",
  "\u007f",
  "\u0085",
  "\u009b",
  "\ufffe",
  "\uffff",
];

test("Trojan Source: marks of direction, invisible and control characters are not shown, wherever they stand", () => {
  for (const char of [...bidi, ...invisible, ...controls]) {
    const code = `U+${char.codePointAt(0)!.toString(16)}`;
    for (const text of [`"a${char}b";`, `f(); // ${char} why`, `a${char} = 1;`, `${char}a;`]) {
      assert.equal(filtered({ prefix: "const a = ", text, suffix: "\n" }), "invisible", `${code} ${text}`);
    }
  }
  // both attacks of the paper's first pages: an early return in a comment, a stretched string
  const early = 'if (level !== "user\u202e \u2066// Check if admin\u2069 \u2066") {';
  const commented = "/*\u202e } \u2066if (isAdmin)\u2069 \u2066 begin admins only */";
  for (const text of [early, commented]) assert.equal(filtered({ prefix: "", text, suffix: "\n" }), "invisible");
});

test("text that is read from right to left, marks on letters and emoji are shown", () => {
  const texts = [
    "שלום",
    "مرحبا",
    "e\u0301",
    "한국어",
    "日本語",
    "👍",
    "👩🏽‍💻",
    "❤️",
    "1️⃣",
    "می‌خواهم",
    "क्‍ष",
    "🏳️‍🌈",
    "…–→",
  ];
  for (const word of texts) {
    const answer = filtered({ prefix: "const a = ", text: `"${word}";`, suffix: "\n" });
    assert.deepEqual(answer, { text: `"${word}";`, replaceAfter: 0 }, word);
  }
  // escapes are visible
  assert.equal(shown('const a = ├"\\u202e";┤\n'), '"\\u202e";');
  assert.equal(hidesCharacters("\u0301b", "a"), false);
  assert.equal(hidesCharacters("\u200db", "a"), true);
  assert.equal(hidesCharacters("\u200d💻", "👩"), false);
});

test("half a character is never inserted", () => {
  const half = "👍".slice(0, 1);
  assert.deepEqual(filtered({ prefix: "// yes ", text: `thanks ${half}`, suffix: "\n" }), {
    text: "thanks",
    replaceAfter: 0,
  });
  assert.deepEqual(filtered({ prefix: "// yes ", text: `well ok ${half}`, suffix: "\n" }, { cutOff: true }), {
    text: "well ok",
    replaceAfter: 0,
  });
  assert.equal(filtered({ prefix: "// yes ", text: half, suffix: "\n" }), "whitespaceOnly");
  assert.equal(filtered({ prefix: "// yes ", text: `${half}a`, suffix: "\n" }), "invisible");
  assert.equal(filtered({ prefix: "// yes ", text: `a${"👍".slice(1)} b`, suffix: "\n" }), "invisible");
  assert.equal(withoutHalfCharacter("a\ufffd", true), "a");
  assert.equal(withoutHalfCharacter("a👍", true), "a👍");
});

table("line ends of Windows and of old Macs", [
  ["const a = ├f();\r\nconst b = g();┤\n", "f();"],
  ["function f() {\r\n  ├a();\r\n  b();┤\r\n}\r\n", "a();\n  b();", multi(12)],
  ["function f() {\r\n  ├a();\r  b();┤\r\n}\r\n", "a();\n  b();", multi(12)],
  ["function f() {\r\n  a();\r\n  ├a();┤\r\n}\r\n", "duplicatesPrevious"],
  ["function f() {\r\n  ├b();┤\r\n  b();\r\n}\r\n", "duplicatesSuffix"],
  ["function f() {\r\n  ├a();\r\n  b();┤\r\n  b();\r\n}\r\n", "a();", multi(12)],
  ["const help = `\r\nit's\r\n`;\r\nconst a = ├b;┤\r\n", "b;"],
]);

table("tabs, and tabs among spaces", [
  ["function f() {\n\t├a();\n\tb();\n}\n\ng();┤\n}\n", "a();\n\tb();", multi(12)],
  ["function f() {\n\t├\ta();┤\n}\n", "a();"],
  ["if (a) {\n\tif (b) {\n        ├c();\n\t\td();\n\t}┤\n\t}\n}\n", "c();\n\t\td();", multi(12)],
  ["def f():\n\t├a()\n\tb()\n\nf()┤\n", "a()\n\tb()", multi(12, { languageId: "python" })],
  ["def f():\n\tif a:\n\t\t├b()\n\tc()┤\n", "b()", multi(12, { languageId: "python" })],
]);

table("what a single key types is shown on request only, and what adds nothing never", [
  ["f(├a)┤)", "tooShort"],
  ["f(├a)┤)", "a", { explicit: true }],
  ["f(a├)┤)", "empty", { explicit: true }],
  ["f(a├);┤)", "tooShort"],
  ["f(a├).b┤)", ").b⟦)⟧"],
  ["a = b├;┤\n", "tooShort"],
  ["a = ├bc┤\n", "bc"],
]);

table("brackets that the editor has closed", [
  ["f(├a);┤)", "a);⟦)⟧"],
  ["f(├ab)┤)", "ab"],
  ["f([{ ├a: 1 }]);┤ }])", "a: 1 }]);⟦ }])⟧"],
  ['f("├a");┤")', 'a");⟦")⟧'],
  ["f(`├${a}`);┤`)", "${a}`);⟦`)⟧"],
  ["const f = () => {├\n  a();\n};┤}\n", "\n  a();\n", multi(12)],
  ["f(├a, [b]┤)\n", "a, [b]"],
]);

test("a very long line is judged like a short one", () => {
  const long = `f(${Array.from({ length: 2_500 }, (_, i) => `a${i}`).join(", ")}); `;
  assert.ok(long.length > 15_000);
  assert.equal(shown(`${long}├g(1);┤\n`), "g(1);");
  assert.equal(shown(`├g(1);┤ ${long}\n`), "g(1);");
  assert.equal(shown(`├${long.trimEnd()}┤\n`), long.trimEnd());
  assert.equal(shown(`const a = "${"b".repeat(15_000)}├c";┤"\n`), 'c";⟦"⟧');
  const nested = "[".repeat(5_000);
  assert.equal(typeof shown(`const a = ├${nested}┤\n`), "string");
  assert.equal(typeof shown(`const a = ├f(${'"x" + '.repeat(3_000)}y);┤\n`), "string");
  assert.equal(typeof shown(`const a = ├${"`${".repeat(2_000)}┤\n`), "string");
});
