// Decides which files of a package are source text that a person wrote and that we may train on, and cleans what it keeps.
// Judges one file at a time; copies of other files are `duplicates.ts`'s business. Pure.

import { cleanText } from "../../finetune/data/cleanText.ts";
import { ALLOWED_LICENCES, isOtherLicence } from "../../finetune/data/licences.ts";
import { textFault } from "../../finetune/data/textFaults.ts";

/** Why a file was left out. Each is counted, and the counts go into TRAINING-DATA.md. */
export const REJECTIONS = {
  path: "its path names built, vendored, generated or declaration files",
  builtBesideSource: "compiled output of a package that ships its source too",
  otherLicence: "a folder with a licence of its own that is not on the list",
  short: "shorter than 200 characters",
  huge: "longer than 400,000 characters",
  binary: "not valid UTF-8 text",
  generated: "says that it is generated",
  licenceHeader: "its header names a licence that is not on the list",
  secret: "looks like it holds a key or a token",
  evaluation: "defines functions of HumanEval",
  longLine: "a line of more than 1,000 characters, or 90 on average",
  fewLetters: "less than 30 % letters, or more than 20 % digits",
  nonAscii: "more than 10 % outside ASCII",
  blob: "holds data written as text",
  transpiled: "written by a compiler or bundler",
  minified: "minified",
  exactDuplicate: "the same as another file, white space aside",
  nearDuplicate: "nearly the same as another file (estimated Jaccard similarity of 0.7 or more)",
  tests: "tests beyond 15 % of its package",
  sourceCap: "beyond the 6 MB that one package may give",
} as const;
export type Rejection = keyof typeof REJECTIONS;

const MIN_CHARS = 200;
const MAX_CHARS = 400_000;
/** Licence texts, banners and notes of generators stand at the top. */
const HEADER_CHARS = 1_500;

const SOURCE_PATH = /\.[cm]?[jt]sx?$/;
const SKIPPED_FOLDER =
  /(^|\/)(node_modules|bower_components|_?vendor(s|ed)?|third[_-]?party|external|extern|deps|(__)?(snapshots?|fixtures?|mocks?|generated)(__)?|baselines?|testdata|test-?cases|locales?|i18n|l10n|langs?|translations|icons?|svgs?|emoji|gen|coverage|min|umd|iife|bundles?|chains\/definitions)\//i;
const SKIPPED_FILE =
  /\.min\.|[.-]min\.[cm]?js$|\.d\.[cm]?ts$|\.(umd|bundle|iife|system|generated|pb|config|stories)\.|_pb\.|\.snap$/i;
const TEST_PATH = /(^|\/)(tests?|__tests__|spec|e2e)\/|\.(test|spec)\./i;

const GENERATED =
  /@generated|do not (edit|modify)|auto-?generated|automatically generated|generated (by|from)|code generated/i;
const SECRET =
  /AKIA[0-9A-Z]{16}|gh[ps]_[A-Za-z0-9]{36}|github_pat_\w{22,}|-----BEGIN [A-Z ]*PRIVATE KEY|xox[abprs]-[0-9A-Za-z-]{20,}|sk_live_[0-9a-zA-Z]{20,}|AIza[\w-]{35}|eyJhbGciOi[\w-]{10,}\.eyJ[\w-]{20,}|npm_[A-Za-z0-9]{36}|sk-[A-Za-z0-9]{40,}/;
/** Names that hardly occur but in HumanEval and its translations, with or without underscores. */
const HUMAN_EVAL =
  /\b(has_?close_?elements|separate_?paren_?groups|parse_?nested_?parens|filter_?by_?substring|mean_?absolute_?deviation|make_?palindrome|string_?xor|greatest_?common_?divisor|parse_?music|how_?many_?times|find_?closest_?elements|rescale_?to_?unit|largest_?divisor|filter_?by_?prefix|triples_?sum_?to_?zero|pairs_?sum_?to_?zero|car_?race_?collision|prime_?fib|circular_?shift|fruit_?distribution|strange_?sort_?list|will_?it_?fly|smallest_?change|total_?match|is_?multiply_?prime|is_?simple_?power|numerical_?letter_?grade|starts_?one_?ends|anti_?shuffle|next_?smallest|check_?dict_?case|make_?a_?pile|even_?odd_?palindrome|move_?one_?ball|min_?sub_?array_?sum|get_?closest_?vowel|get_?odd_?collatz|largest_?smallest_?integers|is_?equal_?to_?sum_?even|special_?factorial|words_?in_?sentence|get_?max_?triples|double_?the_?difference|strongest_?extension|cycpattern_?check|int_?to_?mini_?roman|right_?angle_?triangle|string_?to_?md5)\b/i;

export const isSourcePath = (path: string): boolean => SOURCE_PATH.test(path);
export const isSkippedPath = (path: string): boolean => SKIPPED_FOLDER.test(path) || SKIPPED_FILE.test(path);
export const isTestPath = (path: string): boolean => TEST_PATH.test(path);
export const isPythonPath = (path: string): boolean => path.endsWith(".py");
export const isJsxPath = (path: string): boolean => /\.[jt]sx$/.test(path);
export const isTypeScriptPath = (path: string): boolean => /\.[cm]?tsx?$/.test(path);

/**
 * The text of a file as it is trained on: line feeds only, no blanks at line ends, no licence banner (attribution lives in
 * TRAINING-DATA.md), no addresses of people; or why there is none.
 */
export function cleanSource(raw: string): { text: string } | { rejection: Rejection } {
  const unwanted = judge(raw);
  if (unwanted) return { rejection: unwanted };
  const text = cleanText(raw);
  return text.length < MIN_CHARS ? { rejection: "short" } : { text };
}

function judge(text: string): Rejection | undefined {
  if (text.length < MIN_CHARS) return "short";
  if (text.length > MAX_CHARS) return "huge";
  if (text.includes("\u0000") || text.includes("\ufffd")) return "binary";
  const header = text.slice(0, HEADER_CHARS);
  if (GENERATED.test(header)) return "generated";
  const spdx = /SPDX-License-Identifier:\s*([^\n*]+)/.exec(header)?.[1].trim();
  if (spdx !== undefined && !spdx.split(/\s+OR\s+/).some((id) => ALLOWED_LICENCES.has(id.replace(/[()]/g, "")))) {
    return "licenceHeader";
  }
  if (isOtherLicence(header)) return "licenceHeader";
  if (SECRET.test(text)) return "secret";
  if (HUMAN_EVAL.test(text)) return "evaluation";
  return textFault(text);
}
