// Patterns written for Oniguruma: what they match here, and what is refused.

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { translatePattern } from "../../../../server/engine/tokenizer/pattern.ts";

const matches: [pattern: string, text: string, found: string[]][] = [
  ["\\s+", "a \u0085\u2028b\ufeffc\u00a0", [" \u0085\u2028", "\u00a0"]],
  ["\\S+", "a\ufeffb \u0085c", ["a\ufeffb", "c"]],
  ["[^\\s\\d]+", "ab1\u0663\u0085c", ["ab", "c"]],
  ["\\p{N}{1,3}", "12345²", ["123", "45²"]],
  ["\\p{N}{2}", "12345", ["12", "34"]],
  ["(?i:'s|'LL|'d)", "'s 'S 'll 'Ll 'd 'D 'x", ["'s", "'S", "'ll", "'Ll", "'d", "'D"]],
  ["(?i:'s|k)", "'\u017f \u212a K", ["'\u017f", "\u212a", "K"]],
  ["'(?i:[sdmt]|re)|x", "'S'D'Re'q x X", ["'S", "'D", "'Re", "x"]],
  ["a++b?|c", "aab aac", ["aab", "aa", "c"]],
  ["a?+ab", "aab ab", ["aab"]], // what "?+" took it keeps: "ab" has no other a
  ["[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+", "  ab\n(cd", [" ab", "(cd"]],
  [".+", "a\rb\u2028c\nd", ["a\rb\u2028c", "d"]],
  ["x+$", "xx\nxy x", ["xx", "x"]],
  ["[\\-\\]\\\\^a]+", "a-]\\^b", ["a-]\\^"]],
  ["[a-c-]+", "ab-cd", ["ab-c"]],
  ["\\x41|\\x{1F600}|\\u00e9", "A😀é", ["A", "😀", "é"]],
  ["[\\u4e00-\\u9fa5]+", "ab数据c", ["数据"]],
  ["[一-龥]+", "ab数据c", ["数据"]],
  ["\\p{Han}+", "ab数据c", ["数据"]],
  ["a(?=b)|(?<!c)d|(e|f)g", "ab ac cd dd eg fg", ["a", "d", "d", "eg", "fg"]],
  ["}|]", "a}]", ["}", "]"]],
  ["𝒳+", "𝒳𝒳", ["𝒳𝒳"]],
];

for (const [pattern, text, found] of matches) {
  test(`${pattern} in ${JSON.stringify(text)}`, () => {
    assert.deepEqual(text.match(translatePattern(pattern)) ?? [], found);
  });
}

const refused: [pattern: string, named: string][] = [
  ["^a", "^"],
  ["\\bfoo", "\\b"],
  ["\\w+", "\\w"],
  ["(a)\\1", "\\1"],
  ["(?>a+)", "(?>a"],
  ["(?m:a.b)", "(?m:"],
  ["(?<name>a)", "(?<n"],
  ["[a[bc]]", "[["],
  ["[a&&b]", "&&"],
  ["[]a]", "[]"],
  ["a{2}+", "{2}+"],
  ["a{,3}", "{"],
  ["+a", "+"],
  ["a**", "*"],
  ["\\p{Emoji}", "\\p{Emoji}"],
  ["\\p{^L}", "\\p{}"],
  ["(?i:é)", "(?i:é"],
  ["(?i:\\p{Lu})", "(?i:\\p{Lu}"],
  ["(?i:[a-z])", "a-"],
  ["(a", "("],
  ["a)", ")"],
  ["[ab", "["],
  ["[z-a]", "[z-a]"],
  ["\\G", "\\G"],
];

for (const [pattern, named] of refused) {
  test(`${pattern} is refused by name`, () => {
    assert.throws(
      () => translatePattern(pattern),
      (error) =>
        error instanceof UserError && error.code === "modelUnsupported" && error.message.includes(`"${named}"`),
    );
  });
}

test("whatever is given, a pattern or one clear error comes of it", () => {
  const parts = fc.constantFrom(..."()[]{}|?*+.$^\\-&,:=!<>ispPLN0123 é\n");
  const sources = fc.array(parts, { maxLength: 12 }).map((list) => list.join(""));
  fc.assert(
    fc.property(sources, (source) => {
      try {
        assert.ok(translatePattern(source).unicode);
      } catch (error) {
        assert.ok(error instanceof UserError, String(error));
      }
    }),
    { numRuns: 2000 },
  );
});
