// Each filter by itself, on drawings: "before├what was written┤after" → what is left of it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the tables hold source text

import assert from "node:assert/strict";
import { test } from "node:test";
import { languageSyntax } from "../../../common/syntax/languages.ts";
import { indentationOf } from "../../../common/syntax/lines.ts";
import { nodeEnd } from "../../../common/syntax/nodeEnd.ts";
import { createParsers } from "../../../common/syntax/parsers.ts";
import { dedent } from "../../../src/completion/postprocess/dedent.ts";
import { duplicatesPrevious } from "../../../src/completion/postprocess/duplicateOfPrevious.ts";
import { cutAtRest, cutAtSuffixLine, duplicatesSuffix } from "../../../src/completion/postprocess/duplicateOfSuffix.ts";
import { cutAtDoubledLine, repeats } from "../../../src/completion/postprocess/repetition.ts";
import { firstLine } from "../../../src/completion/postprocess/singleLine.ts";
import { breaksSyntax, errorsWith } from "../../../src/completion/postprocess/syntaxErrors.ts";
import { trimToClosedNode, trimToWholeLines } from "../../../src/completion/postprocess/trimToNode.ts";
import { saysNothing } from "../../../src/completion/postprocess/whitespaceOnly.ts";
import { bracketsOf, endAtQuote, fitBrackets } from "../../../src/completion/text/brackets.ts";
import { withoutDoubledIndentation } from "../../../src/completion/text/indentation.ts";
import { withoutDoubledSpace } from "../../../src/completion/text/leadingSpace.ts";
import { openDocument } from "../../../src/workspace/documents.ts";
import { drawn } from "./drawn.ts";

const parsers = await createParsers("native");

interface Drawing {
  prefix: string;
  middle: string;
  suffix: string;
  line: string;
  rest: string;
}

function draw(text: string): Drawing {
  const { prefix, middle, suffix } = drawn(text);
  const line = prefix.slice(prefix.lastIndexOf("\n") + 1);
  return { prefix, middle, suffix, line, rest: suffix.split("\n", 1)[0]! };
}

function table<T>(name: string, filter: (drawing: Drawing) => T, cases: [drawing: string, expected: T][]): void {
  test(name, () => {
    for (const [drawing, expected] of cases) assert.deepEqual(filter(draw(drawing)), expected, JSON.stringify(drawing));
  });
}

table(
  "trim to node: with the bracket, and what belongs to it on its line",
  ({ middle }) => {
    const tree = parsers.for("typescript")!.parse(`{\n${middle}`)!;
    return trimToClosedNode(middle, nodeEnd(tree, 2, 2 + middle.length, false).closedAt!, true);
  },
  [
    ["{\n├  a();\n}\nb();┤", "  a();\n}"],
    ["{\n├  a();\n});\nb();┤", "  a();\n});"],
    ["{\n├  a();\n}, [b, c]);\nd();┤", "  a();\n}, [b, c]);"],
    ["{\n├  a();\n} else {\n  b();\n}┤", "  a();\n}"],
    ["{\n├  a('}', `}${'}'}`); // }\n}\n┤", "  a('}', `}${'}'}`); // }\n}"],
  ],
);

table("trim to node: without the bracket", ({ middle }) => trimToClosedNode(middle, middle.lastIndexOf("}"), false), [
  ["{\n├  a();\n}┤", "  a();"],
  ["{├}┤", ""],
]);

table(
  "text that was cut off keeps its whole, balanced lines",
  ({ middle }) => {
    const tree = parsers.for("typescript")!.parse(middle)!;
    return trimToWholeLines(middle, nodeEnd(tree, 0, middle.length, false));
  },
  [
    ["├a();\nb(\n  c,\n  d┤", "a();"],
    ["├a();\nif (b) {\n  c();\n}\nd.e┤", "a();\nif (b) {\n  c();\n}"],
    ["├a(b┤", ""],
  ],
);

test("without a tree text that was cut off keeps its whole lines", () => {
  assert.equal(trimToWholeLines("a\nb\nc", undefined), "a\nb");
  assert.equal(trimToWholeLines("a", undefined), "");
});

table("one line", ({ middle, line }) => firstLine(middle, line.trim() === "", false), [
  ["a = ├b;\nc;┤", "b;"],
  ["a = ├\nc;┤", ""],
  ["├\n\n  a;\nb;┤", "  a;"],
  ["├a┤", "a"],
]);

test("one line that was cut off ends with a whole word", () => {
  assert.equal(firstLine("foo(bar, ba", false, true), "foo(bar, ");
  assert.equal(firstLine("foo", false, true), "foo");
  assert.equal(firstLine("foo(bar, ba\nx", false, true), "foo(bar, ba");
});

table("a space before the cursor is not doubled", ({ middle, line }) => withoutDoubledSpace(middle, line), [
  ["a = ├ b┤", "b"],
  ["a =├ b┤", " b"],
  ["  ├  b┤", "  b"],
]);

table("dedent", ({ middle, line }) => dedent(middle, indentationOf(line) + (line.trim() === "" ? 0 : 1)), [
  ["    ├a\n    b\n  c┤", "a\n    b"],
  ["    ├a\n\n    b\n\n  c┤", "a\n\n    b"],
  ["  ├a(\n    b,\n  )\nc┤", "a(\n    b,\n  )"],
  ["├a = [\n  1,\n]\nb┤", "a = [\n  1,\n]\nb"],
  ["  ├if a {\n    b\n  }\n}┤", "if a {\n    b\n  }"],
  ["  ├\n  a\n b┤", "\n  a"],
  ["  ├a┤", "a"],
  ["  ├a\n\n┤", "a\n\n"],
  ["  void A(int ├b)\n  {\n    c();\n  }\n  d();┤", "b)\n  {\n    c();\n  }"],
  ["  a = ├b;\n  {\n    c();\n  }┤", "b;"],
]);

table(
  "indentation that stands there already is not doubled",
  ({ prefix, middle, line }) => withoutDoubledIndentation(middle, prefix, line),
  [
    ["function f() {\n  ├  return 1;┤", "return 1;"],
    ["function f() {\n  ├  if (a) {\n      b();\n    }┤", "if (a) {\n    b();\n  }"],
    ["a();\n├  b();┤", "  b();"],
    ["  a();\n  ├  b();┤", "b();"],
    ["  a()\n  ├  .b();┤", "  .b();"],
    ["if a:\n├    b()┤", "    b()"],
    ["    if a:\n    ├    b()┤", "    b()"],
    ["\tif (a) {\n\t\t├\tb();┤", "b();"],
    ["const a =\n  ├  b;┤", "b;"],
    ["a = ├  b┤", "  b"],
  ],
);

table(
  "brackets against the suffix",
  ({ middle, line, rest }) => {
    const fitted = fitBrackets(middle, line, rest);
    return fitted && `${fitted.text}⟦${rest.slice(0, fitted.replaceAfter)}⟧`;
  },
  [
    ["f(├a┤)", "a⟦⟧"],
    ["f(├a)┤)", "a⟦⟧"],
    ["f(├a);┤);", "a⟦⟧"],
    ["f(├a);┤)", "a);⟦)⟧"],
    ["f([├a]).b();┤]);", "a]).b();⟦]);⟧"],
    ["f(├g(a)┤)", "g(a)⟦⟧"],
    ["f(├g(a))┤)", "g(a)⟦⟧"],
    ["f(├g(a┤)", undefined],
    ["f({ ├a }┤ })", "a }⟦ }⟧"],
    ["a = ├b)┤", "b)⟦⟧"],
    ["f('├a')┤')", "a⟦⟧"],
    ["f('├a', b)┤')", "a', b)⟦')⟧"],
    ["f(├')', b)┤)", "')', b⟦⟧"],
    ["return ├l[a┤];", "l[a⟦⟧"],
    ["() => {├\n  a();\n}┤}", "\n  a();\n⟦⟧"],
  ],
);

table("a string ends where it ended before", ({ middle, line, rest }) => endAtQuote(middle, line, rest), [
  ['f("a: ├ {}", b);┤", b);', ' {}", b);'],
  ['f("a: ├ {}", b);┤ c", b);', " {}"],
  ['f("├a", b┤")', 'a", b'],
  ['f("├a\\"b┤ c")', 'a\\"b'],
  ["f(├a, 'b'┤, c)", "a, 'b'"],
  ['f("├a┤', "a"],
]);

test("brackets in strings do not count, apostrophes in comments neither", () => {
  assert.deepEqual(bracketsOf("a('(', \"[\") // don't\n{"), { open: ["{"], unmatched: [], quote: undefined });
  assert.deepEqual(bracketsOf("a') + (", "'"), { open: ["("], unmatched: [1, 2], quote: undefined });
  assert.deepEqual(bracketsOf("f('a\\'"), { open: ["("], unmatched: [], quote: "'" });
});

table("the rest of the line is not written again", ({ middle, rest }) => cutAtRest(middle, rest), [
  ["x = ├b + a;\nc┤a;", "b + "],
  ["f(├a)┤)", "a"],
  ["f(├g(a)┤)", "g(a)"],
  ["for (├const a of b) {\n  c();┤) {", "const a of b"],
  ["if ├(a) {\n  b();┤ {", "(a)"],
  ["x = ├a;┤;", "a"],
  ["x = ├a┤", "a"],
  ['f(├"a", "b", c);┤, "b", )', '"a"'],
  ["if (├a === null || b┤ === null) {", "a"],
  ["f(├g(a, abcd), e┤, abcd)", "g(a, abcd), e"],
  ["f(├subtotal, a┤total)", "subtotal, a"],
]);

table("the line that follows ends several lines", ({ middle, suffix }) => cutAtSuffixLine(middle, suffix), [
  ["  ├a();\n  b();\n  c();┤\n  b();\n", "a();"],
  ["  ├a();\n    b();┤\n  b();\n", "a();\n    b();"],
  ["  ├a(() => {\n  });\n  b();┤\n  });\n", "a(() => {\n  });\n  b();"],
  ["  ├a();\n  b();┤", "a();\n  b();"],
  ["  ├a();\n  b(c,d);┤\n  b(c, d);\n", "a();"],
  ["  ├a();\n  bcd();\n  efg();\n  h();┤\n  i();\n  bcd();\n  efg();\n", "a();"],
  ["  ├a();\n  return b;\n  c();┤\n  i();\n  return b;\n  efg();\n", "a();\n  return b;\n  c();"],
  ["  ├f(\n    code(a, 0) + 5,\n  ).join(b);┤\n    code(a, 0) - 5,\n  ).join(b);\n", "f("],
  ["  ├f(\n    other(c),\n  ).join(b);┤\n    code(a, 0) - 5,\n  ).join(b);\n", "f(\n    other(c),\n  ).join(b);"],
]);

table("duplicate of the suffix", ({ middle, line, suffix }) => duplicatesSuffix(line, middle, suffix), [
  ["  ├b();┤\n  b();\n", true],
  ["  ├b();┤\n\n  b();\n", true],
  ["  ├b(c,d);┤\n  b(c, d);\n", true],
  ["  ├b();┤\nb();\n", false],
  ["  a = ├b;┤\n  a = b;\n", true],
  ["  a = ├b;┤\n  b;\n", false],
  ["x = ├a┤ a\n", true],
  ["  ├}┤\n  }\n", true],
  ["    ├}┤\n  }\n", false],
  ["  ├b();┤\n", false],
  ["  ├b();┤", false],
]);

table("duplicate of the lines before", ({ prefix, middle }) => duplicatesPrevious(prefix, middle), [
  ["a(b);\n├a(b);┤", true],
  ["a(b);\n\n  ├a(b);┤", true],
  ["a(b);\na(├b);┤", true],
  ["a();\nb();\n├a();\nb();┤", true],
  ["a();\nb();\n├a();┤", false],
  ["}\n├}┤", false],
  ["├a();┤", false],
  ["f({\n  a,\n  b: c,\n  ├a,┤", true],
  ["f({\n  a,\n  b: {\n    c,\n  },\n  ├a,┤", true],
  ["f({\n  a,\n  b: {\n    ├a,┤", false],
  ["f(\n  a,\n);\ng(\n  ├a,┤", false],
  ["def f(a):\n    return a\n\n├def f(a):┤", true],
  ["class A:\n    def f(self):\n        pass\n\nclass B:\n    ├def f(self):┤", false],
]);

table("repetition", ({ middle }) => repeats(middle), [
  ["├a(1);\na(1);\na(1);┤", true],
  ["├a(1);\nb(2);\na(1);\nb(2);\na(1);\nb(2);┤", true],
  ["├a(1);\na(2);\na(3);┤", false],
  ["├}\n}\n}\n}┤", false],
  ["├[1, a, 1, a, 1, a, 1, a, 1, a, ┤", true],
  ["├----------------------------------┤", false],
  ["├f(a, b, c, d)┤", false],
  [`├${"when(a).then(b).or(c);\nelse(d);\nf(g);\n".repeat(3)}when(a).then(b)┤`, true],
  ["├a(1).b(2)\n  .c(3)\n  .d(4)\n  .e(5);\nf(1).b(2)\n  .c(3)\n  .d(4)\n  .g(5);┤", false],
  [`├${"[0, 0, 0, 0, 0, 0],\n[1, 0, 0, 0, 0, 0],\n".repeat(2)}┤`, false],
  ["├a(1, x);\na(2, x);\na(3, x);\na(4, x);\na(5, x);\na(6, x);\na(7, x);┤", false],
]);

table("a line that is the line before it once more ends the text", ({ middle }) => cutAtDoubledLine(middle), [
  ["├  A: b\n  A: b\n  C: d┤", "  A: b"],
  ["├}\n}\n}┤", "}\n}\n}"],
  ["├f(\n  a,\n  a,\n);┤", "f(\n  a,\n  a,\n);"],
  ["├f(a);\nf(a);\ng();┤", "f(a);"],
  ["├a();\nb();\na();┤", "a();\nb();\na();"],
]);

table("says nothing", ({ middle }) => saysNothing(middle), [
  ["├┤", true],
  ["├ \n\t┤", true],
  ["├ // ┤", true],
  ["├ /** */┤", true],
  ["├#┤", true],
  ["├// a┤", false],
  ["├}┤", false],
]);

const syntax: [languageId: string, drawing: string, breaks: boolean][] = [
  ["typescript", "const a = ├f(1);┤\n", false],
  ["typescript", "const a = ├f(1;┤\n", true],
  ["typescript", "const a = ├b c d┤;\n", true],
  ["typescript", "├if (a) {┤\n", false],
  ["typescript", "├const a = b +┤\n", false],
  ["typescript", "├const a = f(┤\n", false],
  ["typescript", "f(a, ├b┤\n", false],
  ["typescript", "├});┤\n", true],
  ["typescript", "function f() {\n  ├return 1;┤", false],
  ["typescript", "function f() {\n  ├return a b┤", true],
  ["typescript", "class A {\n  ├b(): void {┤\n}\n", false],
  ["typescript", "class A {\n  ├if (b) c();┤\n}\n", true],
  ["typescript", "let broken = (;\n\nconst a = ├b;┤\n", false],
  ["typescriptreact", "const a = <b>\n  ├<c d={e} />┤\n</b>;\n", false],
  ["typescriptreact", "const a = <b>\n  ├<c d={e}>┤\n</b>;\n", true],
  ["javascript", "├const a = b as string;┤\n", true],
  ["python", "x = ├f(1)┤\n", false],
  ["python", "├if x:┤\n", false],
  ["python", "├try:┤\n", false],
  ["python", "├@a.b(c)┤\n", false],
  ["python", "def f():\n    ├return [┤\n", false],
  ["python", "├if x┤\ny = 1\n", true],
  ["python", "x = ├1 +* 2┤\n", true],
  ["python", "├else:┤\n", true],
  ["csharp", "class A {\n  public A(int ├b)┤\n}\n", false],
  ["csharp", "class A {\n  public A(int ├b))┤\n}\n", true],
  ["java", "class A {\n  void b(├int c)┤\n}\n", false],
];

test("syntax: no error that was not there before", () => {
  for (const [languageId, drawing, breaks] of syntax) {
    const { prefix, middle, suffix, line, rest } = draw(drawing);
    const document = openDocument({ uri: "file:///a", path: "a", languageId, text: prefix + suffix }, parsers);
    const draft = document.draft(prefix.length)!;
    const judged = {
      draft,
      language: languageSyntax(languageId)!,
      offset: prefix.length,
      pending: "",
      line,
      rest,
      errorsBefore: 0,
    };
    judged.errorsBefore = errorsWith("", 0, judged)!.all;
    assert.equal(breaksSyntax(middle, 0, judged), breaks, `${languageId} ${JSON.stringify(drawing)}`);
    draft.dispose();
  }
});
