// How the families of models cut text, as their own tokenizer files say it (Oniguruma's syntax), and which of it GGUF's names mean. Facts only:
// names and families are those of llama.cpp (`src/llama-vocab.cpp`), patterns and normalisers those of the models' tokenizer.json.

/** GPT-2; what "ByteLevel" with "use_regex" means. */
export const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
export const DIGIT = "\\p{N}";

const CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const LINES_AND_BLANKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const SIGNS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";

const QWEN2 = `${CONTRACTION}|${WORD}|\\p{N}|${SIGNS}|${LINES_AND_BLANKS}`;
const QWEN35 = `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${LINES_AND_BLANKS}`;
const LLAMA3 = `${CONTRACTION}|${WORD}|\\p{N}{1,3}|${SIGNS}|${LINES_AND_BLANKS}`;
const SEED_CODER = `${CONTRACTION}|${WORD}|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${LINES_AND_BLANKS}`;
const DEEPSEEK_V3 = `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${LINES_AND_BLANKS}`;

const LINE_BREAK = "[\\r\\n]";
const CJK = "[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+";
const THREE_DIGITS = "\\p{N}{1,3}";
const CHINESE_OR_KANA = "[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+";
const CASED_LETTERS =
  "\\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-ՖႠ-ჅᎠ-Ᏽᏸ-ᏽᲐ-ᲺᲽ-Ჿᴀ-ᴫᵫ-ᵷᵹ-ᶚḀ-ἕἘ-Ἕἠ-ὅὈ-Ὅὐ-ὗὙὛὝὟ-ώᾀ-ᾴᾶ-ᾼιῂ-ῄῆ-ῌῐ-ΐῖ-Ίῠ-Ῥῲ-ῴῶ-ῼℂℇℊ-ℓℕℙ-ℝℤΩℨK-ℭℯ-ℴℹℼ-ℿⅅ-ⅉⅎↃↄⰀ-ⱻⱾ-ⳤⳫ-ⳮⳲⳳꙀ-ꙭꚀ-ꚛꜢ-ꝯꝱ-ꞇꞋ-ꞎꭰ-ꮿﬀ-ﬆﬓ-ﬗＡ-Ｚａ-ｚ𐐀-𐑏𐒰-𐓓𐓘-𐓻𐲀-𐲲𐳀-𐳲𑢠-𑣟𞤀-𞥃]+";
const ASCII_LIKE_SIGNS = "\\s?[!-/:-~！-／：-～‘-‟　-。]+";

/** A family's way to cut text, all of it patterns that isolate what they match. */
export interface Cutting {
  patterns: readonly string[];
  nfc?: true;
  ignoreMerges?: true;
}

const gpt2: Cutting = { patterns: [GPT2] };
const singleDigits: Cutting = { patterns: [DIGIT, GPT2] };
const qwen2: Cutting = { patterns: [QWEN2], nfc: true };
const llama3: Cutting = { patterns: [LLAMA3], ignoreMerges: true };

/** By `tokenizer.ggml.pre`. (Granite's code models call theirs "refact", later ones "dbrx".) */
export const CUTTING_BY_NAME: ReadonlyMap<string, Cutting> = new Map([
  ["gpt-2", gpt2],
  ["mellum", gpt2],
  ...["smollm", "starcoder", "refact", "codeshell", "mellum2"].map((name): [string, Cutting] => [name, singleDigits]),
  ...["qwen2", "deepseek-r1-qwen"].map((name): [string, Cutting] => [name, qwen2]),
  ["qwen35", { patterns: [QWEN35], nfc: true }],
  ...["llama-bpe", "llama3", "llama-v3"].map((name): [string, Cutting] => [name, llama3]),
  ...["dbrx", "smaug-bpe"].map((name): [string, Cutting] => [name, { patterns: [LLAMA3] }]),
  ["seed-coder", { patterns: [SEED_CODER] }],
  ["deepseek-coder", { patterns: [LINE_BREAK, "\\s?\\p{L}+", "\\s?\\p{P}+", CJK, DIGIT] }],
  ["deepseek-llm", { patterns: [LINE_BREAK, CASED_LETTERS, ASCII_LIKE_SIGNS, "\\s+$", CJK, DIGIT] }],
  ["deepseek-v3", { patterns: [THREE_DIGITS, CHINESE_OR_KANA, DEEPSEEK_V3] }],
]);

/** Patterns (as `RegExp.source`) that let a line break end a piece whatever indentation follows it; see `LineCut` in tokenizer.ts. */
export const ENDING_AT_BREAKS: readonly string[] = [
  ...[QWEN2, QWEN35, LLAMA3, SEED_CODER, DEEPSEEK_V3],
  ...[THREE_DIGITS, CHINESE_OR_KANA, DIGIT],
];
export const LINE_BREAK_ALONE = LINE_BREAK;
