// Puts a condition of the code into words: "if `n` is negative". What has no plain wording stays code. Pure.

import { type Condition, unwrapped } from "./codeFacts.ts";

/** The longest condition that is shown as code, in UTF-16 units. */
const MOST_UNITS = 60;

/** "if …" for conditions that hold together; undefined where there are none, or they are too long to be read. */
export function ifWords(conditions: readonly Condition[]): string | undefined {
  const parts = conditions.map(wordsOf);
  if (parts.length === 0 || parts.length > 2 || parts.includes(undefined)) return undefined;
  const words = parts.join(" and ");
  return parts.length > 1 && / or /.test(words.replace(QUOTED, "")) ? undefined : `if ${words}`;
}

/** "if … or if …" for the places that throw the same. */
export function ifAnyWords(places: readonly (readonly Condition[] | undefined)[]): string | undefined {
  const words = places.map((conditions) => conditions && ifWords(conditions));
  if (words.length > 2 || words.includes(undefined)) return undefined;
  return [...new Set(words)].join(", or ");
}

/** What is true or false: "`a` is empty"; undefined where it is too long to be read. */
export const whetherWords = (code: string): string | undefined => wordsOf({ code, holds: true });

function wordsOf({ code, holds }: Condition): string | undefined {
  const text = unwrapped(code);
  if (text.length > 2 * MOST_UNITS || text.includes("\n") || text.includes("`")) return undefined;
  const bare = /^(?:!(?!=)|not\s)/.exec(text);
  const rest = bare ? text.slice(bare[0].length).trim() : text;
  if (bare && (isOne(rest) || rest.startsWith("("))) return wordsOf({ code: unwrapped(rest), holds: !holds });
  if (holds) {
    const sides = splitAt(text);
    if (sides) {
      const [, left, joint, right] = sides;
      const [one, other] = [wordsOf({ code: left, holds }), wordsOf({ code: right, holds })];
      const words = one && other && `${one} ${joint} ${other}`;
      if (!words || !isMixed(words)) return words;
    }
  }
  const plain = isOne(text) ? plainWords(text, holds) : undefined;
  if (plain) return plain;
  if (text.length > MOST_UNITS) return undefined;
  const other = holds || !isOne(text) ? undefined : otherwise(text);
  if (other) return `\`${other}\``;
  return holds ? `\`${text}\`` : `\`${text}\` does not hold`;
}

/** The opposite of one comparison for equality: "a !== b" for "a === b"; undefined for anything else. */
function otherwise(text: string): string | undefined {
  const [sign, ...more] = text.match(/[!=]==?/g) ?? [];
  if (!sign || more.length > 0 || /[&|?<>]/.test(text)) return undefined;
  return text.replace(sign, `${sign.startsWith("!") ? "=" : "!"}${sign.slice(1)}`);
}

const QUOTED = /`[^`]*`/g;

/** Whether both "and" and "or" join it, so that a reader cannot tell which binds first. */
const isMixed = (words: string): boolean => {
  const plain = words.replace(QUOTED, "");
  return / and /.test(plain) && / or /.test(plain);
};

/** Whether nothing is joined at the top level, so that a negation before it is one of all of it. */
const isOne = (text: string): boolean => splitAt(text) === undefined;

/** The two sides of the only top-level `&&`, `||`, `and` or `or`. */
function splitAt(text: string): [string, string, string, string] | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if ("([{".includes(text[at])) depth++;
    else if (")]}".includes(text[at])) depth--;
    else if (depth === 0) {
      const joint = /^(?:&&|\|\||(?<=\s)and(?=\s)|(?<=\s)or(?=\s))/.exec(text.slice(at, at + 4));
      const word = joint ?? (/\s/.test(text[at]) ? /^\s(?:and|or)\s/.exec(text.slice(at, at + 5)) : null);
      if (word) {
        const name = /&&|and/.test(word[0]) ? "and" : "or";
        return [text, text.slice(0, at).trim(), name, text.slice(at + word[0].length).trim()];
      }
    }
  }
  return undefined;
}

const PATH = String.raw`([\p{L}_$][\p{L}\p{N}_$]*(?:\??\.#?[\p{L}_$][\p{L}\p{N}_$]*)*)`;
/** A call whose name asks nothing: its result is a value. */
const CALL = String.raw`((?!(?:[\w$]+\.)*(?:is|has|can|should|does|are)[A-Z_])[\w$.#]+(?:\(\))?[\w$.#]*\([^()\n]{0,60}\))`;
const pattern = (source: string): RegExp =>
  new RegExp(`^${source.replaceAll("PATH", PATH).replaceAll("CALL", CALL)}$`, "u");

/** A pattern; its words where the condition holds, and where it does not. `$1` and `$2` stand for the groups. */
const PLAIN: readonly [RegExp, string, string][] = [
  [pattern(String.raw`typeof PATH ===? ["'](\w+)["']`), "`$1` is a $2", "`$1` is not a $2"],
  [pattern(String.raw`typeof PATH !==? ["'](\w+)["']`), "`$1` is not a $2", "`$1` is a $2"],
  [pattern(String.raw`Array\.isArray\(PATH\)`), "`$1` is an array", "`$1` is not an array"],
  [pattern("PATH instanceof PATH"), "`$1` is a `$2`", "`$1` is not a `$2`"],
  [pattern(String.raw`isinstance\(PATH, ?PATH\)`), "`$1` is a `$2`", "`$1` is not a `$2`"],
  [pattern(String.raw`callable\(PATH\)`), "`$1` is callable", "`$1` is not callable"],
  [pattern("PATH == (?:undefined|null)"), "`$1` is null or undefined", "`$1` is neither null nor undefined"],
  [pattern("PATH != (?:undefined|null)"), "`$1` is neither null nor undefined", "`$1` is null or undefined"],
  [pattern("PATH === (undefined|null)"), "`$1` is $2", "`$1` is not $2"],
  [pattern("PATH !== (undefined|null)"), "`$1` is not $2", "`$1` is $2"],
  [pattern("PATH is None"), "`$1` is None", "`$1` is not None"],
  [pattern("PATH is not None"), "`$1` is not None", "`$1` is None"],
  [pattern("PATH not in PATH"), "`$1` is not in `$2`", "`$1` is in `$2`"],
  [pattern("PATH in PATH"), "`$1` is in `$2`", "`$1` is not in `$2`"],
  [pattern("PATH < 0"), "`$1` is negative", "`$1` is not negative"],
  [pattern(String.raw`PATH\.(?:length|size) ===? 0`), "`$1` is empty", "`$1` is not empty"],
  [pattern(String.raw`len\(PATH\) == 0`), "`$1` is empty", "`$1` is not empty"],
  [pattern("PATH"), "`$1` is truthy", "`$1` is falsy"],
  [pattern("CALL === (undefined|null)"), "`$1` is $2", "`$1` is not $2"],
  [pattern("CALL !== (undefined|null)"), "`$1` is not $2", "`$1` is $2"],
  [pattern("CALL is None"), "`$1` is None", "`$1` is not None"],
  [pattern("CALL is not None"), "`$1` is not None", "`$1` is None"],
  [pattern("CALL"), "`$1`", "`$1` is falsy"],
];

function plainWords(text: string, holds: boolean): string | undefined {
  for (const [form, yes, no] of PLAIN) {
    const found = form.exec(text);
    if (!found) continue;
    const words = (holds ? yes : no).replace("$1", found[1]).replace("$2", found[2] ?? "");
    const isUndefined = /^typeof/.test(text) && found[2] === "undefined";
    return isUndefined ? words.replace(" a undefined", " undefined") : words.replace(/ a (?=[aeiou])/, " an ");
  }
  return undefined;
}
