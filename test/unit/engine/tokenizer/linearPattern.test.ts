// Patterns of foreign tokenizers: those of known families are accepted, those that may take long are refused, and what is accepted is fast and
// matches what it says.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";
import fc from "fast-check";
import { UserError } from "../../../../common/errors.ts";
import { linearPattern } from "../../../../server/engine/tokenizer/linearPattern.ts";
import { translatePattern } from "../../../../server/engine/tokenizer/pattern.ts";
import { CUTTING_BY_NAME } from "../../../../server/engine/tokenizer/patterns.ts";
import { readTokenizerFile } from "../../../../server/engine/tokenizer/tokenizerFile.ts";
import { hostileInputs, inputOf } from "../../patterns/hostileInputs.ts";

const refused = [
  "(a+)+$",
  "(a|a)+b",
  "(?:a?){30}a",
  "a?a?a?a?a?a?a?b",
  "a+b",
  "a++b",
  ".*.*=",
  "\\s+\\S|\\s",
  "\\s+\\S|\\s|\\s+",
  "[ab]+(?=c)|b+",
  "[ab]+(?=c)|c[ab]+",
  "[ab]+(?=c)|[ab]{2,}",
  "a+?b",
  "(?:a+)b",
  "(?=a+b)a",
  "a+(?=b*c)|a+",
  "a+ba",
  "a{9}b|a{0,9}b",
  `${"(".repeat(100)}a${")".repeat(100)}`,
  "a".repeat(10_001),
];

for (const source of refused) {
  test(`${source.slice(0, 40)} is refused`, () => {
    assert.throws(
      () => linearPattern(source),
      (error) => error instanceof UserError && error.message.length < 300 && /may take too long/.test(error.message),
    );
  });
}

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?";
const [UPPER, LOWER] = ["[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]", "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]"];
const known = [
  ...[...CUTTING_BY_NAME.values()].flatMap(({ patterns }) => patterns),
  // words by their letters' case, as in GPT-4o's
  `[^\\r\\n\\p{L}\\p{N}]?${UPPER}*${LOWER}+${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?${UPPER}+${LOWER}*${CONTRACTIONS}|\\p{N}{1,3}|` +
    " ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
  "[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
  "\\p{N}+",
  "a++b?|c",
];

const script = new vm.Script("run()");
const sandbox = vm.createContext({}) as { run?: () => number };

/** Matches all of a hostile text, in milliseconds; Infinity where it does not end. The best of three: the machine may be busy. */
function matchMs(pattern: RegExp, text: string): number {
  sandbox.run = () => {
    const startMs = performance.now();
    text.match(pattern);
    return performance.now() - startMs;
  };
  let best = Infinity;
  for (let i = 0; i < 3 && best > MOST_MS; i++) {
    try {
      best = Math.min(best, script.runInContext(sandbox, { timeout: 500 }));
    } catch {
      // stopped
    }
  }
  return best;
}

const UNITS = 10_000;
const MOST_MS = 15; // the square of them takes ten times as long

function slowest(pattern: RegExp): string | undefined {
  for (const hostile of hostileInputs({ place: "", source: pattern.source, flags: pattern.flags })) {
    if (matchMs(pattern, inputOf(hostile, UNITS)) > MOST_MS) return JSON.stringify(hostile);
  }
  return undefined;
}

test("patterns of known families are accepted", () => {
  for (const source of new Set(known)) assert.ok(linearPattern(source).unicode);
});

test("and fast, whatever the text", () => {
  const short = [...new Set(known)].filter((source) => source.length < 600);
  for (const source of short) assert.equal(slowest(linearPattern(source)), undefined, source);
  const blanks = `${" ".repeat(UNITS)}x`;
  assert.ok(matchMs(translatePattern("\\s+$"), blanks) > MOST_MS, "a slow one shows");
  assert.ok(matchMs(linearPattern("\\s+$"), blanks) <= MOST_MS);
});

const part = fc.constantFrom("a", "b", "[ab]", "\\s", "\\S", "[^a]", ".", "(?!\\S)", "(?=a)", "(?<!b)", "(?:a|b)", "$");
const item = fc
  .tuple(part, fc.constantFrom("", "", "?", "+", "*", "++", "{1,3}", "{2,}", "+?"))
  .map((both) => both.join(""));
const sources = fc
  .array(fc.array(item, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
  .map((choices) => choices.map((items) => items.join("")).join("|"));

const acceptedOf = (source: string): RegExp | undefined => {
  try {
    return linearPattern(source);
  } catch (error) {
    assert.ok(error instanceof UserError, `${source}: ${error}`);
    return undefined;
  }
};

test("what is accepted matches as it did", () => {
  let accepted = 0;
  fc.assert(
    fc.property(sources, fc.string({ unit: fc.constantFrom(..."aab  \n"), maxLength: 12 }), (source, text) => {
      const pattern = acceptedOf(source);
      if (!pattern) return;
      accepted++;
      assert.deepEqual(text.match(pattern), text.match(translatePattern(source)), source);
    }),
    { numRuns: 5_000 },
  );
  assert.ok(accepted > 500, String(accepted));
});

test("and is fast", () => {
  let accepted = 0;
  for (const source of fc.sample(sources, { numRuns: 400, seed: 1 })) {
    const pattern = acceptedOf(source);
    if (!pattern) continue;
    accepted++;
    assert.equal(slowest(pattern), undefined, source);
  }
  assert.ok(accepted > 30, String(accepted));
});

const file = (pre_tokenizer: unknown) => ({
  added_tokens: [],
  pre_tokenizer,
  model: { type: "BPE", vocab: { a: 0 }, merges: [] },
});
const bytes = { type: "ByteLevel", add_prefix_space: false, use_regex: false };

test("a hostile file ends in one clear error", () => {
  let nested: unknown = bytes;
  for (let i = 0; i < 100_000; i++) nested = { type: "Sequence", pretokenizers: [nested] };
  const split = { type: "Split", pattern: { Regex: "(a+)+$" }, behavior: "Isolated" };
  const many = Array.from({ length: 1_000 }, () => ({ ...split, pattern: { String: "a" } }));
  const hostile: [steps: unknown, message: RegExp][] = [
    [nested, /sequences within sequences/],
    [{ type: "Sequence", pretokenizers: [split, bytes] }, /"\(a\+\)\+\$" may take too long/],
    [{ type: "Sequence", pretokenizers: [...many, bytes] }, /1000 steps/],
    [{ type: "Sequence", pretokenizers: [bytes, { ...split, pattern: nested }] }, /has the step Split/],
  ];
  for (const [steps, message] of hostile) {
    assert.throws(
      () => readTokenizerFile(file(steps), "tokenizer.json"),
      (error) => error instanceof UserError && message.test(error.message) && error.message.length < 400,
    );
  }
  assert.ok(readTokenizerFile(file(bytes), "tokenizer.json"));
});
