// How model families cut text, as in their own tokenizer files (Oniguruma's syntax), and which GGUF names stand for which way. Facts only: names
// and families are those of llama.cpp (`src/llama-vocab.cpp`), patterns and normalisers those of the models' tokenizer.json.

/** GPT-2's pattern; also the meaning of "ByteLevel" with "use_regex". */
export const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
export const DIGIT = "\\p{N}";

const CONTRACTION = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const LINES_AND_BLANKS = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
const WORD = "[^\\r\\n\\p{L}\\p{N}]?\\p{L}+";
const SIGNS = " ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*";

export const QWEN2 = `${CONTRACTION}|${WORD}|\\p{N}|${SIGNS}|${LINES_AND_BLANKS}`;
const QWEN35 = `${CONTRACTION}|[^\\r\\n\\p{L}\\p{N}]?[\\p{L}\\p{M}]+|\\p{N}| ?[^\\s\\p{L}\\p{M}\\p{N}]+[\\r\\n]*|${LINES_AND_BLANKS}`;
const LLAMA3 = `${CONTRACTION}|${WORD}|\\p{N}{1,3}|${SIGNS}|${LINES_AND_BLANKS}`;
const SEED_CODER = `${CONTRACTION}|${WORD}|\\p{N}{1}| ?[^\\s\\p{L}\\p{N}\\r\\n]+|${LINES_AND_BLANKS}`;
const DEEPSEEK_V3 = `[!"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_\`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|${LINES_AND_BLANKS}`;

const LINE_BREAK = "[\\r\\n]";
const CJK = "[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+";
const THREE_DIGITS = "\\p{N}{1,3}";
const CHINESE_OR_KANA = "[\\u4e00-\\u9fa5\\u3040-\\u309f\\u30a0-\\u30ff]+";
/** Upper, lower and title case letters of Unicode 11, as listed in DeepSeek's file. */
const CASED = `41-5A 61-7A B5 C0-D6 D8-F6 F8-1BA 1BC-1BF 1C4-293 295-2AF 370-373 376 377 37B-37D 37F 386 388-38A 38C 38E-3A1 3A3-3F5 3F7-481 48A-52F
  531-556 10A0-10C5 13A0-13F5 13F8-13FD 1C90-1CBA 1CBD-1CBF 1D00-1D2B 1D6B-1D77 1D79-1D9A 1E00-1F15 1F18-1F1D 1F20-1F45 1F48-1F4D 1F50-1F57
  1F59 1F5B 1F5D 1F5F-1F7D 1F80-1FB4 1FB6-1FBC 1FBE 1FC2-1FC4 1FC6-1FCC 1FD0-1FD3 1FD6-1FDB 1FE0-1FEC 1FF2-1FF4 1FF6-1FFC 2102 2107 210A-2113
  2115 2119-211D 2124 2126 2128 212A-212D 212F-2134 2139 213C-213F 2145-2149 214E 2183 2184 2C00-2C7B 2C7E-2CE4 2CEB-2CEE 2CF2 2CF3 A640-A66D
  A680-A69B A722-A76F A771-A787 A78B-A78E AB70-ABBF FB00-FB06 FB13-FB17 FF21-FF3A FF41-FF5A 10400-1044F 104B0-104D3 104D8-104FB 10C80-10CB2
  10CC0-10CF2 118A0-118DF 1E900-1E943`;
const CASED_LETTERS = `\\s?[${classOf(CASED)}]+`;
const ASCII_LIKE_SIGNS = `\\s?[${classOf("21-2F 3A-7E FF01-FF0F FF1A-FF5E 2018-201F 3000-3002")}]+`;

/** The inside of a character class, from ranges of code points in hexadecimal. */
function classOf(ranges: string): string {
  return ranges.replace(/[0-9A-F]+/g, "\\x{$&}").replace(/\s+/g, "");
}

/** How a family cuts text: patterns that each isolate what they match. */
export interface Cutting {
  patterns: readonly string[];
  nfc?: true;
  ignoreMerges?: true;
}

const gpt2: Cutting = { patterns: [GPT2] };
const singleDigits: Cutting = { patterns: [DIGIT, GPT2] };
const qwen2: Cutting = { patterns: [QWEN2], nfc: true };
const llama3: Cutting = { patterns: [LLAMA3], ignoreMerges: true };

/** By the name in `tokenizer.ggml.pre`. */
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

/** Patterns (as `RegExp.source`) that let a piece end at a line break, whatever indentation follows; see `LineCut` in tokenizer.ts. */
export const ENDING_AT_BREAKS: readonly string[] = [
  ...[QWEN2, QWEN35, LLAMA3, SEED_CODER, DEEPSEEK_V3],
  ...[THREE_DIGITS, CHINESE_OR_KANA, DIGIT],
];
export const LINE_BREAK_ALONE = LINE_BREAK;
