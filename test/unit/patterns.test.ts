// Every regular expression of the product costs no more than its input is long, whatever the input: one that does hangs the process that it runs in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { productSources } from "../support/productSources.ts";
import { type Pattern, patternsIn } from "./patterns/patternsIn.ts";
import { superlinear } from "./patterns/superlinear.ts";

const productPatterns = (): Pattern[] => productSources().flatMap(({ file, text }) => patternsIn(text, file));

/** Those whose text is cut before, with how long it is then; by file and the pattern's first characters. */
const CUT_UNITS: ReadonlyMap<string, number> = new Map([
  [String.raw`common/rules/bareValues.ts /=[^\s,(]+ $/`, 200],
  [String.raw`common/rules/secretKeywords.ts /"(?:[^"\\]|`, 400],
  [String.raw`src/actions/docstring/checks.ts /^\W*[\w`, 200],
  [String.raw`src/actions/docstring/checks.ts /[\p{L}_$]*(?:`, 200],
  [String.raw`src/context/retrievers/place.ts /((?:[\p{L}_`, 200],
  [String.raw`src/completion/postprocess/insecure/sql.ts /\b(?:SELECT|`, 1_000],
  [String.raw`src/completion/postprocess/insecure/sql.ts /\b(?:where|`, 1_000],
  [String.raw`src/completion/postprocess/insecure/sql.ts /[\w"'`, 1_000],
]);

test("each pattern of the product is linear", () => {
  const patterns = productPatterns();
  assert.ok(patterns.length > 500);
  const slow: string[] = [];
  const used = new Set<string>();
  const named = (text: string, names: readonly string[]) => {
    const name = names.find((one) => text.startsWith(one));
    if (name !== undefined) used.add(name);
    return name;
  };
  const seen = new Set<string>();
  for (const pattern of patterns) {
    const text = `${pattern.place.replace(/:\d+$/, "")} /${pattern.source}/`;
    const cut = named(text, [...CUT_UNITS.keys()]);
    const same = `/${pattern.source}/${pattern.flags} ${cut}`;
    if (seen.has(same)) continue;
    seen.add(same);
    const how = superlinear(pattern, cut === undefined ? undefined : CUT_UNITS.get(cut));
    if (how) slow.push(`${pattern.place} ${text}\n    ${how}`);
  }
  assert.deepEqual(slow, [], slow.join("\n"));
  assert.deepEqual(
    [...CUT_UNITS.keys()].filter((name) => !used.has(name)),
    [],
  );
});

test("planted ones are found", () => {
  const planted = [
    /(a+)+$/,
    /^(\s*\S*\s*)+;$/,
    /^\s*[)>}\]"'`]*\s*[:{;,]?\s*$/,
    /\s+$/,
    /^(?:a|b|ab)+c/,
    /"(?:\\.|[^"])*"/,
    /import.*from/,
    /x(?=[ \t]*,?[ \t]*;)/,
    /[ \t]*(?:\/\/|,?[ \t]*(?:\r|\n|$))/y,
    /foo\b.*\bbar$/m,
  ];
  const passed = planted.filter(({ source, flags }) => !superlinear({ place: "planted", source, flags }));
  assert.deepEqual(passed, []);
});

test("linear ones are not", () => {
  const linear = [/(?<!\s)\s+$/, /^\s*(?:\)\s*)?;$/, /\b\w+\b/g, /^[^"]*"$/, /^(?:a|b)+c/, /[({]\s*$/, /a{1,40}b/];
  assert.deepEqual(
    linear.map(({ source, flags }) => superlinear({ place: "here", source, flags })).filter(Boolean),
    [],
  );
});

test("finds literals, constants and templates", () => {
  const code = [
    "const word = `[a-z]+`;",
    'const a = /b\\/[/]c/gu, b = new RegExp("d\\\\s", "i"), c = RegExp(`^#{word}#{unknown(1)}\\\\d$`);',
    "const d = new RegExp(String.raw`\\s#{word}\\w` + word), e = new RegExp(a.source + f), g = new RegExp(unknown);",
  ].join("\n");
  assert.deepEqual(
    patternsIn(code.replaceAll("#{", "${")).map(({ place, source, flags }) => `${place} ${source} ${flags}`.trim()),
    [
      String.raw`a.ts:2 b\/[/]c gu`,
      String.raw`a.ts:2 d\s i`,
      String.raw`a.ts:2 ^[a-z]+name\d$`,
      String.raw`a.ts:3 \s[a-z]+\w[a-z]+`,
      String.raw`a.ts:3 b\/[/]cname`,
    ],
  );
});
