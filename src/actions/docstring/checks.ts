// Whether a sentence that a model has written about a definition is acceptable: it says something, and nothing that the code contradicts.
// Pure; a sentence that fails is written again or left out, never repaired.

import { harmsIn } from "../../../common/rules/harmful.ts";
import type { Signature } from "./signature/signature.ts";

export type Fault =
  | "empty"
  | "tooLong"
  | "notOneSentence" // it goes on, or holds what ends a docstring or begins a tag
  | "looksLikeCode"
  | "unfinished"
  | "repeats" // itself, or what is said above it
  | "saysOnlyTheName"
  | "offTopic" // of a definition: no word of it is a word of the code
  | "unknownName" // of something that is not in the code
  | "claimsThrow"
  | "claimsReturn"
  | "claimsAsync"
  | "harmful" // to people, or as advice on security
  | "invented"; // facts that no code tells: versions, authors, links, deprecations

export interface Claims {
  signature: Signature | undefined;
  /** Names that the sentence may mention: all words of the definition and of the file. */
  knownNames: ReadonlySet<string>;
  /** The code of the definition. */
  code: string;
  /** The sentences above it. */
  said: string;
}

/** The subject of a sentence: a whole definition, or one part of it (a parameter, the returned value, an error). */
export type Subject = { of: "definition" | "part"; names: readonly string[] };

const MOST_UNITS = 200;

/**
 * @returns undefined where the sentence is acceptable
 */
export function faultOf(sentence: string, { of, names }: Subject, claims: Claims): Fault | undefined {
  const text = sentence.trim();
  if (!/\p{L}{2}/u.test(text)) return "empty";
  if (text.length > MOST_UNITS) return "tooLong";
  if (/\n|\*\/|"""|'''|^\s*[@:]\w|^(Args|Returns|Raises|Parameters):/.test(text)) return "notOneSentence";
  if (looksLikeCode(text)) return "looksLikeCode";
  if (isUnfinished(text)) return "unfinished";
  if (repeatsItself(text) || sharesPhrase(text, claims.said)) return "repeats";
  if (saysOnly(text, names)) return "saysOnlyTheName";
  if (of === "definition" && !sharesWords(text, claims.code)) return "offTopic";
  if (harmsIn(text, claims.code) > 0) return "harmful";
  if (/\b(TODO|FIXME|deprecated|copyright|since v?\d|version \d)|https?:|www\.|@author/i.test(text)) return "invented";
  if (namesIn(text).some((name) => !claims.knownNames.has(name))) return "unknownName";
  return claims.signature && contradicts(text, claims.signature);
}

/** Code, or a type in braces, which is not verified. */
const looksLikeCode = (text: string): boolean =>
  text.startsWith("{") ||
  /[;{]$|=>|^(return|const|let|var|def|function|class|import|export|if|for)\b.*[({=]/.test(text) ||
  /^\W*[\w.]+\([^)]*\)\W*$/.test(text);

/** Whether a bracket, a quote or the sentence is left open. */
function isUnfinished(text: string): boolean {
  const count = (char: string) => text.split(char).length - 1;
  if (count("(") !== count(")") || count("[") !== count("]") || count("`") % 2 !== 0) return true;
  if (/(?:^|\s)["'][^"']*$/.test(text)) return true;
  return /[,:(–—-]$|\b(a|an|the|of|to|and|or|in|for|with|by|that|which|from|as|if)\.?$/i.test(text);
}

function repeatsItself(text: string): boolean {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  const seen = new Map<string, number>();
  for (let at = 0; at + 3 <= words.length; at++) {
    const three = words.slice(at, at + 3).join(" ");
    const times = (seen.get(three) ?? 0) + 1;
    if (times > 1) return true;
    seen.set(three, times);
  }
  return words.some((word, at) => word === words[at + 1] && !/^(that|had|is)$/.test(word));
}

/** Whether both texts share four consecutive words. */
function sharesPhrase(text: string, said: string): boolean {
  const phrases = (words: string) => {
    const all = words.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
    return all.slice(3).map((_, at) => all.slice(at, at + 4).join(" "));
  };
  const known = new Set(phrases(said));
  return phrases(text).some((phrase) => known.has(phrase));
}

const FILLERS = new Set(
  (
    "a an the this that these those of to for in on with by from is are be it its if when and or as whether which given new current " +
    "function method class constructor parameter argument value values object instance name type returns return get gets set sets used use using"
  ).split(" "),
);

/** Whether it says nothing beyond the name: "The user name." for `userName`. */
function saysOnly(text: string, names: readonly string[]): boolean {
  const known = new Set(names.flatMap((name) => wordsOfName(name).map(stem)));
  return toldIn(text).every((word) => known.has(word));
}

/** Whether the sentence shares at least one word with the code that it describes. */
function sharesWords(text: string, code: string): boolean {
  const inCode = new Set(wordsOfName(code).map(stem));
  return toldIn(text).some((word) => inCode.has(word));
}

/** The stems of the meaningful words. */
const toldIn = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !FILLERS.has(word)).map(stem);

/** `getUserName`, `get_user_name`: get, user, name. */
export const wordsOfName = (name: string): string[] =>
  (name.match(/\p{Lu}?\p{Ll}+|\p{Lu}+(?!\p{Ll})|\p{N}+/gu) ?? []).map((word) => word.toLowerCase());

/** An approximate stem: without the endings of verbs and plurals. */
const stem = (word: string): string => word.replace(/(ies|ied)$/, "y").replace(/(?<=\p{L}{3})(ing|ed|es|s|e)$/u, "");

/** The names of code in a text: words in backticks, with an inner capital or underscore, or followed by a call's bracket. */
function namesIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`]*)`/g)].flatMap(([, code]) => code.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []);
  const bare =
    text.match(
      /[\p{L}_$]*(?:\p{Ll}\p{Lu}|[\p{L}\p{N}]_[\p{L}\p{N}])[\p{L}\p{N}_$]*|[\p{L}_$][\p{L}\p{N}_$]*(?=\()/gu,
    ) ?? [];
  return [...quoted, ...bare].filter((name) => !CONSTANTS.has(name));
}

const CONSTANTS = new Set(["true", "false", "null", "undefined", "True", "False", "None", "JavaScript", "TypeScript"]);

/** Whether the sentence claims something that the code does not do. */
function contradicts(
  text: string,
  { throws, returns, isAsync, isGenerator, returnType }: Signature,
): Fault | undefined {
  const isPromise = isAsync || /\b(Promise|Awaitable|Coroutine|Future|Async\w+)\b/.test(returnType ?? "");
  if (throws.length === 0 && /\b(throws?|raises?|rejects?|throwing|raising)\b/i.test(text)) return "claimsThrow";
  if (returns === "nothing" && !isGenerator && /\b(returns?|returning|yields?)\b/i.test(text)) return "claimsReturn";
  if (!isPromise && /\b(async|asynchronous(ly)?|promises?|awaits?|resolves to)\b/i.test(text)) return "claimsAsync";
  return undefined;
}
