// Whether a sentence that begins with "Returns" names what is returned, and whether a function writes code instead of doing what it says. Pure.

import { wordsOfName } from "../checks.ts";
import type { CodeFacts } from "./codeFacts.ts";
import { FREE, stem } from "./vocabulary.ts";

/** A tagged template of code, or calls of a generator of code; not such as step a generator of values. */
const WRITES = /(?<![\w$])_`|\bgen\.(?!(?:next|return|throw|send|close)\b)\w+\(|\bcodegen\b/i;
const IS_CODE = /^`[^`]*(?:;\s*[`\n]|=>|\bfunction\b|\breturn\s)/;

export const writesCode = (code: string, { returned }: CodeFacts): boolean =>
  WRITES.test(code) || returned.some((value) => IS_CODE.test(value.trim().slice(0, 400)));

interface Result {
  name: string;
  code: string;
  facts: CodeFacts;
  returnType: string | undefined;
}

const ENDS =
  /\s(?:of|for|from|to|in|into|with|by|that|which|whose|based|as|at|on|if|or|and|when|where|using|containing|associated|given)\b|[,.]/;

/** A list or tuple whose entries are written one by one, and words that say that there are several. */
const SEVERAL = /^\[[^\]]{1,200},|^\([^)]{1,200},[^)]{0,200}\)$|^[\w.]{1,80}, ?[\w.]{1,80}$/;
const OF_SEVERAL = /\b(?:list|array|tuple|pair|two|both|and)\b|^\p{L}+s\b/iu;

/** What a result that is called so may be: by its written type, or by how its values begin. */
const SHAPES: readonly [RegExp, RegExp, RegExp][] = [
  [/\b(?:list|array)$/i, /\[\]|array|list|sequence|tuple|iter|set|any|unknown|^\w$/i, /^[{"'`]/],
  [/\bstring$/i, /str|text|any|unknown|["'`]|^\w$/i, /^[[{]/],
  [/\bnumber$/i, /num|int|float|any|unknown|\d|^\w$/i, /^[[{"'`]/],
  [/\b(?:dictionary|dict)$/i, /dict|map|record|\{|any|object|unknown|^\w$/i, /^["'`]|^\[/],
];

/** Whether what "Returns …" names is borne out by nothing that tells of the result. */
export function returnsOther(sentence: string, { name, code, facts, returnType }: Result): boolean {
  const said = /^Returns?\s(?!whether\b)(?:an?\s|the\s)?/i.exec(sentence);
  if (!said || facts.returned.length === 0) return false;
  const rest = sentence.slice(said[0].length);
  const quoted = /^`([^`]+)`/.exec(rest)?.[1];
  if (quoted !== undefined)
    return (
      !/^(?:true|false|null|undefined|True|False|None)$/.test(quoted) &&
      !facts.returned.some((value) => value.includes(quoted))
    );
  const object = rest.slice(0, ENDS.exec(rest)?.index);
  if (facts.returned.every((value) => SEVERAL.test(value.trim())) && !OF_SEVERAL.test(rest)) return true;
  for (const [shape, types, others] of SHAPES) {
    if (!shape.test(object)) continue;
    if (returnType === undefined ? facts.returned.some((value) => others.test(value.trim())) : !types.test(returnType))
      return true;
  }
  const telling = [name, returnType ?? "", ...facts.returned, ...linesOf(code, facts.returned)];
  const known = new Set(telling.flatMap(wordsOfName).flatMap((word) => [word, stem(word)]));
  return !wordsOfName(object).every((word) => FREE.has(word) || known.has(word) || known.has(stem(word)));
}

/** The lines of the code that name a variable that is returned. */
function linesOf(code: string, returned: readonly string[]): string[] {
  const names = new Set(returned.flatMap((value) => value.match(/(?<!\.)[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []));
  return code
    .split("\n")
    .filter((line) => (line.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []).some((word) => names.has(word)));
}

const FUNCTION = /^(?:async\s)?(?:function\b|lambda\b|\([^()]{0,200}\)\s?(?::[^=]{1,80})?=>|[\w$]{1,80}\s?=>)/;

/** Whether what it returns is a function each time: what that does, the function itself does not do. */
export function makesFunction(code: string, { returned }: CodeFacts): boolean {
  const declares = (name: string) => ["def ", "function "].some((word) => code.includes(`${word}${name}(`));
  const isOwn = (value: string) => /^[\w$]{1,80}$/.test(value) && declares(value);
  return returned.length > 0 && returned.every((value) => FUNCTION.test(value.trim()) || isOwn(value.trim()));
}

/** Whether "true if …" leaves out one of the conditions that are joined by "and" in what is returned. */
export function leavesOutCondition(sentence: string, { returned }: CodeFacts): boolean {
  if (returned.length !== 1 || !/\b(?:true|whether|checks? if|determines? if)\b/i.test(sentence)) return false;
  const parts = returned[0].replace(/^\(|\)$/g, "").split(/\s&&\s|\sand\s/);
  if (parts.length < 2) return false;
  const said = new Set(wordsOfName(sentence).map(stem));
  const words = parts.map((part) => new Set(wordsOfName(part).map(stem)));
  const isOwn = (word: string) => words.filter((one) => one.has(word)).length === 1;
  return words.some((one) => {
    const own = [...one].filter(isOwn);
    return own.length > 0 && !own.some((word) => said.has(word));
  });
}
