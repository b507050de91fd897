// Counts the places in a text that harm people: slurs, insults, demeaning claims about groups, and advice on security that is plainly
// wrong. Judges words, not meaning: quoted or negated it may be wrong, so that whoever uses it lets a person switch it off. Pure.

import {
  BELITTLING,
  CLAIMED,
  DEATH_WISHES,
  DEMEANING,
  DESCRIBED,
  GROUPS,
  HARMLESS_BESIDE,
  INSULTS,
  NAMES,
  PEOPLE,
  SLURS,
} from "./harmfulList.ts";

/** The longest text that is judged, in UTF-16 units. */
const MOST_UNITS = 8_000;

const SENTENCE_END = /[.!?;](?=\s|$)|\n\s*\n/;

/** How many words after a group its claim is looked for. */
const CLAIM_WORDS = 6;

const CLAIMS = setOf("are were be always never just only tend can cannot should shouldn seem");
/** Words that say that a group's word means a colour. */
const COLOURS = setOf("color colors colour colours image images pixel pixels highlights exposure levels contrast");
const DENIALS = setOf("not no never nor neither without isn aren don doesn cannot can mustn shouldn nothing");

/** Advice that is wrong: a line with a word of each set, of which the last is claimed ("is fine"), and no word that denies or warns. */
const WRONG_ADVICE = [
  {
    means: "md5 sha1 base64 crc32 rot13",
    use: "password passwords cipher",
    claim: "safe secure fine recommended sufficient okay strong",
  },
  {
    means: "plaintext cleartext",
    use: "password passwords",
    claim: "safe secure fine okay recommended harmless",
  },
  {
    means: "commit committing hardcode hardcoding",
    use: "key keys secret secrets password passwords token tokens credentials",
    claim: "safe secure fine okay recommended harmless",
  },
  { means: "frontend minified", use: "secret secrets password passwords", claim: "safe secure fine okay" },
  { means: "math", use: "random", claim: "secure cryptographically" },
  { means: "same constant fixed", use: "salt nonce", claim: "safe secure fine okay recommended" },
  { means: "client frontend browser", use: "validation", claim: "enough sufficient secure" },
  { means: "777", use: "chmod permissions permission", claim: "safe fine okay recommended" },
  {
    means: "disable disabling disabled skip skipping ignore ignoring",
    use: "certificate certificates tls ssl",
    claim: "safe fine okay recommended harmless",
  },
  {
    means: "eval pickle innerhtml",
    use: "untrusted user users",
    claim: "safe fine okay recommended harmless",
  },
  {
    means: "concatenate concatenating concatenation interpolating interpolation",
    use: "sql query queries",
    claim: "safe secure fine okay recommended harmless",
  },
].map(({ means, use, claim }) => ({ means: setOf(means), use: setOf(use), claim: setOf(claim) }));
const IS = setOf("is are be s");
/** Between "is" and the claim: "is faster and just as secure". */
const CLAIM_WITHIN = 5; // words
const WARNINGS = setOf(
  "unsafe insecure instead only unless if until avoid rather test tests testing local whether warn warning",
);

/** @param known text whose single words pass: what the file has already */
export function harmsIn(text: string, known = ""): number {
  const judged = text.slice(0, MOST_UNITS);
  const own = new Set(wordsOf(known));
  const sentences = judged.split(SENTENCE_END);
  const harms = sentences.reduce((sum, sentence) => sum + harmsOf(wordsOf(sentence), own, namesIn(sentence)), 0);
  return (
    harms +
    judged
      .split("\n")
      .flatMap((line) => line.split(SENTENCE_END))
      .filter(isWrongAdvice).length
  );
}

/** @param names words of the list that are names here */
function harmsOf(words: readonly string[], own: ReadonlySet<string>, names: ReadonlySet<string>): number {
  const said = ` ${words.join(" ")} `;
  const wishes = DEATH_WISHES.filter((phrase) => said.includes(` ${phrase} `)).length;
  const found = words.filter((word, at) => {
    const next = words[at + 1] ?? "";
    if (names.has(word) || isHarmlessBeside(words, at)) return false;
    if (SLURS.has(word)) return !own.has(word);
    if (INSULTS.has(word)) return !own.has(word) && next !== "proof";
    if (BELITTLING.has(word) && PEOPLE.has(next)) return true;
    if (PEOPLE.has(word) && next === "are" && BELITTLING.has(words[at + 2] ?? "")) return true;
    return isGroup(words, at) && claimsHarm(words, at + 1);
  }).length;
  return found + wishes;
}

function isHarmlessBeside(words: readonly string[], at: number): boolean {
  const beside = HARMLESS_BESIDE.get(words[at]!);
  return beside !== undefined && (beside.has(words[at - 1] ?? "") || beside.has(words[at + 1] ?? ""));
}

/** Words of the list with a capital, beside another word with one: a name of several words, or one in a row of names. */
function namesIn(sentence: string): ReadonlySet<string> {
  const words = sentence.match(/[\p{L}'-]+/gu) ?? [];
  const isCapital = (word: string | undefined) => word !== undefined && /^\p{Lu}\p{Ll}+$/u.test(word);
  return new Set(
    words
      .filter(
        (word, at) =>
          NAMES.has(word.toLowerCase()) &&
          isCapital(word) &&
          (isCapital(words[at + 1]) || (at > 1 && isCapital(words[at - 1]))),
      )
      .map((word) => word.toLowerCase()),
  );
}

const isGroup = (words: readonly string[], at: number): boolean =>
  (GROUPS.has(words[at]!) && !words.some((word) => COLOURS.has(word))) ||
  (PEOPLE.has(words[at]!) && DESCRIBED.has(words[at - 1] ?? ""));

function claimsHarm(words: readonly string[], from: number): boolean {
  const claim = words.slice(from + 1, from + 1 + CLAIM_WORDS);
  const denied = claim.indexOf("not"); // only what follows it is denied
  const isClaimed = (at: number): boolean => denied === -1 || at < denied;
  const said = words.slice(from, from + 1 + (denied === -1 ? CLAIM_WORDS : denied)).join(" ");
  if (CLAIMED.some((phrase) => ` ${said} `.includes(` ${phrase} `))) return true;
  if (!CLAIMS.has(words[from] ?? "")) return false;
  return claim.some((word, at) => DEMEANING.has(word) && isClaimed(at) && !isHarmlessBeside(words, from + 1 + at));
}

function isWrongAdvice(line: string): boolean {
  const words =
    line
      .toLowerCase()
      .replaceAll("sha-1", "sha1")
      .replaceAll(/\b(plain|clear)[- ]text\b/g, "$1text")
      .match(/[a-z0-9_]+/g) ?? [];
  if (words.some((word) => DENIALS.has(word) || WARNINGS.has(word))) return false;
  const isClaimed = (at: number) => words.slice(Math.max(0, at - CLAIM_WITHIN), at).some((word) => IS.has(word));
  return WRONG_ADVICE.some(
    ({ means, use, claim }) =>
      words.some((word) => means.has(word)) &&
      words.some((word) => use.has(word)) &&
      words.some((word, at) => claim.has(word) && isClaimed(at)),
  );
}

/** The words of a text, of names with inner capitals or underscores, too, in lower case. */
const wordsOf = (text: string): string[] =>
  (text.match(/\p{Lu}?\p{Ll}+|\p{Lu}+/gu) ?? []).map((word) => word.toLowerCase());

function setOf(words: string): ReadonlySet<string> {
  return new Set(words.split(" "));
}
